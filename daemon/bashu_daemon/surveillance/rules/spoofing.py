"""Spoofing: a large order that was not meant to trade, for the sake of a trade on the other side.

Five conditions, as in the review of a spoofing event by Trillium and in the SSE STAR rules
(reference/surveillance.md A1 #5): the order is large beside what is usual in the market and has its
share of the depth, near the touch; the group's own interest leans to that side, more than it
usually does; it then trades on the other side, at a price about as good as was to be had before or
better; the order has hardly been filled; and it is withdrawn soon, with nothing in its place.
That must be more than chance: the group trades against most of what it shows of this size
(`bait.Habit`), and before the first of a day it did not trade so often that one trade or more would
fall into the time anyway.
Sizes are multiples of the instrument's usual order, for markets differ by a hundred times; shares
and times are this venue's own parameters. With bait and trade in different accounts of one control
group it is the collusive form (#7), which the alert says.
"""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from bashu_daemon.surveillance.bait import (
    FEW_TRADES,
    Bait,
    Habit,
    all_trade_anyway,
    is_soon,
    is_unknown_maker,
    meant_orders,
    others_best,
    trades_anyway,
)
from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.finding import NOTHING, Finding
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule
from bashu_daemon.surveillance.seen import Amended, DayBegan, Placed, Seen, Traded, Withdrawn
from bashu_protocol.units import NS_PER_MS

NEAR_BPS = 100
"""Distance from the last price, in 1/10,000, that is near where the book tells nothing."""
MAX_BAITS = 32
"""Candidates kept for each group and instrument."""


class _Row(Struct, array_like=True):
    baits: dict[int, Bait] = {}
    count: int = 0
    gain: int = 0
    habit: Habit = msgspec.field(default_factory=Habit)
    attempts: int = 0
    attempted_ids: list[int] = []
    """Of the attempts that no alert names yet, the last `EVIDENCE`."""
    facts: dict[str, int | str] = {}
    """Of the last bait."""


class _State(Struct):
    rows: dict[str, _Row] = {}


class Spoofing(Rule[_State]):
    """One episode for each group and instrument a day, with each bait as an observation."""

    name = "spoofing"
    version = 2
    defaults = {  # noqa: RUF012  as in self_trade
        "size_multiple": 5,
        "depth_percent": 10,
        "depth_levels": 5,
        "near_levels": 5,
        "worse_bps": 10,
        "imbalance": 3,
        "book_imbalance": 2,
        "usual_percent": 150,
        "stays_percent": 50,
        "filled_percent": 10,
        "withdrawn_within_ms": 15_000,
        "withdrawn_after_fill_ms": 5_000,
        "min_qty": 10,
        "violation_count": 2,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {
            Placed: self._on_placed,
            Traded: self._on_trade,
            Amended: self._on_amended,
            Withdrawn: self._on_withdrawn,
            DayBegan: self._on_day,
        }

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        rows = self.state.rows
        for row in rows.values():
            row.habit.begin_day()
        self.state.rows = {
            key: _Row(habit=row.habit) for key, row in rows.items() if row.habit.shown
        }
        return NOTHING

    def _on_placed(self, event: Placed) -> Sequence[Finding]:
        order = event.order
        limits = self.limits
        if 2 * order.leaves < limits["min_qty"] or order.is_immediate or order.crosses:
            return NOTHING
        least = limits["size_multiple"] * self.market.instrument(order.symbol).order_size.median
        if 2 * order.leaves < least or not self._is_near(order):
            return NOTHING
        is_large = order.leaves >= limits["min_qty"] and self._is_large(order, least)
        self._remember(f"{order.group}/{order.symbol}", order, is_large)
        return NOTHING

    def _is_large(self, order: Order, least: int) -> bool:
        """Compare with the orders that are usual in the market, and with its depth."""
        limits = self.limits
        if order.leaves < least:
            return False
        if least and order.leaves >= 2 * least:
            return True
        side = self.market.instrument(order.symbol).side(order.sign)
        depth = side.depth(limits["depth_levels"])
        return order.leaves * 100 >= limits["depth_percent"] * depth

    def _is_near(self, order: Order) -> bool:
        instrument = self.market.instrument(order.symbol)
        if order.met_crossed_book and instrument.day.last:
            away = abs(order.price - instrument.day.last) * 10_000
            return away <= NEAR_BPS * instrument.day.last
        return instrument.side(order.sign).levels_better(order.price) <= self.limits["near_levels"]

    def _remember(self, key: str, order: Order, is_large: bool) -> None:
        row = self.state.rows.setdefault(key, _Row())
        own = self.market.own(order.group, order.symbol)
        knows_best = is_large and not order.met_crossed_book
        row.baits[order.order_id] = Bait(
            order.order_id, order.account, order.sign, order.price, order.leaves,
            order.placed_seq, order.placed_at,
            others_best(self.market, order) if knows_best else 0,
            own.usual[order.sign], is_large=is_large, trades_before=own.trades,
            number=self.market.instrument(order.symbol).day.orders,
        )  # fmt: skip
        if len(row.baits) > MAX_BAITS:
            self._forget(row, next(iter(row.baits)))

    def _forget(self, row: _Row, order_id: int) -> None:
        """Take out what is no bait; it tells what its group usually shows."""
        bait = row.baits.pop(order_id, None)
        if bait is not None:
            row.habit.add(bait.qty, is_traded_against=bait.is_traded_against)

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing":
            return NOTHING
        for sign in (1, -1):
            row = self.state.rows.get(f"{event.group(sign)}/{event.symbol}")
            if row is None or not row.baits:
                continue
            order = event.buy if sign > 0 else event.sell
            if order is None or not order.leaves:
                self._forget(row, event.order_id(sign))
            for bait in row.baits.values():
                if bait.sign == -sign:
                    bait.is_traded_against = True
                    if bait.is_large:
                        self._note_fill(bait, event, sign)
        return NOTHING

    def _note_fill(self, bait: Bait, event: Traded, sign: int) -> None:
        """Count a trade on the other side of a bait, if its price is not much worse than before.

        What was to be had before moves with the market while the bait stands.
        """
        limits = self.limits
        worse = (bait.market_best - event.price) * bait.sign
        if bait.market_best and worse * 10_000 > limits["worse_bps"] * event.price:
            return
        own = self.market.own(event.group(sign), event.symbol)
        leaning = own.qty[bait.sign]
        if (
            leaning < limits["imbalance"] * (bait.fills + event.qty)
            or leaning < limits["book_imbalance"] * own.qty[sign]
            or leaning * 100_000
            < limits["usual_percent"] * bait.usual * (1 + own.quotes_both_sides)
        ):
            return
        bait.stood = max(bait.stood, leaning)
        bait.filled_at = event.time
        bait.filled_number = self.market.instrument(event.symbol).day.orders
        bait.fills += event.qty
        bait.fill_value += event.qty * event.price
        if event.order_id(sign) not in bait.fill_ids:
            bait.fill_ids.append(event.order_id(sign))
        account = event.account(sign)
        if account and account not in bait.fill_accounts:
            bait.fill_accounts.append(account)
        bait.exec_ids.append(event.exec_id)

    def _on_amended(self, event: Amended) -> Sequence[Finding]:
        order = event.order
        moved_away = (event.old_price - order.price) * order.sign > 0
        shrank = order.leaves * 2 <= event.old_leaves
        if shrank or (moved_away and not self._is_near(order)):
            return self._judge(order, event.seq, event.time)
        return NOTHING

    def _on_withdrawn(self, event: Withdrawn) -> Sequence[Finding]:
        if event.cause in ("asked", "mass"):
            return self._judge(event.order, event.seq, event.time)
        return NOTHING

    def _goes_soon(self, bait: Bait, symbol: str, time: int) -> bool:
        """Tell whether a bait is withdrawn soon after the trade: it stood for it.

        One that is only just large is soon withdrawn by chance, too, and must go at once.
        """
        limits = self.limits
        instrument = self.market.instrument(symbol)
        came = instrument.day.orders - bait.filled_number
        passed = time - bait.filled_at
        if 2 * bait.qty >= 3 * limits["size_multiple"] * instrument.order_size.median:
            return is_soon(passed, limits["withdrawn_within_ms"], came)
        return is_soon(passed, limits["withdrawn_after_fill_ms"], 3 * came)

    def _looks_so(self, bait: Bait, order: Order, time: int) -> bool:
        """Tell whether what is withdrawn served a trade on the other side."""
        limits = self.limits
        stays = self.market.own(order.group, order.symbol).qty[bait.sign]
        came = self.market.instrument(order.symbol).day.orders - bait.number
        return (
            is_soon(time - bait.placed_at, limits["withdrawn_within_ms"], came)
            and (not bait.fills or self._goes_soon(bait, order.symbol, time))
            and order.filled * 100 <= limits["filled_percent"] * order.qty
            # or another order took its place: a quote that follows the market
            and stays * 100 <= limits["stays_percent"] * (bait.stood or bait.qty)
        )

    def _is_chance(self, row: _Row, bait: Bait, order: Order, time: int) -> bool:
        """Tell whether the trade may have come of itself, while no bait was told of yet."""
        own = self.market.own(order.group, order.symbol)
        if is_unknown_maker(own, time):
            return True
        trades = bait.trades_before - row.habit.trades
        if trades >= FEW_TRADES:
            return trades_anyway(own, trades, time - bait.placed_at)
        instrument = self.market.instrument(order.symbol)
        return all_trade_anyway(instrument, instrument.day.orders - bait.number)

    def _is_told(self, row: _Row, bait: Bait, order: Order, time: int) -> bool:
        """Tell whether what is withdrawn was bait; it is no candidate from then on."""
        is_usual = row.habit.is_bait(bait.qty)
        self._forget(row, order.order_id)
        if not bait.fills or not self._looks_so(bait, order, time):
            return False
        is_told = is_usual and (row.habit.told > 0 or not self._is_chance(row, bait, order, time))
        own = self.market.own(order.group, order.symbol)
        row.habit.trades += own.trades - bait.trades_before
        row.habit.told += is_told
        return is_told

    def _attempted(self, bait: Bait, order: Order, time: int) -> list[int]:
        """Return the own orders that nobody met while a bait stood for them; none if it did not.

        They are small beside it, and came with it.
        """
        if bait.is_traded_against or not bait.is_large or not self._looks_so(bait, order, time):
            return []
        own = self.market.own(order.group, order.symbol)
        if own.quotes_both_sides or bait.qty * 100_000 < self.limits["usual_percent"] * bait.usual:
            return []
        since = bait.placed_at - self.limits["withdrawn_within_ms"] * NS_PER_MS
        meant = meant_orders(own, bait.sign, since, bait.qty, self.limits["imbalance"])
        return [other.order_id for other in meant]

    def _attempt(
        self, row: _Row, bait: Bait, order: Order, meant: list[int], seq: int, time: int
    ) -> Sequence[Finding]:
        """Add what would have been bait had somebody met the order that it stood for.

        It tells nothing by itself, and is told with what was bait.
        """
        del row.baits[order.order_id]
        row.attempts += 1
        row.attempted_ids = [*row.attempted_ids, *meant, bait.order_id][-EVIDENCE:]
        if not row.count:
            return NOTHING
        order_ids, row.attempted_ids = row.attempted_ids, []
        finding = Finding(
            episode=f"{order.group}/{order.symbol}",
            severity="warning",
            score=60,
            symbol=order.symbol,
            owner=order.group,
            members=[bait.account],
            seq=seq,
            transact_time=time,
            began=bait.placed_at,
            order_ids=order_ids,
            count=row.count,
            gain=row.gain,
            facts={**row.facts, "attempts": row.attempts},
        )
        return (finding,)

    def _judge(self, order: Order, seq: int, time: int) -> Sequence[Finding]:
        row = self.state.rows.get(f"{order.group}/{order.symbol}")
        bait = row.baits.get(order.order_id) if row is not None else None
        if row is None or bait is None:
            return NOTHING
        if meant := self._attempted(bait, order, time):
            return self._attempt(row, bait, order, meant, seq, time)
        if not self._is_told(row, bait, order, time):
            return NOTHING
        limits = self.limits
        stood_ms = (time - bait.placed_at) // NS_PER_MS
        row.count += 1
        average = bait.fill_value // bait.fills
        better = (average - bait.market_best) * bait.sign
        row.gain += bait.fills * max(0, better) if bait.market_best else 0
        is_violation = row.count >= limits["violation_count"]
        accounts = sorted({bait.account, *bait.fill_accounts})
        row.facts = {
            "side": "buy" if bait.sign > 0 else "sell",
            "bait_qty": bait.qty,
            "bait_price": bait.price,
            "before_price": bait.market_best,
            "traded_qty": bait.fills,
            "traded_price": average,
            "stood_ms": stood_ms,
            "collusive": int(len(accounts) > 1),
            "attempts": row.attempts,
            "times": row.count,
        }
        attempted, row.attempted_ids = row.attempted_ids, []
        finding = Finding(
            episode=f"{order.group}/{order.symbol}",
            severity="violation" if is_violation else "warning",
            score=min(100, 60 + 20 * (row.count - 1)),
            symbol=order.symbol,
            owner=order.group,
            members=accounts,
            seq=seq,
            transact_time=time,
            began=bait.placed_at,
            order_ids=(*attempted, *bait.fill_ids, bait.order_id),
            exec_ids=bait.exec_ids,
            count=row.count,
            gain=row.gain,
            facts=row.facts,
        )
        return (finding,)
