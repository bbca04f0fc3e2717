"""An order as it was read from the ticket, before it is sent."""

from msgspec import Struct

from bashu_protocol.messages import NewOrder, OrdType, Side, TimeInForce


class OrderDraft(Struct, frozen=True):
    """Prices in fen, quantities in tonnes; 0 is none. The fields are those of `new_order`."""

    symbol: str
    side: Side
    quantity: int
    price: int = 0
    time_in_force: TimeInForce = "day"
    ord_type: OrdType = "limit"
    stop_px: int = 0
    expire_date: int = 0
    min_qty: int = 0
    display_qty: int = 0
    is_post_only: bool = False
    client_account: str = ""

    @property
    def bound(self) -> int:
        """The worst price that it may trade at, as far as it says so: limit, or else stop price."""
        return self.price or self.stop_px

    @property
    def value(self) -> int:
        """Fen at the bound; 0 for a market order."""
        return self.quantity * self.bound

    @property
    def has_conditions(self) -> bool:
        """Whether it is more than a plain order; such a one cannot wait for approval."""
        conditions = (self.stop_px, self.expire_date, self.min_qty, self.display_qty)
        return self.is_post_only or any(conditions)

    def command(self, cl_ord_id: str) -> NewOrder:
        return NewOrder(
            cl_ord_id,
            self.symbol,
            self.side,
            self.quantity,
            self.price,
            self.ord_type,
            self.time_in_force,
            self.client_account,
            self.expire_date,
            self.min_qty,
            self.display_qty,
            self.stop_px,
            "post_only" if self.is_post_only else "",
        )
