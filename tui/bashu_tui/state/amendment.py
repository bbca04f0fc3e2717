"""Changing a working order: strict reading, and whether it keeps its place in the queue."""

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from bashu_protocol.messages import InstrumentRow
from bashu_tui.state.appraisal import Caution
from bashu_tui.state.draft import OrderDraft
from bashu_tui.state.entry import Entry, read_price, read_quantity
from bashu_tui.state.orders import OrderLine
from bashu_tui.state.ticket_entry import Problem

Place = Literal["kept", "lost", "waits"]
_COVER: Final = frozenset(
    {"caution.cash", "caution.holding", "caution.bought_today", "caution.open_value"}
)
_APPROVAL: Final = frozenset({"caution.approval", "caution.approval_refused"})


class Amendment(Struct, frozen=True):
    """New total quantity in tonnes and prices in fen; 0 for a price that the order has not."""

    order_qty: int
    price: int
    stop_px: int = 0


def read_amendment(
    order: OrderLine, instrument: InstrumentRow | None, quantity: str, price: str, stop_px: str
) -> Amendment | Problem:
    """Read the new terms of an order; what was filled already cannot be taken back."""
    total = read_quantity(quantity, instrument)
    if total.value is None:
        return Problem("ticket.qty", total)
    if total.value <= order.cum_qty:
        return Problem("ticket.qty", Entry(None, "entry.already_filled", f"{order.cum_qty:,}"))
    limit = Entry(0)
    if order.price:
        limit = read_price(price, instrument)
        if limit.value is None:
            return Problem("ticket.price", limit)
    stop = Entry(0)
    if order.is_waiting:
        stop = read_price(stop_px, instrument)
        if stop.value is None:
            return Problem("ticket.stop_px", stop)
    return Amendment(total.value, limit.value or 0, stop.value or 0)


def changes(order: OrderLine, amendment: Amendment) -> bool:
    """Whether anything would be different."""
    stop_px = order.stop_px if order.is_waiting else 0
    present = Amendment(order.order_qty, order.price, stop_px)
    return amendment != present


def place_in_queue(order: OrderLine, amendment: Amendment) -> Place:
    """Say whether the order keeps its place: only when the price stays and the quantity falls."""
    if order.is_waiting:
        return "waits"
    kept = amendment.price == order.price and amendment.order_qty <= order.order_qty
    return "kept" if kept else "lost"


def as_draft(order: OrderLine, amendment: Amendment) -> OrderDraft:
    """Return what is left of the amended order as if it were a new one, to appraise it."""
    return OrderDraft(
        order.symbol,
        order.side,
        amendment.order_qty - order.cum_qty,
        amendment.price,
        order.time_in_force,
        order.ord_type if order.is_waiting else "limit",
        amendment.stop_px,
        is_post_only=order.is_post_only,
        client_account=order.client_account,
    )


def draft_of(order: OrderLine) -> OrderDraft:
    """Return a working or held order as it would be entered."""
    return OrderDraft(
        order.symbol, order.side, order.leaves_qty, order.price, order.time_in_force,
        order.ord_type, order.stop_px, order.expire_date, order.min_qty, order.display_qty,
        order.is_post_only, order.client_account,
    )  # fmt: skip


def amended(cautions: Iterable[Caution]) -> list[Caution]:
    """Return what counts for a replacement: its cover is freed by it, and it cannot wait."""
    return [
        Caution("caution.approval_amend") if c.key in _APPROVAL else c
        for c in cautions
        if c.key not in _COVER
    ]
