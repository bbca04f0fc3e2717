"""Block trading: offers, negotiation in rounds, and the trade that both sides confirmed.

Flow of market_rules.md 1.5: one side posts, to all or to a named member; others negotiate or take
it; both confirm price and quantity; the trade follows. What a side proposes binds it and is
frozen until it is superseded, withdrawn or lapses (1.4: an accepted order locks what it needs).
Every check comes before the first change.
"""

from collections.abc import Callable
from typing import Final

from bashu_daemon.core.access import may_withdraw
from bashu_daemon.core.block_book import Commitment, Negotiation, Offer
from bashu_daemon.core.block_checks import (
    SELF_DEALING,
    UNKNOWN_BLOCK,
    check_count,
    check_cover,
    check_parties,
    check_session,
    check_terms,
)
from bashu_daemon.core.block_reports import Move, report_negotiation, report_offer
from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.directory import User
from bashu_daemon.core.events import OrderEvent, TradeEvent
from bashu_daemon.core.holdings import note_trade
from bashu_daemon.core.ledger import settle_frozen
from bashu_daemon.core.rejections import refuse, unknown_member, unknown_symbol
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.tickets import Receipt
from bashu_protocol.messages import (
    AcceptBlock,
    BlockEventKind,
    CounterBlock,
    ExecutionReport,
    PostBlock,
    Side,
    WithdrawBlock,
)
from bashu_protocol.reject_codes import RejectCode

_OWN_PROPOSAL: Final = (
    RejectCode.NOT_YOUR_TURN,
    "The terms are your own member's; it is the other side's turn.",
)
_NOT_POSTER: Final = (RejectCode.NOT_PERMITTED, "Only the member that posted it may withdraw it.")
_COLLEAGUES: Final = (RejectCode.NOT_PERMITTED, "The user may not withdraw a colleague's block.")


def post_block(state: State, user: User, command: PostBlock) -> Receipt:
    """Post an offer and freeze what it needs."""
    instrument = state.instruments.get(command.symbol)
    if instrument is None:
        return refuse(state, user, command, unknown_symbol(command.symbol))
    symbol = instrument.rules.symbol
    poster = Commitment(user, symbol, command.side)
    refusal = _check_post(state, instrument, poster, command)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    state.order_id += 1
    offer = Offer(
        state.order_id,
        symbol,
        poster,
        command.order_qty,
        command.price,
        command.counterparty,
        state.now_ns,
    )
    poster.hold(*offer.exposure())
    state.blocks.add_offer(offer)
    report_offer(state, offer, "posted", (user, command.cl_ord_id))
    return Receipt(command, None, accepted=True)


def _check_post(
    state: State, instrument: Instrument, poster: Commitment, command: PostBlock
) -> Refusal | None:
    member = poster.member
    if poster.user.blocked is not None:
        return poster.user.blocked
    refusal = check_session(instrument) or check_terms(instrument, command.order_qty, command.price)
    if refusal is not None:
        return refusal
    if command.counterparty:
        named = state.directory.members.get(command.counterparty)
        if named is None:
            return unknown_member(command.counterparty)
        if named.suspended:
            return RejectCode.MEMBER_SUSPENDED, f"{command.counterparty} is suspended."
        if check_parties(member, named) is not None:
            return SELF_DEALING
    return check_count(state.blocks.counts.get(member.member, 0)) or check_cover(
        instrument, poster, command.price, command.order_qty
    )


def counter_block(state: State, user: User, command: CounterBlock) -> Receipt:
    """Propose terms of one's own: begin a negotiation on an offer, or go on with one."""
    found = state.blocks.find(user.member.member, command.block_id)
    if found is None:
        return refuse(state, user, command, UNKNOWN_BLOCK)
    offer, negotiation = found
    side = _side_of(user, offer, negotiation)
    instrument = state.instruments[offer.symbol]
    refusal = _check_turn(state, user, offer, negotiation) or check_terms(
        instrument, command.order_qty, command.price
    )
    if refusal is None and negotiation is None:
        refusal = check_count(state.blocks.counts.get(user.member.member, 0))
    if refusal is None:
        refusal = check_cover(instrument, side, command.price, command.order_qty)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    if negotiation is None:
        state.order_id += 1
        negotiation = Negotiation(state.order_id, offer, side)
        state.blocks.add_negotiation(negotiation)
    _propose(state, user, negotiation, command)
    report_negotiation(state, negotiation, "countered", (user, command.cl_ord_id))
    return Receipt(command, None, accepted=True)


def _propose(state: State, user: User, negotiation: Negotiation, command: CounterBlock) -> None:
    """Let a party's terms supersede the standing ones; each side then holds what binds it."""
    offer, other = negotiation.offer, negotiation.other
    negotiation.price = command.price
    negotiation.order_qty = command.order_qty
    negotiation.transact_time = state.now_ns
    negotiation.by_poster = offer.poster.member is user.member
    if negotiation.by_poster:
        negotiation.poster_named = True
    if negotiation.by_poster:
        other.hold(0, 0)
    else:
        other.hold(other.need(command.price, command.order_qty), command.order_qty)
    offer.poster.hold(*offer.exposure())


def accept_block(state: State, user: User, command: AcceptBlock) -> Receipt:
    """Confirm the other side's terms: the trade takes place, and the offer is gone."""
    found = state.blocks.find(user.member.member, command.block_id)
    if found is None:
        return refuse(state, user, command, UNKNOWN_BLOCK)
    offer, negotiation = found
    side = _side_of(user, offer, negotiation)
    refusal = _check_turn(state, user, offer, negotiation)
    if refusal is None:
        terms = negotiation or offer
        if (command.order_qty, command.price) != (terms.order_qty, terms.price):
            text = "These are not the present price and quantity."
            refusal = (RejectCode.BLOCK_TERMS_CHANGED, text)
        else:
            instrument = state.instruments[offer.symbol]
            refusal = check_cover(instrument, side, command.price, command.order_qty)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    if negotiation is None:  # takes the offer as it stands
        negotiation = Negotiation(offer.block_id, offer, side)
    negotiation.poster_named = True
    _trade(state, negotiation, side, (user, command.cl_ord_id))
    return Receipt(command, None, accepted=True)


def _side_of(user: User, offer: Offer, negotiation: Negotiation | None) -> Commitment:
    """Return the acting member's side; a new one where it takes up the offer for the first time."""
    if negotiation is not None:
        return negotiation.side_of(user.member)
    if offer.poster.member is user.member:
        return offer.poster
    side: Side = "sell" if offer.poster.side == "buy" else "buy"
    return Commitment(user, offer.symbol, side)


def _check_turn(
    state: State, user: User, offer: Offer, negotiation: Negotiation | None
) -> Refusal | None:
    """Rounds alternate: only who has not made the standing proposal may answer it."""
    if user.blocked is not None:
        return user.blocked
    refusal = check_session(state.instruments[offer.symbol])
    if refusal is not None:
        return refusal
    if negotiation is not None:
        return None if negotiation.awaits(user.member) else _OWN_PROPOSAL
    if offer.poster.member is user.member:
        return _OWN_PROPOSAL
    return check_parties(offer.poster.member, user.member)


def _trade(state: State, negotiation: Negotiation, acceptor: Commitment, move: Move) -> None:
    """Settle confirmed terms, report them, and end the offer's other negotiations."""
    offer, other = negotiation.offer, negotiation.other
    instrument = state.instruments[offer.symbol]
    price, qty = negotiation.price, negotiation.order_qty
    losers = [lost for lost in state.blocks.remove_offer(offer) if lost is not negotiation]
    for lost in losers:
        lost.other.hold(0, 0)
    for side in (offer.poster, other):
        side.hold(side.need(price, qty), qty)
        side.count_buying(0)  # the settlement takes this and what is frozen
        side.frozen = 0
    buyer, seller = (other, offer.poster) if other.side == "buy" else (offer.poster, other)
    cost = price * qty
    settle_frozen(buyer, seller, cost, cost, qty, resale_ban=instrument.rules.resale_ban)
    instrument.statistics.record_block(price, qty)
    if instrument.holding_rules is not None:
        note_trade(state, instrument, buyer.member, seller.member, qty)
    state.exec_id += 1
    state.events.append(
        TradeEvent(
            state.seq,
            state.now_ns,
            state.exec_id,
            offer.symbol,
            price,
            qty,
            acceptor.side,
            negotiation.block_id,
            negotiation.block_id,
            buyer.member.owner,
            seller.member.owner,
            "block",
        )
    )
    for side in (offer.poster, other):
        _keep_fill(state, negotiation, side, move)
    report_negotiation(state, negotiation, "traded", move, exec_id=state.exec_id)
    for lost in losers:
        report_negotiation(state, lost, "ended", None, "The offer has traded with another member.")


def _keep_fill(state: State, negotiation: Negotiation, side: Commitment, move: Move) -> None:
    """Keep one side of the trade for the day's queries; its order id is that of the block."""
    user = side.user
    price, qty = negotiation.price, negotiation.order_qty
    report = ExecutionReport(
        0, state.seq, state.now_ns, move[1] if user is move[0] else "", negotiation.block_id,
        "trade", "filled", negotiation.offer.symbol, side.side, price, qty, 0, qty, price, qty,
        state.exec_id,
    )  # fmt: skip
    member = user.member
    member.fills.append(OrderEvent(report, user.user, member.member, member.owner, mode="block"))


def withdraw_block(state: State, user: User, command: WithdrawBlock) -> Receipt:
    """Take back one's own offer, or leave a negotiation; also while the instrument is halted."""
    found = state.blocks.find(user.member.member, command.block_id)
    if found is None:
        return refuse(state, user, command, UNKNOWN_BLOCK)
    offer, negotiation = found
    side = _side_of(user, offer, negotiation)
    if negotiation is None and side is not offer.poster:
        return refuse(state, user, command, _NOT_POSTER)
    if side.user is not user and not may_withdraw(user):
        return refuse(state, user, command, _COLLEAGUES)
    move = (user, command.cl_ord_id)
    if negotiation is not None:
        end_negotiation(state, negotiation, "withdrawn", move)
    else:
        end_offer(state, offer, "withdrawn", move)
    return Receipt(command, None, accepted=True)


def end_negotiation(
    state: State,
    negotiation: Negotiation,
    event: BlockEventKind,
    move: Move | None,
    text: str = "",
) -> None:
    """Break a negotiation off; the offer stands."""
    state.blocks.remove_negotiation(negotiation)
    negotiation.other.hold(0, 0)
    poster = negotiation.offer.poster
    poster.hold(*negotiation.offer.exposure())
    report_negotiation(state, negotiation, event, move, text)


def end_offer(
    state: State, offer: Offer, event: BlockEventKind, move: Move | None, text: str = ""
) -> None:
    """End an offer and with it, oldest first, every negotiation on it.

    Why it was withdrawn is the poster's affair; the others are told that it was.
    """
    negotiations = state.blocks.remove_offer(offer)
    offer.poster.hold(0, 0)
    report_offer(state, offer, event, move, text)
    how: BlockEventKind = "ended"
    if event == "expired":
        how = "expired"
    else:
        text = "The offer was withdrawn."
    for negotiation in negotiations:
        negotiation.other.hold(0, 0)
        report_negotiation(state, negotiation, how, None, text)


def withdraw_blocks(state: State, fits: Callable[[User, str], bool], text: str) -> int:
    """End what was begun by users that fit, with its symbol: offers, then negotiations, by id.

    Returns how many.
    """
    blocks = state.blocks
    offers = [offer for offer in blocks.offers.values() if fits(offer.poster.user, offer.symbol)]
    for offer in offers:
        end_offer(state, offer, "withdrawn", None, text)
    begun = [n for n in blocks.negotiations.values() if fits(n.other.user, n.offer.symbol)]
    for negotiation in begun:
        end_negotiation(state, negotiation, "withdrawn", None, text)
    return len(offers) + len(begun)
