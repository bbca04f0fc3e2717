"""Price swings: how far and how fast a price went, and who took it there.

Source: reference/surveillance.md A1 #26. The line of 5 % within five minutes is ours (other venues
halt at 5 % to 10 %), that of 10 % from the day's reference is the national market's limit; a venue
must manage its volatility (RTS 7, article 18). This is information for the supervisor and no
accusation: it names the group that took the price there, which may have been right. A swing within
minutes is told only of a group that made at least half of it, and over several prices: in a thin
market every other print is far from the one before, and in the news everybody moves the price.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule
from bashu_daemon.surveillance.seen import DayBegan, Seen, Traded
from bashu_protocol.units import NS_PER_SECOND

SLOTS = 10
"""Parts of the window: its beginning is known this exactly."""
KEPT_TRADES = 200
"""Trades, at least, among which the takers of a swing are sought."""
_STEP_BPS = 50
"""A swing that goes on is told again when it is so much larger."""


class _Trade(Struct, array_like=True):
    time: int
    price: int
    step: int
    """Fen from the trade before."""
    qty: int
    sign: int
    group: str
    account: str
    order_id: int
    exec_id: int


class _Slot(Struct, array_like=True):
    start: int
    low: int
    low_time: int
    high: int
    high_time: int


class _Told(Struct, array_like=True):
    """The last swing of a kind today."""

    number: int = 0
    time: int = 0
    far: int = 0
    """1/10,000."""
    count: int = 0


class _Tape(Struct, array_like=True):
    slots: list[_Slot] = []
    trades: list[_Trade] = []
    low: int = 0
    """Of the slots before the last one."""
    high: int = 0
    told: dict[str, _Told] = {}
    """By direction, and what the distance is from."""


class _Swing(Struct):
    """A price's way within the window, and who took it there."""

    begin: int
    since: int
    moved: int
    """1/10,000."""
    of_day: int
    """1/10,000 from the day's reference."""
    leader: str
    led: int
    """Fen that the leader's trades went beyond those before them."""
    takers: int
    levels: int
    """Prices beyond the first at which the takers traded."""
    volume: int
    own: list[_Trade]
    """The leader's."""


class _State(Struct):
    tapes: dict[str, _Tape] = {}


class PriceSwing(Rule[_State]):
    """One episode for each swing, owned by the group that moved the price most by its finding."""

    name = "price_swing"
    version = 2
    defaults = {  # noqa: RUF012  as in self_trade
        "move_bps": 500,
        "window_minutes": 5,
        "day_bps": 1_000,
        "own_percent": 50,
        "levels": 3,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, DayBegan: self._on_day}

    def prepare(self) -> None:
        self._window = self.limits["window_minutes"] * 60 * NS_PER_SECOND
        self._slot = max(1, self._window // SLOTS)
        self._bps = self.limits["move_bps"]

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.tapes.clear()
        return NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing":
            return NOTHING
        tape = self.state.tapes.get(event.symbol)
        if tape is None:
            tape = self.state.tapes[event.symbol] = _Tape()
        price, sign, time = event.price, event.sign, event.time
        tape.trades.append(
            _Trade(
                time, price, price - event.previous if event.previous else 0, event.qty, sign,
                event.group(sign), event.account(sign), event.order_id(sign), event.exec_id,
            )
        )  # fmt: skip
        if len(tape.trades) >= 2 * KEPT_TRADES:
            del tape.trades[:KEPT_TRADES]
        slots = tape.slots
        if not slots or time - slots[-1].start >= self._slot:
            self._begin_slot(tape, time, event.previous or price)
        slot = slots[-1]
        if price < slot.low:
            slot.low, slot.low_time = price, time
        elif price > slot.high:
            slot.high, slot.high_time = price, time
        bps = self._bps
        low = min(tape.low, slot.low)
        high = max(tape.high, slot.high)
        if (price - low) * 10_000 < bps * low and (high - price) * 10_000 < bps * high:
            reference = self.market.instrument(event.symbol).day.reference
            of_day = abs(price - reference) * 10_000
            if not reference or of_day < self.limits["day_bps"] * reference:
                return NOTHING
        return self._judge(event, tape)

    def _begin_slot(self, tape: _Tape, time: int, price: int) -> None:
        slots = tape.slots
        slots.append(_Slot(time - time % self._slot, price, time, price, time))
        while slots[0].start + self._slot <= time - self._window:
            del slots[0]
        earlier = slots[:-1] or slots
        tape.low = min(slot.low for slot in earlier)
        tape.high = max(slot.high for slot in earlier)

    def _judge(self, event: Traded, tape: _Tape) -> Sequence[Finding]:
        found: list[Finding] = []
        price, reference = event.price, self.market.instrument(event.symbol).day.reference
        for sign in (1, -1):
            if sign > 0:
                begin, since = min((slot.low, slot.low_time) for slot in tape.slots)
            else:
                begin, since = max((slot.high, slot.high_time) for slot in tape.slots)
            moved = (price - begin) * sign * 10_000 // begin
            of_day = (price - reference) * sign * 10_000 // reference if reference else 0
            far_in_window = moved if moved >= self._bps else 0
            if not far_in_window and of_day < self.limits["day_bps"]:
                continue
            swing = self._swing(event, tape, sign, begin, since, max(0, moved), max(0, of_day))
            if not self._was_led(swing, event, sign):
                far_in_window = 0
            for kind, far, least in (
                ("window", far_in_window, self._bps), ("day", of_day, self.limits["day_bps"])
            ):  # fmt: skip
                told = self._told(tape, f"{'+' if sign > 0 else '-'}{kind}", event, far, least)
                if told is not None:
                    episode = f"{kind}/{'buy' if sign > 0 else 'sell'}/{told.number}"
                    found.append(self._find(event, swing, sign, episode, told.count))
        return found or NOTHING

    def _was_led(self, swing: "_Swing", event: Traded, sign: int) -> bool:
        moved = (event.price - swing.begin) * sign
        return (
            swing.led * 100 >= self.limits["own_percent"] * moved
            and swing.levels >= self.limits["levels"]
        )

    def _told(self, tape: _Tape, kind: str, event: Traded, far: int, least: int) -> _Told | None:
        """Return the swing where there is one to be told, as new or as so much larger."""
        if far < least:
            return None
        told = tape.told.setdefault(kind, _Told())
        if kind.endswith("window") and event.time - told.time > self._window:
            told.number, told.far, told.count = told.number + 1, 0, 0
        if told.far and far < told.far + _STEP_BPS:
            return None
        told.time, told.far, told.count = event.time, far, told.count + 1
        return told

    @staticmethod
    def _swing(
        event: Traded, tape: _Tape, sign: int, begin: int, since: int, moved: int, of_day: int
    ) -> "_Swing":
        taken = [trade for trade in tape.trades if trade.time >= since and trade.sign == sign]
        steps: dict[str, int] = {}
        for trade in taken:
            steps[trade.group] = steps.get(trade.group, 0) + max(0, trade.step * sign)
        leader = max(steps, key=lambda group: steps[group]) if steps else event.group(sign)
        return _Swing(
            begin, since, moved, of_day, leader, steps.get(leader, 0), len(steps),
            len({trade.price for trade in taken} - {begin}), sum(trade.qty for trade in taken),
            [trade for trade in taken if trade.group == leader],
        )  # fmt: skip

    @staticmethod
    def _find(event: Traded, swing: "_Swing", sign: int, episode: str, count: int) -> Finding:
        own = swing.own
        qty = sum(trade.qty for trade in own)
        return Finding(
            episode=f"{event.symbol}/{episode}",
            severity="info",
            score=min(100, 40 + max(swing.moved, swing.of_day) // 25),
            symbol=event.symbol,
            owner=swing.leader,
            members=sorted({trade.account for trade in own} - {""}),
            seq=event.seq,
            transact_time=event.time,
            order_ids=list(dict.fromkeys(trade.order_id for trade in own))[-EVIDENCE:],
            exec_ids=[trade.exec_id for trade in own][-EVIDENCE:],
            count=count,
            facts={
                "side": "buy" if sign > 0 else "sell",
                "from_price": swing.begin,
                "to_price": event.price,
                "moved_bps": swing.moved,
                "seconds": (event.time - swing.since) // NS_PER_SECOND,
                "day_moved_bps": swing.of_day,
                "leader": swing.leader,
                "pushed_qty": qty,
                "share_percent": percent(qty, swing.volume),
                "levels": len({trade.price for trade in own}),
                "takers": swing.takers,
            },
        )
