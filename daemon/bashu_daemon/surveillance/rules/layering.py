"""Layering: several orders at several prices of one side, gone again once the other side traded.

Source: reference/surveillance.md A1 #6; the numbers are this venue's own parameters. Within a few
seconds a group enters at least `orders` orders at as many prices of one side, its own interest
leaning to that side more than it usually does; it trades on the other side; and most of what it
entered is withdrawn soon, with nothing in its place. What is entered must weigh beside the
instrument's usual order. That must be more than chance: the group trades against most of the
ladders of this size that it shows (`bait.Habit`), the first of a day was entered and withdrawn as
one hand does it, on one side, and a maker's trades are not so many that some fall into any time.
Whether the withdrawals came one by one or at once makes no difference, and an order that is moved
far from the best price is as good as withdrawn; one that is moved within them is a quote that
follows the market. Without the trade on the other side they are none of this rule's business.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.bait import (
    FEW_TRADES,
    Habit,
    is_of_one_hand,
    is_soon,
    is_unknown_maker,
    meant_orders,
    trades_anyway,
)
from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.ladders import MAX_LAYERS, Ladder, Layer
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule
from bashu_daemon.surveillance.seen import Amended, DayBegan, Placed, Seen, Traded, Withdrawn
from bashu_protocol.units import NS_PER_MS


class _State(Struct):
    ladders: dict[str, Ladder] = {}
    counts: dict[str, int] = {}
    habits: dict[str, Habit] = {}
    facts: dict[str, dict[str, int | str]] = {}
    """Of a group's last ladder that was told."""


class Layering(Rule[_State]):
    """One episode for each group and instrument a day, with each ladder as an observation."""

    name = "layering"
    version = 2
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
        self.state.facts.clear()
        for habit in self.state.habits.values():
            habit.begin_day()
        self.state.habits = {key: habit for key, habit in self.state.habits.items() if habit.shown}
        return NOTHING

    def _on_placed(self, event: Placed) -> Sequence[Finding]:
        order = event.order
        if order.is_immediate or order.crosses:
            return NOTHING
        opposite = self.state.ladders.get(f"{order.group}/{order.symbol}/{-order.sign}")
        if opposite is not None:
            opposite.other_side_since += order.leaves
        key = f"{order.group}/{order.symbol}/{order.sign}"
        ladder = self.state.ladders.get(key)
        if ladder is None:
            ladder = self.state.ladders[key] = self._begun(order)
        elif not self._is_open(ladder, event.time):
            if self._stands(ladder, order.symbol, event.time):
                return NOTHING  # a ladder that is being judged is not mixed with what comes later
            if ladder.peak >= self.limits["orders"] and not ladder.is_attempt:
                self._habit(order).add(ladder.entered, is_traded_against=ladder.is_traded_against)
            ladder = self.state.ladders[key] = self._begun_again(ladder, order)
        ladder.last = event.time
        ladder.other_side += ladder.other_side_since
        ladder.other_side_since = 0
        number = self.market.instrument(order.symbol).day.orders
        ladder.layers[order.order_id] = Layer(
            order.price, order.leaves, order.account, event.time, number
        )
        ladder.entered += order.leaves
        if len(ladder.layers) >= self.limits["orders"]:
            self._note_standing(ladder, order)
        return NOTHING

    def _habit(self, order: Order) -> Habit:
        return self.state.habits.setdefault(f"{order.group}/{order.symbol}", Habit())

    def _is_open(self, ladder: Ladder, time: int) -> bool:
        """Tell whether its first order came recently enough for one more to belong to it."""
        first = next(iter(ladder.layers.values()), None)
        within = self.limits["entered_within_ms"] * NS_PER_MS
        return len(ladder.layers) < MAX_LAYERS and (
            first is None or time - first.placed_at <= within
        )

    def _begun(self, order: Order) -> Ladder:
        own = self.market.own(order.group, order.symbol)
        return Ladder(order.placed_at, own.usual[order.sign], trades_before=own.trades)

    def _begun_again(self, ladder: Ladder, order: Order) -> Ladder:
        """Return a ladder of those of its orders that are live and recent."""
        time, live = order.placed_at, self.market.orders
        within = self.limits["entered_within_ms"] * NS_PER_MS
        recent = {
            number: layer
            for number, layer in ladder.layers.items()
            if time - layer.placed_at <= within and number in live
        }
        if not recent or len(recent) == MAX_LAYERS:
            return self._begun(order)
        entered = sum(layer.qty for layer in recent.values())
        return Ladder(time, ladder.usual, recent, entered, trades_before=ladder.trades_before)

    def _note_standing(self, ladder: Ladder, order: Order) -> None:
        live = self.market.orders
        prices = {layer.price for number, layer in ladder.layers.items() if number in live}
        if len(prices) < ladder.peak:
            return
        own = self.market.own(order.group, order.symbol)
        ladder.peak = len(prices)
        ladder.stood, ladder.against = own.qty[order.sign], own.qty[-order.sign]

    def _stands(self, ladder: Ladder, symbol: str, time: int) -> bool:
        return (
            ladder.peak >= self.limits["orders"]
            and ladder.withdrawn + ladder.filled < ladder.entered
            and self._is_recent(ladder, symbol, time)
        )

    def _is_recent(self, ladder: Ladder, symbol: str, time: int) -> bool:
        """Tell whether its last order came recently enough for what happens to be about it."""
        if time - ladder.last <= self.limits["withdrawn_within_ms"] * NS_PER_MS:
            return True
        came = self.market.instrument(symbol).day.orders - ladder.last_number
        return is_soon(time - ladder.last, self.limits["withdrawn_within_ms"], came)

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

    def _note_opposite(self, ladder: Ladder, event: Traded, sign: int) -> Sequence[Finding]:
        limits = self.limits
        if ladder.last_withdrawn:
            if event.time - ladder.last_withdrawn > limits["traded_after_ms"] * NS_PER_MS:
                return NOTHING
        elif not self._is_recent(ladder, event.symbol, event.time):
            return NOTHING
        ladder.is_traded_against = True
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

    def _leans(self, ladder: Ladder, event: Traded, sign: int) -> bool:
        """Tell whether the group's interest is on the ladder's side, and not on its trade's."""
        own = self.market.own(event.group(sign), event.symbol)
        stood, against = own.qty[-sign], own.qty[sign]
        if ladder.last_withdrawn:
            stood, against = ladder.stood, ladder.against
        limits = self.limits
        usual = limits["usual_percent"] * ladder.usual
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
        if not self._is_recent(ladder, order.symbol, time):
            return NOTHING
        number = self.market.instrument(order.symbol).day.orders
        if not ladder.first_withdrawn:
            ladder.first_withdrawn, ladder.first_number = time, number
        ladder.came_meanwhile = number - ladder.first_number
        ladder.withdrawn += qty
        ladder.last_withdrawn = time
        return self._judge(ladder, order.group, order.symbol, order.sign, seq, time)

    def _is_large(self, ladder: Ladder, entered: int, symbol: str) -> bool:
        """Tell whether it weighed on the book; a small one must be gone as fast as it came."""
        limits = self.limits
        least = limits["size_multiple"] * self.market.instrument(symbol).order_size.median
        if entered < max(limits["min_qty"], least):
            return False
        took = ladder.last_withdrawn - ladder.first_withdrawn
        return entered >= 3 * least or took <= limits["entered_within_ms"] * NS_PER_MS

    def _is_bait(self, ladder: Ladder, group: str, symbol: str, time: int) -> bool:
        """Tell whether the trade against the ladder is none of chance.

        The group trades against most of its ladders of this size; the first of the day looks like
        one, too: entered and withdrawn as one.
        """
        own, entered = self.market.own(group, symbol), ladder.entered
        habit = self.state.habits.setdefault(f"{group}/{symbol}", Habit())
        is_bait = habit.is_bait(entered)
        habit.add(entered, is_traded_against=True)
        if not is_bait:
            return False
        if not habit.told:
            if is_unknown_maker(own, time) or not self._is_one(ladder, group, symbol):
                return False
            is_likely = own.quotes_both_sides or not ladder.is_unmixed
            trades = ladder.trades_before - habit.trades
            is_known = trades >= FEW_TRADES or own.quotes_both_sides
            if is_likely and is_known and trades_anyway(own, trades, time - ladder.began):
                return False
        habit.told += 1
        habit.trades += own.trades - ladder.trades_before
        return True

    def _is_one(self, ladder: Ladder, group: str, symbol: str) -> bool:
        """Tell whether its orders came, and went, as one, and on one side."""
        layers = list(ladder.layers.values())
        orders, entered = len(layers), ladder.entered
        came = layers[-1].number - layers[0].number + 1
        return ladder.other_side * self.limits["imbalance"] <= entered and all(
            is_of_one_hand(self.market, group, symbol, orders, meanwhile, entered // (2 * orders))
            for meanwhile in (came, ladder.came_meanwhile)
        )

    def _attempt(
        self, ladder: Ladder, group: str, symbol: str, sign: int, seq: int, time: int
    ) -> Sequence[Finding]:
        """Name a ladder that stood for a small order of the other side which nobody met.

        It tells nothing by itself, and is told with the group's layering of the day.
        """
        limits, key = self.limits, f"{group}/{symbol}"
        facts = self.state.facts.get(key)
        entered = ladder.entered
        if (
            facts is None
            or ladder.is_traded_against
            or percent(ladder.withdrawn, entered) < limits["withdrawn_percent"]
            or not self._is_large(ladder, entered, symbol)
        ):
            return NOTHING
        since = ladder.began - limits["withdrawn_within_ms"] * NS_PER_MS
        own = self.market.own(group, symbol)
        meant = meant_orders(own, sign, since, entered, limits["imbalance"])
        if not meant or own.qty[sign] * 100 > limits["stays_percent"] * ladder.stood:
            return NOTHING
        if not ladder.is_attempt:
            facts["attempts"] = int(facts["attempts"]) + 1
        ladder.is_attempt = True
        finding = Finding(
            episode=key,
            severity="warning",
            score=60,
            symbol=symbol,
            owner=group,
            members=sorted({layer.account for layer in ladder.layers.values()}),
            seq=seq,
            transact_time=time,
            began=ladder.began,
            order_ids=[*(one.order_id for one in meant), *ladder.layers][-EVIDENCE:],
            count=self.state.counts[key],
            facts=dict(facts),
        )
        return (finding,)

    def _judge(
        self, ladder: Ladder, group: str, symbol: str, sign: int, seq: int, time: int
    ) -> Sequence[Finding]:
        limits = self.limits
        if ladder.peak < limits["orders"]:
            return NOTHING
        if not ladder.opposite:
            return self._attempt(ladder, group, symbol, sign, seq, time)
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
        del self.state.ladders[f"{key}/{sign}"]
        if not self._is_bait(ladder, group, symbol, time):
            return NOTHING
        count = self.state.counts[key] = self.state.counts.get(key, 0) + 1
        accounts = {layer.account for layer in ladder.layers.values()}
        before = self.state.facts.get(key, {})
        facts: dict[str, int | str] = {
            "side": "buy" if sign > 0 else "sell",
            "orders": len(ladder.layers),
            "prices": ladder.peak,
            "entered_qty": entered,
            "withdrawn_percent": share,
            "traded_qty": ladder.opposite,
            "traded_price": ladder.opposite_value // ladder.opposite,
            "stood_ms": (time - ladder.began) // NS_PER_MS,
            "collusive": int(not accounts >= set(ladder.accounts)),
            "attempts": before.get("attempts", 0),
            "times": count,
        }
        self.state.facts[key] = facts
        finding = Finding(
            episode=key,
            severity="violation" if count >= limits["violation_count"] else "warning",
            score=min(100, 60 + 20 * (count - 1)),
            symbol=symbol,
            owner=group,
            members=sorted({*accounts, *ladder.accounts}),
            seq=seq,
            transact_time=time,
            began=ladder.began,
            order_ids=[*ladder.opposite_ids, *ladder.layers][-EVIDENCE:],
            exec_ids=ladder.exec_ids,
            count=count,
            facts=dict(facts),
        )
        return (finding,)
