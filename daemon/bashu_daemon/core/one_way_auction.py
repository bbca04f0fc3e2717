"""The computation of a one-way auction: who gets what at which price. A pure function.

Valid bids are ranked by price, then by time; they are filled in that order until the offer is
used up, the last one in part if need be. Uniform pricing: every fill at the lowest accepted bid.
Pay-as-bid: every fill at its own (SEEE 沪环境交〔2025〕23号, market_rules.md 1.6 step 5). In the
buying form, one buyer and many sellers, all is mirrored: the lowest offer ranks first.
"""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from bashu_protocol.messages import AuctionForm, AuctionPricing

VoidReason = Literal["", "no_bids", "below_min_total_qty", "reserve_not_met"]

UNLIMITED: Final = 0


class SealedBid(NamedTuple):
    """One bid: fen a tonne, tonnes, and the place in time of its last change."""

    bidder: str
    """Whom a limit per bidder counts together: a beneficial owner."""
    price: int
    qty: int
    time: int
    """Smaller is earlier; no two bids of an auction share one."""


class AuctionFill(NamedTuple):
    """What a bid gets: tonnes, at fen a tonne."""

    bid: SealedBid
    qty: int
    price: int


class AuctionOutcome(NamedTuple):
    """The fills in rank; a void auction has none."""

    fills: list[AuctionFill]
    marginal_price: int
    """Fen: the price of the last bid that was (or, if void, would have been) accepted; 0 if none.

    In uniform pricing it is the price of all fills.
    """
    void: VoidReason = ""

    def volume(self) -> int:
        return sum(fill.qty for fill in self.fills)

    def turnover(self) -> int:
        return sum(fill.qty * fill.price for fill in self.fills)


def ranked(bids: Iterable[SealedBid], form: AuctionForm) -> list[SealedBid]:
    """Sort by price, the best for the offering side first, then by time."""
    sign = -1 if form == "sell" else 1
    return sorted(bids, key=lambda bid: (sign * bid.price, bid.time))


def allocate(
    bids: Iterable[SealedBid],
    offered_qty: int,
    form: AuctionForm,
    pricing: AuctionPricing,
    *,
    bidder_limit_qty: int = UNLIMITED,
    min_total_qty: int = 0,
    reserve_price: int = 0,
) -> AuctionOutcome:
    """Compute an auction.

    Partial subscription is accepted (market_rules.md 1.6 step 6, and 9 row 9: the minimum of
    100,000 t is the offer's), unless less than `min_total_qty` would be filled. The auction is
    void, too, where the marginal price is on the wrong side of the reserve (as an EU auction is
    whose clearing price lies far below the market, market_rules.md 7 [G]).

    Args:
        bids: in any order.
        offered_qty: tonnes offered, or asked for in the buying form.
        form: "sell" for one seller and many bidders, "buy" for one buyer and many sellers.
        pricing: "uniform" or "pay_as_bid".
        bidder_limit_qty: the most tonnes that one bidder gets; 0 for no limit.
        min_total_qty: tonnes; 0 for any.
        reserve_price: fen; 0 for none. The least that a seller takes, the most a buyer gives.
    """
    accepted = _accept(ranked(bids, form), offered_qty, bidder_limit_qty or offered_qty)
    if not accepted:
        return AuctionOutcome([], 0, "no_bids")
    marginal_price = accepted[-1][0].price
    if sum(qty for _, qty in accepted) < min_total_qty:
        return AuctionOutcome([], marginal_price, "below_min_total_qty")
    if reserve_price and not _meets(marginal_price, reserve_price, form):
        return AuctionOutcome([], marginal_price, "reserve_not_met")
    uniform = pricing == "uniform"
    fills = [AuctionFill(b, qty, marginal_price if uniform else b.price) for b, qty in accepted]
    return AuctionOutcome(fills, marginal_price)


def _accept(
    in_rank: list[SealedBid], offered_qty: int, bidder_limit_qty: int
) -> list[tuple[SealedBid, int]]:
    """Return what each accepted bid gets; one whose bidder is at the limit is passed over."""
    left = offered_qty
    got: dict[str, int] = {}
    accepted: list[tuple[SealedBid, int]] = []
    for bid in in_rank:
        if left == 0:
            break
        before = got.get(bid.bidder, 0)
        qty = min(bid.qty, left, bidder_limit_qty - before)
        if qty > 0:
            got[bid.bidder] = before + qty
            left -= qty
            accepted.append((bid, qty))
    return accepted


def _meets(price: int, reserve_price: int, form: AuctionForm) -> bool:
    return price >= reserve_price if form == "sell" else price <= reserve_price
