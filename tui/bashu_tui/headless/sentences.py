"""What happened, in one sentence of the user's language."""

from bashu_protocol.messages import (
    BookRow,
    BookSnapshot,
    CommandReport,
    ExecutionReport,
    InstrumentStat,
    Notice,
    NumberedReport,
    OrderRow,
    PublicTrade,
    Reject,
    TradeCorrection,
    VenueStatus,
)
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.units import format_price
from bashu_tui.headless.printing import moment
from bashu_tui.i18n import Texts


def because(texts: Texts, report: ExecutionReport | CommandReport | Reject) -> str:
    """Say why the venue refused; where the language is the venue's own, in its words too."""
    code = report.reject_code
    why = texts.get(f"reject.{code}", code)
    if texts.language == "en" and code is RejectCode.INVALID_VALUE and report.text:
        return f"{why} ({report.text.rstrip('.')})"
    return why


def execution(texts: Texts, report: ExecutionReport) -> str:
    """Say what happened to an order."""
    event = texts(
        f"headless.exec.{report.exec_type}",
        qty=f"{report.last_qty:,}",
        price=format_price(report.last_px),
        why=because(texts, report) if report.reject_code else "",
    )
    number = report.orig_cl_ord_id or report.cl_ord_id
    if not report.side:
        return texts("headless.number", what=event, number=number)
    if not report.order_id:
        what = texts("text.because", what=event, why=_order(texts, report))
        return texts("headless.number", what=what, number=number)
    return texts(
        "headless.report",
        event=event,
        order=_order(texts, report),
        filled=f"{report.cum_qty:,}",
        qty=f"{report.order_qty:,}",
        order_id=report.order_id,
        number=number,
    )


def known_already(texts: Texts, report: ExecutionReport) -> str:
    """Say what became of an order that the venue was sent before under the same number."""
    return texts(
        "headless.known",
        order=_order(texts, report),
        status=texts(f"status.{report.ord_status}"),
        filled=f"{report.cum_qty:,}",
        qty=f"{report.order_qty:,}",
        order_id=report.order_id,
        number=report.orig_cl_ord_id or report.cl_ord_id,
    )


def _order(texts: Texts, report: ExecutionReport) -> str:
    key = "headless.order" if report.price else "headless.order_market"
    return texts(
        key,
        side=texts(f"side.{report.side}"),
        qty=f"{report.order_qty:,}",
        symbol=report.symbol,
        price=format_price(report.price),
    )


def terms(texts: Texts, order: OrderRow) -> str:
    """List what an order has beyond price, quantity and validity."""
    found = []
    if order.stop_px:
        key = "headless.stop_waits" if order.waiting else "headless.stop"
        found.append(texts(key, price=format_price(order.stop_px)))
    if order.exec_inst:
        found.append(texts("headless.post_only"))
    if order.min_qty:
        found.append(texts("headless.min_qty", qty=f"{order.min_qty:,}"))
    if order.display_qty:
        found.append(texts("headless.display_qty", qty=f"{order.display_qty:,}"))
    if order.client_account:
        found.append(texts("headless.client", client=order.client_account))
    return texts("headless.comma").join(found)


def own_report(texts: Texts, report: NumberedReport) -> str:
    """Say what a report of one's own says."""
    if isinstance(report, ExecutionReport):
        return execution(texts, report)
    if isinstance(report, CommandReport):
        return command(texts, report)
    return texts(
        "headless.other_report",
        kind=texts(f"headless.kind.{report.__struct_config__.tag}"),
        event=texts(f"headless.event.{report.event}"),
        symbol=report.symbol,
        side=texts(f"side.{report.side}"),
        qty=f"{report.order_qty:,}",
        id=getattr(report, "block_id", 0) or getattr(report, "auction_id", 0),
    )


def command(texts: Texts, report: CommandReport) -> str:
    """Say the outcome of a command that is not about one order."""
    if report.accepted and report.command == "mass_cancel":
        return texts("headless.withdrawn", count=report.affected)
    key = "headless.command_done" if report.accepted else "headless.command_refused"
    why = because(texts, report) if report.reject_code else ""
    return texts(key, number=report.cl_ord_id, why=why)


def top_of_book(texts: Texts, book: BookRow | BookSnapshot) -> str:
    """Say the best of both sides."""
    sides = []
    for name, levels in (("bid", book.bids), ("ask", book.asks)):
        if levels:
            price, quantity, _orders = levels[0]
            values = {"price": format_price(price), "qty": f"{quantity:,}"}
            sides.append(texts(f"headless.best_{name}", **values))
        else:
            sides.append(texts(f"headless.no_{name}"))
    return texts("headless.top", symbol=book.symbol, bid=sides[0], ask=sides[1])


def public_trade(texts: Texts, trade: PublicTrade) -> str:
    key = "headless.trade" if trade.mode == "listing" else f"headless.trade_{trade.mode}"
    return texts(
        key,
        symbol=trade.symbol,
        qty=f"{trade.qty:,}",
        price=format_price(trade.price),
        side=texts(f"side.{trade.aggressor_side}"),
    )


def trade_correction(texts: Texts, correction: TradeCorrection) -> str:
    return texts(
        f"headless.correction_{correction.action}",
        symbol=correction.symbol,
        exec_id=correction.exec_id,
        price=format_price(correction.price),
    )


def phase(texts: Texts, stat: InstrumentStat) -> str:
    """Say the phase of an instrument, and in a call phase what the uncross would give."""
    said = texts("headless.phase", symbol=stat.symbol, phase=texts(f"phase.{stat.phase}"))
    if not stat.indicative_price:
        return said
    values = {"price": format_price(stat.indicative_price), "qty": f"{stat.indicative_qty:,}"}
    return texts("headless.indicative", phase=said, **values)


def notice(texts: Texts, found: Notice) -> str:
    said = texts(
        f"notice.{found.kind}", symbol=found.symbol, member=found.member, title=found.title
    )
    return texts("text.because", what=said, why=found.body) if found.body else said


def venue(texts: Texts, status: VenueStatus) -> str:
    """Say whether the venue is up, and what its calendar has next."""
    if status.state == "down":
        return texts("link.venue_down")
    if status.next_phase:
        when, what = moment(status.next_phase_time), texts(f"phase.{status.next_phase}")
        return texts("headless.next_phase", phase=what, time=when)
    return texts("headless.venue_up")
