"""Pump and dump: a group gathers a position, the price is driven, and the position is sold into it.

Source: reference/surveillance.md A1 #27, the phases of #10 over hours or days: gathering, at least
a part of the market's volume; driving, in which the group is the taker of much of that volume and
empties the levels of most of a move far beyond the price's usual swing and a floor; and
distribution, half of the position or more traded back at a good part of the rise. A false statement
of the group's that is on record drives the price as its trades would. The same downwards is found,
too. All shares and times are ours. What a group trades back at about its own price, as makers and
day traders do, only makes its position smaller.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import Seen, Stated, Traded
from bashu_daemon.surveillance.swing import Swing
from bashu_protocol.units import NS_PER_MINUTE, NS_PER_SECOND

_HOUR_NS = 3_600 * NS_PER_SECOND
_GOES_ON_NS = 15 * NS_PER_MINUTE
"""A drive whose next push comes later than this is over."""


class _Position(Struct, array_like=True):
    """What one group gathered to one side. Fen, tonnes."""

    sign: int = 1
    began: int = 0
    begin_volume: int = 0
    """Of the market, so far."""
    drive_price: int = 0
    """Before the price was driven: before its last trade at about its own average."""
    drive_volume: int = 0
    """Of the market, then, and what others traded until the group went on."""
    drive_minutes: int = 0
    """With trades, then."""
    near_volume: int = 0
    """Of the market, after the last trade at about the own average; 0 once it went on."""
    qty: int = 0
    value: int = 0
    pushed: int = 0
    """Tonnes taken since by coming to the other side."""
    pushes: int = 0
    """Orders that took them."""
    last_push: int = 0
    """The last of those orders."""
    push_time: int = 0
    lifted: int = 0
    """Fen by which those trades, emptying levels, moved the price on."""
    peak: int = 0
    """The furthest price at which it traded."""
    dumped: int = 0
    dumped_value: int = 0
    dump_volume: int = 0
    """Of the market, before the distribution; 0 until it began."""
    dump_minutes: int = 0
    """With trades, then."""
    has_spoken: bool = False
    """Whether a false statement of the group's, to this side, is on record."""
    order_ids: list[int] = []
    exec_ids: list[int] = []
    accounts: list[str] = []


class _Tape(Struct, array_like=True):
    volume: int = 0
    last: int = 0
    """The price of the trade before, on an earlier day too."""
    swing: Swing = field(default_factory=Swing)
    positions: dict[str, _Position] = {}

    emptied: dict[int, tuple[int, int]] = {}
    """By side of those who came, the price at which they left nothing to take, and the time."""

    def lift(self, event: Traded, next_best: int) -> int:
        """Return how far a trade moved the best price, in fen; as in `minutes.py`."""
        sign, far = event.sign, 0
        price, time = self.emptied.pop(sign, (0, 0))
        if price and event.time - time <= _GOES_ON_NS:
            far = max(0, (event.price - price) * sign)
        if not next_best:
            self.emptied[sign] = event.price, event.time
            return far
        return far + max(0, (next_best - event.price) * sign)


class _State(Struct):
    tapes: dict[str, _Tape] = {}


class PumpAndDump(Rule[_State]):
    """One episode for each group and instrument, and each position that is gathered."""

    name = "pump_and_dump"
    version = 2
    defaults = {  # noqa: RUF012  as in self_trade
        "window_hours": 240,
        "gathered_percent": 10,
        "share_percent": 30,
        "alone_percent": 60,
        "lifted_percent": 60,
        "move_bps": 200,
        "swings": 3,
        "pushes": 3,
        "dumped_percent": 50,
        "profit_percent": 30,
        "size_multiple": 5,
        "min_qty": 10,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, Stated: self._on_stated}

    def prepare(self) -> None:
        self._window = self.limits["window_hours"] * _HOUR_NS
        self._profit = self.limits["move_bps"] * self.limits["profit_percent"] // 100
        self._near = self.limits["move_bps"] // 4

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing" or event.buy_group == event.sell_group:
            return NOTHING
        tape = self.state.tapes.get(event.symbol)
        if tape is None:
            tape = self.state.tapes[event.symbol] = _Tape()
        if event.time - tape.swing.start >= NS_PER_MINUTE:
            tape.swing.add(event.time, event.price)
        tape.volume += event.qty
        best = self.market.instrument(event.symbol).side(-event.sign).best
        lifted = tape.lift(event, best)
        found = self._take(event, tape, event.buy_group, 1)
        more = self._take(event, tape, event.sell_group, -1)
        held = tape.positions.get(event.group(event.sign))
        if held is not None and held.sign == event.sign and not held.dumped:
            held.lifted += lifted
        tape.last = event.price
        return (*found, *more) if found and more else found or more

    def _on_stated(self, event: Stated) -> Sequence[Finding]:
        tape = self.state.tapes.get(event.symbol)
        if tape is not None:
            held = tape.positions.get(self.market.groups.of(event.poster))
            if held is not None and held.sign == event.sign and event.at >= held.began:
                held.has_spoken = True
        return NOTHING

    def _take(self, event: Traded, tape: _Tape, group: str, sign: int) -> Sequence[Finding]:
        held = tape.positions.get(group)
        if held is None:
            if not group:
                return NOTHING
            held = tape.positions[group] = _Position()
            self._begin(event, tape, held, sign)
        elif event.time - held.began > self._window:
            self._begin(event, tape, held, sign)
        price, qty, value = event.price, held.qty, held.value
        gained = (price * qty - value) * held.sign * 10_000
        if held.sign == sign:
            if held.dumped * 4 >= qty > 0:
                return NOTHING  # it keeps the price up for its distribution
            if qty and gained < self._near * value and not self._goes_on(event, held, sign):
                held.drive_price = held.peak = tape.last or price
                held.drive_volume = tape.volume - event.qty
                held.drive_minutes = tape.swing.minutes
                held.pushed = held.pushes = held.last_push = held.lifted = 0
                held.near_volume = tape.volume
            elif held.near_volume:
                # What others traded before the group went on is no part of the drive.
                held.drive_volume += tape.volume - event.qty - held.near_volume
                held.near_volume = 0
            self._gather(event, held, sign)
            return NOTHING
        if gained >= self._profit * value:
            return self._dump(event, tape, held, group)
        # Traded back at about the own price: it is smaller, or another one begins.
        left = event.qty - (qty - held.dumped)
        if left < 0:
            held.qty -= event.qty
            held.value -= event.qty * (value // qty)
        elif left:
            self._begin(event, tape, held, sign)
            held.qty, held.value = left, left * price
            self._remember(event, held, sign)
        else:
            del tape.positions[group]
        return NOTHING

    @staticmethod
    def _goes_on(event: Traded, held: _Position, sign: int) -> bool:
        """Tell whether a trade at about the own average is one more push of a drive.

        What is bought in a drive takes the average with it.
        """
        return (
            event.sign == sign
            and held.pushes > 0
            and event.time - held.push_time <= _GOES_ON_NS
            and (event.price - held.drive_price) * sign > 0
        )

    def _begin(self, event: Traded, tape: _Tape, held: _Position, sign: int) -> None:
        """Let a position begin with this trade, in the place of an earlier one."""
        held.sign, held.began = sign, event.time
        held.begin_volume = held.drive_volume = tape.volume - event.qty
        held.drive_price, held.drive_minutes = tape.last or event.price, tape.swing.minutes
        held.peak = event.price
        held.qty = held.value = held.lifted = 0
        held.pushed = held.pushes = held.last_push = 0
        held.dumped = held.dumped_value = held.dump_volume = held.near_volume = 0
        held.dump_minutes = held.push_time = 0
        held.has_spoken = False
        held.order_ids.clear()
        held.exec_ids.clear()
        held.accounts.clear()

    def _gather(self, event: Traded, held: _Position, sign: int) -> None:
        price, qty = event.price, event.qty
        held.qty += qty
        held.value += qty * price
        if event.sign == sign:
            held.pushed += qty
            held.push_time = event.time
            if event.order_id(sign) != held.last_push:
                held.last_push = event.order_id(sign)
                held.pushes += 1
        if (price - held.peak) * sign > 0:
            held.peak = price
        self._remember(event, held, sign)

    def _remember(self, event: Traded, held: _Position, sign: int) -> None:
        order_ids, order_id = held.order_ids, event.order_id(sign)
        if not order_ids or order_ids[-1] != order_id:
            remember(order_ids, order_id)
        remember(held.exec_ids, event.exec_id)
        account = event.account(sign)
        if account and account not in held.accounts:
            held.accounts.append(account)

    def _dump(self, event: Traded, tape: _Tape, held: _Position, group: str) -> Sequence[Finding]:
        limits, sign = self.limits, held.sign
        if not held.dump_volume:
            held.dump_volume, held.dump_minutes = tape.volume - event.qty, tape.swing.minutes
        qty = min(event.qty, held.qty - held.dumped)
        held.dumped += qty
        held.dumped_value += qty * event.price
        if (event.price - held.peak) * sign > 0:
            held.peak = event.price
        self._remember(event, held, -sign)
        finding = None
        if held.dumped * 100 >= limits["dumped_percent"] * held.qty:
            finding = self._judge(event, tape, held, group)
        if held.dumped >= held.qty:
            del tape.positions[group]
        return NOTHING if finding is None else (finding,)

    def _least_qty(self, symbol: str) -> int:
        usual = self.market.instrument(symbol).order_size.median
        return max(self.limits["min_qty"], self.limits["size_multiple"] * usual)

    def _judge(self, event: Traded, tape: _Tape, held: _Position, group: str) -> Finding | None:
        limits, sign = self.limits, held.sign
        whole = held.dump_volume - held.begin_volume
        driven = held.dump_volume - held.drive_volume
        moved = (held.peak - held.drive_price) * sign
        paid, got = held.value // held.qty, held.dumped_value // held.dumped
        minutes = held.dump_minutes - held.drive_minutes
        floor = held.drive_price * limits["move_bps"] // 10_000
        least = max(1, floor, tape.swing.over(minutes) * limits["swings"])
        share = percent(held.pushed, driven)
        is_driver = held.has_spoken or (
            held.pushes >= limits["pushes"]
            and share >= limits["share_percent"]
            and held.lifted * 100 >= limits["lifted_percent"] * moved
        )
        if (
            held.qty < self._least_qty(event.symbol)
            or percent(held.qty, whole) < limits["gathered_percent"]
            or moved < least
            or not is_driver
            or (got - paid) * sign * 100 < limits["profit_percent"] * moved
        ):
            return None
        hours = (event.time - held.began) // _HOUR_NS
        return Finding(
            episode=f"{group}/{event.symbol}/{held.began}",
            is_of_the_day=False,
            severity="violation" if share >= limits["alone_percent"] else "warning",
            score=min(100, 50 + share // 4 + percent(held.dumped, held.qty) // 4),
            symbol=event.symbol,
            owner=group,
            members=sorted(held.accounts),
            seq=event.seq,
            transact_time=event.time,
            order_ids=held.order_ids[-EVIDENCE:],
            exec_ids=held.exec_ids[-EVIDENCE:],
            gain=held.dumped * (got - paid) * sign,
            facts={
                "side": "buy" if sign > 0 else "sell",
                "gathered_qty": held.qty,
                "gathered_price": paid,
                "from_price": held.drive_price,
                "to_price": held.peak,
                "share_percent": share,
                "dumped_qty": held.dumped,
                "dumped_price": got,
                "hours": hours,
                "stated": int(held.has_spoken),
            },
        )
