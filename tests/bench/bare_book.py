"""The leanest book that trades the same: what this machine's Python can do at most.

One class, no owners and so no self-trade prevention, no count of a level's orders, nothing checked
and no second user of any part. `bench_book` runs it beside the venue's own book.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import Any

Fill = tuple[int, int]


class _Order:
    __slots__ = ("after", "before", "level", "number", "qty")


class _Level:
    __slots__ = ("head", "key", "qty", "side", "tail")


_Side = tuple[dict[int, Any], list[int]]
"""Levels by key, and the keys in order, the best last; asks have negative keys."""


class BareBook:
    """Takes `book_workload.Operation`s by dense ids. Nothing is typed beyond what mypy asks for."""

    def __init__(self, operations: int) -> None:
        self.fill_count = 0
        self._orders: list[Any] = [None] * (operations + 1)
        self._bids: _Side = ({}, [])
        self._asks: _Side = ({}, [])

    def execute(self, operations: Sequence[tuple[str, int, str, int, int]]) -> None:
        for kind, number, side, price, qty in operations:
            if kind == "cancel":
                self._cancel(number)
                continue
            if kind == "replace":
                self._cancel(number)
            fills = self._place(number, side == "buy", price, qty, rests=kind != "ioc")
            if fills:
                self.fill_count += len(fills)

    def _place(
        self, number: int, is_buy: bool, price: int, qty: int, *, rests: bool
    ) -> list[Fill] | None:
        if is_buy:
            own, opposite, key, bound = self._bids, self._asks, price, -price
        else:
            own, opposite, key, bound = self._asks, self._bids, -price, price
        fills: list[Fill] | None = None
        levels, live = opposite
        while qty and live and live[-1] >= bound:
            if fills is None:
                fills = []
            qty = self._take(levels, live, qty, fills)
        if qty and rests:
            self._rest(number, own, key, qty)
        return fills

    def _take(self, levels: dict[int, Any], live: list[int], qty: int, fills: list[Fill]) -> int:
        """Take from the best level and return what is left to take."""
        orders = self._orders
        level = levels[live[-1]]
        maker = level.head
        while maker is not None and qty:
            available = maker.qty
            if available > qty:
                maker.qty = available - qty
                level.qty -= qty
                fills.append((maker.number, qty))
                qty = 0
                break
            qty -= available
            level.qty -= available
            fills.append((maker.number, available))
            orders[maker.number] = None
            after = maker.after
            maker.after = maker.before = maker.level = None
            maker = after
        level.head = maker
        if maker is None:
            del levels[live.pop()]
        else:
            maker.before = None
        return qty

    def _rest(self, number: int, side: _Side, key: int, qty: int) -> None:
        order = self._orders[number] = _Order()
        order.number = number
        order.qty = qty
        order.after = None
        levels, live = side
        level = levels.get(key)
        if level is None:
            level = levels[key] = _Level()
            level.key = key
            level.side = side
            level.qty = qty
            level.head = level.tail = order
            order.before = None
            if not live or key > live[-1]:
                live.append(key)
            else:
                insort(live, key)
        else:
            order.before = level.tail
            level.tail.after = level.tail = order
            level.qty += qty
        order.level = level

    def _cancel(self, number: int) -> None:
        order = self._orders[number]
        self._orders[number] = None
        level, before, after = order.level, order.before, order.after
        level.qty -= order.qty
        if before is not None:
            before.after = after
        else:
            level.head = after
        if after is not None:
            after.before = before
        else:
            level.tail = before
        if level.head is None:
            levels, live = level.side
            del levels[level.key]
            del live[bisect_left(live, level.key)]
