"""`order`: place an order, and follow it where that was asked for."""

import asyncio
from argparse import Namespace

from bashu_protocol.client import Client
from bashu_protocol.messages import AnyMessage, ExecutionReport, NewOrder, TimeInForce
from bashu_protocol.reject_codes import RejectCode
from bashu_tui.headless import reading, sentences
from bashu_tui.headless.outcome import ExitCode, UsageError
from bashu_tui.headless.printing import Printer
from bashu_tui.i18n import Texts


def read(options: Namespace, texts: Texts) -> NewOrder:
    """Return the order that the arguments name, its number empty where none was given.

    Raises:
        UsageError: something in them is missing or cannot be read.
    """
    kind = reading.ord_type(
        texts, options.price, market=options.market, stop=options.stop is not None
    )

    def price(what: str, text: str | None) -> int:
        return 0 if text is None else reading.price(texts, what, text)

    def quantity(what: str, text: str | None) -> int:
        return 0 if text is None else reading.quantity(texts, what, text)

    return NewOrder(
        options.cl_ord_id,
        options.symbol,
        options.side,
        quantity(texts("ticket.qty"), options.quantity),
        price(texts("ticket.price"), options.price),
        kind,
        _validity(options, texts),
        options.client,
        0 if options.expire is None else reading.day(texts, "--expire", options.expire),
        quantity("--min-qty", options.min_qty),
        quantity("--display-qty", options.display_qty),
        price("--stop", options.stop),
        "post_only" if options.post_only else "",
    )


def _validity(options: Namespace, texts: Texts) -> TimeInForce:
    if options.tif is None:
        return "day" if options.expire is None else "gtd"
    if (options.tif == "gtd") != (options.expire is not None):
        raise UsageError(texts("headless.gtd_and_date", tif="--tif gtd", expire="--expire"))
    validity: TimeInForce = options.tif
    return validity


class _Follower:
    """Keeps the execution reports of the session until they are asked for."""

    def __init__(self) -> None:
        self.reports: asyncio.Queue[ExecutionReport] = asyncio.Queue()

    def hear(self, message: AnyMessage) -> None:
        if isinstance(message, ExecutionReport):
            self.reports.put_nowait(message)


async def run(
    client: Client, order: NewOrder, options: Namespace, texts: Texts, printer: Printer
) -> ExitCode:
    """Send the order, and say what the venue makes of it."""
    follower = _Follower()
    client.listen(follower.hear)
    first = await client.request(order, ExecutionReport, options.timeout)
    if not _taken(first):
        printer.refusal(sentences.execution(texts, first), first)
        return ExitCode.REFUSED
    if first.exec_type == "rejected":
        printer.fact(sentences.known_already(texts, first), first)
    else:
        printer.fact(sentences.execution(texts, first), first)
    ends_at_once = order.ord_type == "market" or order.time_in_force in ("ioc", "fok")
    seconds = options.wait or (options.timeout if ends_at_once else None)
    last = first if seconds is None else await _follow(follower, first, seconds, texts, printer)
    if options.wait is None or last.ord_status == "filled":
        return ExitCode.DONE
    if last.leaves_qty:
        printer.complain(
            texts("headless.still_works", number=first.cl_ord_id, leaves=f"{last.leaves_qty:,}")
        )
    return ExitCode.NOT_FILLED


def _taken(first: ExecutionReport) -> bool:
    """Whether the venue has the order, be it from now or under the same number from before."""
    if first.exec_type != "rejected":
        return True
    return first.reject_code is RejectCode.ALREADY_RECEIVED and first.ord_status != "rejected"


async def _follow(
    follower: _Follower, first: ExecutionReport, seconds: float, texts: Texts, printer: Printer
) -> ExecutionReport:
    """Say what happens to the order until it ends or the time is over; return the last report."""
    last = first
    try:
        async with asyncio.timeout(seconds):
            while last.leaves_qty:
                report = await follower.reports.get()
                if report.order_id == first.order_id and report.rpt_seq > last.rpt_seq:
                    last = report
                    printer.fact(sentences.execution(texts, report), report)
    except TimeoutError:
        pass  # the caller sees that something is left
    return last
