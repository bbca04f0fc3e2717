"""Price alerts: what is watched, when one fires, and when one that repeats is armed again.

These are a user's own, kept on the user's machine. The supervisors' surveillance alerts are
another thing, and the venue's.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from bashu_protocol.messages import InstrumentStat, Phase

Watch = Literal["last", "bid", "ask", "change", "volume", "phase"]
"""Prices in fen; `change` of the last price from the reference, in 1/10,000; `volume` of the day
in tonnes, listing mode; `phase` the instrument's, where any change counts."""
Direction = Literal["above", "below"]
"""At or above, at or below."""
WATCHES: Final[tuple[Watch, ...]] = ("last", "bid", "ask", "change", "volume", "phase")
PRICES: Final[frozenset[Watch]] = frozenset({"last", "bid", "ask"})

REARM_BPS: Final = 10
"""A price must go back beyond the alert's by so many 1/10,000, and by a tick, to arm it again."""
REARM_CHANGE_BPS: Final = 10
LONGEST_NOTE: Final = 60

Value = Annotated[int, Meta(ge=-(2**53), le=2**53)]


class PriceAlert(Struct, forbid_unknown_fields=True):
    """One alert of a user."""

    alert_id: int
    symbol: str
    watch: Watch
    direction: Direction = "above"
    value: Value = 0
    """In the unit of what is watched; 0 with `phase`."""
    repeats: bool = False
    note: Annotated[str, Meta(max_length=LONGEST_NOTE)] = ""
    armed: bool = True
    """Whether it fires when its condition holds. One that does not repeat fires once."""
    fired_ns: int = 0
    """When it last fired; 0 for never."""
    fired_at: str = ""
    """What it saw then: a number in the watch's unit, or a phase."""
    count: int = 0
    """How often it fired."""


class Reading(Struct, frozen=True):
    """What the market shows of one instrument now; None where there is no such value.

    `low` and `high` are the extremes of the last price since the reading before.
    """

    last: int | None = None
    low: int | None = None
    high: int | None = None
    bid: int | None = None
    ask: int | None = None
    reference: int = 0
    volume: int | None = None
    phase: Phase | None = None
    tick: int = 1


def reading_of(stat: InstrumentStat, tick: int) -> Reading:
    """Read the statistics; bid and ask come from the book."""
    return Reading(
        last=stat.last or None, reference=stat.reference_price, volume=stat.volume,
        phase=stat.phase, tick=tick,
    )  # fmt: skip


def seen(alert: PriceAlert, reading: Reading) -> int | None:
    """Return the number that an alert watches, the one nearest to firing; None without one."""
    watch = alert.watch
    if watch == "last":
        extreme = reading.high if alert.direction == "above" else reading.low
        return reading.last if extreme is None else extreme
    if watch == "change":
        last = seen(PriceAlert(0, "", "last", alert.direction), reading)
        return None if last is None else change_bps(last, reading.reference)
    found: dict[str, int | None] = {
        "bid": reading.bid, "ask": reading.ask, "volume": reading.volume,
    }  # fmt: skip
    return found.get(watch)


def change_bps(last: int, reference: int) -> int | None:
    """Return a change in 1/10,000, rounded towards zero; None without a reference."""
    if reference <= 0:
        return None
    change = abs(last - reference) * 10_000 // reference
    return change if last >= reference else -change


def holds(alert: PriceAlert, reading: Reading) -> bool:
    """Whether a condition holds now; of a phase's change there is no such thing."""
    number = seen(alert, reading)
    if number is None:
        return False
    return number >= alert.value if alert.direction == "above" else number <= alert.value


def is_clear(alert: PriceAlert, reading: Reading) -> bool:
    """Whether the market went back far enough to arm a repeating alert again."""
    now = {
        "last": reading.last, "bid": reading.bid, "ask": reading.ask, "volume": reading.volume,
    }.get(alert.watch)  # fmt: skip
    if alert.watch == "change" and reading.last is not None:
        now = change_bps(reading.last, reading.reference)
    if now is None:
        return False
    line = rearm_at(alert, reading.tick)
    return now <= line if alert.direction == "above" else now >= line


def rearm_at(alert: PriceAlert, tick: int) -> int:
    """Return the value at which a repeating alert is armed again."""
    if alert.watch in PRICES:
        gap = max(tick, -(-alert.value * REARM_BPS // 10_000))
    elif alert.watch == "change":
        gap = REARM_CHANGE_BPS
    else:
        gap = 1  # the volume of the day falls only when a new day begins
    return alert.value - gap if alert.direction == "above" else alert.value + gap


def judge(alert: PriceAlert, reading: Reading, before: Phase | None, now_ns: int) -> bool:
    """Let an alert see the market: fire it, or arm it again. Returns whether it fired.

    `before` is the phase that was seen last while live, None if none was.
    """
    if alert.watch == "phase":
        if not alert.armed or before is None or reading.phase in (None, before):
            return False
        _fire(alert, str(reading.phase), now_ns)
        alert.armed = alert.repeats
        return True
    if alert.armed:
        if not holds(alert, reading):
            return False
        _fire(alert, str(seen(alert, reading)), now_ns)
        alert.armed = False
        return True
    if alert.repeats and is_clear(alert, reading):
        alert.armed = True
    return False


def _fire(alert: PriceAlert, value: str, now_ns: int) -> None:
    alert.fired_ns, alert.fired_at = now_ns, value
    alert.count += 1
