"""What the member holds, what is frozen by what, and what it is worth at present prices."""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from bashu_protocol.messages import AccountRow, AuctionRow, InstrumentRow, InstrumentStat, Side
from bashu_tui.state.blocks import BlockLine
from bashu_tui.state.orders import OrderLine
from bashu_tui.state.positions import CASH


class Frozen(Struct):
    """What holds an amount frozen: fen of cash, else tonnes."""

    orders: int = 0
    blocks: int = 0
    bids: int = 0
    other: int = 0
    """What the terminal cannot name: the venue froze it, and no order, block or bid explains it."""


class Holding(Struct):
    """One asset. Cash in fen, the rest in tonnes; value in fen."""

    asset: str
    available: int
    bought_today: int
    frozen: int
    frozen_by: Frozen
    price: int = 0
    """The last price, else the reference; 0 for cash and where neither is known."""
    is_reference: bool = False
    limit: int = 0
    """The most tonnes that may be held; 0 for any number."""

    @property
    def held(self) -> int:
        return self.available + self.bought_today + self.frozen

    @property
    def value(self) -> int:
        return self.held if self.asset == CASH else self.held * self.price

    @property
    def limit_bps(self) -> int:
        """Share of the limit in 1/10,000, rounded up; 0 without one."""
        return -(-self.held * 10_000 // self.limit) if self.limit else 0


Claim = tuple[str, int]
"""An asset, and how much of it is frozen."""


def claim(side: Side, symbol: str, price: int, quantity: int) -> Claim:
    """Return what a purchase or a sale freezes: its cost, or its tonnes."""
    return (CASH, price * quantity) if side == "buy" else (symbol, quantity)


def order_claims(
    orders: Iterable[OrderLine], instruments: Mapping[str, InstrumentRow]
) -> list[Claim]:
    """What waits for a colleague's approval freezes nothing.

    A stop order to buy without a limit is good for the day and covered at its upper limit.
    """
    claims: list[Claim] = []
    for order in orders:
        row, price = instruments.get(order.symbol), order.price
        if order.is_waiting and not price and row is not None:
            price = row.limit_up
        if not order.is_held:
            claims.append(claim(order.side, order.symbol, price, order.leaves_qty))
    return claims


def block_claims(lines: Iterable[BlockLine]) -> list[Claim]:
    """Each own offer freezes the most that any of its standing proposals takes, and so once.

    In a negotiation on another's offer what one proposed oneself is frozen.
    """
    standing = [line for line in lines if not line.ended and line.kind != "offer"]
    own = {line.offer_id for line in standing if line.kind == "own_offer"}
    most: dict[int, Claim] = {}
    claims: list[Claim] = []
    for line in standing:
        if line.kind == "negotiation" and line.your_turn:
            continue
        needed = claim(line.side, line.symbol, line.price, line.order_qty)
        if line.offer_id in own:
            most[line.offer_id] = max(most.get(line.offer_id, needed), needed)
        else:
            claims.append(needed)
    return [*claims, *most.values()]


def bid_claims(auctions: Iterable[AuctionRow], member: str) -> list[Claim]:
    """Sealed bids, and what the owner of an auction offers: tonnes, or cash at the ceiling."""
    claims: list[Claim] = []
    for row in auctions:
        if row.member == member and row.state in ("scheduled", "open"):
            claims.append(claim(row.form, row.symbol, row.cap, row.order_qty))
        elif row.bid is not None and row.state == "open":
            side: Side = "buy" if row.form == "sell" else "sell"
            claims.append(claim(side, row.symbol, row.bid.price, row.bid.order_qty))
    return claims


def holdings(
    accounts: Mapping[str, AccountRow],
    instruments: Mapping[str, InstrumentRow],
    stats: Mapping[str, InstrumentStat],
    claims: Mapping[Literal["orders", "blocks", "bids"], list[Claim]],
    limits: Mapping[str, int],
) -> list[Holding]:
    """Return cash first, then every instrument that is listed or held."""
    assets = [CASH, *sorted({*instruments, *accounts} - {CASH})]
    return [
        _holding(asset, accounts.get(asset), instruments, stats, claims, limits) for asset in assets
    ]


def _holding(
    asset: str,
    account: AccountRow | None,
    instruments: Mapping[str, InstrumentRow],
    stats: Mapping[str, InstrumentStat],
    claims: Mapping[Literal["orders", "blocks", "bids"], list[Claim]],
    limits: Mapping[str, int],
) -> Holding:
    stat, row = stats.get(asset), instruments.get(asset)
    last = stat.last if stat is not None else 0
    reference = stat.reference_price if stat is not None else row.reference_price if row else 0
    made = Holding(
        asset, 0, 0, 0, Frozen(), last or reference, not last and bool(reference),
        limits.get(asset, 0),
    )  # fmt: skip
    if account is None:
        return made
    made.available, made.frozen = account.available, account.frozen
    made.bought_today = account.bought_today
    named = {
        why: sum(amount for claimed, amount in found if claimed == asset)
        for why, found in claims.items()
    }
    other = max(0, made.frozen - sum(named.values()))
    made.frozen_by = Frozen(**named, other=other)
    return made
