"""What the load consists of: orders around a slowly moving mid, cancels, replaces, crossing IOCs.

Commands are tuples as they stand on the wire. One draw of 64 random bits decides a command.
"""

import random
from typing import Final

from msgspec import Struct

from bashu_daemon.tools.load.accounting import Report
from bashu_daemon.tools.load.profile import Mix
from bashu_protocol.messages import InstrumentRules

SPREAD_TICKS: Final = 32
"""New orders stand up to so many ticks from the mid."""
CROSS_TICKS: Final = 4
"""A crossing order reaches so far beyond the mid."""
MAX_LOTS: Final = 64
MORE_LOTS: Final = 8
"""A replace adds fewer lots than that."""
WALK_TICKS: Final = 100
"""How far the mid walks from where it began, limits permitting."""
_SCALE: Final = 1 << 16


class Instrument(Struct):
    """One symbol with its slowly moving mid; prices in fen, quantities in tonnes."""

    symbol: str
    tick: int
    lot: int
    min_qty: int
    max_qty: int
    lowest: int
    highest: int
    start: int
    mid: int

    @classmethod
    def begin(
        cls, rules: InstrumentRules, limit_down: int, limit_up: int, mid: int
    ) -> "Instrument":
        """Make the instrument of a day. Limits are 0 where the day has none."""
        tick = rules.tick
        lowest = -(-limit_down // tick) * tick if limit_down else tick
        highest = limit_up // tick * tick if limit_up else 2 * mid // tick * tick
        start = min(max(mid // tick * tick, lowest), highest)
        least = -(-rules.min_order_qty // rules.lot) * rules.lot
        return cls(
            rules.symbol, tick, rules.lot, least, rules.max_order_qty, lowest, highest, start, start
        )

    def walk(self, chance: random.Random) -> None:
        """Move the mid by at most a tick, and never far from its start or over a limit."""
        step = chance.choice((-1, 0, 1))
        away = (self.mid - self.start) // self.tick
        if away * step > WALK_TICKS:
            step = -step
        self.mid = min(max(self.mid + step * self.tick, self.lowest), self.highest)

    def price(self, is_buy: bool, ticks: int) -> int:
        """Return the price so many ticks on the passive side of the mid, within the limits."""
        price = self.mid - ticks * self.tick if is_buy else self.mid + ticks * self.tick
        return min(max(price, self.lowest), self.highest)


class Resting(Struct, frozen=True, gc=False):
    """An own order in the book."""

    number: int
    instrument: int
    is_buy: bool
    qty: int


class Trader:
    """One user's stream of commands, the same for the same seed and answers."""

    def __init__(
        self,
        instruments: list[Instrument],
        mix: Mix,
        live_orders: int,
        prefix: str,
        chance: random.Random,
    ) -> None:
        self._instruments = instruments
        self._index = {item.symbol: at for at, item in enumerate(instruments)}
        self._prefix = prefix
        self._bits = chance.getrandbits
        self._bound = live_orders
        self._resting: list[Resting] = []
        self._asked: dict[int, Resting] = {}
        """Own orders by the number of the cancel or replace that is under way."""
        total = mix.new + mix.cancel + mix.replace + mix.crossing_ioc
        self._below_cancel = mix.cancel * _SCALE // total
        self._below_replace = self._below_cancel + mix.replace * _SCALE // total
        self._below_ioc = self._below_replace + mix.crossing_ioc * _SCALE // total

    @property
    def resting(self) -> int:
        """How many own orders are taken to be in the book."""
        return len(self._resting)

    def command(self, number: int, closed: bytearray) -> Report:
        """Return the next command; `closed` marks own orders that are gone."""
        bits = self._bits(64)
        kind = bits & 0xFFFF
        if kind < self._below_replace or len(self._resting) >= self._bound:
            order = self._pick(bits >> 16 & 0xFFFF, closed)
            if order is not None:
                self._asked[number] = order
                if self._below_cancel <= kind < self._below_replace:
                    return self._replace(number, order, bits >> 32)
                return ("cancel_order", f"{self._prefix}{number}", f"{self._prefix}{order.number}")
        is_ioc = self._below_replace <= kind < self._below_ioc
        instrument = self._instruments[(bits >> 32 & 0xFF) % len(self._instruments)]
        is_buy = bool(bits >> 40 & 1)
        ticks = -CROSS_TICKS if is_ioc else 1 + (bits >> 41) % SPREAD_TICKS
        return (
            "new_order",
            f"{self._prefix}{number}",
            instrument.symbol,
            "buy" if is_buy else "sell",
            _quantity(instrument, bits >> 48),
            instrument.price(is_buy, ticks),
            "limit",
            "ioc" if is_ioc else "day",
        )

    def rests(self, number: int, symbol: str, is_buy: bool, qty: int) -> None:
        """The venue has taken an order into its book."""
        self._resting.append(Resting(number, self._index[symbol], is_buy, qty))

    def answered(self, number: int) -> None:
        """The venue has answered a command."""
        self._asked.pop(number, None)

    def refused(self, number: int) -> None:
        """A command was no command to the venue: an order that it named is still in the book."""
        order = self._asked.pop(number, None)
        if order is not None:
            self._resting.append(order)

    def all_withdrawn(self) -> None:
        """A mass cancel is on the way."""
        self._resting.clear()

    def _pick(self, draw: int, closed: bytearray) -> Resting | None:
        """Take a random own order that is still open."""
        resting = self._resting
        while resting:
            at = draw % len(resting)
            order = resting[at]
            resting[at] = resting[-1]
            resting.pop()
            if not closed[order.number]:
                return order
        return None

    def _replace(self, number: int, order: Resting, bits: int) -> Report:
        """Move an order; its total never falls, for less than what has traded is refused."""
        instrument = self._instruments[order.instrument]
        more = (bits >> 16 & 0xFFFF) % MORE_LOTS * instrument.lot
        return (
            "replace_order",
            f"{self._prefix}{number}",
            f"{self._prefix}{order.number}",
            min(order.qty + more, instrument.max_qty),
            instrument.price(order.is_buy, 1 + (bits & 0xFF) % SPREAD_TICKS),
        )


def _quantity(instrument: Instrument, bits: int) -> int:
    return instrument.min_qty + (bits & 0xFFFF) % MAX_LOTS * instrument.lot
