"""What the session knows of one instrument and of the member's means, for the appraisal."""

from bashu_tui.state.appraisal import Market, Means
from bashu_tui.state.draft import OrderDraft
from bashu_tui.state.positions import CASH
from bashu_tui.state.session import Session


def market_of(session: Session, symbol: str) -> Market | None:
    """Return the instrument as it stands; None while it is not known."""
    row, stat = session.instruments.get(symbol), session.stat(symbol)
    if row is None or stat is None:
        return None
    book = session.client.feed.book(symbol)
    return Market(
        row.rules, stat.phase, stat.reference_price, stat.last, stat.limit_up, stat.limit_down,
        book.bids, book.asks,
    )  # fmt: skip


def means_of(session: Session, draft: OrderDraft) -> Means:
    """Return what the member has and has working, seen from one order."""
    working = [order for order in session.orders.values() if not order.is_held]
    return Means(
        session.accounts.get(CASH),
        session.accounts.get(draft.symbol),
        session.limits.member,
        sum((order.price or order.stop_px) * order.leaves_qty for order in working),
        [
            order.price
            for order in working
            if order.symbol == draft.symbol and order.side != draft.side and order.rests
        ],
    )
