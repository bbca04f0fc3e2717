"""Layering: several orders at several prices of one side, gone again once the other side traded.

Source: reference/surveillance.md A1 #6; the numbers are this venue's own parameters. Within a few
seconds a group enters at least `orders` orders at as many prices of one side, its own interest
leaning to that side more than it usually does; it trades on the other side; and most of what it
entered is withdrawn soon, with nothing in its place. What is entered must weigh beside the
instrument's usual order.
Whether the withdrawals came one by one or at once makes no difference, and an order that is moved
far from the best price is as good as withdrawn; one that is moved within them is a quote that
follows the market. Without the trade on the other side they are none of this rule's business.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.book import USUAL_NS, Order
from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule
from bashu_daemon.surveillance.seen import Amended, DayBegan, Placed, Seen, Traded, Withdrawn
from bashu_protocol.units import NS_PER_MS

MAX_LAYERS = 64
"""Orders of one ladder."""


class _Layer(Struct, array_like=True):
    price: int
    qty: int
    account: str
    placed_at: int


class _Ladder(Struct, array_like=True):
    """Orders of one side that were entered one soon after the other."""

    last: int
    usual: int
    """Thousandths of a tonne that the group usually had on this side when it began."""
    layers: dict[int, _Layer] = {}
    peak: int = 0
    """The most prices at which it stood at once."""
    stood: int = 0
    """Tonnes that the group had on this side when it stood so."""
    against: int = 0
    """Tonnes that the group had on the other side then."""
    withdrawn: int = 0
    filled: int = 0
    first_withdrawn: int = 0
    last_withdrawn: int = 0
    opposite: int = 0
    opposite_value: int = 0
    opposite_ids: list[int] = []
    accounts: list[str] = []
    exec_ids: list[int] = []

    @property
    def entered(self) -> int:
        """Tonnes of all its orders."""
        return sum(layer.qty for layer in self.layers.values())


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
        "book_imbalance": 2,
        "usual_percent": 150,
        "stays_percent": 50,
        "gone_levels": 10,
        "size_multiple": 4,
        "min_qty": 10,
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
        usual = self.market.own(order.group, order.symbol).usual[order.sign]
        if ladder is None:
            ladder = self.state.ladders[key] = _Ladder(event.time, usual)
        elif not self._is_open(ladder, event.time):
            if self._stands(ladder, event.time):
                return NOTHING  # a ladder that is being judged is not mixed with what comes later
            ladder = self.state.ladders[key] = self._begun_again(ladder, event.time, usual)
        ladder.last = event.time
        ladder.layers[order.order_id] = _Layer(order.price, order.leaves, order.account, event.time)
        if len(ladder.layers) >= self.limits["orders"]:
            self._note_standing(ladder, order)
        return NOTHING

    def _is_open(self, ladder: _Ladder, time: int) -> bool:
        """Tell whether its first order came recently enough for one more to belong to it."""
        first = next(iter(ladder.layers.values()), None)
        within = self.limits["entered_within_ms"] * NS_PER_MS
        return len(ladder.layers) < MAX_LAYERS and (
            first is None or time - first.placed_at <= within
        )

    def _begun_again(self, ladder: _Ladder, time: int, usual: int) -> _Ladder:
        """Return a ladder of those of its orders that are live and recent."""
        live, within = self.market.orders, self.limits["entered_within_ms"] * NS_PER_MS
        recent = {
            number: layer
            for number, layer in ladder.layers.items()
            if time - layer.placed_at <= within and number in live
        }
        if not recent or len(recent) == MAX_LAYERS:
            return _Ladder(time, usual)
        return _Ladder(time, ladder.usual, recent)

    def _note_standing(self, ladder: _Ladder, order: Order) -> None:
        live = self.market.orders
        prices = {layer.price for number, layer in ladder.layers.items() if number in live}
        if len(prices) < ladder.peak:
            return
        own = self.market.own(order.group, order.symbol)
        ladder.peak = len(prices)
        ladder.stood, ladder.against = own.qty[order.sign], own.qty[-order.sign]

    def _stands(self, ladder: _Ladder, time: int) -> bool:
        return (
            ladder.peak >= self.limits["orders"]
            and ladder.withdrawn + ladder.filled < ladder.entered
            and time - ladder.last <= self.limits["withdrawn_within_ms"] * NS_PER_MS
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
            if event.time - ladder.last_withdrawn > limits["traded_after_ms"] * NS_PER_MS:
                return NOTHING
        elif event.time - ladder.last > limits["withdrawn_within_ms"] * NS_PER_MS:
            return NOTHING
        if not self._leans(ladder, event, sign):
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

    def _leans(self, ladder: _Ladder, event: Traded, sign: int) -> bool:
        """Tell whether the group's interest is on the ladder's side, and not on its trade's."""
        own = self.market.own(event.group(sign), event.symbol)
        if own.quotes_both_sides and event.time - own.began < USUAL_NS:
            return False  # what a maker usually shows is not known yet
        stood, against = own.qty[-sign], own.qty[sign]
        if ladder.last_withdrawn:
            stood, against = ladder.stood, ladder.against
        limits = self.limits
        usual = limits["usual_percent"] * ladder.usual * (1 + own.quotes_both_sides)
        return (
            ladder.peak >= limits["orders"]
            and stood >= limits["imbalance"] * (ladder.opposite + event.qty)
            and stood >= limits["book_imbalance"] * against
            and stood * 100_000 >= usual
        )

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
        if time - ladder.last > self.limits["withdrawn_within_ms"] * NS_PER_MS:
            return NOTHING
        ladder.first_withdrawn = ladder.first_withdrawn or time
        ladder.withdrawn += qty
        ladder.last_withdrawn = time
        return self._judge(ladder, order.group, order.symbol, order.sign, seq, time)

    def _is_large(self, ladder: _Ladder, entered: int, symbol: str) -> bool:
        """Tell whether it weighed on the book; a small one must be gone as fast as it came."""
        limits = self.limits
        least = limits["size_multiple"] * self.market.instrument(symbol).order_size.median
        if entered < max(limits["min_qty"], least):
            return False
        took = ladder.last_withdrawn - ladder.first_withdrawn
        return entered >= 3 * least or took <= limits["entered_within_ms"] * NS_PER_MS

    def _judge(
        self, ladder: _Ladder, group: str, symbol: str, sign: int, seq: int, time: int
    ) -> Sequence[Finding]:
        limits = self.limits
        if not ladder.opposite or ladder.peak < limits["orders"]:
            return NOTHING
        entered = ladder.entered
        share = percent(ladder.withdrawn, entered)
        stays = self.market.own(group, symbol).qty[sign]
        if (
            share < limits["withdrawn_percent"]
            or stays * 100 > limits["stays_percent"] * ladder.stood
            or not self._is_large(ladder, entered, symbol)
        ):
            return NOTHING
        key = f"{group}/{symbol}"
        count = self.state.counts[key] = self.state.counts.get(key, 0) + 1
        del self.state.ladders[f"{key}/{sign}"]
        accounts = {layer.account for layer in ladder.layers.values()}
        began = min(layer.placed_at for layer in ladder.layers.values())
        finding = Finding(
            episode=key,
            severity="violation" if count >= limits["violation_count"] else "warning",
            score=min(100, 60 + 20 * (count - 1)),
            symbol=symbol,
            owner=group,
            members=sorted({*accounts, *ladder.accounts}),
            seq=seq,
            transact_time=time,
            began=began,
            order_ids=[*ladder.opposite_ids, *ladder.layers][-EVIDENCE:],
            exec_ids=ladder.exec_ids,
            count=count,
            facts={
                "side": "buy" if sign > 0 else "sell",
                "orders": len(ladder.layers),
                "prices": ladder.peak,
                "entered_qty": entered,
                "withdrawn_percent": share,
                "traded_qty": ladder.opposite,
                "traded_price": ladder.opposite_value // ladder.opposite,
                "stood_ms": (time - began) // NS_PER_MS,
                "collusive": int(not accounts >= set(ladder.accounts)),
                "times": count,
            },
        )
        return (finding,)
