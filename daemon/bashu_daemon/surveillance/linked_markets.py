"""A push in one instrument for the sake of a position in another: the base of two rules.

Source: reference/surveillance.md A1 #23 and #24: a group moves X by two usual moves within half an
hour, with 30 % of the volume since it began and most of what came to the other side on its side,
while it holds or has sold five times as much of Y, which gains. It must have widened the gap
between the two: who buys the cheap one and sells the dear one brings prices together. All but the
30 minutes, the two moves and the five times is this venue's own. A mere holding is information: in
a spot market everybody holds something.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final, TypeVar

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.history import PPM, Bar, History
from bashu_daemon.surveillance.kinship import Region, Relation, region_of, relation
from bashu_daemon.surveillance.market import Instrument
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import DayBegan, Seen, Traded
from bashu_protocol.messages import Severity
from bashu_protocol.units import NS_PER_DAY, NS_PER_MINUTE, NS_PER_SECOND

LOOK_NS: Final = 10 * NS_PER_SECOND
"""How often an instrument is looked at for a push in another."""
MOST_PUSHES: Final = 50
"""Looked after at a time."""


class Push(Struct, array_like=True):
    """What a group did in an instrument. Fen, tonnes."""

    group: str
    symbol: str
    sign: int
    since: int
    """When the window began in which it was found first."""
    last: int
    before: int
    """The price when the window began."""
    reached: int
    qty: int
    share: int
    looked: dict[str, int] = {}
    """When another instrument was looked at last."""
    told: int = 0
    """The larger of what it sold and held of others when it was last told of."""
    accounts: list[str] = []
    order_ids: list[int] = []
    exec_ids: list[int] = []


class LinkedState(Struct):
    """What both rules remember."""

    pushes: dict[str, Push] = {}
    """By `group/symbol`; those whose time is over are gone."""
    times: dict[str, int] = {}
    """Found today, by `group/symbol`."""


State = TypeVar("State", bound=LinkedState)


class _Leg(Struct):
    """What a group has of the other instrument."""

    symbol: str
    before: int
    now: int
    held: int
    built: int
    """Bought less sold within some days before."""
    realised: int
    """Sold after a push upwards, or bought after one downwards."""

    def qty(self, sign: int) -> int:
        return max(self.realised, self.built * sign, self.held if sign > 0 else 0)


DEFAULTS: Final = {
    "window_minutes": 30,
    "move_percent": 200,
    "share_percent": 30,
    "lead_percent": 50,
    "size_multiple": 3,
    "position_multiple": 5,
    "position_days": 10,
    "widened_percent": 25,
    "gain_percent": 100,
    "min_qty": 20,
}


class LinkedMarkets(Rule[State]):
    """One episode for each group, pushed instrument and day."""

    relation: ClassVar[Relation]
    defaults = DEFAULTS
    is_per_instrument = False

    def prepare(self) -> None:
        self._window = self.limits["window_minutes"] * NS_PER_MINUTE
        self._bounds: dict[str, tuple[int, int, int]] = {}
        """By instrument: the bar for which they hold, and the prices that are usual moves away."""

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self.on_trade, DayBegan: self.on_day}

    def on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.pushes.clear()
        self.state.times.clear()
        self._bounds.clear()
        return NOTHING

    def on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing" or len(self.market.instruments) < 2:
            return NOTHING
        symbol = event.symbol
        instrument = self.market.instrument(symbol)
        history = instrument.history
        bar = history.bars[-1].start
        bounds = self._bounds.get(symbol)
        if bounds is None or bounds[0] != bar:
            bounds = self._bounds[symbol] = (bar, *self._usual(history, bar))
        if event.price >= bounds[2] if event.sign > 0 else event.price <= bounds[1]:
            self._note_push(event, instrument)
        return self._judge(event) if self.state.pushes else NOTHING

    def _usual(self, history: History, bar: int) -> tuple[int, int]:
        """Return the prices beyond which a move is a large one, for all of a bar."""
        before = history.price_at(bar - self._window)
        if not before or not history.is_ready():
            return -1, 2**62
        large = history.usual_move(self._window) * self.limits["move_percent"] // 100
        return before - before * large // PPM - 1, before + before * large // PPM + 1

    def _note_push(self, event: Traded, instrument: Instrument) -> None:
        """Remember who moved the price, if one group did and widened a gap by it."""
        limits, history, sign = self.limits, instrument.history, event.sign
        group = event.group(sign)
        bars = _since_first_push(history.since(event.time - self._window), group, sign)
        qty = sum(bar.pushed.get(group, 0) for bar in bars) * sign
        volume = sum(bar.volume for bar in bars)
        least = max(limits["min_qty"], limits["size_multiple"] * instrument.trade_size.median)
        before = bars[0].before
        if (
            not group
            or qty < least
            or percent(qty, volume) < limits["share_percent"]
            or (event.price - before) * sign <= 0
            or percent(qty, _came_on(bars, sign)) < limits["lead_percent"]
        ):
            return
        key = f"{group}/{event.symbol}"
        push = self.state.pushes.get(key)
        if push is None or push.sign != sign:
            if not any(
                self._is_widened(event, bars[0].start, before, other)
                for other in self._others(event.symbol)
            ):
                return
            if len(self.state.pushes) >= MOST_PUSHES:
                del self.state.pushes[next(iter(self.state.pushes))]
            push = self.state.pushes[key] = Push(
                group, event.symbol, sign, bars[0].start, event.time, before, event.price, qty, 0
            )
        push.last, push.reached, push.qty = event.time, event.price, max(qty, push.qty)
        push.share = max(push.share, percent(qty, volume))
        account = event.account(sign)
        if account and account not in push.accounts:
            push.accounts = sorted([*push.accounts, account])
        remember(push.order_ids, event.order_id(sign))
        remember(push.exec_ids, event.exec_id)

    def _others(self, symbol: str) -> Iterator[str]:
        """Name the instruments that are related as this rule looks for."""
        own = self.region(symbol)
        for other in self.market.instruments:
            if other != symbol and relation(own, self.region(other)) == self.relation:
                yield other

    def region(self, symbol: str) -> Region:
        return region_of(symbol, self.market.products.get(symbol, ""))

    def _is_widened(self, event: Traded, since: int, before: int, other: str) -> bool:
        """Tell whether the gap to the other instrument is wider than it was, by this move.

        Both prices are taken as shares of their averages before the window.
        """
        one = self.market.instrument(event.symbol).history
        two = self.market.instrument(other).history
        usual, usual_other = _average(one, since), _average(two, since)
        other_before = two.price_at(since)
        if not usual or not usual_other or not other_before:
            return False
        other_now = two.bars[-1].close
        gap_before = before * PPM // usual - other_before * PPM // usual_other
        gap = event.price * PPM // usual - other_now * PPM // usual_other
        moved = abs(event.price - before) * PPM // usual
        widened = (gap - gap_before) * event.sign
        return (
            gap * event.sign > 0
            and abs(gap) > abs(gap_before)
            and widened * 100 >= moved * self.limits["widened_percent"]
        )

    def _judge(self, event: Traded) -> Sequence[Finding]:
        """Look what the trade means for the other instruments of those who pushed."""
        found: list[Finding] = []
        for key, push in list(self.state.pushes.items()):
            if event.time - push.last > self._window:
                del self.state.pushes[key]
            elif push.symbol != event.symbol and (
                event.time >= push.looked.get(event.symbol, 0) + LOOK_NS
                and relation(self.region(push.symbol), self.region(event.symbol)) == self.relation
            ):
                push.looked[event.symbol] = event.time
                leg = self._leg(event, push)
                if leg is not None:
                    found += self._judge_leg(event, push, leg)
        return found or NOTHING

    def _leg(self, event: Traded, push: Push) -> "_Leg | None":
        """Return what the group has of an instrument that gained enough; None where it did not."""
        history = self.market.instrument(event.symbol).history
        before = history.price_at(push.since)
        moved = (event.price - before) * push.sign
        least = before * history.usual_move(event.time - push.since) // PPM
        if not before or moved <= 0 or moved * 100 < least * self.limits["gain_percent"]:
            return None
        since = event.time - self.limits["position_days"] * NS_PER_DAY
        realised = sum(bar.net.get(push.group, 0) for bar in history.since(push.since))
        return _Leg(
            event.symbol, before, event.price,
            max(0, self.market.holdings.of(event.symbol, push.group)),
            history.net_between(since, push.since).get(push.group, 0), -realised * push.sign,
        )  # fmt: skip

    def _judge_leg(self, event: Traded, push: Push, leg: _Leg) -> Sequence[Finding]:
        limits, sign = self.limits, push.sign
        qty = leg.qty(sign)
        needed = limits["position_multiple"] * push.qty
        if qty < needed or qty * 10 < push.told * 11:
            return NOTHING
        is_built = leg.realised >= needed or leg.built * sign >= needed
        key = f"{push.group}/{push.symbol}"
        times = self.state.times
        if not push.told:
            times[key] = times.get(key, 0) + 1
        push.told = qty
        severity: Severity = "info"
        if is_built:
            severity = "violation" if times[key] > 1 and leg.realised >= needed else "warning"
        finding = Finding(
            episode=key,
            severity=severity,
            score=min(100, 40 + push.share // 4 + 20 * (leg.realised >= needed) + 5 * times[key]),
            symbol=push.symbol,
            owner=push.group,
            members=push.accounts,
            seq=event.seq,
            transact_time=event.time,
            order_ids=push.order_ids[-EVIDENCE:],
            exec_ids=push.exec_ids[-EVIDENCE:],
            count=times[key],
            gain=(leg.now - leg.before) * sign * qty,
            facts={
                "side": "buy" if sign > 0 else "sell",
                "pushed_qty": push.qty,
                "share_percent": push.share,
                "from_price": push.before,
                "to_price": push.reached,
                "other_symbol": leg.symbol,
                "other_qty": qty,
                "other_realised": max(0, leg.realised),
                "other_from_price": leg.before,
                "other_to_price": leg.now,
                "times": times[key],
            },
        )
        return (finding,)


def _since_first_push(bars: list[Bar], group: str, sign: int) -> list[Bar]:
    """Return the bars from that on in which a group first pushed to one side; the last at least."""
    for number, bar in enumerate(bars):
        if bar.pushed.get(group, 0) * sign > 0:
            return bars[number:]
    return bars[-1:]


def _came_on(bars: Sequence[Bar], sign: int) -> int:
    """Return what all groups together pushed to one side, each on balance."""
    pushed: dict[str, int] = {}
    for bar in bars:
        for group, qty in bar.pushed.items():
            pushed[group] = pushed.get(group, 0) + qty
    return sum(qty * sign for qty in pushed.values() if qty * sign > 0)


def _average(history: History, until: int) -> int:
    """Return the average price of the bars before a time; 0 for none."""
    volume = turnover = 0
    for bar in history.bars:
        if bar.start >= until:
            break
        volume += bar.volume
        turnover += bar.turnover
    return turnover // volume if volume else 0
