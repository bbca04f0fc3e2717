"""Floors and ceilings: a group that holds the price at a level against those who would move it.

Source: reference/surveillance.md A1 #14 (KRM22: a large share of the volume while the price stays
within one deviation of a level); 30 % and 30 minutes are ours. The group's resting orders take the
volume on one side, at one level, and are put there again and again; the price stays on its side of
the level and within its usual swing of it. A maker that stands on both sides holds nothing, and who
follows the market with its bid has no level. One patient order at a limit looks the same, so that
a share below `warning_percent`, or a market that nobody presses, is information; so is a maker
whose quotes on one side alone are taken.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import DayBegan, Seen, Traded
from bashu_daemon.surveillance.swing import Swing, deviation
from bashu_protocol.units import NS_PER_MINUTE

MAX_LEVELS = 16
"""Prices at which one group's fills are counted in one minute."""


class _Minute(Struct, array_like=True):
    start: int
    low: int
    high: int
    volume: int = 0
    sold: int = 0
    """Tonnes of those that came to the bids."""
    rested: dict[str, dict[int, int]] = {}
    """By side and group: tonnes that its resting orders traded, by price."""
    fresh: dict[str, int] = {}
    """By side and group: how many of its orders traded for the first time in a row."""
    swing: int = 0
    """What was usual when the minute began, in 1/100 fen."""


class _Orders(Struct, array_like=True):
    """A group's resting orders that traded on one side, of late."""

    last_id: int = 0
    order_ids: list[int] = []
    exec_ids: list[int] = []
    accounts: list[str] = []


class _Tape(Struct, array_like=True):
    minutes: list[_Minute] = []
    swing: Swing = field(default_factory=Swing)
    orders: dict[str, _Orders] = {}
    times: dict[str, int] = {}


class _State(Struct):
    tapes: dict[str, _Tape] = {}


class FloorCeiling(Rule[_State]):
    """One episode for each group, instrument and side a day; looked at once a minute."""

    name = "floor_ceiling"
    defaults = {  # noqa: RUF012  as in self_trade
        "window_minutes": 30,
        "share_percent": 30,
        "warning_percent": 50,
        "at_level_percent": 80,
        "level_bps": 5,
        "one_sided_percent": 75,
        "pressed_percent": 60,
        "orders": 5,
        "min_qty": 500,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, DayBegan: self._on_day}

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        for tape in self.state.tapes.values():
            tape.minutes, tape.orders, tape.times = [], {}, {}
        return NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing":
            return NOTHING
        tape = self.state.tapes.get(event.symbol)
        if tape is None:
            tape = self.state.tapes[event.symbol] = _Tape()
        found: Sequence[Finding] = NOTHING
        minutes, price = tape.minutes, event.price
        if not minutes or event.time - minutes[-1].start >= NS_PER_MINUTE:
            if minutes:
                found = self._look(event, tape)
            self._begin(tape, event)
        minute = minutes[-1]
        if price < minute.low:
            minute.low = price
        elif price > minute.high:
            minute.high = price
        minute.volume += event.qty
        if event.sign < 0:
            minute.sold += event.qty
        self._count(event, tape, minute)
        return found

    def _begin(self, tape: _Tape, event: Traded) -> None:
        start = event.time - event.time % NS_PER_MINUTE
        tape.swing.add(event.time, event.price)
        tape.minutes.append(_Minute(start, event.price, event.price, swing=tape.swing.per_minute))
        first = start - self.limits["window_minutes"] * NS_PER_MINUTE
        while tape.minutes[0].start < first:
            del tape.minutes[0]

    def _count(self, event: Traded, tape: _Tape, minute: _Minute) -> None:
        """Count what a resting order traded."""
        sign = -event.sign
        key = ("+" if sign > 0 else "-") + event.group(sign)
        prices = minute.rested.get(key)
        if prices is None:
            prices = minute.rested[key] = {}
        if event.price in prices or len(prices) < MAX_LEVELS:
            prices[event.price] = prices.get(event.price, 0) + event.qty
        orders = tape.orders.get(key)
        if orders is None:
            orders = tape.orders[key] = _Orders()
        order_id = event.order_id(sign)
        if order_id != orders.last_id:
            orders.last_id = order_id
            remember(orders.order_ids, order_id)
            minute.fresh[key] = minute.fresh.get(key, 0) + 1
            account = event.account(sign)
            if account and account not in orders.accounts:
                orders.accounts = sorted([*orders.accounts, account])
        remember(orders.exec_ids, event.exec_id)

    def _look(self, event: Traded, tape: _Tape) -> Sequence[Finding]:
        """Look for a level in the window that ends with the last minute."""
        minutes, limits = tape.minutes, self.limits
        length = limits["window_minutes"]
        if minutes[-1].start - minutes[0].start < (length - 2) * NS_PER_MINUTE * 3 // 4:
            return NOTHING
        volume = sum(minute.volume for minute in minutes)
        held: dict[str, int] = {}
        for minute in minutes:
            for key, prices in minute.rested.items():
                held[key] = held.get(key, 0) + sum(prices.values())
        least = max(limits["min_qty"], volume * limits["share_percent"] // 100)
        found: list[Finding] = []
        for key, qty in held.items():
            other = ("-" if key[0] == "+" else "+") + key[1:]
            whole = qty + held.get(other, 0)
            if qty < least or qty * 100 < limits["one_sided_percent"] * whole or len(key) == 1:
                continue
            finding = self._judge(event, tape, key, qty, volume)
            if finding is not None:
                found.append(finding)
        return found or NOTHING

    def _judge(self, event: Traded, tape: _Tape, key: str, qty: int, volume: int) -> Finding | None:
        limits, minutes, sign = self.limits, tape.minutes, 1 if key[0] == "+" else -1
        held = [minute for minute in minutes if key in minute.rested]
        by_price: dict[int, int] = {}
        for minute in held:
            for price, part in minute.rested[key].items():
                by_price[price] = by_price.get(price, 0) + part
        level = max(by_price, key=lambda price: (by_price[price], price))
        near = max(1, level * limits["level_bps"] // 10_000)
        at_level = sum(part for price, part in by_price.items() if abs(price - level) <= near)
        orders = sum(minute.fresh.get(key, 0) for minute in held)
        span = held[-1].start - held[0].start
        if (
            at_level * 100 < limits["at_level_percent"] * qty
            or orders < limits["orders"]
            or 2 * span < limits["window_minutes"] * NS_PER_MINUTE
        ):
            return None
        reach = max(deviation(minutes[0].swing, len(minutes)), 2 * near)
        low, high = min(m.low for m in minutes), max(m.high for m in minutes)
        beyond, away = (level - low, high - level) if sign > 0 else (high - level, level - low)
        if beyond > near or away > reach:
            return None
        sold = sum(minute.sold for minute in minutes)
        pressed = percent(sold if sign > 0 else volume - sold, volume)
        share = percent(qty, volume)
        is_held = (
            share >= limits["warning_percent"]
            and pressed >= limits["pressed_percent"]
            and not self.market.own(key[1:], event.symbol).quotes_both_sides
        )
        orders_of, times = tape.orders[key], tape.times.get(key, 0) + 1
        tape.times[key] = times
        return Finding(
            episode=f"{key}/{event.symbol}",
            severity="warning" if is_held else "info",
            score=min(100, share // 2 + (40 if is_held else 10)),
            symbol=event.symbol,
            owner=key[1:],
            members=orders_of.accounts,
            seq=event.seq,
            transact_time=event.time,
            order_ids=orders_of.order_ids[-EVIDENCE:],
            exec_ids=orders_of.exec_ids[-EVIDENCE:],
            count=times,
            facts={
                "side": "buy" if sign > 0 else "sell",
                "level_price": level,
                "held_qty": qty,
                "share_percent": share,
                "pressed_percent": pressed,
                "orders": orders,
                "minutes": span // NS_PER_MINUTE + 1,
                "furthest_price": high if sign > 0 else low,
            },
        )
