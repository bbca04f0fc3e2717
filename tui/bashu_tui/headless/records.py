"""`disclose`, `statement` and `bar`: what supervisors put on record for surveillance."""

from argparse import Namespace

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    BarPerson,
    CommandReport,
    RegisterDisclosure,
    RegisterStatement,
)
from bashu_tui.headless import reading, sentences
from bashu_tui.headless.outcome import ExitCode, UsageError
from bashu_tui.headless.printing import Printer
from bashu_tui.i18n import Texts

Record = RegisterDisclosure | RegisterStatement | BarPerson


def read(options: Namespace, texts: Texts) -> Record:
    """Return the command that the arguments name.

    Raises:
        UsageError: there is no such time, or nothing is said.
    """
    said = options.text.strip()
    if not said:
        raise UsageError(texts("headless.nothing_said"))
    if options.command == "bar":
        return BarPerson(options.cl_ord_id, options.person, said, not options.lift)
    at = reading.moment(texts, options.at) if options.at else 0
    if options.command == "disclose":
        return RegisterDisclosure(
            options.cl_ord_id, options.kind, options.symbol, said, at, options.member
        )
    return RegisterStatement(
        options.cl_ord_id, options.symbol, options.direction, options.poster, said, at
    )


async def run(
    client: Client, command: Record, options: Namespace, texts: Texts, printer: Printer
) -> ExitCode:
    """Send it, and say what the venue makes of it."""
    report = await client.request(command, CommandReport, options.timeout)
    if not report.accepted:
        printer.refusal(sentences.command(texts, report), report)
        return ExitCode.REFUSED
    printer.fact(texts("headless.on_record"), report)
    return ExitCode.DONE
