"""What the session blotter's entries say: in words, as rows of a table, and what a filter keeps."""

from collections.abc import Iterable
from typing import Final

from bashu_protocol.units import format_price
from bashu_tui.i18n import Texts
from bashu_tui.state.export import Cell, readable_time, yuan, zoned_time
from bashu_tui.state.session_blotter import Entry, Filter
from bashu_tui.state.venue_words import in_words

_COLUMNS: Final = (
    "number", "time", "kind", "what", "symbol", "side", "qty", "price", "order_id", "exec_id",
    "cl_ord_id", "reject_code", "reason", "text", "venue_time", "waited_ms",
)  # fmt: skip


def what(entry: Entry, texts: Texts) -> str:
    """Say what happened, without numbers."""
    return texts.get(f"log.{entry.event}", entry.event)


def reason(entry: Entry, texts: Texts) -> str:
    """Say why the venue refused or ended something, in the user's language where it is known."""
    if not entry.reject_code:
        return ""
    return texts.get(f"reject.{entry.reject_code}", entry.reject_code)


def remark(entry: Entry, texts: Texts) -> str:
    """Say in one line what else there is: a reason, the time an answer took, or the text."""
    if entry.reject_code:
        return reason(entry, texts)
    if entry.kind == "notice" and entry.body and entry.event != "notice.notice":
        return in_words(entry.body, texts)  # the event and the instrument say what the title says
    if entry.text:
        return in_words(entry.text, texts)
    return texts("log.waited", ms=entry.waited_us // 1_000) if entry.waited_us >= 0 else ""


def details(entry: Entry, texts: Texts) -> list[tuple[str, str]]:
    """Return (name, value) of everything that an entry holds."""
    side = texts(f"side.{entry.side}") if entry.side else ""
    found = (
        ("what", what(entry, texts)),
        ("kind", texts(f"log_kind.{entry.kind}")),
        ("time", readable_time(entry.time_ns)),
        ("venue_time", readable_time(entry.venue_time_ns) if entry.venue_time_ns else ""),
        ("symbol", entry.symbol),
        ("side", side),
        ("qty", f"{entry.quantity:,}" if entry.quantity else ""),
        ("price", format_price(entry.price) if entry.price else ""),
        ("order_id", str(entry.order_id or "")),
        ("exec_id", str(entry.exec_id or "")),
        ("cl_ord_id", entry.cl_ord_id),
        ("waited_ms", f"{entry.waited_us / 1_000:.1f}" if entry.waited_us >= 0 else ""),
        ("reason", reason(entry, texts)),
        ("reject_code", entry.reject_code),
        ("text", in_words(entry.text, texts)),
        ("body", in_words(entry.body, texts)),
    )
    return [(texts(f"log_column.{name}"), value) for name, value in found if value]


def chosen(entries: Iterable[Entry], wanted: Filter, texts: Texts) -> list[Entry]:
    """Return what a filter keeps, in the same order."""
    words = wanted.text.casefold().split()
    return [entry for entry in entries if _is_wanted(entry, wanted, words, texts)]


def table(entries: Iterable[Entry], texts: Texts) -> tuple[list[str], list[list[Cell]]]:
    """Return the head and the rows of a file: yuan with two decimals, times with their zone."""
    head = [texts(f"log_column.{name}") for name in _COLUMNS]
    return head, [_cells(entry, texts) for entry in entries]


def _cells(entry: Entry, texts: Texts) -> list[Cell]:
    return [
        entry.number,
        zoned_time(entry.time_ns),
        texts(f"log_kind.{entry.kind}"),
        what(entry, texts),
        entry.symbol,
        texts(f"side.{entry.side}") if entry.side else "",
        entry.quantity or "",
        yuan(entry.price) if entry.price else "",
        entry.order_id or "",
        entry.exec_id or "",
        entry.cl_ord_id,
        entry.reject_code,
        reason(entry, texts),
        "\n".join(in_words(text, texts) for text in (entry.text, entry.body) if text),
        zoned_time(entry.venue_time_ns) if entry.venue_time_ns else "",
        f"{entry.waited_us / 1_000:.1f}" if entry.waited_us >= 0 else "",
    ]


def _is_wanted(entry: Entry, wanted: Filter, words: list[str], texts: Texts) -> bool:
    if wanted.kind and entry.kind != wanted.kind:
        return False
    if wanted.symbol and entry.symbol != wanted.symbol:
        return False
    if not words:
        return True
    side = texts(f"side.{entry.side}") if entry.side else ""
    haystack = " ".join(
        (
            what(entry, texts), entry.symbol, side, str(entry.quantity), format_price(entry.price),
            str(entry.order_id), str(entry.exec_id), entry.cl_ord_id, entry.reject_code,
            reason(entry, texts), in_words(entry.text, texts), in_words(entry.body, texts),
        )
    ).casefold()  # fmt: skip
    return all(word in haystack for word in words)
