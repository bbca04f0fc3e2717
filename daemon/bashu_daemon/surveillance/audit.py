"""The identified event stream, as supervisors read it."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from bashu_daemon.core.events import (
    AccessChanged,
    BlockSessionChanged,
    CommandEvent,
    DisclosureRegistered,
    Event,
    LargeHolder,
    LinkDeclared,
    MemberStatusChanged,
    OrderEvent,
    ParameterChange,
    PartyEvent,
    PhaseChanged,
    SelfTradePrevented,
    StatementRegistered,
    TradeCorrected,
)
from bashu_daemon.surveillance.groups import account_name
from bashu_protocol.codec import encode, encode_twin, twin_class
from bashu_protocol.messages import (
    AuctionReport,
    AuditBatch,
    AuditEvent,
    BidReport,
    BlockReport,
    Encoding,
    PartyReport,
)

# Either class takes the same values in the same order; the twin is what JSON is written from.
_Maker = Callable[..., Any]
_EVENT_TWIN: Final[_Maker] = twin_class(AuditEvent)
_BATCH_TWIN: Final[_Maker] = twin_class(AuditBatch)


def audit_events(events: Iterable[Event]) -> list[AuditEvent]:
    """Return what supervisors are shown, with the identities."""
    return _made(AuditEvent, events)


def encode_audit(events: Iterable[Event], encoding: Encoding, md_seq: int, epoch: int) -> bytes:
    """Return an `audit_batch` of the events; no bytes, and no number used, if it were empty."""
    if encoding == "json":
        twins = _made(_EVENT_TWIN, events)
        return encode_twin(_BATCH_TWIN(md_seq, epoch, twins)) if twins else b""
    identified = _made(AuditEvent, events)
    return encode(AuditBatch(md_seq, epoch, identified), encoding) if identified else b""


def _made(make: _Maker, events: Iterable[Event]) -> list[Any]:
    audits = []
    maker_of = _MAKERS.get
    for event in events:
        # By far the most are order events, and a call for each of them would show.
        if isinstance(event, OrderEvent):
            report = event.report
            audits.append(
                make(
                    report.seq, report.transact_time, report.exec_type, event.user, event.member,
                    event.owner, report.symbol, report.side, report.cl_ord_id, report.order_id,
                    report.price, report.order_qty, report.leaves_qty, report.cum_qty,
                    report.last_px, report.last_qty, report.exec_id, event.aggressor,
                    event.contra_order_id, event.contra_owner, report.ord_type,
                    report.time_in_force, report.reject_code, report.text,
                )
            )  # fmt: skip
        elif (made := maker_of(type(event))) is not None:
            audits.append(made(make, event))
    return audits


def _command(make: _Maker, event: CommandEvent) -> Any:
    report = event.report
    return make(
        report.seq, report.transact_time, report.command, event.user, event.member, event.owner,
        event.symbol, cl_ord_id=report.cl_ord_id, reject_code=report.reject_code, text=report.text,
    )  # fmt: skip


def _party(make: _Maker, event: PartyEvent) -> Any:
    report = event.report
    kind = _PARTY_KINDS[type(report)]
    number = report.block_id if isinstance(report, BlockReport) else report.auction_id
    price = 0 if isinstance(report, AuctionReport) else report.price
    return make(
        report.seq, report.transact_time, f"{kind}_{report.event}", event.user, event.member,
        event.owner, event.symbol, report.side, report.cl_ord_id, number, price, report.order_qty,
        **_result(report),
    )  # fmt: skip


def _result(report: PartyReport) -> dict[str, Any]:
    if isinstance(report, BlockReport):
        traded = report.event == "traded"
        return {
            "last_px": report.price if traded else 0,
            "last_qty": report.order_qty if traded else 0,
            "exec_id": report.exec_id,
            "text": report.text,
        }
    return {
        "cum_qty": report.cum_qty,
        "last_px": report.last_px,
        "last_qty": report.cum_qty,
        "exec_id": report.exec_id if isinstance(report, BidReport) else 0,
        "text": report.text,
    }


def _block_session(make: _Maker, event: BlockSessionChanged) -> Any:
    kind = "open" if event.is_open else "closed"
    return make(
        event.seq, event.transact_time, f"block_session_{kind}", event.author, "", "", event.symbol
    )


def _self_trade_prevented(make: _Maker, event: SelfTradePrevented) -> Any:
    return make(
        event.seq, event.transact_time, "self_trade_prevented", "", event.incoming_member,
        event.owner, event.symbol, order_id=event.incoming_order_id, last_px=event.price,
        last_qty=event.qty, contra_order_id=event.resting_order_id, contra_owner=event.owner,
    )  # fmt: skip


def _phase_changed(make: _Maker, event: PhaseChanged) -> Any:
    return make(
        event.seq, event.transact_time, f"phase_{event.phase}", event.author, "", "",
        event.symbol, text=event.reason,
    )  # fmt: skip


def _member_status_changed(make: _Maker, event: MemberStatusChanged) -> Any:
    kind = "suspended" if event.suspended else "reinstated"
    return make(
        event.seq, event.transact_time, f"member_{kind}", event.author, event.member, "", "",
        text=event.reason,
    )  # fmt: skip


def _access_changed(make: _Maker, event: AccessChanged) -> Any:
    text = f"{event.author}: {event.text}"
    return make(
        event.seq, event.transact_time, event.kind, event.user, event.member, event.owner,
        event.symbol, text=text,
    )  # fmt: skip


_PARTY_KINDS: Final = {BlockReport: "block", BidReport: "bid", AuctionReport: "auction"}


def _trade_corrected(make: _Maker, event: TradeCorrected) -> Any:
    return make(
        event.seq, event.transact_time, f"trade_{event.action}_{event.stage}", event.author,
        "", "", event.symbol, order_id=event.correction_id, price=event.price,
        last_px=event.previous_price, last_qty=event.qty, exec_id=event.exec_id,
        text=event.reason,
    )  # fmt: skip


def _parameter_change(make: _Maker, event: ParameterChange) -> Any:
    what = f"{event.rule} {event.parameter} {event.previous} -> {event.value}"
    return make(
        event.seq, event.transact_time, f"parameter_{event.stage}", event.author, "", "",
        event.symbol, order_id=event.change_id, text=f"{what}: {event.reason}",
    )  # fmt: skip


def _large_holder(make: _Maker, event: LargeHolder) -> Any:
    return make(
        event.seq, event.transact_time, "large_holder", "", event.member, event.owner,
        event.symbol, order_qty=event.level, cum_qty=event.tonnes,
    )  # fmt: skip


def _disclosure(make: _Maker, event: DisclosureRegistered) -> Any:
    text = f"{event.kind}, public at {event.disclosed_time}: {event.text}"
    return make(
        event.seq, event.transact_time, "disclosure_registered", event.author, event.member,
        event.about, event.symbol, text=text,
    )  # fmt: skip


def _statement(make: _Maker, event: StatementRegistered) -> Any:
    text = f"{event.poster} at {event.stated_time}, {event.direction}: {event.text}"
    return make(
        event.seq, event.transact_time, "statement_registered", event.author, "", "",
        event.symbol, text=text,
    )  # fmt: skip


def _link(make: _Maker, event: LinkDeclared) -> Any:
    account = account_name(event.member, event.client_account)
    text = f"{account} {event.kind} {event.name}: {event.reason}"
    return make(
        event.seq, event.transact_time, "link_declared", event.author, event.member, event.owner,
        "", text=text,
    )  # fmt: skip


_MAKERS: Final[dict[type[Event], Callable[[_Maker, Any], Any]]] = {
    CommandEvent: _command,
    PartyEvent: _party,
    BlockSessionChanged: _block_session,
    SelfTradePrevented: _self_trade_prevented,
    PhaseChanged: _phase_changed,
    MemberStatusChanged: _member_status_changed,
    AccessChanged: _access_changed,
    LargeHolder: _large_holder,
    DisclosureRegistered: _disclosure,
    StatementRegistered: _statement,
    LinkDeclared: _link,
    TradeCorrected: _trade_corrected,
    ParameterChange: _parameter_change,
}
