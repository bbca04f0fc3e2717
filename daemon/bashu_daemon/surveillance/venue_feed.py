"""The venue's own events as the stream that surveillance watches."""

from collections.abc import Callable
from typing import Any, Final

from bashu_daemon.core.events import (
    AccessChanged,
    AllocationSet,
    AssetBooked,
    DayClosed,
    DayOpened,
    DisclosureRegistered,
    Event,
    InstrumentListed,
    LimitsSet,
    LinkDeclared,
    OrderEvent,
    ParametersSet,
    PhaseChanged,
    SelfTradePrevented,
    StatementRegistered,
    TradeEvent,
)
from bashu_daemon.core.ledger import CASH
from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.groups import Link, account_name
from bashu_daemon.surveillance.seen import Cause
from bashu_daemon.surveillance.watch import Watch
from bashu_protocol.messages import ExecutionReport

_WAITING_TYPES: Final = frozenset({"stop", "stop_limit"})
_IMMEDIATE: Final = frozenset({"ioc", "fok"})


class VenueFeed:
    """Takes the core's events in order."""

    def __init__(self, watch: Watch, *, takes_recorded: bool = True) -> None:
        self._watch = watch
        self._known: set[str] = set()
        """Accounts whose owner was told."""
        self._prevented: set[int] = set()
        """Orders of which self-trade prevention took something, since the last other event."""
        self._prevented_seq = 0
        self._takers: dict[type[Event], Callable[[Any], None]] = {
            OrderEvent: self._order,
            TradeEvent: self._trade,
            SelfTradePrevented: self._self_trade_prevented,
            DayOpened: lambda e: watch.day_began(e.seq, e.transact_time, e.trade_date),
            DayClosed: lambda e: watch.day_ended(e.seq, e.transact_time, e.trade_date),
            LimitsSet: self._limits,
            PhaseChanged: lambda e: watch.phase_moved(
                e.seq, e.transact_time, e.symbol, e.phase, e.previous
            ),
            InstrumentListed: lambda e: watch.listed(e.symbol, e.product),
            AssetBooked: self._booked,
            AllocationSet: self._allocated,
            DisclosureRegistered: self._disclosed,
            StatementRegistered: self._stated,
            LinkDeclared: self._linked,
            AccessChanged: self._access_changed,
        }
        if takes_recorded:
            self._takers[ParametersSet] = self._parameters

    def take(self, event: Event) -> None:
        """Show one event to the rules; what is not theirs is left out."""
        taker = self._takers.get(type(event))
        if taker is not None:
            taker(event)

    def _order(self, event: OrderEvent) -> None:
        report = event.report
        kind = report.exec_type
        if kind == "trade":
            return  # the trade's own event has both sides
        account = _account(event)
        self._know(account, event.owner)
        if kind == "new":
            if report.ord_type not in _WAITING_TYPES:
                self._place(event)
        elif kind == "triggered":
            self._place(event)
        elif kind in ("canceled", "expired"):
            cause = self._cause(report)
            self._watch.withdrawn(report.seq, report.transact_time, report.order_id, cause)
        elif kind in ("replaced", "restated"):
            self._change(report)
        elif kind == "rejected":
            self._watch.refused(report.seq, report.transact_time, account, report.symbol)

    def _know(self, account: str, owner: str) -> None:
        if account not in self._known:
            self._known.add(account)
            self._watch.market.groups.add(Link(account, "owner", owner))

    def _place(self, event: OrderEvent) -> None:
        report, account = event.report, _account(event)
        self._watch.placed(
            Order(
                report.order_id, account, self._watch.market.groups.of(account),
                report.symbol, 1 if report.side == "buy" else -1, report.price, report.order_qty,
                report.order_qty - report.cum_qty, report.seq, report.transact_time, 0, 0,
                report.time_in_force in _IMMEDIATE or report.ord_type == "market",
            )
        )  # fmt: skip

    def _change(self, report: ExecutionReport) -> None:
        if report.exec_type == "restated":
            order = self._watch.market.orders.get(report.order_id)
            if order is not None:
                self._watch.reduced(report.order_id, order.leaves - report.leaves_qty)
            return
        self._watch.amended(
            report.seq, report.transact_time, report.order_id, report.price, report.order_qty,
            report.leaves_qty,
        )  # fmt: skip

    def _cause(self, report: ExecutionReport) -> Cause:
        if report.exec_type == "expired":
            return "expired"
        if report.seq == self._prevented_seq and report.order_id in self._prevented:
            return "self_trade"
        if report.orig_cl_ord_id:  # a cancel that was asked for bears the cancel's own id too
            return "asked"
        if report.time_in_force in _IMMEDIATE or report.ord_type == "market":
            return "immediate"
        return "mass"

    def _trade(self, event: TradeEvent) -> None:
        group_of = self._watch.market.groups.of_owner
        self._watch.traded(
            event.seq, event.transact_time, event.exec_id, event.symbol, event.price, event.qty,
            1 if event.aggressor_side == "buy" else -1,
            (event.buy_order_id, group_of(event.buy_owner)),
            (event.sell_order_id, group_of(event.sell_owner)), event.mode,
        )  # fmt: skip

    def _self_trade_prevented(self, event: SelfTradePrevented) -> None:
        if event.seq != self._prevented_seq:
            self._prevented_seq = event.seq
            self._prevented = set()
        self._prevented |= {event.incoming_order_id, event.resting_order_id}
        accounts = tuple(sorted({event.incoming_member, event.resting_member}))
        self._watch.prevented(
            event.seq, event.transact_time, event.incoming_order_id, event.resting_order_id,
            event.price, event.qty, event.symbol,
            self._watch.market.groups.of_owner(event.owner), accounts,
        )  # fmt: skip

    def _parameters(self, event: ParametersSet) -> None:
        self._watch.parameters_set(event.rule, event.version, event.parameters, event.symbols)

    def _limits(self, event: LimitsSet) -> None:
        self._watch.limits_set(
            event.symbol, event.reference_price, event.limit_up, event.limit_down
        )

    def _booked(self, event: AssetBooked) -> None:
        self._know(event.member, event.owner)
        if event.asset != CASH:
            self._watch.booked(
                event.seq, event.transact_time, event.member,
                self._watch.market.groups.of_owner(event.owner), event.asset, event.amount,
            )  # fmt: skip

    def _allocated(self, event: AllocationSet) -> None:
        self._know(event.member, event.owner)
        self._watch.allocated(event.member, event.symbol, event.tonnes)

    def _disclosed(self, event: DisclosureRegistered) -> None:
        about = self._watch.market.groups.of_owner(event.about) if event.about else ""
        self._watch.disclosed(
            event.seq, event.transact_time, event.kind, event.symbol, event.disclosed_time, about
        )

    def _stated(self, event: StatementRegistered) -> None:
        sign = 1 if event.direction == "up" else -1
        self._watch.stated(
            event.seq, event.transact_time, event.symbol, event.stated_time, sign, event.poster
        )

    def _linked(self, event: LinkDeclared) -> None:
        account = account_name(event.member, event.client_account)
        self._know(account, event.owner)
        self._watch.linked(event.transact_time, Link(account, event.kind, event.name))

    def _access_changed(self, event: AccessChanged) -> None:
        if event.kind in ("person_barred", "person_cleared"):
            self._watch.barred(
                event.seq, event.transact_time, event.owner,
                is_barred=event.kind == "person_barred",
            )  # fmt: skip


def _account(event: OrderEvent) -> str:
    return account_name(event.member, event.report.client_account)
