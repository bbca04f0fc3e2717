"""Who is told what of a block: every trader of each party's member, the moving side first."""

from bashu_daemon.core.block_book import Commitment, Negotiation, Offer
from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.events import PartyEvent
from bashu_daemon.core.state import State
from bashu_protocol.messages import BlockEventKind, BlockReport, Side

Move = tuple[User, str]
"""The user who moved, and the `cl_ord_id` of the command."""


def report_offer(
    state: State, offer: Offer, event: BlockEventKind, move: Move | None, text: str = ""
) -> None:
    """Tell the poster of its offer, and then the member to whom it was made.

    `text` says why it was withdrawn to the poster alone.
    """
    poster = offer.poster
    report = BlockReport(
        0, state.seq, state.now_ns, "", offer.block_id, offer.symbol, poster.side, offer.price,
        offer.order_qty, event, offer.block_id, offer.counterparty, text=text,
    )  # fmt: skip
    _send(state, poster.member, report, move)
    if offer.counterparty:
        named = state.directory.members[offer.counterparty]
        side: Side = "sell" if poster.side == "buy" else "buy"
        is_new = event == "posted"
        report = BlockReport(
            0, state.seq, state.now_ns, "", offer.block_id, offer.symbol, side, offer.price,
            offer.order_qty, "offered" if is_new else event, offer.block_id,
            poster.member.member, is_new, text="" if event == "withdrawn" else text,
        )  # fmt: skip
        _send(state, named, report, None)


def report_negotiation(
    state: State,
    negotiation: Negotiation,
    event: BlockEventKind,
    move: Move | None,
    text: str = "",
    exec_id: int = 0,
) -> None:
    """Tell both parties of a negotiation: first who moved, else the poster.

    `text` says why it was withdrawn to the side that began it alone.
    """
    poster, other = negotiation.offer.poster, negotiation.other
    sides = [(poster, other.member), (other, poster.member)]
    if move is not None and move[0].member is other.member:
        sides.reverse()
    for own, contra in sides:
        is_named = own is poster or negotiation.poster_named
        told = "" if event == "withdrawn" and own is poster else text
        _report_side(
            state, negotiation, own, contra.member if is_named else "", event, move, told, exec_id
        )


def _report_side(
    state: State,
    negotiation: Negotiation,
    own: Commitment,
    counterparty: str,
    event: BlockEventKind,
    move: Move | None,
    text: str,
    exec_id: int,
) -> None:
    offer = negotiation.offer
    may_accept = event == "countered" and negotiation.awaits(own.member)
    report = BlockReport(
        0, state.seq, state.now_ns, "", negotiation.block_id, offer.symbol, own.side,
        negotiation.price, negotiation.order_qty, event, offer.block_id, counterparty,
        may_accept, exec_id, text,
    )  # fmt: skip
    _send(state, own.member, report, move)


def _send(state: State, member: Member, report: BlockReport, move: Move | None) -> None:
    """Number a report for each trader of a member; only who moved has a `cl_ord_id` in it."""
    for user in member.users:
        if user.role == "trader":
            user.rpt_seq += 1
            numbered = BlockReport(
                user.rpt_seq, report.seq, report.transact_time,
                move[1] if move is not None and move[0] is user else "",
                report.block_id, report.symbol, report.side, report.price, report.order_qty,
                report.event, report.offer_id, report.counterparty, report.your_turn,
                report.exec_id, report.text,
            )  # fmt: skip
            state.events.append(
                PartyEvent(numbered, user.user, member.member, member.owner, report.symbol)
            )
