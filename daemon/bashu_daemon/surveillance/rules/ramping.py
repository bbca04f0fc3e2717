"""Ramping: a price pushed by one group that then trades the other way at what it made of it.

Source: reference/surveillance.md A1 #10, in the shape of the SSE rules on pushing and pressing
prices (拉抬打压): within three minutes the group is the aggressor in at least 30 % of the volume,
comes to the market on that side almost only, with several orders, and empties levels for most of
the move or is nearly alone; the price moves its way, and what it emptied is beyond the market's own
swings and a small floor. Within ten minutes more it trades at least half of that the other way, at
a better average price than it pushed at (KRM22: the profitable opposite leg); a far push is one
without profit, too, for the way back moves the price again. Where the emptied levels are several
swings, nothing but the price explains the push: that its group turns round at all is enough. Who
makes a market always trades both ways: it must have pushed so strongly and gone the whole way back.
Who pushes little and at a loss, on both sides, or with a market that others move as much, does not
ramp. The numbers are this venue's own.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.minutes import Minute, Minutes, all_lifted, usual_move
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import DayBegan, Seen, Traded
from bashu_protocol.units import NS_PER_MINUTE


class _Ramp(Struct, array_like=True):
    sign: int
    began: int
    from_price: int
    to_price: int
    pushed: int
    pushed_value: int
    last: int
    share: int
    order_ids: list[int] = []
    back_ids: list[int] = []
    """Orders that traded the other way."""
    exec_ids: list[int] = []
    accounts: list[str] = []
    unwound: int = 0
    unwound_value: int = 0
    is_told: bool = False
    is_strong: bool = False


class _Push(Struct):
    """What a group pushed within some minutes, where that may be a ramp."""

    share: int
    """Of the volume, in percent."""
    is_strong: bool
    """Whether hardly anything else than a wish to move the price explains it."""


class _State(Struct):
    minutes: dict[str, Minutes] = {}
    ramps: dict[str, _Ramp] = {}
    counts: dict[str, int] = {}


class Ramping(Rule[_State]):
    """One episode for each group and instrument a day, with each ramp as an observation."""

    name = "ramping"
    version = 2
    defaults = {  # noqa: RUF012  as in self_trade
        "window_minutes": 3,
        "share_percent": 30,
        "percent_per_minute": 10,
        "one_sided_percent": 75,
        "lifted_percent": 60,
        "own_percent": 55,
        "alone_percent": 60,
        "move_bps": 15,
        "swings": 2,
        "pushes": 2,
        "unwind_minutes": 10,
        "unwind_percent": 50,
        "profit_percent": 15,
        "strong_bps": 100,
        "strong_swings": 4,
        "strong_pushes": 3,
        "turned_percent": 5,
        "size_multiple": 5,
        "min_qty": 10,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, DayBegan: self._on_day}

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        state = self.state
        for minutes in state.minutes.values():
            minutes.begin_day()
        state.ramps.clear()
        state.counts.clear()
        return NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing" or event.buy_group == event.sell_group:
            return NOTHING
        minutes = self.state.minutes.setdefault(event.symbol, Minutes())
        side = self.market.instrument(event.symbol).side(-event.sign)
        minutes.add(event, side.best)
        self._look_for_ramp(event, minutes)
        found: list[Finding] = []
        for sign in (1, -1):
            ramp = self.state.ramps.get(f"{event.group(sign)}/{event.symbol}/{-sign}")
            if ramp is not None:
                found += self._unwind(ramp, event, sign)
        return found or NOTHING

    def _look_for_ramp(self, event: Traded, minutes: Minutes) -> None:
        sign, place = event.sign, f"{event.group(event.sign)}/{event.symbol}/{event.sign}"
        ramp = self.state.ramps.get(place)
        if ramp is not None and self._is_over(ramp, event.time):
            ramp = None
        if ramp is not None:
            ramp.pushed += event.qty
            ramp.pushed_value += event.qty * event.price
            ramp.to_price = max(ramp.to_price * sign, event.price * sign) * sign
        for length in range(1, self.limits["window_minutes"] + 1):
            window = minutes.since(event.time - length * NS_PER_MINUTE)
            # The shorter the window, the more of it: chance has more room in a minute.
            more = self.limits["percent_per_minute"] * (self.limits["window_minutes"] - length)
            push = self._push(event, window, self.limits["share_percent"] + more)
            if push is not None:
                break
        else:
            return
        if ramp is None:
            key = _key(event.group(sign), sign)
            ramp = self.state.ramps[place] = _Ramp(
                sign, window[0].start, window[0].first, event.price,
                sum(minute.pushed.get(key, 0) for minute in window),
                sum(minute.push_value.get(key, 0) for minute in window), event.time, push.share,
            )  # fmt: skip
            for minute in window:
                for number in minute.order_ids.get(key, ()):
                    remember(ramp.order_ids, number)
        ramp.last, ramp.share = event.time, max(ramp.share, push.share)
        ramp.is_strong |= push.is_strong
        remember(ramp.order_ids, event.order_id(sign))
        remember(ramp.exec_ids, event.exec_id)
        account = event.account(sign)
        if account and account not in ramp.accounts:
            ramp.accounts.append(account)

    def _push(self, event: Traded, window: list[Minute], least_share: int) -> _Push | None:
        limits, sign, group = self.limits, event.sign, event.group(event.sign)
        first, usual = window[0].first, usual_move(window)
        moved = (event.price - first) * sign
        if moved < max(1, usual) or moved * 10_000 < first * limits["move_bps"]:
            return None
        key = _key(group, sign)
        pushed = sum(minute.pushed.get(key, 0) for minute in window)
        back = sum(minute.pushed.get(_key(group, -sign), 0) for minute in window)
        share = percent(pushed, sum(minute.volume for minute in window))
        lifted = sum(minute.lifted.get(key, 0) for minute in window)
        is_mover = lifted >= limits["lifted_percent"] * moved
        if (
            pushed < self._least_qty(event.symbol)
            or not (is_mover or share >= limits["alone_percent"])
            or lifted < limits["swings"] * usual * 100
            or lifted * 100 < limits["own_percent"] * all_lifted(window, sign)
            or share < least_share
            or percent(pushed, pushed + back) < limits["one_sided_percent"]
        ):
            return None
        orders = {number for minute in window for number in minute.order_ids.get(key, ())}
        if len(orders) < limits["pushes"]:
            return None
        is_strong = (
            window[0].is_settled
            and is_mover
            and len(orders) >= limits["strong_pushes"]
            and lifted >= limits["strong_swings"] * max(1, usual) * 100
        )
        # Who makes a market always trades both ways, and mostly with a profit.
        is_maker = self.market.own(group, event.symbol).is_maker
        return None if is_maker and not is_strong else _Push(share, is_strong and not is_maker)

    def _least_qty(self, symbol: str) -> int:
        usual = self.market.instrument(symbol).order_size.median
        return max(self.limits["min_qty"], self.limits["size_multiple"] * usual)

    def _is_over(self, ramp: _Ramp, time: int) -> bool:
        return time - ramp.last > self.limits["unwind_minutes"] * NS_PER_MINUTE

    def _unwind(self, ramp: _Ramp, event: Traded, sign: int) -> Sequence[Finding]:
        move = abs(ramp.to_price - ramp.from_price)
        is_far = move * 10_000 >= self.limits["strong_bps"] * ramp.from_price
        is_strong = ramp.is_strong or is_far
        is_behind = (event.price - ramp.from_price) * ramp.sign <= 0
        if self._is_over(ramp, event.time) or (is_behind and not is_strong):
            return NOTHING
        ramp.unwound += event.qty
        ramp.unwound_value += event.qty * event.price
        remember(ramp.back_ids, event.order_id(sign))
        remember(ramp.exec_ids, event.exec_id)
        account = event.account(sign)
        if account and account not in ramp.accounts:
            ramp.accounts.append(account)
        least_back = self.limits["turned_percent" if ramp.is_strong else "unwind_percent"]
        if ramp.unwound * 100 < least_back * ramp.pushed:
            return NOTHING
        average, paid = ramp.unwound_value // ramp.unwound, ramp.pushed_value // ramp.pushed
        profit = (average - paid) * ramp.sign
        least = max(move, ramp.from_price * self.limits["move_bps"] // 10_000)
        if not is_strong and (profit <= 0 or profit * 100 < self.limits["profit_percent"] * least):
            return NOTHING
        if (average - ramp.to_price) * ramp.sign > 2 * move:
            return NOTHING  # others went on with it, further than the group had pushed
        key = f"{event.group(sign)}/{event.symbol}"
        if not ramp.is_told:
            ramp.is_told = True
            self.state.counts[key] = self.state.counts.get(key, 0) + 1
        count = self.state.counts[key]
        gain = ramp.unwound * max(0, profit)
        finding = Finding(
            episode=key,
            severity="violation" if count > 1 or ramp.share >= 60 else "warning",
            score=min(100, 40 + ramp.share // 2 + 10 * count),
            symbol=event.symbol,
            owner=event.group(sign),
            members=sorted(ramp.accounts),
            seq=event.seq,
            transact_time=event.time,
            began=ramp.began,
            order_ids=[*ramp.order_ids[-EVIDENCE:], *ramp.back_ids[-EVIDENCE:]],
            exec_ids=ramp.exec_ids[-EVIDENCE:],
            count=count,
            gain=gain,
            facts={
                "side": "buy" if ramp.sign > 0 else "sell",
                "from_price": ramp.from_price,
                "to_price": ramp.to_price,
                "pushed_qty": ramp.pushed,
                "share_percent": ramp.share,
                "pushed_price": paid,
                "unwound_qty": ramp.unwound,
                "unwound_price": average,
                "times": count,
            },
        )
        return (finding,)


def _key(group: str, sign: int) -> str:
    return f"{'+' if sign > 0 else '-'}{group}"
