"""A one-way auction computed without sorting, to compare the venue's with.

The clearing price is found by trying every price; the allocation by handing out tonne after tonne,
each to whoever stands first at that moment. Both follow market_rules.md 1.6 step 5 and nothing of
the venue's code.
"""

from typing import NamedTuple


class NaiveBid(NamedTuple):
    bidder: str
    price: int
    qty: int
    time: int


class NaiveResult(NamedTuple):
    """`fills` by the bid's time: (tonnes, price)."""

    marginal_price: int
    volume: int
    fills: dict[int, tuple[int, int]]


def wanted_at(bids: list[NaiveBid], price: int, limit: int, *, selling: bool) -> int:
    """Return how much all bidders together would take at a price, each within the limit."""
    per_bidder: dict[str, int] = {}
    for bid in bids:
        if (bid.price >= price) if selling else (bid.price <= price):
            per_bidder[bid.bidder] = per_bidder.get(bid.bidder, 0) + bid.qty
    return sum(min(qty, limit) for qty in per_bidder.values())


def clearing_price(bids: list[NaiveBid], offered: int, limit: int, *, selling: bool) -> int:
    """Try every price, the best for the offering side first.

    It clears where the cumulated volume meets or passes the offer (market_rules.md 7, EU). Where
    it never does, all that is wanted is sold: the price is the last at which anybody wanted more.
    """
    prices = range(min(b.price for b in bids), max(b.price for b in bids) + 1)
    last_that_added, before = 0, 0
    for price in reversed(prices) if selling else prices:
        wanted = wanted_at(bids, price, limit, selling=selling)
        if wanted > before:
            last_that_added, before = price, wanted
        if wanted >= offered:
            break
    return last_that_added


def auctioned(
    bids: list[NaiveBid], offered: int, limit: int, *, selling: bool, uniform: bool
) -> NaiveResult:
    """Compute an auction with at least one bid; `limit` is each bidder's, in tonnes."""
    got = {bid.time: 0 for bid in bids}
    by_bidder = {bid.bidder: 0 for bid in bids}
    left = offered
    while left:
        first = None
        for bid in bids:
            if got[bid.time] == bid.qty or by_bidder[bid.bidder] == limit:
                continue
            if first is None or stands_before(bid, first, selling=selling):
                first = bid
        if first is None:
            break
        got[first.time] += 1
        by_bidder[first.bidder] += 1
        left -= 1
    price = clearing_price(bids, offered, limit, selling=selling)
    fills = {
        bid.time: (got[bid.time], price if uniform else bid.price) for bid in bids if got[bid.time]
    }
    return NaiveResult(price, offered - left, fills)


def stands_before(bid: NaiveBid, other: NaiveBid, *, selling: bool) -> bool:
    if bid.price != other.price:
        return bid.price > other.price if selling else bid.price < other.price
    return bid.time < other.time
