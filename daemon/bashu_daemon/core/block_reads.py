"""Which blocks a member may see. Nothing here changes anything."""

from bashu_daemon.core.block_book import Negotiation, Offer
from bashu_daemon.core.state import State
from bashu_protocol.messages import BlockKind, BlockRow


def block_rows(state: State, member: str) -> list[BlockRow]:
    """List by id: offers to all, without their member, and all that a member is party to."""
    rows = [
        _offer_row(offer, member)
        for offer in state.blocks.offers.values()
        if offer.concerns(member)
    ]
    rows += [
        _negotiation_row(negotiation, member)
        for negotiation in state.blocks.negotiations.values()
        if member in (negotiation.offer.poster.member.member, negotiation.other.member.member)
    ]
    return sorted(rows, key=lambda row: row.block_id)


def _offer_row(offer: Offer, member: str) -> BlockRow:
    poster = offer.poster.member.member
    is_own = poster == member
    kind: BlockKind = "own_offer" if is_own else "offer"
    counterparty = offer.counterparty
    if counterparty and not is_own:
        counterparty = poster
    return BlockRow(
        offer.block_id, offer.block_id, kind, offer.symbol, offer.poster.side, offer.price,
        offer.order_qty, not is_own and member not in offer.negotiations, counterparty,
        offer.transact_time,
    )  # fmt: skip


def _negotiation_row(negotiation: Negotiation, member: str) -> BlockRow:
    offer, other = negotiation.offer, negotiation.other
    poster = offer.poster
    if other.member.member == member:
        own, counterparty = other, poster.member.member if negotiation.poster_named else ""
    else:
        own, counterparty = poster, other.member.member
    return BlockRow(
        negotiation.block_id, offer.block_id, "negotiation", offer.symbol, own.side,
        negotiation.price, negotiation.order_qty, negotiation.awaits(own.member), counterparty,
        negotiation.transact_time,
    )  # fmt: skip
