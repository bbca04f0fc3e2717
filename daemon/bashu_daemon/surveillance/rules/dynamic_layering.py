"""Dynamic layering: orders of one side kept off the best price and moved with it, never to trade.

Source: reference/surveillance.md A1 #6 and the complaint about the pattern of 2010 to 2015 (Sarao):
4 to 6 sell orders at as many prices, at least 3 or 4 levels off the best, a fifth and more of the
visible depth, moved with the market by amendments or by new orders for withdrawn ones, and
withdrawn without a fill. Unlike layering it needs no trade of the group on the other side: the
orders weigh on the book for minutes. How many moves, the share that may be filled and the
imbalance, which must hold for most of the moves, are this venue's own. Who quotes both sides, or
whose orders are filled when the market comes to them, is none of it. What weighs is told by the
instrument's usual order and the visible depth, not by absolute tonnes.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import Amended, DayBegan, Placed, Seen, Traded, Withdrawn
from bashu_protocol.units import NS_PER_MS

VISIBLE_LEVELS = 10
MAX_LAYERS = 50
"""Who has more orders at once off the best price has no layers but a book."""


class _Set(Struct, array_like=True):
    """Orders of one group on one side while they stand, and what became of them."""

    began: int
    live: dict[int, int] = {}
    """When orders off the best price came, by their numbers."""
    orders: int = 0
    """The most at once."""
    prices: int = 0
    entered: int = 0
    """Tonnes that were placed in it, each order once."""
    filled: int = 0
    moves: int = 0
    steps: int = 0
    """Moves after which the set had its size, its distance and its share of the depth."""
    depth_percent: int = 0
    imbalance: int = 0
    withdrawn_at: int = 0
    withdrawn: int = 0
    """Withdrawals that no new order has taken the place of yet."""
    order_ids: list[int] = []
    accounts: list[str] = []
    is_told: bool = False


class _State(Struct):
    sets: dict[str, _Set] = {}
    counts: dict[str, int] = {}


class DynamicLayering(Rule[_State]):
    """One episode for each group, instrument and side a day, with each set as an observation."""

    name = "dynamic_layering"
    defaults = {  # noqa: RUF012  as in self_trade
        "orders": 4,
        "levels_off": 3,
        "depth_percent": 20,
        "imbalance": 3,
        "moves": 12,
        "steady_percent": 50,
        "filled_percent": 5,
        "idle_ms": 30_000,
        "replaced_within_ms": 2_000,
        "size_multiple": 2,
        "min_qty": 10,
        "violation_moves": 24,
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
        self.state.sets.clear()
        self.state.counts.clear()
        return NOTHING

    def _on_placed(self, event: Placed) -> Sequence[Finding]:
        order = event.order
        if order.is_immediate or order.crosses or not self._is_off(order):
            return NOTHING
        key = _key(order)
        row = self.state.sets.get(key)
        idle = self.limits["idle_ms"] * NS_PER_MS
        if row is None or (not row.live and event.time - row.withdrawn_at > idle):
            row = self.state.sets[key] = _Set(event.time)
        row.live[order.order_id] = event.time
        row.entered += order.leaves
        remember(row.order_ids, order.order_id)
        if order.account not in row.accounts:
            row.accounts.append(order.account)
        within = self.limits["replaced_within_ms"] * NS_PER_MS
        is_move = row.withdrawn > 0 and event.time - row.withdrawn_at <= within
        if not is_move:
            row.withdrawn = 0
            return NOTHING
        row.withdrawn -= 1
        return self._note_move(row, order, event.seq, event.time)

    def _is_off(self, order: Order) -> bool:
        """Tell whether an order stands at least so many levels from the best price."""
        side = self.market.instrument(order.symbol).side(order.sign)
        return side.levels_better(order.price) >= self.limits["levels_off"]

    def _on_amended(self, event: Amended) -> Sequence[Finding]:
        order = event.order
        row = self.state.sets.get(_key(order))
        if row is None or order.order_id not in row.live or order.price == event.old_price:
            return NOTHING
        return self._note_move(row, order, event.seq, event.time)

    def _on_withdrawn(self, event: Withdrawn) -> Sequence[Finding]:
        order = event.order
        row = self.state.sets.get(_key(order))
        if row is None or order.order_id not in row.live:
            return NOTHING
        del row.live[order.order_id]
        if event.cause == "asked":
            if event.time - row.withdrawn_at > self.limits["replaced_within_ms"] * NS_PER_MS:
                row.withdrawn = 0
            row.withdrawn += 1
        row.withdrawn_at = event.time
        return NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing":
            return NOTHING
        for sign in (1, -1):
            row = self.state.sets.get(f"{event.group(sign)}/{event.symbol}/{sign}")
            if row is not None and event.order_id(sign) in row.live:
                row.filled += event.qty
                order = event.buy if sign > 0 else event.sell
                if order is None or not order.leaves:
                    del row.live[event.order_id(sign)]
                    row.withdrawn_at = event.time
        return NOTHING

    def _note_move(self, row: _Set, order: Order, seq: int, time: int) -> Sequence[Finding]:
        limits, market = self.limits, self.market
        row.moves += 1
        # A move takes one order after the other: one may be between two places just now.
        few = limits["orders"] - 1
        interest = market.own(order.group, order.symbol)
        if interest.quotes_both_sides:
            return NOTHING
        own = interest.qty
        against = max(1, own[-order.sign])
        least = limits["imbalance"] * against
        if own[order.sign] < least or not few <= len(row.live) <= MAX_LAYERS:
            return NOTHING
        instrument = market.instrument(order.symbol)
        side = instrument.side(order.sign)
        live = (market.orders[number] for number in row.live if number in market.orders)
        off = [one for one in live if side.levels_better(one.price) >= limits["levels_off"]]
        quantity = sum(one.leaves for one in off)
        usual = limits["size_multiple"] * instrument.order_size.median
        share = percent(quantity, side.depth(VISIBLE_LEVELS))
        if (
            len(off) < few
            or quantity < max(limits["min_qty"], usual, least)
            or share < limits["depth_percent"]
        ):
            return NOTHING
        row.steps += 1
        row.orders = max(row.orders, len(off))
        row.prices = max(row.prices, len({one.price for one in off}))
        row.depth_percent = max(row.depth_percent, share)
        row.imbalance = max(row.imbalance, min(99, quantity // against))
        return self._judge(row, order, seq, time)

    def _judge(self, row: _Set, order: Order, seq: int, time: int) -> Sequence[Finding]:
        limits = self.limits
        filled = percent(row.filled, row.entered)
        if (
            row.steps < limits["moves"]
            or row.steps * 100 < limits["steady_percent"] * row.moves
            or row.orders < limits["orders"]
            or row.prices < limits["orders"]
            or filled > limits["filled_percent"]
        ):
            return NOTHING
        key = _key(order)
        if not row.is_told:
            row.is_told = True
            self.state.counts[key] = self.state.counts.get(key, 0) + 1
        count = self.state.counts[key]
        is_violation = count > 1 or row.steps >= limits["violation_moves"]
        finding = Finding(
            episode=key,
            severity="violation" if is_violation else "warning",
            score=min(100, 40 + percent(row.steps, 2 * limits["violation_moves"]) // 2 + 5 * count),
            symbol=order.symbol,
            owner=order.group,
            members=sorted(row.accounts),
            seq=seq,
            transact_time=time,
            began=row.began,
            order_ids=row.order_ids[-EVIDENCE:],
            count=count,
            facts={
                "side": "buy" if order.sign > 0 else "sell",
                "orders": row.orders,
                "prices": row.prices,
                "entered_qty": row.entered,
                "depth_percent": row.depth_percent,
                "imbalance": row.imbalance,
                "moves": row.moves,
                "filled_percent": filled,
                "stood_ms": (time - row.began) // NS_PER_MS,
                "times": count,
            },
        )
        return (finding,)


def _key(order: Order) -> str:
    return f"{order.group}/{order.symbol}/{order.sign}"
