"""`book`: the levels of one instrument."""

from argparse import Namespace

from msgspec.structs import replace

from bashu_protocol.client import Client
from bashu_protocol.messages import BookRow, InstrumentRow
from bashu_protocol.units import format_price
from bashu_tui.headless.outcome import ExitCode
from bashu_tui.headless.printing import Printer, Side, table
from bashu_tui.i18n import Texts


async def run(client: Client, options: Namespace, texts: Texts, printer: Printer) -> ExitCode:
    """Show the best levels of both sides, asks above bids as on the ladder."""
    rows = (await client.query("instruments", options.symbol, timeout=options.timeout)).rows
    answer = await client.query("book", options.symbol, timeout=options.timeout)
    for book in answer.rows:
        if isinstance(book, BookRow):
            depth = options.depth
            printer.facts([replace(book, bids=book.bids[:depth], asks=book.asks[:depth])])
            printer.text(_lines(book, depth, rows[0] if rows else None, texts))
    return ExitCode.DONE


def _lines(book: BookRow, depth: int, instrument: object, texts: Texts) -> list[str]:
    lines = []
    if isinstance(instrument, InstrumentRow):
        phase = texts(f"phase.{instrument.phase}")
        lines.append(texts("headless.phase", symbol=book.symbol, phase=phase))
    asks = [("ask", *level) for level in reversed(book.asks[:depth])]
    bids = [("bid", *level) for level in book.bids[:depth]]
    if not asks and not bids:
        return [*lines, texts("headless.empty_book")]
    head: list[tuple[str, Side]] = [
        (texts("headless.column.side"), "left"),
        *((texts(f"headless.column.{name}"), "right") for name in ("price", "qty", "count")),
    ]
    levels = [
        (texts(f"headless.level.{side}"), format_price(price), f"{quantity:,}", str(count))
        for side, price, quantity, count in (*asks, *bids)
    ]
    return [*lines, *table(head, levels)]
