"""What the ticket's fields say: which choices an instrument offers now, and the strict reading."""

from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from bashu_protocol.messages import InstrumentRow, OrdType, Phase, Side, TimeInForce
from bashu_protocol.units import format_price
from bashu_tui.state.draft import OrderDraft
from bashu_tui.state.entry import Entry, normalize, read_price, read_quantity
from bashu_tui.state.modes import CALL_PHASES

_STOPS: Final = ("stop", "stop_limit")


class Fields(Struct, frozen=True):
    """The ticket as it was typed and chosen."""

    symbol: str
    side: Side
    ord_type: OrdType = "limit"
    time_in_force: TimeInForce = "day"
    quantity: str = ""
    price: str = ""
    stop_px: str = ""
    expire_date: str = ""
    min_qty: str = ""
    display_qty: str = ""
    is_post_only: bool = False
    client_account: str = ""


class Problem(Struct, frozen=True):
    """What is wrong: the text keys of the field and of the reason."""

    field: str
    entry: Entry


def order_types(instrument: InstrumentRow | None, phase: Phase | None) -> tuple[OrdType, ...]:
    """Return the order types that may be entered now, the usual one first."""
    if phase in CALL_PHASES:
        return ("limit",)
    if instrument is not None and instrument.rules.features.stop:
        return ("limit", "market", "stop", "stop_limit")
    return ("limit", "market")


def validities(
    instrument: InstrumentRow | None, phase: Phase | None, ord_type: OrdType
) -> tuple[TimeInForce, ...]:
    """Return the validities that go with an order type, the usual one first."""
    dated = instrument is not None and instrument.rules.features.max_gtd_days > 0
    waits: tuple[TimeInForce, ...] = ("day", "gtd") if dated else ("day",)
    if ord_type == "stop":
        return ("day",)
    if ord_type == "market":
        return ("ioc", "fok")
    if ord_type == "stop_limit" or phase in CALL_PHASES:
        return waits
    return (*waits, "ioc", "fok")


def extras(fields: Fields, instrument: InstrumentRow | None, phase: Phase | None) -> list[str]:
    """Return the further fields that make sense with what is chosen, in their order."""
    found = []
    if fields.ord_type in _STOPS:
        found.append("stop_px")
    if fields.time_in_force == "gtd":
        found.append("expire_date")
    if instrument is None or phase in CALL_PHASES:
        return found
    features = instrument.rules.features
    rests = fields.ord_type in ("limit", "stop_limit") and fields.time_in_force in ("day", "gtd")
    is_stop = fields.ord_type in _STOPS
    if features.post_only and rests and not is_stop:
        found.append("post_only")
    if features.min_qty and not is_stop and fields.time_in_force != "fok":
        found.append("min_qty")
    if features.iceberg_min_display and rests:
        found.append("display_qty")
    return found


def read(
    fields: Fields, instrument: InstrumentRow | None, phase: Phase | None
) -> OrderDraft | Problem:
    """Read the whole ticket, or say what is wrong first."""
    quantity = read_quantity(fields.quantity, instrument)
    if quantity.value is None:
        return Problem("ticket.qty", quantity)
    price = Entry(0)
    if fields.ord_type in ("limit", "stop_limit"):
        price = read_price(fields.price, instrument)
        if price.value is None:
            return Problem("ticket.price", price)
    offered = extras(fields, instrument, phase)
    stop_px = expire_date = min_qty = display_qty = Entry(0)
    if "stop_px" in offered:
        stop_px = read_price(fields.stop_px, instrument)
        if stop_px.value is None:
            return Problem("ticket.stop_px", stop_px)
    if "expire_date" in offered:
        expire_date = read_date(fields.expire_date, instrument)
        if expire_date.value is None:
            return Problem("ticket.expire_date", expire_date)
    is_post_only = fields.is_post_only and "post_only" in offered
    if "min_qty" in offered and not is_post_only:
        min_qty = _read_part(fields.min_qty, instrument, 1, quantity.value)
        if min_qty.value is None:
            return Problem("ticket.min_qty", min_qty)
    if "display_qty" in offered and instrument is not None:
        rules = instrument.rules
        least, most = rules.features.iceberg_min_display, quantity.value - rules.lot
        display_qty = _read_part(fields.display_qty, instrument, least, most)
        if display_qty.value is None:
            return Problem("ticket.display_qty", display_qty)
    return OrderDraft(
        fields.symbol,
        fields.side,
        quantity.value,
        price.value or 0,
        fields.time_in_force,
        fields.ord_type,
        stop_px.value or 0,
        expire_date.value or 0,
        min_qty.value or 0,
        display_qty.value or 0,
        is_post_only,
        fields.client_account,
    )


def read_date(text: str, instrument: InstrumentRow | None) -> Entry:
    """Read the last day of an order, 20261231 or 2026-12-31, within what is offered."""
    plain = normalize(text).replace("-", "")
    if not plain:
        return Entry(None, "entry.empty")
    if len(plain) != 8 or not plain.isascii() or not plain.isdigit():
        return Entry(None, "entry.not_date")
    day = _day(int(plain))
    if day is None:
        return Entry(None, "entry.not_date")
    first = _day(instrument.trade_date) if instrument is not None else None
    if instrument is not None and first is not None:
        last = first + timedelta(instrument.rules.features.max_gtd_days)
        if day < first:
            return Entry(None, "entry.too_early", f"{first:%Y-%m-%d}")
        if day > last:
            return Entry(None, "entry.too_late", f"{last:%Y-%m-%d}")
    return Entry(int(plain))


def step_price(text: str, instrument: InstrumentRow | None, ticks: int) -> str:
    """Move a price by so many ticks, onto the tick and within the day's limits.

    What is not a price stays as it is.
    """
    entry = read_price(text, None)
    if entry.value is None or instrument is None:
        return text
    tick = instrument.rules.tick
    price = entry.value - entry.value % tick
    price += (ticks + (ticks < 0 and price != entry.value)) * tick
    if instrument.limit_up:
        price = min(price, instrument.limit_up)
    return format_price(max(price, instrument.limit_down, tick))


def _read_part(text: str, instrument: InstrumentRow | None, least: int, most: int) -> Entry:
    """Read a part of the order's quantity; nothing typed is none."""
    if not normalize(text):
        return Entry(0)
    entry = read_quantity(text, None)
    if entry.value is None:
        return entry
    lot = instrument.rules.lot if instrument is not None else 1
    if entry.value % lot:
        return Entry(None, "entry.off_lot", str(lot))
    if entry.value < least:
        return Entry(None, "entry.too_small", f"{least:,}")
    if entry.value > most:
        return Entry(None, "entry.too_large", f"{most:,}")
    return entry


def _day(yyyymmdd: int) -> date | None:
    try:
        return date(yyyymmdd // 10_000, yyyymmdd // 100 % 100, yyyymmdd % 100)
    except ValueError:
        return None
