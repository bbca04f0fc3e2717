"""The venue: `apply` takes one command after another and returns what happened.

Deterministic: the same commands give the same events and the same state, on replay, on a standby
and on another Python version. Time comes in with each command.
"""

import hashlib
from collections.abc import Callable
from typing import Any, Final

from bashu_daemon.core import (
    access_control,
    account_links,
    approvals,
    auction_reads,
    auctions,
    bids,
    block_session,
    blocks,
    cancels,
    clients,
    corrections,
    disclosures,
    holdings,
    listings,
    member_limits,
    orders,
    parameter_changes,
    reads,
    registry,
    snapshot,
    supervision,
    trading_day,
)
from bashu_daemon.core.block_reads import block_rows
from bashu_daemon.core.checks import is_cl_ord_id
from bashu_daemon.core.directory import User
from bashu_daemon.core.events import Event
from bashu_daemon.core.reads import StatRow, UserInfo
from bashu_daemon.core.rejections import refuse, refuse_repeated
from bashu_daemon.core.standing import has_standing
from bashu_daemon.core.state import State
from bashu_daemon.core.tickets import Receipt
from bashu_protocol.messages import (
    AcceptBlock,
    AccountRow,
    AddClient,
    AddMember,
    AddUser,
    ApplyAuction,
    ApproveOrder,
    AuctionRow,
    BarPerson,
    BlockRow,
    CancelAuction,
    CancelOrder,
    CloseAuction,
    CloseDay,
    ConfirmParameterChange,
    ConfirmTradeCorrection,
    CounterBlock,
    DeclareLink,
    DeclineOrder,
    Deposit,
    EnterSurveillanceRule,
    FillRow,
    HaltInstrument,
    InstrumentRow,
    KillSwitch,
    LimitsRow,
    LinkRow,
    ListingRow,
    ListInstrument,
    MassCancel,
    MassCancelFor,
    MemberRow,
    NewOrder,
    Notice,
    OpenAuction,
    OpenDay,
    OrderRow,
    ParameterChangeRow,
    PickOrder,
    PlaceBid,
    PostBlock,
    ProposeParameterChange,
    ProposeTradeCorrection,
    PublishNotice,
    RegisterDisclosure,
    RegisterStatement,
    ReinstateMember,
    ReinstateUser,
    ReplaceOrder,
    ResumeInstrument,
    Role,
    ScheduleAuction,
    SetAllocation,
    SetBlockSession,
    SetClientActive,
    SetMemberLimits,
    SetPermissions,
    SetPhase,
    StateCommand,
    SurveillanceRuleRow,
    SuspendMember,
    SuspendUser,
    WithdrawBid,
    WithdrawBlock,
)
from bashu_protocol.reject_codes import RejectCode

# Each handler takes its own command class, which a common type cannot say.
_Handler = Callable[[State, User, Any], Receipt]
_HANDLERS: Final[dict[Role, dict[type, _Handler]]] = {
    "trader": {
        NewOrder: orders.place_order,
        CancelOrder: cancels.cancel_order,
        ReplaceOrder: orders.replace_order,
        MassCancel: cancels.mass_cancel,
        ApproveOrder: approvals.approve_order,
        DeclineOrder: approvals.decline_order,
        ApplyAuction: auctions.apply_auction,
        PlaceBid: bids.place_bid,
        WithdrawBid: bids.withdraw_bid,
        PickOrder: listings.pick_order,
        PostBlock: blocks.post_block,
        CounterBlock: blocks.counter_block,
        AcceptBlock: blocks.accept_block,
        WithdrawBlock: blocks.withdraw_block,
    },
    "supervisor": {
        HaltInstrument: supervision.halt_instrument,
        ResumeInstrument: supervision.resume_instrument,
        SuspendMember: supervision.suspend_member,
        ReinstateMember: supervision.reinstate_member,
        PublishNotice: supervision.publish_notice,
        RegisterDisclosure: disclosures.register_disclosure,
        RegisterStatement: disclosures.register_statement,
        SetMemberLimits: member_limits.set_member_limits,
        MassCancelFor: access_control.mass_cancel_for,
        ProposeTradeCorrection: corrections.propose_correction,
        ConfirmTradeCorrection: corrections.confirm_correction,
        ProposeParameterChange: parameter_changes.propose_change,
        ConfirmParameterChange: parameter_changes.confirm_change,
        KillSwitch: access_control.kill_switch,
        SuspendUser: access_control.suspend_user,
        ReinstateUser: access_control.reinstate_user,
        BarPerson: access_control.bar_person,
        DeclareLink: account_links.declare_link,
    },
    "registrar": {
        ListInstrument: registry.list_instrument,
        EnterSurveillanceRule: parameter_changes.enter_rule,
        AddMember: registry.add_member,
        AddUser: registry.add_user,
        Deposit: registry.deposit,
        SetMemberLimits: member_limits.set_member_limits,
        SetAllocation: holdings.set_allocation,
        AddClient: clients.add_client,
        SetClientActive: clients.set_client_active,
        SetPermissions: access_control.set_permissions,
        BarPerson: access_control.bar_person,
        DeclareLink: account_links.declare_link,
        OpenDay: trading_day.open_day,
        SetPhase: trading_day.set_phase,
        CloseDay: trading_day.close_day,
        ScheduleAuction: auctions.schedule_auction,
        OpenAuction: auctions.open_auction,
        CloseAuction: auctions.close_auction,
        CancelAuction: auctions.cancel_auction,
        SetBlockSession: block_session.set_block_session,
    },
    "auditor": {},
}
"""What each role may command, and what carries it out."""

_INVALID_ID: Final = (
    RejectCode.INVALID_CL_ORD_ID,
    "A cl_ord_id has 1 to 36 printable ASCII characters.",
)

Level = tuple[int, int, int]
"""Price in fen, quantity in tonnes, number of orders."""


class Venue:
    """The whole market. Empty at first: rules, members, users and deposits come as commands."""

    __slots__ = ("_state",)

    def __init__(self) -> None:
        self._state = State()

    @property
    def seq(self) -> int:
        """Number of the last applied command, refused ones included; 0 at first."""
        return self._state.seq

    @property
    def trade_date(self) -> int:
        """Present or last trading day as YYYYMMDD; 0 before the first."""
        return self._state.trade_date

    @property
    def day_is_open(self) -> bool:
        return self._state.day_open

    def apply(self, user: str, command: StateCommand, now_ns: int) -> list[Event]:
        """Carry out one command and return what happened, in order.

        A refused command changes nothing but numbers: `seq`, and `rpt_seq` of its user. A
        command of an unknown user is counted in `seq` and answered with no event.

        Args:
            user: who sent it, as the bus knows it.
            command: any command that changes state.
            now_ns: the time of the command, ns since 1970.
        """
        state = self._state
        state.seq += 1
        state.now_ns = now_ns
        events: list[Event] = []
        state.events = events
        sender = state.directory.users.get(user)
        if sender is None:
            return events
        cl_ord_id = command.cl_ord_id
        memory = sender.memory
        recent = memory.recent
        if cl_ord_id in recent or cl_ord_id in memory.older:
            refuse_repeated(state, sender, command, memory[cl_ord_id])
        elif not is_cl_ord_id(cl_ord_id):
            refuse(state, sender, command, _INVALID_ID)
        else:
            handler = _HANDLERS[sender.role].get(type(command), _refuse_role)
            recent[cl_ord_id] = handler(state, sender, command)
        if len(recent) >= memory.turn_over_at:
            memory.turn_over(sender.remembered_tickets())
        return events

    def dump(self) -> bytes:
        """Write the whole state in canonical form."""
        return snapshot.dump(self._state)

    @classmethod
    def load(cls, data: bytes) -> "Venue":
        """Make a venue of what `dump` wrote; it goes on exactly as the dumped one would.

        Raises:
            msgspec.MsgspecError: if it is not a snapshot.
            ValueError: if it is one of another format version.
        """
        venue = cls()
        venue._state = snapshot.load(data)
        return venue

    def state_hash(self) -> str:
        """SHA-256 of `dump`, in hexadecimal."""
        return hashlib.sha256(self.dump()).hexdigest()

    def user_info(self, user: str) -> UserInfo | None:
        known = self._state.directory.users.get(user)
        if known is None:
            return None
        member = known.member
        may_view = "view" in known.permissions
        return UserInfo(user, member.member, known.role, member.owner, known.rpt_seq, may_view)

    def users(self) -> list[str]:
        """All user names in the order of their admission, the venue's own first."""
        return list(self._state.directory.users)

    @property
    def user_count(self) -> int:
        return len(self._state.directory.users)

    def has_command(self, user: str, cl_ord_id: str) -> bool:
        """Whether a user's command of the day is remembered, refused or not."""
        known = self._state.directory.users.get(user)
        return known is not None and (
            cl_ord_id in known.memory.recent or cl_ord_id in known.memory.older
        )

    def has_live_orders(self, user: str) -> bool:
        """Whether a mass cancel would withdraw anything of a user; nothing of an unknown one."""
        known = self._state.directory.users.get(user)
        if known is None:
            return False
        return bool(known.remembered_tickets()) or has_standing(self._state, known)

    def order_rows(self, member: str) -> list[OrderRow]:
        return reads.order_rows(self._state, member)

    def fill_rows(self, member: str) -> list[FillRow]:
        """A member's last fills of the day, in order."""
        return reads.fill_rows(self._state, member)

    def block_rows(self, member: str) -> list[BlockRow]:
        """Open offers of all, and the offers and negotiations of a member, by id."""
        return block_rows(self._state, member)

    def account_rows(self, member: str) -> list[AccountRow]:
        return reads.account_rows(self._state, member)

    def limits_row(self, user: str) -> LimitsRow:
        """What bounds a user. Raises KeyError for one that is not known."""
        return reads.limits_row(self._state, user)

    def instrument_rows(self) -> list[InstrumentRow]:
        return reads.instrument_rows(self._state)

    def member_rows(self) -> list[MemberRow]:
        return reads.member_rows(self._state)

    def surveillance_rules(self) -> list[SurveillanceRuleRow]:
        """The parameters of surveillance that are on record, by rule."""
        return parameter_changes.rule_rows(self._state)

    def parameter_changes(self) -> list[ParameterChangeRow]:
        """Changes of them that wait for a second supervisor, oldest first."""
        return parameter_changes.change_rows(self._state)

    def links(self) -> list[LinkRow]:
        """The declared links between accounts, oldest first."""
        return list(self._state.links.values())

    def auction_rows(self, member: str, *, officer: bool) -> list[AuctionRow]:
        """Auctions as a member may see them; an officer sees applications and owners too."""
        return auction_reads.auction_rows(self._state, member, officer=officer)

    def symbols(self) -> list[str]:
        return sorted(self._state.instruments)

    def depth(self, symbol: str) -> tuple[list[Level], list[Level]]:
        """Bids and asks of a listed symbol, best first. Raises KeyError for another."""
        book = self._state.instruments[symbol].book
        return book.bids.depth(), book.asks.depth()

    def listing_rows(self, symbol: str) -> list[ListingRow] | None:
        """What `pick_order` may name, best price first; None where there is no picking.

        Raises KeyError for a symbol that is not listed.
        """
        return listings.listing_rows(self._state.instruments[symbol])

    def stat(self, symbol: str) -> StatRow:
        """The day of a listed symbol. Raises KeyError for another."""
        return reads.stat_row(self._state, symbol)

    def volatility_auctions_due(self, now_ns: int) -> list[str]:
        """Symbols whose volatility auction has lasted its time: `set_phase` must end it."""
        return reads.volatility_auctions_due(self._state, now_ns)

    def notices(self) -> list[Notice]:
        """The last notices, oldest first."""
        return list(self._state.notices)

    def ledger_totals(self) -> dict[str, dict[str, int]]:
        """Per asset the sums of its buckets and its external account, which add up to 0."""
        return self._state.ledger.totals()


def _refuse_role(state: State, sender: User, command: StateCommand) -> Receipt:
    roles = [role for role, handlers in _HANDLERS.items() if type(command) in handlers]
    refusal = (RejectCode.NOT_PERMITTED, f"This command is for the role {' or '.join(roles)}.")
    return refuse(state, sender, command, refusal)
