"""The identified event stream, as supervisors read it."""

from collections.abc import Iterable

from bashu_daemon.core.events import (
    CommandEvent,
    Event,
    MemberStatusChanged,
    OrderEvent,
    PhaseChanged,
    SelfTradePrevented,
)
from bashu_protocol.messages import AuditEvent


def audit_events(events: Iterable[Event]) -> list[AuditEvent]:
    """Return what supervisors are shown, with the identities."""
    return [audit for audit in map(_audit, events) if audit is not None]


def _audit(event: Event) -> AuditEvent | None:
    if isinstance(event, OrderEvent):
        return _order(event)
    if isinstance(event, SelfTradePrevented):
        return AuditEvent(
            event.seq, event.transact_time, "self_trade_prevented", "", event.incoming_member,
            event.owner, event.symbol, order_id=event.incoming_order_id, last_px=event.price,
            last_qty=event.qty, contra_order_id=event.resting_order_id, contra_owner=event.owner,
        )  # fmt: skip
    if isinstance(event, PhaseChanged):
        return AuditEvent(
            event.seq, event.transact_time, f"phase_{event.phase}", event.author, "", "",
            event.symbol, text=event.reason,
        )  # fmt: skip
    if isinstance(event, MemberStatusChanged):
        kind = "suspended" if event.suspended else "reinstated"
        return AuditEvent(
            event.seq, event.transact_time, f"member_{kind}", event.author, event.member, "", "",
            text=event.reason,
        )  # fmt: skip
    if isinstance(event, CommandEvent):
        report = event.report
        return AuditEvent(
            report.seq, report.transact_time, report.command, event.user, event.member,
            event.owner, event.symbol, cl_ord_id=report.cl_ord_id,
            reject_code=report.reject_code, text=report.text,
        )  # fmt: skip
    return None


def _order(event: OrderEvent) -> AuditEvent:
    report = event.report
    return AuditEvent(
        seq=report.seq,
        transact_time=report.transact_time,
        event=report.exec_type,
        user=event.user,
        member=event.member,
        owner=event.owner,
        symbol=report.symbol,
        side=report.side,
        cl_ord_id=report.cl_ord_id,
        order_id=report.order_id,
        price=report.price,
        order_qty=report.order_qty,
        leaves_qty=report.leaves_qty,
        cum_qty=report.cum_qty,
        last_px=report.last_px,
        last_qty=report.last_qty,
        exec_id=report.exec_id,
        aggressor=event.aggressor,
        contra_order_id=event.contra_order_id,
        contra_owner=event.contra_owner,
        ord_type=report.ord_type,
        time_in_force=report.time_in_force,
        reject_code=report.reject_code,
        text=report.text,
    )
