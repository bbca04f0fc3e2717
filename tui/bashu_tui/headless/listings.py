"""`orders`, `fills`, `positions`, `instruments` and `notices`: the present state, as tables."""

from argparse import Namespace

from bashu_protocol.client import Client
from bashu_protocol.messages import AccountRow, FillRow, InstrumentRow, OrderRow
from bashu_protocol.units import format_money, format_price
from bashu_tui.headless import sentences
from bashu_tui.headless.outcome import ExitCode
from bashu_tui.headless.printing import Printer, moment, show_table
from bashu_tui.i18n import Texts


async def orders(client: Client, options: Namespace, texts: Texts, printer: Printer) -> ExitCode:
    """List the working orders of one's member."""
    answer = await client.query("orders", options.symbol, timeout=options.timeout)
    rows = [row for row in answer.rows if isinstance(row, OrderRow)]
    printer.facts(rows)
    lines = [
        (
            moment(row.transact_time),
            row.symbol,
            texts(f"side.{row.side}"),
            f"{row.order_qty:,}",
            format_price(row.price) if row.price else texts("headless.at_market"),
            f"{row.cum_qty:,}",
            texts(f"status.{_status(row)}"),
            _validity(row, texts),
            row.cl_ord_id,
            row.user,
            sentences.terms(texts, row),
        )
        for row in rows
    ]
    head = "time symbol side qty> price> filled> status tif number user terms"
    show_table(printer, texts, head, lines, "headless.no_orders")
    return ExitCode.DONE


def _status(row: OrderRow) -> str:
    if row.pending:
        return "pending_new"
    return "partially_filled" if row.cum_qty else "new"


def _validity(row: OrderRow, texts: Texts) -> str:
    return str(row.expire_date) if row.expire_date else texts(f"tif.{row.time_in_force}")


async def fills(client: Client, options: Namespace, texts: Texts, printer: Printer) -> ExitCode:
    """List the day's fills of one's member."""
    answer = await client.query("fills", options.symbol, timeout=options.timeout)
    rows = [row for row in answer.rows if isinstance(row, FillRow)]
    printer.facts(rows)
    lines = [
        (
            moment(row.transact_time),
            row.symbol,
            texts(f"side.{row.side}"),
            f"{row.last_qty:,}",
            format_price(row.last_px),
            str(row.exec_id),
            row.cl_ord_id,
            row.user,
            _correction(row, texts),
        )
        for row in rows
    ]
    head = "time symbol side qty> price> trade> number user terms"
    show_table(printer, texts, head, lines, "headless.no_fills")
    return ExitCode.DONE


def _correction(row: FillRow, texts: Texts) -> str:
    if not row.correction:
        return ""
    return texts(f"headless.corrected_{row.correction}", price=format_price(row.corrected_px))


async def positions(client: Client, options: Namespace, texts: Texts, printer: Printer) -> ExitCode:
    """List cash and holdings."""
    answer = await client.query("account", timeout=options.timeout)
    rows = [row for row in answer.rows if isinstance(row, AccountRow)]
    printer.facts(rows)
    lines = []
    for row in rows:
        is_cash = row.asset == "CNY"
        amounts = (row.available, row.frozen, row.bought_today)
        total = sum(amounts)
        if not total and not is_cash:
            continue
        shown = [format_money(a) if is_cash else f"{a:,}" for a in (*amounts, total)]
        lines.append((texts("asset.cash") if is_cash else row.asset, *shown))
    head = "asset available> frozen> bought_today> total>"
    show_table(printer, texts, head, lines, "headless.no_positions")
    return ExitCode.DONE


async def instruments(
    client: Client, options: Namespace, texts: Texts, printer: Printer
) -> ExitCode:
    """List what is traded, with the phase and limits of the day."""
    answer = await client.query("instruments", options.symbol, timeout=options.timeout)
    rows = [row for row in answer.rows if isinstance(row, InstrumentRow)]
    printer.facts(rows)
    lines = [
        (
            row.rules.symbol,
            row.rules.name_zh if texts.language == "zh" else row.rules.name_en,
            texts(f"phase.{row.phase}"),
            format_price(row.reference_price),
            format_price(row.limit_down) if row.limit_up else "-",
            format_price(row.limit_up) if row.limit_up else "-",
            format_price(row.rules.tick),
            f"{row.rules.lot:,}",
        )
        for row in rows
    ]
    head = "symbol name phase reference> limit_down> limit_up> tick> lot>"
    show_table(printer, texts, head, lines, "headless.no_instruments")
    return ExitCode.DONE


async def notices(client: Client, options: Namespace, texts: Texts, printer: Printer) -> ExitCode:
    """List notices, oldest first."""
    found = (await client.query("notices", timeout=options.timeout)).notices
    for row in found:
        printer.fact(f"{moment(row.transact_time)} {sentences.notice(texts, row)}", row)
    if not found:
        printer.text([texts("headless.no_notices")])
    return ExitCode.DONE
