"""Block offers and negotiations in a snapshot."""

from msgspec import Struct

from bashu_daemon.core.block_book import Commitment, Negotiation, Offer
from bashu_daemon.core.state import State
from bashu_protocol.messages import Side


class DumpedNegotiation(Struct, array_like=True, forbid_unknown_fields=True):
    """A negotiation; the other side's frozen amount follows from whose proposal stands."""

    block_id: int
    user: str
    order_qty: int
    price: int
    by_poster: bool
    poster_named: bool
    transact_time: int


class DumpedOffer(Struct, array_like=True, forbid_unknown_fields=True):
    """An offer with its negotiations, both in the order of their ids."""

    block_id: int
    user: str
    symbol: str
    side: Side
    order_qty: int
    price: int
    counterparty: str
    transact_time: int
    negotiations: list[DumpedNegotiation]


def dump_blocks(state: State) -> list[DumpedOffer]:
    return [_dump_offer(offer) for offer in state.blocks.offers.values()]


def _dump_offer(offer: Offer) -> DumpedOffer:
    return DumpedOffer(
        offer.block_id,
        offer.poster.user.user,
        offer.symbol,
        offer.poster.side,
        offer.order_qty,
        offer.price,
        offer.counterparty,
        offer.transact_time,
        [
            DumpedNegotiation(
                negotiation.block_id,
                negotiation.other.user.user,
                negotiation.order_qty,
                negotiation.price,
                negotiation.by_poster,
                negotiation.poster_named,
                negotiation.transact_time,
            )
            for negotiation in offer.negotiations.values()
        ],
    )


def load_blocks(state: State, dumped: list[DumpedOffer]) -> None:
    """Put the offers back; the accounts hold what they froze already."""
    for item in dumped:
        poster = Commitment(state.directory.users[item.user], item.symbol, item.side)
        offer = Offer(
            item.block_id,
            item.symbol,
            poster,
            item.order_qty,
            item.price,
            item.counterparty,
            item.transact_time,
        )
        state.blocks.add_offer(offer)
        for found in item.negotiations:
            _load_negotiation(state, offer, found)
        poster.frozen, buying = offer.exposure()
        poster.count_buying(buying)
    # Offers hold them by offer; what the venue goes through is in the order of the ids.
    state.blocks.negotiations = dict(sorted(state.blocks.negotiations.items()))


def _load_negotiation(state: State, offer: Offer, dumped: DumpedNegotiation) -> None:
    side: Side = "sell" if offer.poster.side == "buy" else "buy"
    other = Commitment(state.directory.users[dumped.user], offer.symbol, side)
    negotiation = Negotiation(dumped.block_id, offer, other)
    negotiation.order_qty = dumped.order_qty
    negotiation.price = dumped.price
    negotiation.by_poster = dumped.by_poster
    negotiation.poster_named = dumped.poster_named
    negotiation.transact_time = dumped.transact_time
    if not dumped.by_poster:
        other.frozen = other.need(dumped.price, dumped.order_qty)
        other.count_buying(dumped.order_qty)
    state.blocks.add_negotiation(negotiation)
