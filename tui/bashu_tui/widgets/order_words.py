"""What became of an order, in words."""

from bashu_protocol.units import format_price
from bashu_tui.i18n import Texts
from bashu_tui.state.draft import OrderDraft
from bashu_tui.state.order_life import OrderLife

Said = tuple[str, str]
"""A sentence, and the name of its style in the palette."""


def outcome(life: OrderLife, texts: Texts) -> Said:
    """Say what became of an order, in full."""
    stage = life.stage
    qty, filled = f"{life.order_qty:,}", f"{life.cum_qty:,}"
    why = texts.get(f"reject.{life.reject_code.value}", life.reject_code.value)
    if stage == "sending":
        return texts("ticket.sending"), "faint"
    if stage == "late":
        return texts("ticket.unknown"), "alarm"
    if stage == "rejected":
        return texts("ticket.rejected", why=why), "warn"
    if stage in ("partially_filled", "filled"):
        price = format_price(life.last_px)
        return texts("ticket.filled", filled=filled, qty=qty, price=price), "good"
    if stage in ("canceled", "expired"):
        what = texts(f"status.{stage}")
        said = texts("ticket.ended", what=what, filled=filled, qty=qty)
        if life.reject_code:
            said = texts("text.because", what=said, why=why)
        return said, "warn"
    if stage == "triggered":
        return texts("ticket.triggered"), "good"
    status = texts(f"status.{stage}")
    if life.was_amended:
        return texts("ticket.amended_life", status=status), "good"
    said = texts("ticket.accepted", ms=life.taken_ms, status=status)
    return said, "warn" if stage == "pending_new" else "good"


def short_outcome(life: OrderLife, texts: Texts) -> Said:
    """Say the same in a word or two, for a list."""
    if life.stage in ("sending", "late"):
        return texts(f"life.{life.stage}"), "alarm" if life.stage == "late" else "faint"
    said = texts(f"status.{life.stage}")
    if life.stage == "partially_filled":
        said = f"{life.cum_qty:,}/{life.order_qty:,}"
    if life.stage == "rejected":
        return said, "warn"
    style = "faint" if life.stage in ("canceled", "expired") else "good"
    return f"{said} {life.taken_ms} ms", style


def short_price_words(draft: OrderDraft, texts: Texts) -> str:
    """Say it in a few cells: `^` stands before a stop price, as on the ladder."""
    return f"^{format_price(draft.stop_px)}" if draft.stop_px else price_words(draft, texts)


def price_words(draft: OrderDraft, texts: Texts) -> str:
    """Say at what price an order is: its limit, its stop price and limit, or the market."""
    if draft.ord_type == "market":
        return texts("type.market")
    if draft.ord_type == "stop":
        return texts("price.stop", stop=format_price(draft.stop_px))
    if draft.ord_type == "stop_limit":
        return texts(
            "price.stop_limit", stop=format_price(draft.stop_px), price=format_price(draft.price)
        )
    return format_price(draft.price)


def terms_words(draft: OrderDraft, texts: Texts) -> str:
    """Name the type, the validity, and what else was chosen."""
    said = [texts(f"type.{draft.ord_type}"), texts(f"tif.{draft.time_in_force}")]
    if draft.expire_date:
        day = str(draft.expire_date)
        said[-1] += f" {day[:4]}-{day[4:6]}-{day[6:]}"
    if draft.is_post_only:
        said.append(texts("ticket.post_only"))
    if draft.min_qty:
        said.append(texts("confirm.min_qty", qty=f"{draft.min_qty:,}"))
    if draft.display_qty:
        said.append(texts("confirm.display_qty", qty=f"{draft.display_qty:,}"))
    if draft.client_account:
        said.append(texts("ticket.client", account=draft.client_account))
    return texts("text.comma").join(said)
