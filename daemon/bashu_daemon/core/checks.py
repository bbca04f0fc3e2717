"""Pre-trade checks: pure functions that return why an order is refused, or None.

Sources are rows of the domain rulebook (market_rules.md) or keys of `InstrumentRules`.
"""

from typing import Final

from bashu_daemon.core.prices import MAX_PRICE
from bashu_daemon.core.sessions import CALL_PHASES
from bashu_protocol.messages import InstrumentRules, OrdType, Phase, TimeInForce
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.units import format_money, format_price

Refusal = tuple[RejectCode, str]

MAX_CL_ORD_ID: Final = 36
MAX_OPEN_ORDERS: Final = 20_000
"""Resting orders of one member."""
MAX_TURNOVER: Final = 2**62
"""Fen a day and instrument; with the bounds on price and quantity no sum passes 63 bits."""
MAX_RULE_QTY: Final = 1_000_000_000
"""Tonnes; what a rulebook may set as the largest order."""


def is_cl_ord_id(cl_ord_id: str) -> bool:
    """Whether it is 1 to 36 printable ASCII characters (protocol)."""
    return 0 < len(cl_ord_id) <= MAX_CL_ORD_ID and cl_ord_id.isascii() and cl_ord_id.isprintable()


def check_entry(phase: Phase, turnover: int) -> Refusal | None:
    """Orders are taken in continuous trading (market_rules.md 1.2, session) and in a call phase.

    `turnover` is the day's in fen; past its bound the instrument takes no more.
    """
    if phase == "continuous" or phase in CALL_PHASES:
        if turnover < MAX_TURNOVER:
            return None
        return RejectCode.TOO_MANY_ORDERS, "The instrument's turnover of the day is at its bound."
    if phase == "halted":
        return RejectCode.INSTRUMENT_HALTED, "Trading in the instrument is halted."
    return RejectCode.MARKET_CLOSED, f"No orders are taken in the phase {phase}."


def check_call_order(ord_type: OrdType, time_in_force: TimeInForce) -> Refusal | None:
    """A call phase takes limit orders that can wait for the uncross (venue's own)."""
    if ord_type == "limit" and time_in_force in ("day", "gtd"):
        return None
    return RejectCode.NOT_IN_CALL_PHASE, "A call auction takes limit orders that can wait for it."


def check_cancel(phase: Phase) -> Refusal | None:
    """No order is taken back or changed in the last part of a call auction (venue's own).

    It keeps the indicative price honest: reference/surveillance.md, rule 12.
    """
    if phase != "call_auction_no_cancel":
        return None
    return RejectCode.NO_CANCEL_PHASE, "Orders cannot be changed or cancelled before the uncross."


def check_quantity(qty: int, rules: InstrumentRules) -> Refusal | None:
    """Lot of 1 t (market_rules.md 1.1); size below the block threshold (1.2); rulebook keys."""
    if qty <= 0:
        return RejectCode.INVALID_QTY, "The quantity must be positive."
    if qty < rules.min_order_qty:
        return RejectCode.QTY_TOO_SMALL, f"The smallest order is {rules.min_order_qty} t."
    if qty > rules.max_order_qty:
        return RejectCode.QTY_TOO_LARGE, f"The largest order is {rules.max_order_qty} t."
    if qty % rules.lot:
        return RejectCode.QTY_OFF_LOT, f"The quantity must be a multiple of {rules.lot} t."
    return None


def check_price(
    price: int, rules: InstrumentRules, limit_up: int, limit_down: int
) -> Refusal | None:
    """Tick of 0.01 CNY (market_rules.md 1.1) and the day's price limits (1.2, 1.3)."""
    if not 0 < price <= MAX_PRICE:
        return RejectCode.INVALID_PRICE, f"The price must be within 1 and {MAX_PRICE} fen."
    if price % rules.tick:
        return RejectCode.PRICE_OFF_TICK, f"The price must be a multiple of {rules.tick} fen."
    if limit_up:
        if price > limit_up:
            text = f"The price is above the day's limit of {format_price(limit_up)}."
            return RejectCode.PRICE_ABOVE_LIMIT, text
        if price < limit_down:
            text = f"The price is below the day's limit of {format_price(limit_down)}."
            return RejectCode.PRICE_BELOW_LIMIT, text
    return None


def is_regular(
    qty: int, price: int, rules: InstrumentRules, limit_up: int, limit_down: int
) -> bool:
    """Whether neither `check_quantity` nor `check_price` refuses: one step for most orders."""
    return (
        rules.min_order_qty <= qty <= rules.max_order_qty
        and limit_down <= price <= (limit_up or MAX_PRICE)
        and price > 0
        and not qty % rules.lot
        and not price % rules.tick
    )


def check_cash(available: int, needed: int) -> Refusal | None:
    """A buy must be covered by available cash (market_rules.md 1.4, first row)."""
    if needed <= available:
        return None
    text = f"The order needs {format_money(needed)} CNY; {format_money(available)} are available."
    return RejectCode.INSUFFICIENT_CASH, text


def check_holding(available: int, bought_today: int, needed: int) -> Refusal | None:
    """A sale must be covered by tradable tonnes; today's purchases are not (1.4, rows 1 and 5)."""
    if needed <= available:
        return None
    if needed <= available + bought_today:
        text = f"{bought_today} t were bought today and cannot be sold before the next day."
        return RejectCode.BOUGHT_TODAY, text
    text = f"The order needs {needed} t; {available} t are available."
    return RejectCode.INSUFFICIENT_HOLDING, text


def check_open_orders(open_orders: int) -> Refusal | None:
    """Each queue has a limit: so many resting orders a member."""
    if open_orders < MAX_OPEN_ORDERS:
        return None
    return RejectCode.TOO_MANY_ORDERS, f"The member has {open_orders} open orders already."


def check_rules(rules: InstrumentRules) -> Refusal | None:
    """Bounds that the types of `InstrumentRules` do not hold."""
    wrong = ""
    if not 0 < rules.reference_price <= MAX_PRICE:
        wrong = f"reference_price must be within 1 and {MAX_PRICE} fen"
    elif rules.tick > MAX_PRICE:
        wrong = f"tick must be at most {MAX_PRICE} fen"
    elif rules.max_order_qty > MAX_RULE_QTY:
        wrong = f"max_order_qty must be at most {MAX_RULE_QTY} t"
    elif max(rules.lot, rules.min_order_qty) > rules.max_order_qty:
        wrong = "lot and min_order_qty must not exceed max_order_qty"
    return (RejectCode.INVALID_VALUE, f"{rules.symbol}: {wrong}.") if wrong else None
