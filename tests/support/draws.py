"""What random commands there are: each draw makes one, mostly possible, often not.

A new kind of command is added to `DRAWS` with its weight; a test says which are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from bashu_protocol.messages import (
    AcceptBlock,
    AddClient,
    AddMember,
    AddUser,
    ApplyAuction,
    ApproveOrder,
    AuctionRules,
    BarPerson,
    BlockReport,
    BlockRules,
    CallAuctionRules,
    CancelAuction,
    CancelOrder,
    CloseAuction,
    CloseDay,
    CommandReport,
    ConfirmTradeCorrection,
    CounterBlock,
    DeclineOrder,
    Deposit,
    HaltInstrument,
    InstrumentRules,
    KillSwitch,
    ListInstrument,
    MassCancel,
    MassCancelFor,
    MemberLimits,
    NewOrder,
    OpenAuction,
    OpenDay,
    OrderFeatures,
    Phase,
    PickOrder,
    PlaceBid,
    PostBlock,
    ProposeTradeCorrection,
    PublishNotice,
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
    VolatilityRules,
    WithdrawBid,
    WithdrawBlock,
)
from bashu_protocol.topics import VENUE_USER

if TYPE_CHECKING:
    from random_market import Known, RandomMarket

    from bashu_daemon.core.events import CommandEvent, PartyEvent

Drawn = tuple[str, StateCommand]
REFERENCE: Final = 7_000
TRADERS: Final = tuple(f"user{number}" for number in range(12))
MEMBERS: Final = tuple(f"member{number}" for number in range(8))
"""The last four have two users each, and every two have one owner."""
CLIENTS: Final = ("c1", "c2")
SUPERVISORS: Final = ("sup-chengdu", "sup-chongqing")
CASH_FEN: Final = 10**12
TONNES: Final = 10**7

RULES: Final = {
    "CEA25": InstrumentRules(
        symbol="CEA25",
        name_zh="x",
        name_en="x",
        product="CEA",
        reference_price=REFERENCE,
        auction=AuctionRules(min_offer_qty=1_000, selling=True, buying=True),
        self_trade_prevention="decrement",
        reach_levels=5,
        within_price="taker_choice",
        block=BlockRules(min_qty=1_000, max_qty=5_000),
    ),
    "CQEA": InstrumentRules(
        symbol="CQEA",
        name_zh="x",
        name_en="x",
        product="CQEA",
        reference_price=REFERENCE,
        band_bps=2_000,
        self_trade_prevention="cancel_resting",
        call_auction=CallAuctionRules(),
        volatility=VolatilityRules(dynamic_bps=30, auction_seconds=1),
    ),
    "CCER": InstrumentRules(
        symbol="CCER",
        name_zh="x",
        name_en="x",
        product="CCER",
        reference_price=REFERENCE,
        band_bps=0,
        self_trade_prevention="cancel_both",
        resale_ban=False,
        call_auction=CallAuctionRules(prevent_self_trades=False),
        features=OrderFeatures(
            max_gtd_days=3,
            post_only=True,
            min_qty=True,
            iceberg_min_display=5,
            stop=True,
            market_collar_bps=50,
        ),
        auction=AuctionRules(min_offer_qty=1_000, selling=True, buying=True, cap_bps=0),
        block=BlockRules(min_qty=1_000, max_qty=5_000, band_bps=0),
    ),
}
SYMBOLS: Final = tuple(RULES)


def member_of(user: str) -> str:
    number = int(user.removeprefix("user"))
    return MEMBERS[number] if number < len(MEMBERS) else MEMBERS[number - 4]


def founding() -> Iterator[Drawn]:
    """What the venue begins with; all of it must be accepted."""
    for rules in RULES.values():
        yield VENUE_USER, ListInstrument(f"list-{rules.symbol}", rules)
    for number, member in enumerate(MEMBERS):
        yield VENUE_USER, AddMember(f"m-{member}", member, member, f"owner{number // 2}")
        for asset in ("CNY", *SYMBOLS):
            amount = CASH_FEN if asset == "CNY" else TONNES
            yield VENUE_USER, Deposit(f"d-{asset}-{member}", member, asset, amount)
    for user in TRADERS:
        yield VENUE_USER, AddUser(f"u-{user}", user, member_of(user))
    yield VENUE_USER, AddMember("m-bureau", "bureau", "bureau", "bureau")
    for user in SUPERVISORS:
        yield VENUE_USER, AddUser(f"u-{user}", user, "bureau", "supervisor")


def draw(market: RandomMarket) -> Drawn:
    """Make one command."""
    if not market.venue.day_is_open and market.chance.one_in(4):
        return _session(market)
    roll = market.chance.below(_TOTAL)
    for weight, make in DRAWS:
        roll -= weight
        if roll < 0:
            return make(market)
    raise AssertionError("the weights add up to their total")


def _id(market: RandomMarket) -> str:
    return f"c{market.number}"


def _price(market: RandomMarket, symbol: str, spread: int = 20) -> int:
    stat = market.venue.stat(symbol)
    middle = stat.last or stat.reference_price
    if market.chance.one_in(60):
        return middle * market.chance.between(80, 120) // 100
    return middle + market.chance.between(-spread, spread)


def _limit_order(market: RandomMarket) -> Drawn:
    chance = market.chance
    symbol = chance.of(SYMBOLS)
    return chance.of(TRADERS), NewOrder(
        _id(market),
        symbol,
        chance.of(("buy", "sell")),
        chance.between(1, 300),
        _price(market, symbol),
        "limit",
        chance.of(("day", "day", "day", "day", "ioc", "fok")),
        client_account=chance.of(CLIENTS) if chance.one_in(10) else "",
    )


def _market_order(market: RandomMarket) -> Drawn:
    chance = market.chance
    side = chance.of(("buy", "sell"))
    order = NewOrder(_id(market), chance.of(SYMBOLS), side, chance.between(1, 300), 0, "market")
    return chance.of(TRADERS), order


def _featured_order(market: RandomMarket) -> Drawn:
    """Draw an order of the market that offers every feature."""
    chance = market.chance
    price = _price(market, "CCER")
    more: dict[str, Any] = chance.of(
        (
            {"exec_inst": "post_only"},
            {"min_qty": 20},
            {"display_qty": 10},
            {"ord_type": "stop_limit", "stop_px": _price(market, "CCER")},
            {"time_in_force": "gtd", "expire_date": market.venue.trade_date + chance.below(4)},
        )
    )
    if chance.one_in(10):
        more = {**more, "client_account": chance.of(CLIENTS)}
    side = chance.of(("buy", "sell"))
    order = NewOrder(_id(market), "CCER", side, chance.between(1, 300), price, **more)
    return chance.of(TRADERS), order


def _pick(market: RandomMarket) -> Drawn:
    chance = market.chance
    rows = market.venue.listing_rows("CEA25")
    if not rows:
        return _limit_order(market)
    row = rows[chance.below(len(rows))]
    return chance.of(TRADERS), PickOrder(_id(market), row.listing_id, chance.between(1, 50))


def _cancel(market: RandomMarket) -> Drawn:
    user = market.chance.of(TRADERS)
    original = market.known.order(user, market.chance)
    return user, CancelOrder(_id(market), original)


def _replace(market: RandomMarket) -> Drawn:
    chance = market.chance
    user = chance.of(TRADERS)
    original = market.known.order(user, chance)
    price = _price(market, chance.of(SYMBOLS))
    return user, ReplaceOrder(_id(market), original, chance.between(1, 400), price)


def _mass_cancel(market: RandomMarket) -> Drawn:
    chance = market.chance
    return chance.of(TRADERS), MassCancel(_id(market), chance.of(("", *SYMBOLS)))


def _halt(market: RandomMarket) -> Drawn:
    user = market.chance.of(SUPERVISORS)
    return user, HaltInstrument(_id(market), market.chance.of(SYMBOLS), "x")


def _resume(market: RandomMarket) -> Drawn:
    chance = market.chance
    phase: Phase = chance.of(("continuous", "continuous", "pause", "closed", "call_auction"))
    return chance.of(SUPERVISORS), ResumeInstrument(_id(market), chance.of(SYMBOLS), "x", phase)


def _suspension(market: RandomMarket) -> Drawn:
    """Suspend or bar now and then; lift much more often, so that most may trade."""
    chance = market.chance
    name, member, user = _id(market), chance.of(MEMBERS), chance.of(TRADERS)
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


def _mass_cancel_for(market: RandomMarket) -> Drawn:
    chance = market.chance
    command = MassCancelFor(
        _id(market),
        "x",
        chance.of(("", *TRADERS)),
        chance.of(("", "", *MEMBERS)),
        chance.of(("", *SYMBOLS)),
    )
    return chance.of(SUPERVISORS), command


def _limits(market: RandomMarket) -> Drawn:
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
    return VENUE_USER, SetMemberLimits(_id(market), chance.of(MEMBERS), limits)


def _allocation(market: RandomMarket) -> Drawn:
    chance = market.chance
    member, symbol = chance.of(MEMBERS), chance.of(SYMBOLS)
    return VENUE_USER, SetAllocation(_id(market), member, symbol, chance.between(0, 10_000))


def _correction(market: RandomMarket) -> Drawn:
    """Propose to cancel or reprice one of the last trades, or decide on a proposal."""
    chance, name = market.chance, _id(market)
    user = chance.of(SUPERVISORS)
    if chance.one_in(2):
        approve = not chance.one_in(6)
        number = chance.of(market.known.corrections)
        return user, ConfirmTradeCorrection(name, number, approve)
    exec_id = chance.of(market.known.trades)
    action = chance.of(("cancel", "adjust"))
    price = _price(market, chance.of(SYMBOLS))
    return user, ProposeTradeCorrection(name, exec_id, action, "x", price)


def _permissions(market: RandomMarket) -> Drawn:
    chance = market.chance
    granted: Any = chance.of((("view",), ("view", "enter"), ("view", "enter", "approve")))
    if not chance.one_in(4):
        granted = ("view", "enter", "approve")
    return VENUE_USER, SetPermissions(_id(market), chance.of(TRADERS), granted)


def _auction(market: RandomMarket) -> Drawn:
    """Take an auction that is under way a step further, or begin another."""
    chance = market.chance
    name = _id(market)
    alive = [
        row
        for row in market.venue.auction_rows("", officer=True)
        if row.state in {"applied", "scheduled", "open"}
    ]
    if alive and not chance.one_in(3):
        row = chance.of(alive)
        if chance.one_in(8):
            return VENUE_USER, CancelAuction(name, row.auction_id, "x")
        if row.state == "applied":
            return VENUE_USER, _scheduled(market, row.auction_id, row.member)
        if row.state == "scheduled":
            return VENUE_USER, OpenAuction(name, row.auction_id)
        if chance.one_in(2):
            return VENUE_USER, CloseAuction(name, row.auction_id)
    if chance.one_in(3):
        form, pricing = chance.of(("sell", "buy")), chance.of(("uniform", "pay_as_bid"))
        qty = chance.between(900, 5_000)
        return chance.of(TRADERS), ApplyAuction(name, chance.of(SYMBOLS), qty, form, pricing)
    return VENUE_USER, _scheduled(market, 0, chance.of(MEMBERS))


def _scheduled(market: RandomMarket, application: int, member: str) -> ScheduleAuction:
    chance = market.chance
    symbol = chance.of(SYMBOLS)
    form, pricing = chance.of(("sell", "buy")), chance.of(("uniform", "pay_as_bid"))
    limit = chance.of(("previous_close", "band"))
    for row in market.venue.auction_rows("", officer=True):
        if row.auction_id == application:
            symbol, form, pricing, limit = row.symbol, row.form, row.pricing, "previous_close"
    return ScheduleAuction(
        _id(market),
        member,
        symbol,
        chance.between(1_000, 5_000),
        form,
        pricing,
        limit,
        auction_id=application,
        reserve_price=chance.of((0, 0, _price(market, symbol))),
        min_total_qty=chance.of((0, 0, 500)),
        paid_allocation=chance.one_in(6),
        bidder_limit_qty=chance.of((0, 0, 500)),
    )


def _bid(market: RandomMarket) -> Drawn:
    chance = market.chance
    name, user = _id(market), chance.of(TRADERS)
    open_now = [row for row in market.venue.auction_rows("", officer=True) if row.state == "open"]
    if not open_now or chance.one_in(20):
        return user, PlaceBid(name, chance.below(100), 100, REFERENCE)
    row = chance.of(open_now)
    if chance.one_in(6):
        return user, WithdrawBid(name, row.auction_id)
    price = chance.between(row.floor, min(row.cap or row.floor + 500, row.floor + 500))
    return user, PlaceBid(name, row.auction_id, chance.between(1, 800), price)


def _block(market: RandomMarket) -> Drawn:
    """Move in a block negotiation, mostly in one that awaits the member, or begin one."""
    chance = market.chance
    name, user, symbol = _id(market), chance.of(TRADERS), chance.of(("CEA25", "CCER"))
    if chance.one_in(10):
        is_open = not chance.one_in(4)
        return VENUE_USER, SetBlockSession(name, is_open, chance.of(("", *SYMBOLS)))
    qty, price = chance.between(990, 3_000), _price(market, symbol, 300)
    rows = market.venue.block_rows(member_of(user))
    if not rows or chance.one_in(4):
        named = chance.of(("", "", *MEMBERS))
        return user, PostBlock(name, symbol, chance.of(("buy", "sell")), qty, price, named)
    row = chance.of(rows)
    if chance.one_in(6):
        return user, WithdrawBlock(name, row.block_id)
    if chance.one_in(12):
        return user, AcceptBlock(name, chance.of(market.known.blocks), qty, price)
    if row.your_turn and chance.one_in(3):
        return user, AcceptBlock(name, row.block_id, row.order_qty, row.price)
    return user, CounterBlock(name, row.block_id, qty, price)


def _deposit(market: RandomMarket) -> Drawn:
    chance = market.chance
    amount = chance.of((1_000, -1_000, 0, 10**6, -(10**13)))
    asset = chance.of(("CNY", *SYMBOLS))
    return VENUE_USER, Deposit(_id(market), chance.of(MEMBERS), asset, amount)


def _admission(market: RandomMarket) -> Drawn:
    """What is there already is refused, so that the market stays as large as it is."""
    chance = market.chance
    name = _id(market)
    commands: tuple[StateCommand, ...] = (
        AddMember(name, chance.of(MEMBERS), "x", "x"),
        AddUser(name, chance.of(TRADERS), chance.of(MEMBERS)),
        ListInstrument(name, RULES[chance.of(SYMBOLS)]),
    )
    return VENUE_USER, chance.of(commands)


def _client(market: RandomMarket) -> Drawn:
    """Admit a client, or switch one; one of them belongs to the owner of a member."""
    chance, name = market.chance, _id(market)
    member, account = chance.of(MEMBERS), chance.of(CLIENTS)
    if chance.one_in(2):
        return VENUE_USER, SetClientActive(name, member, account, not chance.one_in(4))
    owner = chance.of(("client", "owner0"))
    return VENUE_USER, AddClient(name, member, account, "x", owner)


def _approval(market: RandomMarket) -> Drawn:
    """Approve or decline one of the last orders, which mostly does not wait."""
    chance, name = market.chance, _id(market)
    order_id = chance.of(market.known.held or (0,))
    user = chance.of(TRADERS)
    if chance.one_in(3):
        return user, DeclineOrder(name, order_id)
    return user, ApproveOrder(name, order_id)


def _notice(market: RandomMarket) -> Drawn:
    return market.chance.of(SUPERVISORS), PublishNotice(_id(market), "a title")


def _wrong_role(market: RandomMarket) -> Drawn:
    """Somebody sends what another role commands."""
    _user, command = draw(market)
    return market.chance.of((*TRADERS, *SUPERVISORS, VENUE_USER, "stranger")), command


def _session(market: RandomMarket) -> Drawn:
    """Take the next step of a trading day."""
    steps = _DAY
    name = _id(market)
    step = steps[market.session_step % len(steps)]
    market.session_step += 1
    if step == "open":
        days = market.session_step // len(steps)
        return VENUE_USER, OpenDay(name, _date(days))
    if step == "close":
        return VENUE_USER, CloseDay(name)
    return VENUE_USER, SetPhase(name, step, "")


def _stray_phase(market: RandomMarket) -> Drawn:
    chance = market.chance
    phase: Phase = chance.of(("continuous",) * 6 + (*_CALLS, "pause"))
    return VENUE_USER, SetPhase(_id(market), phase, chance.of(("", *SYMBOLS)))


_CALLS: Final[tuple[Phase, ...]] = ("call_auction", "call_auction_no_cancel")
_DAY: Final[tuple[Any, ...]] = (
    "open",
    *_CALLS,
    "continuous",
    "pause",
    "continuous",
    "close",
)


def _date(days: int) -> int:
    """Return the date of a day of trading as YYYYMMDD; months have 28 days."""
    year, rest = divmod(days, 336)
    month, day = divmod(rest, 28)
    return (2026 + year) * 10_000 + (month + 1) * 100 + day + 1


DRAWS: Final[tuple[tuple[int, Callable[[RandomMarket], Drawn]], ...]] = (
    (1_000, _limit_order),
    (60, _market_order),
    (40, _pick),
    (150, _featured_order),
    (300, _cancel),
    (200, _replace),
    (10, _mass_cancel),
    (5, _halt),
    (60, _resume),
    (60, _suspension),
    (4, _mass_cancel_for),
    (10, _limits),
    (3, _allocation),
    (5, _permissions),
    (10, _correction),
    (25, _auction),
    (100, _bid),
    (100, _block),
    (5, _deposit),
    (5, _admission),
    (6, _client),
    (40, _approval),
    (3, _notice),
    (10, _wrong_role),
    (15, _session),
    (40, _stray_phase),
)
_TOTAL: Final = sum(weight for weight, _ in DRAWS)


def note_party(known: Known, event: CommandEvent | PartyEvent) -> None:
    """Remember what a report of another mode names."""
    report = event.report
    proposes = "propose_trade_correction"
    if isinstance(report, CommandReport) and report.accepted and report.command == proposes:
        known.corrections.append(int(report.text.split()[1]))
    if isinstance(event.report, BlockReport):
        known.blocks.append(event.report.block_id)


def check_limits(market: RandomMarket) -> None:
    """Nobody is beyond the limits of the rulebook and of the day."""
    rules = {row.rules.symbol: row for row in market.venue.instrument_rows()}
    for member in MEMBERS:
        for order in market.venue.order_rows(member):
            row = rules[order.symbol]
            assert 0 < order.leaves_qty <= row.rules.max_order_qty, order
            if row.limit_up and order.ord_type != "market":  # one that waits for approval
                assert row.limit_down <= order.price <= row.limit_up, order
