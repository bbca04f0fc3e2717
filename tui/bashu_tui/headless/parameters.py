"""`parameters`, `propose` and `confirm`: what surveillance judges by, and changing it."""

from argparse import Namespace

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    CommandReport,
    ConfirmParameterChange,
    ParameterChangeRow,
    ProposeParameterChange,
    SurveillanceRuleRow,
)
from bashu_tui.headless import reading, sentences
from bashu_tui.headless.outcome import ExitCode, UsageError
from bashu_tui.headless.printing import Printer, moment, show_table
from bashu_tui.i18n import Texts


async def show(client: Client, options: Namespace, texts: Texts, printer: Printer) -> ExitCode:
    """List the values in force, and below them the changes that wait."""
    rows = (await client.query("parameters", timeout=options.timeout)).rows
    rules = [row for row in rows if isinstance(row, SurveillanceRuleRow)]
    changes = [row for row in rows if isinstance(row, ParameterChangeRow)]
    if options.rule:
        rules = [row for row in rules if row.rule == options.rule]
        changes = [row for row in changes if row.rule == options.rule]
    printer.facts([*rules, *changes])
    lines = [
        (
            row.rule,
            symbol or texts("headless.every_instrument"),
            name,
            f"{value:,}",
            str(row.version),
        )
        for row in rules
        for symbol, values in (("", row.parameters), *sorted(row.symbols.items()))
        for name, value in sorted(values.items())
    ]
    head = "rule symbol parameter value> version>"
    show_table(printer, texts, head, lines, "headless.no_parameters")
    printer.text([change(texts, row) for row in changes])
    return ExitCode.DONE


def change(texts: Texts, row: ParameterChangeRow) -> str:
    """Say what is proposed, by whom and why."""
    return texts(
        "headless.change_waits",
        number=row.change_id,
        what=f"{row.rule} {row.parameter}",
        symbol=row.symbol or texts("headless.every_instrument"),
        previous=f"{row.previous:,}",
        value=f"{row.value:,}",
        author=row.author,
        time=moment(row.transact_time),
        why=row.reason,
    )


def read_proposal(options: Namespace, texts: Texts) -> ProposeParameterChange:
    """Return the change that the arguments name.

    Raises:
        UsageError: the value cannot be read, or there is one and none is wanted, or the reverse.
    """
    if (options.value is None) != options.clear:
        raise UsageError(texts("headless.value_or_clear", option="--clear"))
    if not options.reason.strip():
        raise UsageError(texts("headless.no_reason", option="--reason"))
    value = (
        0 if options.clear else reading.whole(texts, texts("headless.column.value"), options.value)
    )
    return ProposeParameterChange(
        options.cl_ord_id, options.rule, options.parameter, value, options.reason.strip(),
        options.symbol, options.clear,
    )  # fmt: skip


def read_decision(options: Namespace, texts: Texts) -> ConfirmParameterChange:
    """Return the decision that the arguments name.

    Raises:
        UsageError: the number cannot be read.
    """
    number = reading.whole(texts, texts("headless.column.change"), options.change)
    return ConfirmParameterChange(options.cl_ord_id, number, not options.decline)


async def run(
    client: Client,
    command: ProposeParameterChange | ConfirmParameterChange,
    options: Namespace,
    texts: Texts,
    printer: Printer,
) -> ExitCode:
    """Send it, and say what the venue makes of it."""
    report = await client.request(command, CommandReport, options.timeout)
    if not report.accepted:
        printer.refusal(sentences.command(texts, report), report)
        return ExitCode.REFUSED
    printer.fact(_done(texts, command, report), report)
    return ExitCode.DONE


def _done(
    texts: Texts, command: ProposeParameterChange | ConfirmParameterChange, report: CommandReport
) -> str:
    if isinstance(command, ConfirmParameterChange):
        key = "headless.change_holds" if command.approve else "headless.change_declined"
        return texts(key, number=command.change_id)
    return texts("headless.change_proposed", number=report.text.split()[1])
