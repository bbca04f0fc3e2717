"""The order ids of a recorded file, each with a number; those that ended long ago are forgotten."""

from collections.abc import Callable, Iterable

REMEMBERED_NAMES = 200_000
"""Ids kept beside those that are still needed."""


class Names:
    """Numbers count up from 1 in the order in which ids are first seen.

    An id is one within its symbol: books that count their orders for themselves share ids.
    """

    def __init__(self, needed: Callable[[], Iterable[int]]) -> None:
        self._needed = needed
        """The numbers that must not be forgotten, asked for now and then."""
        self._numbers: dict[tuple[str, str], int] = {}
        self._names: dict[int, tuple[str, str]] = {}
        self.last = 0
        self._most = 2 * REMEMBERED_NAMES

    def __len__(self) -> int:
        return len(self._names)

    def find(self, symbol: str, name: str) -> int:
        """Return an id's number; 0 for one that is not known."""
        return self._numbers.get((symbol, name), 0)

    def number(self, symbol: str, name: str) -> int:
        """Return an id's number, a new one if it was not known."""
        return self._numbers.get((symbol, name)) or self.another(symbol, name)

    def another(self, symbol: str, name: str) -> int:
        """Return a new number for an id: that of another order if it was known."""
        if len(self._names) >= self._most:
            self._forget()
        self.last += 1
        self._numbers[symbol, name] = self.last
        self._names[self.last] = symbol, name
        return self.last

    def name(self, number: int) -> str:
        """Return the id of a number; for one that is forgotten, `#` and the number."""
        return self._names.get(number, ("", f"#{number}"))[1]

    def _forget(self) -> None:
        since = self.last - REMEMBERED_NAMES
        kept = sorted({number for number in self._needed() if 0 < number <= since})
        self._names = {
            **{number: self._names[number] for number in kept if number in self._names},
            **{number: name for number, name in self._names.items() if number > since},
        }
        self._numbers = {name: number for number, name in self._names.items()}
        self._most = len(self._names) + REMEMBERED_NAMES
