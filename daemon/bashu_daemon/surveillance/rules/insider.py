"""Insider trading: who took a position before facts became public, and was right.

Source: reference/surveillance.md A1 #21: within ten days before a registered disclosure a group
opens at least three times its usual position to one side, and the price then goes its way by two
usual moves. These numbers are this venue's own. Nothing need be traded on the day of the
disclosure: what finds it is the price (the failure of a real monitor, FCA Market Watch 79). What is
usual for a group is how much it bought or sold on balance on the days before the ten, over so many
days; for one that never traded before it is what the others took in the ten. Who buys as much every
day for a deadline takes its usual position. The return is judged at the end of the day of the
disclosure and of the next, and at once where it is twice as large.
"""

from collections.abc import Mapping, Sequence
from math import isqrt

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.history import BAR_NS, PPM, History
from bashu_daemon.surveillance.rule import Handler, Rule
from bashu_daemon.surveillance.seen import DayEnded, Disclosed, Seen, Traded
from bashu_protocol.units import NS_PER_DAY

MOST_PENDING = 100


class _Position(Struct, array_like=True):
    """What a group bought, less what it sold, before a disclosure; and what is usual for it."""

    group: str
    net: int
    usual: int


class _Case(Struct, array_like=True):
    """A disclosure whose effect is still awaited."""

    number: int
    kind: str
    symbol: str
    at: int
    about: str
    before: int
    """The price before it; fen."""
    positions: list[_Position]
    days: int = 0
    """Trading days that have ended since."""
    looked: int = 0
    """The bar in which it was looked at last."""


class _State(Struct):
    cases: list[_Case] = []
    numbers: int = 0


class Insider(Rule[_State]):
    """One episode for each disclosure and group."""

    name = "insider"
    defaults = {  # noqa: RUF012  as in self_trade
        "before_days": 10,
        "position_multiple": 3,
        "return_percent": 200,
        "after_days": 2,
        "share_percent": 5,
        "min_qty": 100,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Disclosed: self._on_disclosed, Traded: self._on_trade, DayEnded: self._on_end}

    def _on_disclosed(self, event: Disclosed) -> Sequence[Finding]:
        instrument = self.market.instrument(event.symbol)
        before = instrument.history.price_at(event.at) or instrument.day.reference
        positions = self._positions(instrument.history, event.at - event.at % BAR_NS)
        if not before or not positions:
            return NOTHING
        state = self.state
        state.numbers += 1
        case = _Case(
            state.numbers, event.kind, event.symbol, event.at, event.about, before, positions
        )
        state.cases.append(case)
        del state.cases[:-MOST_PENDING]
        if event.time - event.at < BAR_NS:
            return NOTHING
        return self._judge(event, case, instrument.day.last, 1)  # put on record afterwards

    def _positions(self, history: History, at: int) -> list[_Position]:
        """Return who had opened an unusual position when the facts became public."""
        limits = self.limits
        since = at - limits["before_days"] * NS_PER_DAY
        nets = history.net_between(since, at)
        bought = sum(net for net in nets.values() if net > 0)
        # As much as one party of the market can be expected to take.
        expected = bought // max(1, sum(net > 0 for net in nets.values()))
        days = sum(since <= day.began < at for day in history.days)
        found = []
        for group, net in nets.items():
            usual = _usual_position(history.daily_nets(group, since), days)
            usual = usual if usual is not None else expected
            if (
                abs(net) >= limits["min_qty"]
                and abs(net) >= limits["position_multiple"] * usual
                and percent(abs(net), bought) >= limits["share_percent"]
            ):
                found.append(_Position(group, net, usual))
        return found

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        """Look at a disclosure's instrument once in a bar."""
        if not self.state.cases or event.mode != "listing":
            return NOTHING
        found: list[Finding] = []
        bar = event.time - event.time % BAR_NS
        for case in self.state.cases:
            if case.symbol == event.symbol and case.looked < bar:
                case.looked = bar
                found += self._judge(event, case, event.price, 2)
        return found or NOTHING

    def _on_end(self, event: DayEnded) -> Sequence[Finding]:
        found: list[Finding] = []
        for case in self.state.cases:
            if event.time < case.at:
                continue
            case.days += 1
            found += self._judge(event, case, self.market.instrument(case.symbol).day.last, 1)
        self.state.cases = [
            case
            for case in self.state.cases
            if case.days < self.limits_of(case.symbol)["after_days"]
        ]
        return found or NOTHING

    def _judge(
        self, event: Disclosed | Traded | DayEnded, case: _Case, price: int, times: int
    ) -> list[Finding]:
        """Return who was right, if the price moved by so many times what a return must be."""
        limits = self.limits_of(case.symbol)
        history = self.market.instrument(case.symbol).history
        if not price or not history.is_ready():
            return []
        usual = history.usual_move(_open_time(history, case.at, event.time))
        moved = (price - case.before) * PPM // case.before
        if abs(moved) * 100 < usual * limits["return_percent"] * times:
            return []
        sign = 1 if moved > 0 else -1
        return [
            self._finding(event, case, position, price, abs(moved) * 100 // usual)
            for position in case.positions
            if position.net * sign > 0
        ]

    def _finding(
        self,
        event: Disclosed | Traded | DayEnded,
        case: _Case,
        position: _Position,
        price: int,
        times: int,
    ) -> Finding:
        is_party = position.group == case.about
        multiple = abs(position.net) // max(1, position.usual)
        return Finding(
            episode=f"{case.number}/{position.group}",
            severity="violation" if is_party else "warning",
            score=min(100, 30 + 5 * min(multiple, 6) + times // 20 + 20 * is_party),
            symbol=case.symbol,
            owner=position.group,
            members=self.market.groups.accounts_of(position.group),
            seq=event.seq,
            transact_time=event.time,
            gain=abs(price - case.before) * abs(position.net),
            is_of_the_day=False,
            facts={
                "side": "buy" if position.net > 0 else "sell",
                "disclosure": case.kind,
                "opened_qty": abs(position.net),
                "usual_position": position.usual,
                "opened_within_days": self.limits_of(case.symbol)["before_days"],
                "from_price": case.before,
                "to_price": price,
                "usual_moves_percent": times,
                "is_party": int(is_party),
            },
        )


def _usual_position(nets: Sequence[int], days: int) -> int | None:
    """Return what a group takes in so many days; None for one that never traded.

    Purchases of a buyer add up, those of one who buys and sells as it comes do by their root.
    """
    traded = [net for net in nets if net]
    if not traded:
        return None
    drift = abs(sum(nets)) * days // len(nets)
    square = sum(net * net for net in nets) * days // len(nets)
    return max(drift, isqrt(square))


def _open_time(history: History, since: int, until: int) -> int:
    """Return for how long there was trading between two times, by the bars; ns."""
    return len(history.since(since)) * BAR_NS if until > since else 0
