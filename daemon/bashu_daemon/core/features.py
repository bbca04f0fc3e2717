"""Which order features an instrument offers, and how they go together (`OrderFeatures`).

None is in the national rules, which know limit orders for the day (market_rules.md 1.4); ICE has
them (7). The definitions are FIX's, where they leave a choice docs/decisions.md says which.
"""

from datetime import date, timedelta

from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.sessions import CALL_PHASES
from bashu_daemon.core.state import Instrument, State
from bashu_protocol.messages import NewOrder
from bashu_protocol.reject_codes import RejectCode

_STOPS = ("stop", "stop_limit")


def check_features(state: State, instrument: Instrument, command: NewOrder) -> Refusal | None:
    """Refuse features that are not offered, that are incomplete, or that contradict each other."""
    return (
        _check_stop(instrument, command)
        or _check_expiry(state, instrument, command)
        or _check_post_only(instrument, command)
        or _check_min_qty(instrument, command)
        or _check_iceberg(instrument, command)
        or _check_call_phase(instrument, command)
    )


def _not_offered(instrument: Instrument, what: str) -> Refusal:
    return RejectCode.NOT_OFFERED, f"{instrument.rules.symbol} has no {what}."


def _wrong(text: str) -> Refusal:
    return RejectCode.INVALID_VALUE, text


def _rests(command: NewOrder) -> bool:
    return command.time_in_force in ("day", "gtd") and command.ord_type in ("limit", "stop_limit")


def _check_stop(instrument: Instrument, command: NewOrder) -> Refusal | None:
    is_stop = command.ord_type in _STOPS
    if not is_stop and not command.stop_px:
        return None
    if not instrument.rules.features.stop:
        return _not_offered(instrument, "stop orders")
    if not is_stop or command.stop_px <= 0:
        return _wrong("A stop or stop_limit order has a stop_px, and no other order has one.")
    if command.exec_inst or command.min_qty:
        return _wrong("A stop order is neither post-only nor has it a minimum quantity.")
    if command.time_in_force not in ("day", "gtd"):
        text = "A stop order is good for the day, a stop_limit order also till a date."
        return RejectCode.INVALID_TIME_IN_FORCE, text
    if command.ord_type == "stop" and command.price:
        return RejectCode.INVALID_PRICE, "A stop order has no limit price; take stop_limit."
    if command.ord_type == "stop" and command.side == "buy" and not instrument.limit_up:
        text = "Without daily price limits a stop order to buy needs a limit; take stop_limit."
        return RejectCode.NOT_OFFERED, text
    return None


def _check_expiry(state: State, instrument: Instrument, command: NewOrder) -> Refusal | None:
    """Good till date within the rulebook's days; by law day only (market_rules.md 1.4 [G])."""
    is_gtd = command.time_in_force == "gtd"
    if not is_gtd and not command.expire_date:
        return None
    days = instrument.rules.features.max_gtd_days
    if not days:
        return _not_offered(instrument, "good-till-date orders")
    if not is_gtd or not _can_wait(command):
        text = "An expire_date goes with limit and stop_limit orders that are good till date."
        return RejectCode.INVALID_TIME_IN_FORCE, text
    first = date_of(state.trade_date)
    if first is None:
        return None  # before the first day no order is taken anyway
    last = first + timedelta(days)
    expires = date_of(command.expire_date)
    if expires is None or not first <= expires <= last:
        text = f"The expire_date must be within {first:%Y%m%d} and {last:%Y%m%d}."
        return RejectCode.INVALID_TIME_IN_FORCE, text
    return None


def _can_wait(command: NewOrder) -> bool:
    return command.ord_type in ("limit", "stop_limit")


def date_of(yyyymmdd: int) -> date | None:
    """Return the day, or None where it is no date."""
    try:
        return date(yyyymmdd // 10_000, yyyymmdd // 100 % 100, yyyymmdd % 100)
    except ValueError:
        return None


def _check_post_only(instrument: Instrument, command: NewOrder) -> Refusal | None:
    if not command.exec_inst:
        return None
    if not instrument.rules.features.post_only:
        return _not_offered(instrument, "post-only orders")
    if not _rests(command) or command.min_qty:
        return _wrong("A post-only order is a limit order that rests, without a minimum quantity.")
    return None


def _check_min_qty(instrument: Instrument, command: NewOrder) -> Refusal | None:
    if not command.min_qty:
        return None
    rules = instrument.rules
    if not rules.features.min_qty:
        return _not_offered(instrument, "minimum quantities")
    if not 0 < command.min_qty <= command.order_qty or command.min_qty % rules.lot:
        return _wrong(
            f"The min_qty must be a multiple of {rules.lot} t up to the order's quantity."
        )
    if command.time_in_force == "fok":
        return _wrong("A fill-or-kill order has no other minimum than its quantity.")
    return None


def _check_iceberg(instrument: Instrument, command: NewOrder) -> Refusal | None:
    shown = command.display_qty
    if not shown:
        return None
    rules = instrument.rules
    least = rules.features.iceberg_min_display
    if not least:
        return _not_offered(instrument, "iceberg orders")
    if not _rests(command):
        return _wrong("An iceberg order is a limit order that rests.")
    if not least <= shown < command.order_qty or shown % rules.lot:
        return _wrong(
            f"The display_qty must be a multiple of {rules.lot} t, at least {least} t and less "
            f"than the order's quantity."
        )
    return None


def _check_call_phase(instrument: Instrument, command: NewOrder) -> Refusal | None:
    """In a call phase all orders are shown and wait for one price (venue's own)."""
    special = command.stop_px or command.display_qty or command.exec_inst or command.min_qty
    if special and instrument.phase in CALL_PHASES:
        return RejectCode.NOT_IN_CALL_PHASE, "A call auction takes plain limit orders only."
    return None
