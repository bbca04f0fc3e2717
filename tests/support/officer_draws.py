"""Random commands of supervisors and the registrar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from random_setting import CLIENTS, MEMBERS, RULES, SUPERVISORS, SYMBOLS, TRADERS, Drawn

from bashu_protocol.messages import (
    AddClient,
    AddMember,
    AddUser,
    BarPerson,
    ConfirmParameterChange,
    ConfirmTradeCorrection,
    DeclaredLinkKind,
    DeclareLink,
    Deposit,
    EnterSurveillanceRule,
    HaltInstrument,
    KillSwitch,
    ListInstrument,
    MassCancelFor,
    MemberLimits,
    Phase,
    ProposeParameterChange,
    ProposeTradeCorrection,
    PublishNotice,
    RegisterDisclosure,
    RegisterStatement,
    ReinstateMember,
    ReinstateUser,
    ResumeInstrument,
    SetAllocation,
    SetClientActive,
    SetMemberLimits,
    SetPermissions,
    StateCommand,
    SuspendMember,
    SuspendUser,
)
from bashu_protocol.topics import VENUE_USER

if TYPE_CHECKING:
    from random_market import RandomMarket


def halt(market: RandomMarket) -> Drawn:
    user = market.chance.of(SUPERVISORS)
    return user, HaltInstrument(market.id(), market.chance.of(SYMBOLS), "x")


def resume(market: RandomMarket) -> Drawn:
    chance = market.chance
    phase: Phase = chance.of(("continuous", "continuous", "pause", "closed", "call_auction"))
    return chance.of(SUPERVISORS), ResumeInstrument(market.id(), chance.of(SYMBOLS), "x", phase)


def suspension(market: RandomMarket) -> Drawn:
    """Suspend or bar now and then; lift much more often, so that most may trade."""
    chance = market.chance
    name, member, user = market.id(), chance.of(MEMBERS), chance.of(TRADERS)
    lifts = not chance.one_in(30)
    person = f"owner{chance.below(4)}"
    commands: tuple[StateCommand, ...] = (
        ReinstateMember(name, member, "x") if lifts else SuspendMember(name, member, "x"),
        ReinstateUser(name, user, "x") if lifts else SuspendUser(name, user, "x"),
        BarPerson(name, person, "x", barred=not lifts),
        KillSwitch(name, "user", user, not lifts, "x"),
        KillSwitch(name, "member", member, not lifts, "x"),
    )
    return chance.of(SUPERVISORS), chance.of(commands)


def mass_cancel_for(market: RandomMarket) -> Drawn:
    chance = market.chance
    command = MassCancelFor(
        market.id(),
        "x",
        chance.of(("", *TRADERS)),
        chance.of(("", "", *MEMBERS)),
        chance.of(("", *SYMBOLS)),
    )
    return chance.of(SUPERVISORS), command


def limits(market: RandomMarket) -> Drawn:
    """Set limits that are felt, or, more often, none."""
    chance = market.chance
    limits = MemberLimits()
    if chance.one_in(3):
        limits = MemberLimits(
            max_price_deviation_bps=chance.of((0, 20, 500)),
            max_order_qty=chance.of((0, 100, 1_000)),
            max_order_value=chance.of((0, 1_000_000)),
            max_open_value=chance.of((0, 5_000_000)),
            max_orders_per_second=chance.of((0, 5)),
            duplicate_window_ms=chance.of((0, 1_000)),
            approval_qty=chance.of((0, 50)),
            approval_value=chance.of((0, 500_000)),
        )
    return VENUE_USER, SetMemberLimits(market.id(), chance.of(MEMBERS), limits)


def allocation(market: RandomMarket) -> Drawn:
    chance = market.chance
    member, symbol = chance.of(MEMBERS), chance.of(SYMBOLS)
    tonnes, banked = chance.between(0, 10_000), chance.of((0, 1_000))
    begins = chance.one_in(2)
    return VENUE_USER, SetAllocation(market.id(), member, symbol, tonnes, banked, begins)


def correction(market: RandomMarket) -> Drawn:
    """Propose to cancel or reprice one of the last trades, or decide on a proposal."""
    chance, name = market.chance, market.id()
    user = chance.of(SUPERVISORS)
    if chance.one_in(2):
        approve = not chance.one_in(6)
        number = chance.of(market.known.corrections)
        return user, ConfirmTradeCorrection(name, number, approve)
    exec_id = chance.of(market.known.trades)
    action = chance.of(("cancel", "adjust"))
    price = market.price_near(chance.of(SYMBOLS))
    return user, ProposeTradeCorrection(name, exec_id, action, "x", price)


def parameter(market: RandomMarket) -> Drawn:
    """Enter a rule, propose a change of one, or decide on a proposal."""
    chance, name = market.chance, market.id()
    rule, user = chance.of(("spoofing", "layering")), chance.of(SUPERVISORS)
    if chance.one_in(6):
        values = {"enabled": 1, "min_qty": 500, chance.of(("orders", "imbalance")): 3}
        symbols = {chance.of(SYMBOLS): {"min_qty": 100}}
        return VENUE_USER, EnterSurveillanceRule(name, rule, values, symbols)
    if chance.one_in(2):
        approve = not chance.one_in(6)
        return user, ConfirmParameterChange(name, chance.of(market.known.changes), approve)
    named, symbol = chance.of(("enabled", "min_qty", "orders")), chance.of(("", *SYMBOLS))
    value, clear = chance.below(3), chance.one_in(4)
    if clear:
        value = 0
    return user, ProposeParameterChange(name, rule, named, value, "x", symbol, clear)


def permissions(market: RandomMarket) -> Drawn:
    chance = market.chance
    granted: Any = chance.of((("view",), ("view", "enter"), ("view", "enter", "approve")))
    if not chance.one_in(4):
        granted = ("view", "enter", "approve")
    return VENUE_USER, SetPermissions(market.id(), chance.of(TRADERS), granted)


def deposit(market: RandomMarket) -> Drawn:
    chance = market.chance
    amount = chance.of((1_000, -1_000, 0, 10**6, -(10**13)))
    asset = chance.of(("CNY", *SYMBOLS))
    return VENUE_USER, Deposit(market.id(), chance.of(MEMBERS), asset, amount)


def admission(market: RandomMarket) -> Drawn:
    """What is there already is refused, so that the market stays as large as it is."""
    chance = market.chance
    name = market.id()
    commands: tuple[StateCommand, ...] = (
        AddMember(name, chance.of(MEMBERS), "x", "x"),
        AddUser(name, chance.of(TRADERS), chance.of(MEMBERS)),
        ListInstrument(name, RULES[chance.of(SYMBOLS)]),
    )
    return VENUE_USER, chance.of(commands)


def client(market: RandomMarket) -> Drawn:
    """Admit a client, or switch one; one of them belongs to the owner of a member."""
    chance, name = market.chance, market.id()
    member, account = chance.of(MEMBERS), chance.of(CLIENTS)
    if chance.one_in(2):
        return VENUE_USER, SetClientActive(name, member, account, not chance.one_in(4))
    owner = chance.of(("client", "owner0"))
    return VENUE_USER, AddClient(name, member, account, "x", owner)


def notice(market: RandomMarket) -> Drawn:
    """A notice, or what only surveillance hears of."""
    chance, name = market.chance, market.id()
    symbol = chance.of(("", *SYMBOLS))
    kind: DeclaredLinkKind = chance.of(("control", "operator", "device"))
    account = chance.of(("", *CLIENTS))
    commands: tuple[StateCommand, ...] = (
        PublishNotice(name, "a title"),
        RegisterDisclosure(name, "policy", symbol, "x", 0, chance.of(("", *MEMBERS))),
        RegisterStatement(name, symbol, "down", chance.of(MEMBERS), "x"),
        DeclareLink(name, chance.of(MEMBERS), kind, chance.of(("li", "wang")), "x", account),
    )
    return chance.of(SUPERVISORS), chance.of(commands)
