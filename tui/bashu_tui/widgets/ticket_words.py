"""The sentences of the ticket: what it was understood as, or why nothing can be sent."""

from rich.style import Style
from rich.text import Text

from bashu_protocol.messages import Side
from bashu_protocol.units import format_money
from bashu_tui.i18n import Texts
from bashu_tui.palette import Palette
from bashu_tui.state.modes import EntryMode
from bashu_tui.state.positions import CASH
from bashu_tui.state.session import Session
from bashu_tui.state.ticket_entry import Fields, Problem, read
from bashu_tui.widgets.order_words import price_words


def title(mode: EntryMode, cap_qty: int, texts: Texts) -> str:
    """Name the panel, and the mode where it is not the usual one."""
    said = [texts("panel.ticket")]
    if mode != "armed":
        said.append(texts(f"mode.{mode}"))
    if mode == "one_click":
        said.append(texts("mode.cap", qty=f"{cap_qty:,}"))
    return "  ".join(said)


def lock(session: Session | None, symbol: str, texts: Texts, palette: Palette) -> Text | None:
    """Say why nothing can be sent; None if something can."""
    why = session.why_locked(symbol) if session is not None else "locked.link"
    if why is None:
        return None
    if why == "locked.halted":
        return Text(texts("ticket.halted", symbol=symbol), palette.alarm)
    if why == "locked.phase" and session is not None:
        phase = texts(f"phase.{session.known_phase(symbol) or 'unknown'}")
        return Text(texts("ticket.closed", symbol=symbol, phase=phase), palette.warn)
    is_loud = why in ("locked.link", "locked.book")
    return Text(texts(why), palette.alarm if is_loud else palette.warn)


def reading(session: Session, fields: Fields, texts: Texts, palette: Palette) -> Text:
    """Echo what the fields were understood as, or what is wrong with them."""
    if fields.ord_type == "limit" and not fields.price:
        return Text(texts("ticket.choose"), palette.faint)
    row, stat = session.instruments.get(fields.symbol), session.stat(fields.symbol)
    found = read(fields, row, stat.phase if stat is not None else None)
    if isinstance(found, Problem):
        return Text(problem(found, texts), palette.warn)
    reads = texts(
        "ticket.reads" if found.ord_type == "limit" else "ticket.reads_so",
        side=texts(f"side.{found.side}"),
        qty=f"{found.quantity:,}",
        price=price_words(found, texts),
    )
    lines: list[tuple[str, Style]] = [(reads, palette.buy if found.side == "buy" else palette.sell)]
    if found.value:
        lines.append((texts("ticket.value", value=format_money(found.value)), palette.plain))
    covered_by = available(session, found.symbol, found.side, texts)
    if covered_by:
        lines.append((covered_by, palette.faint))
    return Text("\n").join(Text(text, style) for text, style in lines)


def problem(found: Problem, texts: Texts) -> str:
    """Name the field and what is wrong with it."""
    entry = found.entry
    why = texts(entry.error, limit=entry.limit, tick=entry.limit, lot=entry.limit)
    return texts("text.because", what=texts(found.field), why=why)


def available(session: Session, symbol: str, side: Side, texts: Texts) -> str:
    """Say what an order would be paid with; nothing where the user may not see it."""
    row = session.accounts.get(CASH if side == "buy" else symbol)
    if row is None:
        return ""
    if side == "buy":
        return texts("ticket.cash", amount=format_money(row.available))
    return texts("ticket.tonnes", amount=f"{row.available:,}")
