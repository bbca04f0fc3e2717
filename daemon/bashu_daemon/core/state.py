"""The venue's whole state, and the reports that say what becomes of it."""

from collections import deque
from typing import Final

from bashu_daemon.core.auction_records import AuctionRoom
from bashu_daemon.core.block_book import BlockBook
from bashu_daemon.core.book import OrderBook
from bashu_daemon.core.correction_book import CorrectionBook
from bashu_daemon.core.directory import Directory, RestingOrder, User
from bashu_daemon.core.events import CommandEvent, Event, NoticePublished, OrderEvent, PhaseChanged
from bashu_daemon.core.ledger import Ledger
from bashu_daemon.core.parameter_book import ParameterBook
from bashu_daemon.core.prices import DayStatistics
from bashu_daemon.core.tickets import Ticket, with_terms
from bashu_protocol.messages import (
    CommandReport,
    ExecType,
    ExecutionReport,
    InstrumentRules,
    LinkRow,
    Notice,
    NoticeKind,
    OrdStatus,
    Phase,
    StateCommand,
    TradeMode,
)
from bashu_protocol.reject_codes import RejectCode

_NONE: Final = RejectCode.NONE
MAX_NOTICES: Final = 200
LinkKey = tuple[str, str, str, str]
"""Member, client account, kind and name."""


class Instrument:
    """A listed symbol: its rules, its day and its book. Prices in fen.

    `day_reference` is what the limits of the present or last day came from (the previous close),
    `next_reference` what the next day's will come from (the last close). `stops` has the
    stop orders that wait, each as an order of the other side at its stop price.
    `volatility_ends_ns` is when the volatility auction is to end, 0 outside one.
    """

    __slots__ = (
        "block_session",
        "book",
        "day_reference",
        "ever_traded",
        "holding_rules",
        "limit_down",
        "limit_up",
        "next_reference",
        "phase",
        "rules",
        "statistics",
        "stops",
        "volatility_ends_ns",
    )

    def __init__(self, rules: InstrumentRules) -> None:
        self.set_rules(rules)
        self.phase: Phase = "closed"
        self.block_session = False
        self.day_reference = rules.reference_price
        self.next_reference = rules.reference_price
        self.limit_up = 0
        self.limit_down = 0
        self.ever_traded = False
        self.statistics = DayStatistics()
        self.volatility_ends_ns = 0
        self.book: OrderBook[RestingOrder] = OrderBook()
        self.stops: OrderBook[RestingOrder] | None = None

    def set_rules(self, rules: InstrumentRules) -> None:
        """Take new rules, and what of them every order asks for."""
        self.rules = rules
        self.holding_rules = rules.holding


class State:
    """Everything that commands change, and the events of the command in hand.

    `barred` has the reason for each beneficial owner that may not trade.
    """

    __slots__ = (
        "auction_room",
        "barred",
        "blocks",
        "corrections",
        "day_open",
        "directory",
        "events",
        "exec_id",
        "instruments",
        "ledger",
        "links",
        "notice_id",
        "notices",
        "now_ns",
        "order_id",
        "parameters",
        "seq",
        "trade_date",
    )

    def __init__(self) -> None:
        self.seq = 0
        self.now_ns = 0
        self.trade_date = 0
        self.day_open = False
        self.order_id = 0
        self.exec_id = 0
        self.notice_id = 0
        self.directory = Directory()
        self.barred: dict[str, str] = {}
        self.corrections = CorrectionBook()
        self.parameters = ParameterBook()
        self.ledger = Ledger()
        self.links: dict[LinkKey, LinkRow] = {}
        self.instruments: dict[str, Instrument] = {}
        self.auction_room = AuctionRoom()
        self.blocks = BlockBook()
        self.notices: deque[Notice] = deque(maxlen=MAX_NOTICES)
        self.events: list[Event] = []

    def report_order(
        self,
        ticket: Ticket,
        exec_type: ExecType,
        ord_status: OrdStatus,
        text: str = "",
        reject_code: RejectCode = _NONE,
        cl_ord_id: str = "",
        orig_cl_ord_id: str = "",
    ) -> None:
        """Report an order's present state to the user who placed it.

        `cl_ord_id` is that of the request it answers; without one, the order's own.
        """
        user = ticket.user
        member = user.member
        user.rpt_seq = rpt_seq = user.rpt_seq + 1
        report = ExecutionReport(
            rpt_seq,
            self.seq,
            self.now_ns,
            cl_ord_id or ticket.cl_ord_id,
            ticket.order_id,
            exec_type,
            ord_status,
            ticket.symbol,
            ticket.side,
            ticket.price,
            ticket.order_qty,
            ticket.leaves_qty,
            ticket.cum_qty,
            0,
            0,
            0,
            reject_code,
            text,
            orig_cl_ord_id,
            ticket.ord_type,
            ticket.time_in_force,
            ticket.client_account,
        )
        if ticket.terms is not None:
            report = with_terms(report, ticket.terms)
        self.events.append(OrderEvent(report, user.user, member.member, ticket.owner))

    def report_fill(
        self,
        ticket: Ticket,
        contra: Ticket,
        price: int,
        qty: int,
        *,
        aggressor: bool,
        mode: TradeMode = "listing",
    ) -> None:
        """Report one side of a trade, which the ticket counts already, and keep it for the day."""
        user = ticket.user
        member = user.member
        user.rpt_seq = rpt_seq = user.rpt_seq + 1
        report = ExecutionReport(
            rpt_seq,
            self.seq,
            self.now_ns,
            ticket.cl_ord_id,
            ticket.order_id,
            "trade",
            "partially_filled" if ticket.leaves_qty else "filled",
            ticket.symbol,
            ticket.side,
            ticket.price,
            ticket.order_qty,
            ticket.leaves_qty,
            ticket.cum_qty,
            price,
            qty,
            self.exec_id,
            _NONE,
            "",
            "",
            ticket.ord_type,
            ticket.time_in_force,
            ticket.client_account,
        )
        if ticket.terms is not None:
            report = with_terms(report, ticket.terms)
        event = OrderEvent(
            report,
            user.user,
            member.member,
            ticket.owner,
            aggressor,
            contra.order_id,
            contra.owner,
            mode,
        )
        self.events.append(event)
        member.fills.append(event)

    def send_report(self, user: User, owner: str, report: ExecutionReport) -> None:
        """Send a report that the caller made, its numbers and time included.

        `owner` is the order's beneficial one: a client's where the order is for a client.
        """
        self.events.append(OrderEvent(report, user.user, user.member.member, owner))

    def report_command(
        self,
        user: User,
        command: StateCommand,
        *,
        reject_code: RejectCode = RejectCode.NONE,
        text: str = "",
        affected: int = 0,
        symbol: str = "",
    ) -> None:
        """Report the outcome of a command that is not about one order of the user's own."""
        user.rpt_seq += 1
        report = CommandReport(
            user.rpt_seq,
            self.seq,
            self.now_ns,
            command.cl_ord_id,
            str(command.__struct_config__.tag),
            reject_code is RejectCode.NONE,
            affected,
            reject_code,
            text,
        )
        member = user.member
        self.events.append(CommandEvent(report, user.user, member.member, member.owner, symbol))

    def change_phase(
        self, symbol: str, instrument: Instrument, phase: Phase, author: str, reason: str = ""
    ) -> None:
        """Move an instrument to a phase and say so; nothing where it is there already."""
        previous = instrument.phase
        if phase == previous:
            return
        instrument.phase = phase
        self.events.append(
            PhaseChanged(self.seq, self.now_ns, symbol, phase, previous, author, reason)
        )

    def publish_notice(
        self,
        kind: NoticeKind,
        author: str,
        title: str,
        body: str,
        *,
        symbol: str = "",
        member: str = "",
    ) -> None:
        """Put a notice before the market and keep it among the last."""
        self.notice_id += 1
        notice = Notice(
            self.notice_id, self.seq, self.now_ns, kind, author, title, body, symbol, member
        )
        self.notices.append(notice)
        self.events.append(NoticePublished(notice))
