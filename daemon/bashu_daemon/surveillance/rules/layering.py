"""Layering: several orders at several prices of one side, gone again once the other side traded.

Source: reference/surveillance.md A1 #6; the numbers are this venue's own parameters. Within a few
seconds a group enters at least `orders` orders at as many prices of one side, its own interest
leaning to that side; it trades on the other side; and most of what it entered is withdrawn soon.
Whether the withdrawals came one by one or at once makes no difference, and an order that is moved
far from the best price is as good as withdrawn; one that is moved within them is a quote that
follows the market. Without the trade on the other side they are none of this rule's business.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule
from bashu_daemon.surveillance.seen import Amended, DayBegan, Placed, Seen, Traded, Withdrawn
from bashu_protocol.units import NS_PER_SECOND

_MS = NS_PER_SECOND // 1_000


class _Layer(Struct, array_like=True):
    price: int
    qty: int
    account: str


class _Ladder(Struct, array_like=True):
    """Orders of one side that were entered one soon after the other."""

    began: int
    last: int
    layers: dict[int, _Layer] = {}
    peak: int = 0
    """The most prices at which it stood at once."""
    entered: int = 0
    withdrawn: int = 0
    filled: int = 0
    last_withdrawn: int = 0
    opposite: int = 0
    opposite_value: int = 0
    opposite_ids: list[int] = []
    accounts: list[str] = []
    exec_ids: list[int] = []


class _State(Struct):
    ladders: dict[str, _Ladder] = {}
    counts: dict[str, int] = {}


class Layering(Rule[_State]):
    """One episode for each group and instrument a day, with each ladder as an observation."""

    name = "layering"
    defaults = {  # noqa: RUF012  as in self_trade
        "orders": 3,
        "entered_within_ms": 3_000,
        "withdrawn_percent": 80,
        "withdrawn_within_ms": 15_000,
        "traded_after_ms": 1_000,
        "imbalance": 3,
        "gone_levels": 10,
        "min_qty": 500,
        "violation_count": 2,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {
            Placed: self._on_placed,
            Amended: self._on_amended,
            Withdrawn: self._on_withdrawn,
            Traded: self._on_trade,
            DayBegan: self._on_day,
        }

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.ladders.clear()
        self.state.counts.clear()
        return NOTHING

    def _on_placed(self, event: Placed) -> Sequence[Finding]:
        order = event.order
        if order.is_immediate or order.crosses:
            return NOTHING
        key = f"{order.group}/{order.symbol}/{order.sign}"
        ladder = self.state.ladders.get(key)
        limits = self.limits
        if ladder is None or event.time - ladder.last > limits["entered_within_ms"] * _MS:
            if ladder is not None and self._stands(ladder, event.time):
                return NOTHING  # a ladder that is being judged is not mixed with what comes later
            ladder = self.state.ladders[key] = _Ladder(event.time, event.time)
        ladder.last = event.time
        ladder.layers[order.order_id] = _Layer(order.price, order.leaves, order.account)
        ladder.entered += order.leaves
        live = self.market.orders
        prices = {layer.price for number, layer in ladder.layers.items() if number in live}
        ladder.peak = max(ladder.peak, len(prices))
        return NOTHING

    def _stands(self, ladder: _Ladder, time: int) -> bool:
        return (
            ladder.peak >= self.limits["orders"]
            and ladder.withdrawn + ladder.filled < ladder.entered
            and time - ladder.last <= self.limits["withdrawn_within_ms"] * _MS
        )

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing":
            return NOTHING
        found: list[Finding] = []
        for sign in (1, -1):
            group = event.group(sign)
            own = self.state.ladders.get(f"{group}/{event.symbol}/{sign}")
            if own is not None and event.order_id(sign) in own.layers:
                own.filled += event.qty
            ladder = self.state.ladders.get(f"{group}/{event.symbol}/{-sign}")
            if ladder is not None and ladder.layers:
                found += self._note_opposite(ladder, event, sign)
        return found or NOTHING

    def _note_opposite(self, ladder: _Ladder, event: Traded, sign: int) -> Sequence[Finding]:
        limits = self.limits
        if ladder.last_withdrawn:
            if event.time - ladder.last_withdrawn > limits["traded_after_ms"] * _MS:
                return NOTHING
        elif event.time - ladder.last > limits["withdrawn_within_ms"] * _MS:
            return NOTHING
        own = self.market.own(event.group(sign), event.symbol)
        if ladder.entered < limits["imbalance"] * (own.qty[sign] + ladder.opposite + event.qty):
            return NOTHING
        ladder.opposite += event.qty
        ladder.opposite_value += event.qty * event.price
        if event.order_id(sign) not in ladder.opposite_ids:
            ladder.opposite_ids.append(event.order_id(sign))
        account = event.account(sign)
        if account and account not in ladder.accounts:
            ladder.accounts.append(account)
        ladder.exec_ids.append(event.exec_id)
        return self._judge(ladder, event.group(sign), event.symbol, -sign, event.seq, event.time)

    def _on_amended(self, event: Amended) -> Sequence[Finding]:
        order = event.order
        side = self.market.instrument(order.symbol).side(order.sign)
        moved_away = (event.old_price - order.price) * order.sign > 0
        if moved_away and side.levels_better(order.price) > self.limits["gone_levels"]:
            return self._leave(order, event.old_leaves, event.seq, event.time)
        return NOTHING

    def _on_withdrawn(self, event: Withdrawn) -> Sequence[Finding]:
        if event.cause in ("asked", "mass"):
            return self._leave(event.order, event.qty, event.seq, event.time)
        return NOTHING

    def _leave(self, order: Order, qty: int, seq: int, time: int) -> Sequence[Finding]:
        ladder = self.state.ladders.get(f"{order.group}/{order.symbol}/{order.sign}")
        if ladder is None or order.order_id not in ladder.layers:
            return NOTHING
        if time - ladder.last > self.limits["withdrawn_within_ms"] * _MS:
            return NOTHING
        ladder.withdrawn += qty
        ladder.last_withdrawn = time
        return self._judge(ladder, order.group, order.symbol, order.sign, seq, time)

    def _judge(
        self, ladder: _Ladder, group: str, symbol: str, sign: int, seq: int, time: int
    ) -> Sequence[Finding]:
        limits = self.limits
        share = percent(ladder.withdrawn, ladder.entered)
        if (
            not ladder.opposite
            or ladder.peak < limits["orders"]
            or share < limits["withdrawn_percent"]
            or ladder.entered < limits["min_qty"]
        ):
            return NOTHING
        key = f"{group}/{symbol}"
        count = self.state.counts[key] = self.state.counts.get(key, 0) + 1
        del self.state.ladders[f"{key}/{sign}"]
        accounts = {layer.account for layer in ladder.layers.values()}
        finding = Finding(
            episode=key,
            severity="violation" if count >= limits["violation_count"] else "warning",
            score=min(100, 60 + 20 * (count - 1)),
            symbol=symbol,
            owner=group,
            members=sorted({*accounts, *ladder.accounts}),
            seq=seq,
            transact_time=time,
            order_ids=[*ladder.opposite_ids, *ladder.layers][-EVIDENCE:],
            exec_ids=ladder.exec_ids,
            count=count,
            facts={
                "side": "buy" if sign > 0 else "sell",
                "orders": len(ladder.layers),
                "prices": ladder.peak,
                "entered_qty": ladder.entered,
                "withdrawn_percent": share,
                "traded_qty": ladder.opposite,
                "traded_price": ladder.opposite_value // ladder.opposite,
                "stood_ms": (time - ladder.began) // _MS,
                "collusive": int(not accounts >= set(ladder.accounts)),
                "times": count,
            },
        )
        return (finding,)
