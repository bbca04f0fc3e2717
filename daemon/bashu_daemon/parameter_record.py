"""Surveillance's parameters in the rulebook and on record in the journal, and which of them hold.

The journal wins, as for instruments: the rulebook says what a rule begins with, and from then on
two supervisors change it (docs/surveillance.md).
"""

from collections.abc import Callable, Iterator, Mapping

from bashu_daemon.core import Venue
from bashu_daemon.surveillance.catalogue import RULES
from bashu_daemon.surveillance.parameters import Given, Parameters
from bashu_protocol.messages import EnterSurveillanceRule


def entries(
    given: Mapping[str, Given], venue: Venue, new_id: Callable[[], str]
) -> Iterator[EnterSurveillanceRule]:
    """Yield the rules that are not on record yet, or not with all of their parameters."""
    recorded = {row.rule: row.parameters for row in venue.surveillance_rules()}
    for rule in RULES:
        wanted = rule.schema().read(given.get(rule.name, {}))
        if set(wanted.own) - set(recorded.get(rule.name, {})):
            yield EnterSurveillanceRule(
                new_id(), rule.name, wanted.own, wanted.symbols, rule.is_per_instrument
            )


def overruled(given: Mapping[str, Given], venue: Venue) -> list[str]:
    """Say which values of the rulebook do not hold, because the journal has others."""
    recorded = {
        row.rule: Parameters(row.parameters, row.symbols) for row in venue.surveillance_rules()
    }
    told: list[str] = []
    for rule in RULES:
        record = recorded.get(rule.name)
        if record is not None:
            wanted = rule.schema().read(given.get(rule.name, {}))
            told += _differences(rule.name, wanted, record)
    return told


def _differences(rule: str, wanted: Parameters, record: Parameters) -> Iterator[str]:
    for symbol in ("", *sorted({*wanted.symbols, *record.symbols})):
        tables = [one.symbols.get(symbol, {}) if symbol else one.own for one in (wanted, record)]
        place = f"surveillance.{rule}.{symbol}" if symbol else f"surveillance.{rule}"
        for name in sorted({*tables[0], *tables[1]} & {*wanted.own} & {*record.own}):
            value, holds = wanted.value(symbol, name), record.value(symbol, name)
            if value != holds:
                yield (
                    f"[{place}] {name} = {value} of the rulebook does not hold: {holds} is on "
                    "record, and supervisors change it."
                )
