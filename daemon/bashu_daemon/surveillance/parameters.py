"""The parameters of a rule: its own, and those of instruments that have others.

In the rulebook they are `[surveillance.<rule>]` and `[surveillance.<rule>.<SYMBOL>]`, where only
what differs is named. A parameter is never a table and an instrument always is.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from bashu_daemon.errors import OperatorError

ENABLED: Final = "enabled"
"""A parameter that every rule has: 0 switches it off, which is an alert of its own."""
Given = Mapping[str, int | Mapping[str, int]]
"""What a rulebook says of a rule."""


class WrongParameter(OperatorError):  # noqa: N818  the mistake, in the field's words
    """A rulebook names a parameter or rule that does not exist."""


class Parameters(Struct, frozen=True):
    """All parameters of a rule. Nobody changes the tables."""

    own: dict[str, int]
    """Every parameter, `enabled` included."""
    symbols: dict[str, dict[str, int]]
    """By symbol, what differs there."""
    version: int = 0
    """Of the record in the journal; 0 where they are on none."""

    def value(self, symbol: str, name: str) -> int:
        """Return one parameter of an instrument, or with "" of the others."""
        return self.symbols.get(symbol, {}).get(name, self.own[name])

    def limits(self, symbol: str) -> dict[str, int]:
        """Return what an instrument, or "" for the others, is judged by, without `enabled`."""
        values = {**self.own, **self.symbols.get(symbol, {})}
        del values[ENABLED]
        return values

    def is_on(self, symbol: str) -> bool:
        """Tell whether what the rule finds in an instrument counts."""
        return self.value(symbol, ENABLED) != 0

    @property
    def is_on_anywhere(self) -> bool:
        return any(self.is_on(symbol) for symbol in ("", *self.symbols))

    @property
    def is_off_anywhere(self) -> bool:
        return not all(self.is_on(symbol) for symbol in ("", *self.symbols))

    def off_symbols(self) -> list[str]:
        """Return the instruments for which alone the rule is off."""
        return [symbol for symbol in self.symbols if self.is_on("") and not self.is_on(symbol)]


class Schema(Struct, frozen=True):
    """What parameters a rule has."""

    rule: str
    known: dict[str, int]
    """With their values where nobody gives others."""
    is_per_instrument: bool

    def read(self, given: Given) -> Parameters:
        """Lay a rulebook's values over the rule's.

        Raises:
            WrongParameter: one is unknown or negative, or of one instrument where none may differ.
        """
        own = {name: value for name, value in given.items() if isinstance(value, int)}
        symbols = {name: dict(value) for name, value in given.items() if not isinstance(value, int)}
        self._check(self.rule, own)
        for symbol, values in symbols.items():
            place = f"{self.rule}.{symbol}"
            if not self.is_per_instrument:
                raise WrongParameter(
                    f"[surveillance.{place}]: the rule counts over all instruments, and its "
                    "parameters are for all."
                )
            self._check(place, values)
        return Parameters({**self.known, **own}, symbols)

    def recorded(
        self, own: Mapping[str, int], symbols: Mapping[str, Mapping[str, int]], version: int
    ) -> Parameters:
        """Return what a journal has on record, as far as this version of the rule knows it."""
        parts = {
            symbol: {name: value for name, value in values.items() if name in self.known}
            for symbol, values in symbols.items()
            if self.is_per_instrument
        }
        return Parameters(
            {name: own.get(name, value) for name, value in self.known.items()},
            {symbol: values for symbol, values in parts.items() if values},
            version,
        )

    def _check(self, place: str, given: Mapping[str, int]) -> None:
        for name, value in given.items():
            if name not in self.known:
                known = ", ".join(sorted(self.known))
                raise WrongParameter(
                    f"[surveillance.{place}] has no parameter {name!r}; it has {known}."
                )
            if value < 0:
                raise WrongParameter(f"[surveillance.{place}] {name} = {value} is negative.")
