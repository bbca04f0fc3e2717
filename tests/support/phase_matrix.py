"""Every command in every phase: whether it is accepted, or the code that refuses it.

A new command needs a line in `EXAMPLES`: its class, who sends it, and a valid example made for a
`Scene`; where something must be there first, `before` has the commands that put it there (they
may be refused in some phases). Then write the table anew and look at the difference:

    PYTHONPATH=protocol:daemon:tests/support python -m phase_matrix > docs/phase_matrix.md
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from phase_scenes import NEXT_DAY, Scene, rules, scenes

from bashu_protocol.messages import (
    AcceptBlock,
    AddClient,
    AddMember,
    AddUser,
    ApplyAuction,
    ApproveOrder,
    BarPerson,
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
    HaltInstrument,
    KillSwitch,
    ListInstrument,
    MassCancel,
    MassCancelFor,
    MemberLimits,
    NewOrder,
    OpenAuction,
    OpenDay,
    Phase,
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
    ScheduleAuction,
    SetAllocation,
    SetBlockSession,
    SetClientActive,
    SetMemberLimits,
    SetPermissions,
    SetPhase,
    StateCommand,
    SuspendMember,
    SuspendUser,
    WithdrawBid,
    WithdrawBlock,
)
from bashu_protocol.topics import VENUE_USER

Make = Callable[[Scene], StateCommand]
Before = tuple[tuple[str, Make], ...]


@dataclass
class Example:
    """One row: a valid command and who sends it. `name` tells examples of one class apart."""

    user: str
    kind: type
    make: Make
    name: str = ""
    before: Before = ()

    @property
    def title(self) -> str:
        tag = str(self.kind.__struct_config__.tag)  # type: ignore[attr-defined]  # every message has one
        return f"{tag}: {self.name}" if self.name else tag

    def outcome(self, scene: Scene) -> str:
        scene = scene.copy()
        for user, make in self.before:
            scene.send(user, make(scene))
        return scene.send(self.user, self.make(scene))


def _order(**more: Any) -> Make:
    def make(scene: Scene) -> StateCommand:
        values = {"side": "buy", "order_qty": 5, "price": 7_010, **more}
        return NewOrder(values.pop("cl_ord_id", scene.id()), scene.symbol, **values)

    return make


def _set_phase(phase: Phase) -> Make:
    return lambda s: SetPhase(s.id(), phase, s.symbol)


def _resume(phase: Phase) -> Make:
    return lambda s: ResumeInstrument(s.id(), s.symbol, "a reason", phase)


def _schedule(scene: Scene) -> StateCommand:
    return ScheduleAuction(scene.id(), "B", scene.symbol, 100_000, trade_date=scene.trade_date)


_SCHEDULED = ((VENUE_USER, _schedule),)
_OPEN: Before = (*_SCHEDULED, (VENUE_USER, lambda s: OpenAuction(s.id(), 1)))
_BID: Before = (*_OPEN, ("anna", lambda s: PlaceBid(s.id(), 1, 10, 7_000)))


def _propose(scene: Scene) -> StateCommand:
    return ProposeTradeCorrection(scene.id(), 1, "cancel", "a reason")


_TRADED: Before = (("anna", _order()),)
_PROPOSED: Before = (
    *_TRADED,
    (VENUE_USER, lambda s: AddUser(s.id(), "tom", "S", "supervisor")),
    ("tom", _propose),
)


def _enter(scene: Scene) -> StateCommand:
    return EnterSurveillanceRule(scene.id(), "spoofing", {"enabled": 1})


_ENTERED: Before = ((VENUE_USER, _enter),)


def _propose_change(scene: Scene) -> StateCommand:
    return ProposeParameterChange(scene.id(), "spoofing", "enabled", 0, "a reason")


_CHANGE_PROPOSED: Before = (
    *_ENTERED,
    (VENUE_USER, lambda s: AddUser(s.id(), "tom", "S", "supervisor")),
    ("tom", _propose_change),
)


def _post(scene: Scene) -> StateCommand:
    return PostBlock(scene.id(), scene.symbol, "sell", 100_000, 7_000)


def _block_id(scene: Scene) -> int:
    """Return the id of the last offer or negotiation, 0 where none could begin."""
    return max((row.block_id for row in scene.venue.block_rows("A")), default=0)


_SESSION: Before = ((VENUE_USER, lambda s: SetBlockSession(s.id(), True, s.symbol)),)
_POSTED: Before = (*_SESSION, ("anna", _post))


def _held(permissions: tuple[Any, ...]) -> Before:
    """An order of anna that waits, and a colleague with permissions."""
    limits = MemberLimits(approval_qty=1)
    return (
        (VENUE_USER, lambda s: AddUser(s.id(), "ada", "A", "trader", permissions)),
        (VENUE_USER, lambda s: SetMemberLimits(s.id(), "A", limits)),
        ("anna", _order(cl_ord_id="held")),
    )


def _held_id(scene: Scene) -> int:
    return scene.venue._state.order_id


_HELD = _held(("view", "approve"))
_WAITS: Before = (("anna", _order(cl_ord_id="stop", ord_type="stop", stop_px=7_300, price=0)),)

PHASES: tuple[Phase, ...] = get_args(Phase)

EXAMPLES: list[Example] = [
    # orders
    Example("anna", NewOrder, _order(), "limit, day"),
    Example("anna", NewOrder, _order(time_in_force="ioc"), "limit, ioc"),
    Example("anna", NewOrder, _order(time_in_force="fok"), "limit, fok"),
    Example("anna", NewOrder, _order(ord_type="market", price=0), "market"),
    Example(
        "anna",
        NewOrder,
        _order(time_in_force="gtd", expire_date=NEXT_DAY),
        "limit, good till date",
    ),
    Example("anna", NewOrder, _order(exec_inst="post_only", price=6_980), "post-only"),
    Example("anna", NewOrder, _order(min_qty=5), "minimum quantity"),
    Example("anna", NewOrder, _order(display_qty=2), "iceberg"),
    Example("anna", NewOrder, _order(ord_type="stop", stop_px=7_300, price=0), "stop"),
    Example(
        "anna",
        NewOrder,
        _order(ord_type="stop_limit", stop_px=7_300, price=7_310),
        "stop_limit",
    ),
    Example("anna", ReplaceOrder, lambda s: ReplaceOrder(s.id(), "own", 12, 6_991)),
    Example(
        "anna",
        ReplaceOrder,
        lambda s: ReplaceOrder(s.id(), "stop", 7, 0, 7_400),
        "a waiting stop",
        _WAITS,
    ),
    Example("anna", CancelOrder, lambda s: CancelOrder(s.id(), "own")),
    Example("anna", PickOrder, lambda s: PickOrder(s.id(), 2, 5)),  # bo's first listing
    Example("anna", MassCancel, lambda s: MassCancel(s.id(), s.symbol), "one symbol"),
    Example("anna", MassCancel, lambda s: MassCancel(s.id()), "all"),
    Example("ada", ApproveOrder, lambda s: ApproveOrder(s.id(), _held_id(s)), before=_HELD),
    Example("ada", DeclineOrder, lambda s: DeclineOrder(s.id(), _held_id(s)), before=_HELD),
    # supervisors
    Example("sue", HaltInstrument, lambda s: HaltInstrument(s.id(), s.symbol, "a reason")),
    *(
        Example("sue", ResumeInstrument, _resume(phase), f"into {phase}")
        for phase in PHASES
    ),
    Example("sue", SuspendMember, lambda s: SuspendMember(s.id(), "B", "a reason")),
    Example(
        "sue",
        ReinstateMember,
        lambda s: ReinstateMember(s.id(), "B", "a reason"),
        before=(("sue", lambda s: SuspendMember(s.id(), "B", "a reason")),),
    ),
    Example("sue", SuspendUser, lambda s: SuspendUser(s.id(), "bo", "a reason")),
    Example(
        "sue",
        ReinstateUser,
        lambda s: ReinstateUser(s.id(), "bo", "a reason"),
        before=(("sue", lambda s: SuspendUser(s.id(), "bo", "a reason")),),
    ),
    Example("sue", PublishNotice, lambda s: PublishNotice(s.id(), "A title", "A text", s.symbol)),
    Example(
        "sue",
        RegisterDisclosure,
        lambda s: RegisterDisclosure(s.id(), "policy", s.symbol, "a fact"),
    ),
    Example(
        "sue",
        RegisterStatement,
        lambda s: RegisterStatement(s.id(), s.symbol, "up", "B", "a rumour"),
    ),
    Example("sue", MassCancelFor, lambda s: MassCancelFor(s.id(), "a reason", member="B")),
    Example("sue", KillSwitch, lambda s: KillSwitch(s.id(), "member", "B", True, "a reason")),
    Example("sue", BarPerson, lambda s: BarPerson(s.id(), "owner of B", "a reason")),
    Example("sue", DeclareLink, lambda s: DeclareLink(s.id(), "B", "control", "li", "a reason")),
    Example(
        "sue",
        SetMemberLimits,
        lambda s: SetMemberLimits(s.id(), "B", MemberLimits(max_order_qty=9)),
    ),
    Example("sue", ProposeTradeCorrection, _propose, before=_TRADED),
    Example(
        "sue",
        ConfirmTradeCorrection,
        lambda s: ConfirmTradeCorrection(s.id(), 1),
        before=_PROPOSED,
    ),
    Example("sue", ProposeParameterChange, _propose_change, before=_ENTERED),
    Example(
        "sue",
        ConfirmParameterChange,
        lambda s: ConfirmParameterChange(s.id(), 1),
        before=_CHANGE_PROPOSED,
    ),
    # the registrar
    Example(VENUE_USER, EnterSurveillanceRule, _enter),
    Example(VENUE_USER, ListInstrument, lambda s: ListInstrument(s.id(), rules("MORE")), "another"),
    Example(VENUE_USER, ListInstrument, lambda s: ListInstrument(s.id(), rules(s.symbol)), "again"),
    Example(VENUE_USER, AddMember, lambda s: AddMember(s.id(), "C", "C", "owner of C")),
    Example(VENUE_USER, AddUser, lambda s: AddUser(s.id(), "cy", "A")),
    Example(VENUE_USER, SetPermissions, lambda s: SetPermissions(s.id(), "bo", ("enter",))),
    Example(VENUE_USER, AddClient, lambda s: AddClient(s.id(), "A", "C1", "x", "owner of C1")),
    Example(
        VENUE_USER,
        SetClientActive,
        lambda s: SetClientActive(s.id(), "A", "C1", active=False),
        before=((VENUE_USER, lambda s: AddClient(s.id(), "A", "C1", "x", "owner of C1")),),
    ),
    Example(VENUE_USER, Deposit, lambda s: Deposit(s.id(), "A", s.symbol, 5)),
    Example(VENUE_USER, SetAllocation, lambda s: SetAllocation(s.id(), "A", s.symbol, 50)),
    Example(VENUE_USER, OpenDay, lambda s: OpenDay(s.id(), NEXT_DAY)),
    *(
        Example(VENUE_USER, SetPhase, _set_phase(phase), f"to {phase}")
        for phase in PHASES
    ),
    Example(VENUE_USER, CloseDay, lambda s: CloseDay(s.id())),
    # one-way auctions
    Example("bo", ApplyAuction, lambda s: ApplyAuction(s.id(), s.symbol, 100_000)),
    Example(VENUE_USER, ScheduleAuction, _schedule),
    Example(VENUE_USER, OpenAuction, lambda s: OpenAuction(s.id(), 1), before=_SCHEDULED),
    Example("anna", PlaceBid, lambda s: PlaceBid(s.id(), 1, 10, 7_000), before=_OPEN),
    Example("anna", WithdrawBid, lambda s: WithdrawBid(s.id(), 1), before=_BID),
    Example(VENUE_USER, CloseAuction, lambda s: CloseAuction(s.id(), 1), before=_BID),
    Example(VENUE_USER, CancelAuction, lambda s: CancelAuction(s.id(), 1), before=_BID),
    # blocks
    Example(VENUE_USER, SetBlockSession, lambda s: SetBlockSession(s.id(), True, s.symbol), "open"),
    Example(
        VENUE_USER,
        SetBlockSession,
        lambda s: SetBlockSession(s.id(), False, s.symbol),
        "close",
        before=_POSTED,
    ),
    Example("anna", PostBlock, _post, "without a session"),
    Example("anna", PostBlock, _post, before=_SESSION),
    Example(
        "bo",
        CounterBlock,
        lambda s: CounterBlock(s.id(), _block_id(s), 100_000, 6_900),
        before=_POSTED,
    ),
    Example(
        "bo",
        AcceptBlock,
        lambda s: AcceptBlock(s.id(), _block_id(s), 100_000, 7_000),
        before=_POSTED,
    ),
    Example("anna", WithdrawBlock, lambda s: WithdrawBlock(s.id(), _block_id(s)), before=_POSTED),
]  # fmt: skip


def missing() -> list[str]:
    """Name the commands that have no example."""
    kinds = {example.kind for example in EXAMPLES}
    return sorted(kind.__name__ for kind in get_args(StateCommand) if kind not in kinds)


def table() -> str:
    """Return the matrix as a Markdown page."""
    columns = list(scenes())
    lines = [
        "# Every command in every phase",
        "",
        "Made by `tests/support/phase_matrix.py`, where each command has an example that is valid",
        "in some phase; a test compares. `accepted`, or the code of the refusal. The instrument",
        "has every optional mode and order feature; its own buy order and others' sell orders",
        "stand in the book where the phase lets orders stand.",
        "",
        f"| command | {' | '.join(scene.title for scene in columns)} |",
        f"|{'---|' * (len(columns) + 1)}",
    ]
    for example in EXAMPLES:
        cells = [example.outcome(scene) for scene in columns]
        lines.append(f"| {example.title} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
