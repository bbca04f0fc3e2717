"""Marking the close: a group pushes the price from which the next day's limits are reckoned.

Source: reference/surveillance.md A1 #11 and row 0: 10 % (sensitive) and 50 % (normal) of the
volume in the closing window or of the day are published shares. Below the normal share the group
must have saved its pushes for the close: its share is some times what it was before, so that who
buys all day for a deadline does not mark the close. The last minutes are looked at, too, one by
one, and there it must be the more. How far is far is the instrument's own: in every window the
group must have come several times, and the levels that it emptied itself are several of the
market's usual swings and make up its part of the move; the last trade of a thin day is somebody's.
The close of the national market is the average price of the whole day, so on a thin day a single
print may make it: the whole day is looked at, too, with the group's pushes and without them.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.minutes import Minute, Minutes, all_lifted, usual_move
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import DayBegan, DayEnded, Seen, Traded
from bashu_protocol.units import NS_PER_MINUTE

WINDOWS: Final = (1, 2, 3, 5, 10)
"""Minutes before the end that are looked at besides the closing window: a close is marked in the
last minute or the last quarter of an hour."""
LONG_MINUTES: Final = 10
"""Shorter windows than this and the closing window ask for more."""


class _Push(Struct, array_like=True):
    """One group's pushes to one side over the day."""

    qty: int = 0
    value: int = 0
    order_ids: list[int] = []
    exec_ids: list[int] = []
    accounts: list[str] = []


class _State(Struct):
    minutes: dict[str, Minutes] = {}
    pushes: dict[str, dict[str, _Push]] = {}


class MarkingClose(Rule[_State]):
    """One episode for each group and instrument a day, found at the day's end."""

    name = "marking_close"
    version = 2
    defaults = {  # noqa: RUF012  as in self_trade
        "window_minutes": 15,
        "before_minutes": 20,
        "sensitive_percent": 10,
        "normal_percent": 50,
        "percent_per_minute": 1,
        "move_bps": 10,
        "day_bps": 50,
        "times_before": 2,
        "one_sided_percent": 75,
        "lifted_percent": 40,
        "swings": 3,
        "pushes": 2,
        "own_percent": 25,
        "min_qty": 1,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, DayBegan: self._on_day, DayEnded: self._on_end}

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        for minutes in self.state.minutes.values():
            minutes.begin_day()
        self.state.pushes.clear()
        return NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing":
            return NOTHING
        side = self.market.instrument(event.symbol).side(-event.sign)
        self.state.minutes.setdefault(event.symbol, Minutes()).add(event, side.best)
        key = f"{'+' if event.sign > 0 else '-'}{event.group(event.sign)}"
        push = self.state.pushes.setdefault(event.symbol, {}).setdefault(key, _Push())
        push.qty += event.qty
        push.value += event.qty * event.price
        remember(push.order_ids, event.order_id(event.sign))
        remember(push.exec_ids, event.exec_id)
        account = event.account(event.sign)
        if account and account not in push.accounts:
            push.accounts.append(account)
        return NOTHING

    def _on_end(self, event: DayEnded) -> Sequence[Finding]:
        found: list[Finding] = []
        for symbol, minutes in self.state.minutes.items():
            if not minutes.kept:
                continue
            longest = self.limits_of(symbol)["window_minutes"]
            lengths = [*(length for length in WINDOWS if length < longest), longest]
            lates = [self._late(symbol, minutes, length) for length in lengths]
            for key, push in self.state.pushes[symbol].items():
                judged = [self._judge(event, symbol, key, push, late) for late in lates]
                marked = [finding for finding in judged if finding is not None]
                if marked:
                    found.append(max(marked, key=lambda finding: finding.score))
        return found or NOTHING

    def _late(self, symbol: str, minutes: Minutes, length: int) -> "_Late":
        limits = self.limits_of(symbol)
        since = minutes.kept[-1].start - (length - 1) * NS_PER_MINUTE
        window = minutes.since(since)
        earlier = minutes.since(since - limits["before_minutes"] * NS_PER_MINUTE)
        earlier = earlier[: len(earlier) - len(window)]
        return _Late(
            window,
            sum(minute.volume for minute in window),
            sum(minute.turnover for minute in window),
            _average(earlier) or self.market.instrument(symbol).day.reference,
            length,
            length >= min(LONG_MINUTES, limits["window_minutes"]),
            minutes.usual_day(),
        )

    @staticmethod
    def _made_move(limits: Mapping[str, int], late: "_Late", key: str) -> bool:
        """Tell whether a window's move is the group's, and no chance.

        In a few minutes of a thin market most groups that trade at all have half of the volume, and
        in a market that goes anywhere every taker seems to go with it.
        """
        window = late.window
        sign = 1 if key[0] == "+" else -1
        moved = (window[-1].last - window[0].first) * sign
        lifted = sum(minute.lifted.get(key, 0) for minute in window)
        orders = {number for minute in window for number in minute.order_ids.get(key, ())}
        return (
            len(orders) >= limits["pushes"]
            and lifted >= limits["lifted_percent"] * moved
            and lifted * 100 >= limits["own_percent"] * all_lifted(window, sign)
            and lifted >= limits["swings"] * usual_move(window) * 100
            and moved >= usual_move(window)
        )

    def _judge(
        self, event: DayEnded, symbol: str, key: str, push: _Push, late: "_Late"
    ) -> Finding | None:
        window = late.window
        limits, instrument = self.limits_of(symbol), self.market.instrument(symbol)
        day, least_qty = instrument.day, max(limits["min_qty"], instrument.order_size.median)
        sign = 1 if key[0] == "+" else -1
        other = f"{'-' if sign > 0 else '+'}{key[1:]}"
        qty = sum(minute.pushed.get(key, 0) for minute in window)
        back = sum(minute.pushed.get(other, 0) for minute in window)
        share, day_share = percent(qty, late.volume), percent(push.qty, day.volume)
        before = percent(push.qty - qty, day.volume - late.volume)
        moved = late.moved(sign)
        day_moved = _moved(day.turnover, day.volume, push.value, push.qty, day.reference, sign)
        normal, least = limits["normal_percent"], limits["move_bps"]
        # The shorter the window, the more of it: chance has more room in a minute.
        more = limits["percent_per_minute"] * max(0, limits["window_minutes"] - late.minutes)
        is_saved_up = (
            share >= limits["sensitive_percent"] + more and share >= limits["times_before"] * before
        )
        marks_late = (
            qty >= least_qty
            and moved >= least
            and self._made_move(limits, late, key)
            and percent(qty, qty + back) >= limits["one_sided_percent"]
            and (share >= normal or is_saved_up)
        )
        marks_day = (
            late.usual_day > 0
            and push.qty >= least_qty
            and day_share >= normal
            and day_moved >= limits["day_bps"]
            and day_moved * day.reference >= limits["swings"] * late.usual_day * 10_000
        )
        if not (marks_late or marks_day):
            return None
        group = key[1:]
        return Finding(
            episode=f"{group}/{symbol}",
            severity="violation" if marks_late and share >= normal else "warning",
            score=min(100, 40 + max(share, day_share) // 2 + max(moved, day_moved) // 10),
            symbol=symbol,
            owner=group,
            members=sorted(push.accounts),
            seq=event.seq,
            transact_time=event.time,
            order_ids=push.order_ids[-EVIDENCE:],
            exec_ids=push.exec_ids[-EVIDENCE:],
            facts={
                "side": "buy" if key[0] == "+" else "sell",
                "share_percent": share,
                "share_before": before,
                "moved_bps": moved,
                "day_percent": day_share,
                "day_moved_bps": day_moved,
                "usual_price": late.usual,
                "last_price": day.last,
                "pushed_qty": qty,
            },
        )


class _Late(Struct):
    """A closing window, of all groups, and the average price before it."""

    window: list[Minute]
    volume: int
    turnover: int
    usual: int
    minutes: int
    """Its length, with those without trades."""
    is_long: bool
    usual_day: int
    """Fen that the price usually goes over such a day; 0 while that is not known."""

    def moved(self, sign: int) -> int:
        """Return how far, in 1/10,000, the window moved the price to one side.

        In a long window it is the distance of its average from the price before; in a short one
        that of its last price from its first, for before it may have been a trend.
        """
        if self.is_long:
            return max(0, _distance(self.turnover, self.volume, self.usual, sign))
        first, last = self.window[0].first, self.window[-1].last
        return max(0, (last - first) * sign * 10_000 // first)


def _average(minutes: list[Minute]) -> int:
    """Fen; 0 without trades."""
    volume = sum(minute.volume for minute in minutes)
    return sum(minute.turnover for minute in minutes) // volume if volume else 0


def _distance(turnover: int, volume: int, usual: int, sign: int) -> int:
    """Return how far, in 1/10,000, an average price stands from the usual one to one side."""
    if not volume or not usual:
        return 0
    return (turnover - usual * volume) * sign * 10_000 // (usual * volume)


def _moved(turnover: int, volume: int, value: int, qty: int, usual: int, sign: int) -> int:
    """Return how far, in 1/10,000, an average price stands from the usual one by some pushes.

    It is the distance from the usual price or, where others traded, from what these paid, whichever
    is less.
    """
    distance = _distance(turnover, volume, usual, sign)
    others = volume - qty
    if not qty or not others:
        return max(0, distance)
    without = (turnover - value) * volume
    effect = (turnover * others - without) * sign * 10_000 // max(1, without)
    return max(0, min(distance, effect))
