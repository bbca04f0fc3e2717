"""Whether a file's `replace` gives the open quantity or the total with what was filled."""

from collections import OrderedDict
from typing import Final

from bashu_daemon.surveillance.book import Order

REMEMBERED: Final = 10_000
"""Partly filled orders that were changed and have not ended; the oldest are forgotten."""


class Replaced:
    """Learns from what is left of such orders at their end; until it knows, it is the open one."""

    def __init__(self) -> None:
        self._doubtful: OrderedDict[int, tuple[int, bool]] = OrderedDict()
        """By order: tonnes filled before its last change, and whether a total was read then."""
        self._for_total = 0
        """Cancelled orders that speak for the total, less those that speak against it."""

    def open_quantity(self, order: Order, quantity: int) -> int:
        """Return what is open of an order after a change to `quantity`."""
        self._doubtful.pop(order.order_id, None)
        if not order.filled:
            return quantity
        is_total = self._for_total > 0 and quantity > order.filled
        self._doubtful[order.order_id] = (order.filled, is_total)
        if len(self._doubtful) > REMEMBERED:
            self._doubtful.popitem(last=False)
        return quantity - order.filled if is_total else quantity

    def ended(self, order: Order, said: str) -> None:
        """An order is withdrawn, and the file says with how many tonnes."""
        filled, was_total = self._doubtful.pop(order.order_id, (0, False))
        said = said.strip()
        if not filled or not said.isdigit():
            return
        as_open = order.leaves + filled if was_total else order.leaves
        if int(said) in (as_open, as_open - filled):
            self._for_total += -1 if int(said) == as_open else 1
