"""What supervisors put on record for surveillance: `disclose`, `statement`, `bar` and `link`."""

from argparse import Namespace

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    BarPerson,
    CommandReport,
    DeclareLink,
    LinkRow,
    RegisterDisclosure,
    RegisterStatement,
)
from bashu_tui.headless import reading, sentences
from bashu_tui.headless.outcome import ExitCode, UsageError
from bashu_tui.headless.printing import Printer, moment, show_table
from bashu_tui.i18n import Texts

Record = RegisterDisclosure | RegisterStatement | BarPerson | DeclareLink


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
    if options.command == "link":
        member, _, client = options.account.partition("/")
        if not client:  # `M/` is a slip, and no member's name
            member = options.account
        return DeclareLink(options.cl_ord_id, member, options.kind, options.name, said, client)
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


async def show_links(
    client: Client, options: Namespace, texts: Texts, printer: Printer
) -> ExitCode:
    """List the declared links."""
    answer = await client.query("links", timeout=options.timeout)
    rows = [row for row in answer.rows if isinstance(row, LinkRow)]
    printer.facts(rows)
    lines = [
        (
            f"{row.member}/{row.client_account}" if row.client_account else row.member,
            texts(f"link.{row.kind}"),
            row.name,
            row.author,
            moment(row.transact_time),
        )
        for row in rows
    ]
    show_table(printer, texts, "account link name user time", lines, "headless.no_links")
    return ExitCode.DONE
