"""Who and what the random market is made of."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from bashu_protocol.messages import (
    AddClient,
    AddMember,
    AddUser,
    AuctionRules,
    BlockRules,
    CallAuctionRules,
    Deposit,
    HoldingRules,
    InstrumentRules,
    ListInstrument,
    OrderFeatures,
    StateCommand,
    VolatilityRules,
)
from bashu_protocol.topics import VENUE_USER

Drawn = tuple[str, StateCommand]
"""Who sends it, and the command."""
REFERENCE: Final = 7_000
TRADERS: Final = tuple(f"user{number}" for number in range(12))
MEMBERS: Final = tuple(f"member{number}" for number in range(8))
"""The last four have two users each, and every two have one owner."""
CLIENTS: Final = ("c1", "c2")
SUPERVISORS: Final = ("sup-chengdu", "sup-chongqing")
CASH_FEN: Final = 10**12
TONNES: Final = 10**7

FEATURES: Final = OrderFeatures(
    max_gtd_days=3, post_only=True, min_qty=True, iceberg_min_display=5, stop=True
)
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
        features=FEATURES,
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
        features=FEATURES,
        holding=HoldingRules(max_emitter=TONNES, report_emitter=TONNES - 1_000, sell_cap_bps=5_000),
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
        features=replace(FEATURES, market_collar_bps=50),
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
        yield VENUE_USER, AddClient(f"k-{member}", member, CLIENTS[0], "x", "client")
        for asset in ("CNY", *SYMBOLS):
            amount = CASH_FEN if asset == "CNY" else TONNES
            yield VENUE_USER, Deposit(f"d-{asset}-{member}", member, asset, amount)
    for user in TRADERS:
        yield VENUE_USER, AddUser(f"u-{user}", user, member_of(user))
    yield VENUE_USER, AddMember("m-bureau", "bureau", "bureau", "bureau")
    for user in SUPERVISORS:
        yield VENUE_USER, AddUser(f"u-{user}", user, "bureau", "supervisor")
