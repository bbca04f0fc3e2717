"""`replace` and `cancel`: change what was sent before."""

from argparse import Namespace

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    CancelOrder,
    CommandReport,
    ExecutionReport,
    MassCancel,
    ReplaceOrder,
)
from bashu_protocol.reject_codes import RejectCode
from bashu_tui.headless import reading, sentences
from bashu_tui.headless.outcome import ExitCode, UsageError
from bashu_tui.headless.printing import Printer
from bashu_tui.i18n import Texts


def read_replace(options: Namespace, texts: Texts) -> ReplaceOrder:
    """Return the change that the arguments name.

    Raises:
        UsageError: a value cannot be read.
    """
    stop = options.stop
    return ReplaceOrder(
        options.cl_ord_id,
        options.order,
        reading.quantity(texts, texts("ticket.qty"), options.quantity),
        reading.price(texts, texts("ticket.price"), options.price),
        0 if stop is None else reading.price(texts, "--stop", stop),
    )


def read_cancel(options: Namespace, texts: Texts) -> CancelOrder | MassCancel:
    """Return the withdrawal that the arguments name.

    Raises:
        UsageError: it is not said which orders, or said twice.
    """
    if [bool(options.order), bool(options.symbol), options.all].count(True) != 1:
        choices = "CL_ORD_ID | --symbol SYMBOL | --all"
        raise UsageError(texts("headless.cancel_what", choices=choices))
    if options.order:
        return CancelOrder(options.cl_ord_id, options.order)
    return MassCancel(options.cl_ord_id, options.symbol)


async def run(
    client: Client,
    command: ReplaceOrder | CancelOrder | MassCancel,
    options: Namespace,
    texts: Texts,
    printer: Printer,
) -> ExitCode:
    """Send the change, and say what the venue makes of it."""
    if isinstance(command, MassCancel):
        outcome = await client.request(command, CommandReport, options.timeout)
        sentence = sentences.command(texts, outcome)
        if outcome.accepted:
            printer.fact(sentence, outcome)
            return ExitCode.DONE
        printer.refusal(sentence, outcome)
        return ExitCode.REFUSED
    report = await client.request(command, ExecutionReport, options.timeout)
    if _done_before(command, report):
        printer.fact(sentences.known_already(texts, report), report)
        return ExitCode.DONE
    if report.exec_type == "rejected":
        printer.refusal(sentences.execution(texts, report), report)
        return ExitCode.REFUSED
    printer.fact(sentences.execution(texts, report), report)
    return ExitCode.DONE


def _done_before(command: ReplaceOrder | CancelOrder, report: ExecutionReport) -> bool:
    """Whether the same command came before, and the order is now as it asks."""
    if report.reject_code is not RejectCode.ALREADY_RECEIVED:
        return False
    if isinstance(command, CancelOrder):
        return report.ord_status == "canceled"
    return (report.order_qty, report.price) == (command.order_qty, command.price)
