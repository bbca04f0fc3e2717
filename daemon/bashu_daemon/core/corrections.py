"""Trade cancellation and price adjustment by two supervisors (issue 4, item 7: the venue's own).

Chinese carbon rules hold a matched trade for final (market_rules.md 1.4 [G], Art. 14); futures
venues may cancel trades after sudden events under their rules, with report and notice
(market_rules.md 6.3, futures law Art. 89). Hence four eyes, a public notice, and entries that
correct: the fills stay on record as they were.

What can be corrected: trades of the order book of the present day of which both fills are still
kept (`MAX_FILLS` a member). The orders stay as they are: a cancelled trade's quantity is not
put back into them. A cancelled trade cannot be corrected again, a repriced one can.
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from bashu_daemon.core.checks import Refusal, check_price
from bashu_daemon.core.correction_book import (
    MAX_CORRECTIONS,
    MAX_PENDING_CORRECTIONS,
    Proposal,
)
from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.events import AssetBooked, OrderEvent, TradeCorrected
from bashu_daemon.core.holdings import uncount_trade
from bashu_daemon.core.ledger import CASH, pay, reverse_trade
from bashu_daemon.core.prices import DayStatistics
from bashu_daemon.core.rejections import refuse
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.tickets import Receipt
from bashu_protocol.messages import ConfirmTradeCorrection, ProposeTradeCorrection
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.units import format_money, format_price

_FOUR_EYES: Final = (
    RejectCode.FOUR_EYES,
    "Another supervisor than who proposed it must confirm a correction.",
)


_BOOK_MODES: Final = frozenset({"listing", "call_auction"})


class _Trade(Struct, frozen=True):
    """A trade of which both sides are kept; `price` is what it counts for at present, in fen."""

    instrument: Instrument
    buy: OrderEvent
    sell: OrderEvent
    price: int
    qty: int


def propose_correction(state: State, user: User, command: ProposeTradeCorrection) -> Receipt:
    """Note a correction for another supervisor to confirm; nothing else changes."""
    book = state.corrections
    trade = _find(state, command.exec_id)
    if isinstance(trade, tuple):
        return refuse(state, user, command, trade)
    refusal = _check_proposal(state, trade, command)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    book.last_id += 1
    price = command.price if command.action == "adjust" else 0
    proposal = Proposal(
        book.last_id, command.exec_id, command.action, price, command.reason, user.user
    )
    book.pending[book.last_id] = proposal
    _note(state, trade, proposal, "proposed", user.user)
    text = f"Correction {book.last_id} waits for another supervisor."
    state.report_command(user, command, text=text, symbol=trade.buy.report.symbol)
    return Receipt(command, None, accepted=True)


def _check_proposal(state: State, trade: _Trade, command: ProposeTradeCorrection) -> Refusal | None:
    book = state.corrections
    if any(proposal.exec_id == command.exec_id for proposal in book.pending.values()):
        return RejectCode.ALREADY_EXISTS, "A correction of this trade waits already."
    if len(book.pending) >= MAX_PENDING_CORRECTIONS:
        text = f"{MAX_PENDING_CORRECTIONS} corrections wait already."
        return RejectCode.TOO_MANY_ORDERS, text
    if command.action == "cancel":
        return None
    if command.price == trade.price:
        return RejectCode.INVALID_PRICE, "The trade has this price."
    instrument = trade.instrument
    up, down = instrument.limit_up, instrument.limit_down
    return check_price(command.price, instrument.rules, up, down)


def confirm_correction(state: State, user: User, command: ConfirmTradeCorrection) -> Receipt:
    """Carry a correction out, or decline it.

    One that a party cannot cover is refused and waits on: it may be confirmed later today.
    """
    proposal = state.corrections.pending.get(command.correction_id)
    if proposal is None:
        text = f"No correction {command.correction_id} waits."
        return refuse(state, user, command, (RejectCode.UNKNOWN_CORRECTION, text))
    trade = _find(state, proposal.exec_id)
    if not command.approve:
        del state.corrections.pending[command.correction_id]
        if not isinstance(trade, tuple):
            _note(state, trade, proposal, "declined", user.user)
        state.report_command(user, command)
        return Receipt(command, None, accepted=True)
    if proposal.author == user.user:
        return refuse(state, user, command, _FOUR_EYES)
    if isinstance(trade, tuple):
        return refuse(state, user, command, trade)
    refusal = _check_cover(state, trade, proposal)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    _correct(state, trade, proposal, user)
    state.report_command(user, command, symbol=trade.buy.report.symbol)
    return Receipt(command, None, accepted=True)


def end_day(state: State) -> None:
    """Let what nobody confirmed lapse."""
    state.corrections.pending.clear()


def begin_day(state: State) -> None:
    """Forget yesterday's corrections, as its fills are forgotten."""
    state.corrections.prices.clear()


def _find(state: State, exec_id: int) -> _Trade | Refusal:
    """Return a trade that can be corrected, or why there is none."""
    if not state.day_open:
        return RejectCode.INVALID_PHASE, "Only trades of an open day can be corrected."
    sides: dict[str, OrderEvent] = {}
    for member in state.directory.members.values():
        for event in member.fills:
            if event.report.exec_id == exec_id and _is_of_book(event):
                sides[event.report.side] = event
    if len(sides) < 2:
        text = f"There is no trade {exec_id} of today of which both fills are kept."
        return RejectCode.UNKNOWN_TRADE, text
    buy = sides["buy"]
    price = state.corrections.price(exec_id, buy.report.last_px)
    if price == 0:
        return RejectCode.UNKNOWN_TRADE, f"The trade {exec_id} was cancelled already."
    instrument = state.instruments[buy.report.symbol]
    return _Trade(instrument, buy, sides["sell"], price, buy.report.last_qty)


def _is_of_book(fill: OrderEvent) -> bool:
    """Whether a fill is an order's, and not of a block or a one-way auction."""
    return fill.mode in _BOOK_MODES


def _parties(state: State, trade: _Trade) -> tuple[Member, Member]:
    members = state.directory.members
    return members[trade.buy.member], members[trade.sell.member]


def _check_cover(state: State, trade: _Trade, proposal: Proposal) -> Refusal | None:
    """Say what a party lacks: the core lends nothing, and frees nothing unasked.

    The supervisors may withdraw the party's orders, or have cash or tonnes booked in, and confirm
    again.
    """
    if len(state.corrections.prices) >= MAX_CORRECTIONS:
        return RejectCode.TOO_MANY_ORDERS, f"{MAX_CORRECTIONS} trades were corrected today."
    buyer, seller = _parties(state, trade)
    symbol = trade.buy.report.symbol
    if proposal.action == "cancel":
        holding = buyer.accounts[symbol]
        free = holding.available + holding.bought_today
        if free < trade.qty:
            text = f"{buyer.member} has {free} t that are free; {trade.qty} t are to go back."
            return RejectCode.CORRECTION_NOT_COVERED, text
        return _check_payer(seller, trade.price * trade.qty)
    difference = (proposal.price - trade.price) * trade.qty
    return _check_payer(buyer if difference > 0 else seller, abs(difference))


def _check_payer(payer: Member, amount: int) -> Refusal | None:
    available = payer.accounts[CASH].available
    if available >= amount:
        return None
    text = (
        f"{payer.member} has {format_money(available)} CNY that are free; "
        f"{format_money(amount)} CNY are to be paid."
    )
    return RejectCode.CORRECTION_NOT_COVERED, text


def _correct(state: State, trade: _Trade, proposal: Proposal, user: User) -> None:
    """Book the correcting entries and tell everybody."""
    buyer, seller = _parties(state, trade)
    instrument = trade.instrument
    symbol = trade.buy.report.symbol
    del state.corrections.pending[proposal.correction_id]
    state.corrections.prices[proposal.exec_id] = proposal.price
    difference = (proposal.price - trade.price) * trade.qty
    if proposal.action == "cancel":
        reverse_trade(buyer.accounts, seller.accounts, symbol, -difference, trade.qty)
        for side, tonnes in ((trade.buy, -trade.qty), (trade.sell, trade.qty)):
            state.events.append(
                AssetBooked(state.seq, state.now_ns, side.member, side.owner, symbol, tonnes)
            )
        if instrument.holding_rules is not None:
            uncount_trade(state, instrument, buyer, seller, trade.qty)
    elif difference > 0:
        pay(buyer.accounts[CASH], seller.accounts[CASH], difference)
    else:
        pay(seller.accounts[CASH], buyer.accounts[CASH], -difference)
    _restate(state, instrument, proposal, trade)
    for side in (trade.buy, trade.sell):
        _report(state, side, proposal, trade)
    _note(state, trade, proposal, "executed", user.user)
    cancels = proposal.action == "cancel"
    title = f"Trade {proposal.exec_id} in {symbol} is " + (
        "cancelled" if cancels else f"repriced to {format_price(proposal.price)}"
    )
    state.publish_notice("correction", user.user, title, proposal.reason, symbol=symbol)


def _report(state: State, side: OrderEvent, proposal: Proposal, trade: _Trade) -> None:
    """Tell a party, with its order as it is now.

    An order that is forgotten meanwhile has no status.
    """
    user = state.directory.users[side.user]
    fill = side.report
    ticket = user.member.open_tickets.get(fill.order_id) or user.memory.ticket(fill.cl_ord_id)
    user.rpt_seq += 1
    cancels = proposal.action == "cancel"
    state.send_report(
        user,
        side.owner,
        replace(
            fill,
            rpt_seq=user.rpt_seq,
            seq=state.seq,
            transact_time=state.now_ns,
            cl_ord_id=fill.cl_ord_id if ticket is None else ticket.cl_ord_id,
            exec_type="trade_cancel" if cancels else "trade_correct",
            ord_status="unknown" if ticket is None else ticket.status(),
            price=fill.price if ticket is None else ticket.price,
            order_qty=fill.order_qty if ticket is None else ticket.order_qty,
            leaves_qty=0 if ticket is None else ticket.leaves_qty,
            cum_qty=fill.cum_qty if ticket is None else ticket.cum_qty,
            last_px=trade.price if cancels else proposal.price,
            text=proposal.reason,
        ),
    )


def _note(state: State, trade: _Trade, proposal: Proposal, stage: str, author: str) -> None:
    state.events.append(
        TradeCorrected(
            state.seq,
            state.now_ns,
            stage,
            proposal.correction_id,
            proposal.exec_id,
            trade.buy.report.symbol,
            proposal.action,
            proposal.price,
            trade.price,
            trade.qty,
            author,
            proposal.reason,
        )
    )


def _restate(state: State, instrument: Instrument, proposal: Proposal, trade: _Trade) -> None:
    """Correct the day's statistics.

    Volume, turnover and so the average (the close) are exact always. Open, high, low and last are
    made anew from the trades that stand, if all of the day are kept. If not, the open stays, high
    and low only widen, and the last price is that of the newest kept trade that stands.
    """
    day = instrument.statistics
    cancels = proposal.action == "cancel"
    day.turnover += (proposal.price - trade.price) * trade.qty
    if cancels:
        day.volume -= trade.qty
        day.trade_count -= 1
    prices = _standing_prices(state, instrument.rules.symbol)
    if len(prices) == day.trade_count:
        anew = DayStatistics()
        for price in prices:
            anew.record(price, 0)
        day.open, day.high, day.low, day.last = anew.open, anew.high, anew.low, anew.last
        return
    if prices:
        day.last = prices[-1]
    if not cancels:
        day.high = max(day.high, proposal.price)
        day.low = min(day.low, proposal.price)


def _standing_prices(state: State, symbol: str) -> list[int]:
    """Return the prices of the day's kept trades that stand, in their order."""
    prices: dict[int, int] = {}
    for member in state.directory.members.values():
        for event in member.fills:
            report = event.report
            if report.symbol == symbol and _is_of_book(event):
                prices[report.exec_id] = state.corrections.price(report.exec_id, report.last_px)
    return [price for _, price in sorted(prices.items()) if price]
