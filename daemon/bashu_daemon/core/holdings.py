"""Bounds on holdings: the most a member may hold, large holders, and Chongqing's sell cap.

All three are the rulebook's key `holding`, per member account. Beneficial owners with several
members are not added up: one entity has one account (market_rules.md 1.1).

Sell cap (Chongqing 2014 Art. 23, market_rules.md 5.1; whether still in force: [G]): an emitter
may sell a share of its annual free allocation, while what it bought or banked is free. A sale
takes bought and banked tonnes first, so at all times

    sold + on offer <= share of allocation + banked + bought

with what was sold and bought counted at the trade, since the period began. Purchases that are
still open are not counted, offers are. Where supervisors cancel a purchase whose tonnes were sold
on, or the registrar lowers an allocation, it is exceeded, and nothing more is sold until it holds.
"""

from typing import Final

from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.events import AllocationSet, LargeHolder
from bashu_daemon.core.guard import Position
from bashu_daemon.core.ledger import CASH
from bashu_daemon.core.rejections import refuse, unknown_member, unknown_symbol
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.tickets import Receipt
from bashu_protocol.messages import SetAllocation
from bashu_protocol.reject_codes import RejectCode

_BASIS: Final = 10_000


def set_allocation(state: State, user: User, command: SetAllocation) -> Receipt:
    """Record a member's allocation and banked tonnes; a new period begins the counts anew."""
    member = state.directory.members.get(command.member)
    if member is None:
        return refuse(state, user, command, unknown_member(command.member))
    instrument = state.instruments.get(command.symbol)
    if instrument is None:
        return refuse(state, user, command, unknown_symbol(command.symbol))
    position = _position(member, instrument)
    position.allocation = command.tonnes
    position.banked = command.banked
    if command.new_period:
        position.bought = position.sold = 0
    counted = command.tonnes if member.kind == "emitter" else 0
    state.events.append(
        AllocationSet(state.seq, state.now_ns, command.symbol, member.member, member.owner, counted)
    )
    note_holding(state, instrument, member)
    state.report_command(user, command, symbol=command.symbol)
    return Receipt(command, None, accepted=True)


def holding_bound(member: Member, instrument: Instrument) -> int:
    """Return the most tonnes that a member may hold of an instrument; 0 for any number.

    A compliance entity's annual allocation comes on top.
    """
    rules = instrument.holding_rules
    if rules is None:
        return 0
    if member.kind != "emitter":
        return rules.max_other
    position = member.positions.get(instrument.rules.symbol)
    allocation = 0 if position is None else position.allocation
    return rules.max_emitter + allocation if rules.max_emitter else 0


def check_purchase(member: Member, instrument: Instrument, qty: int) -> Refusal | None:
    """Refuse what could bring the holding, with all open purchases, beyond the maximum.

    Source: market_rules.md 1.7, "Maximum holding"; keys holding.max_emitter and max_other.
    """
    bound = holding_bound(member, instrument)
    if not bound:
        return None
    symbol = instrument.rules.symbol
    wanted = held(member, symbol) + qty
    position = member.positions.get(symbol)
    if position is not None:
        wanted += position.buying
    # Open purchases cost at least the lowest price, which mostly says enough.
    cheapest = instrument.limit_down or 1
    if wanted + member.accounts[CASH].frozen // cheapest <= bound:
        return None
    wanted += sum(
        ticket.leaves_qty
        for ticket in member.open_tickets.values()
        if ticket.side == "buy" and ticket.symbol == symbol
    )
    if wanted <= bound:
        return None
    text = f"The member could come to hold {wanted} t; {bound} t are the most."
    return RejectCode.HOLDING_LIMIT, text


def check_sale(member: Member, instrument: Instrument, qty: int) -> Refusal | None:
    """Refuse what an emitter may not sell of its annual free allocation (the module says how).

    Source: market_rules.md 5.1, "Sell cap"; key holding.sell_cap_bps.
    """
    rules = instrument.holding_rules
    if rules is None or not rules.sell_cap_bps or member.kind != "emitter":
        return None
    symbol = instrument.rules.symbol
    position = member.positions.get(symbol) or Position()
    share = position.allocation * rules.sell_cap_bps // _BASIS
    on_offer = member.accounts[symbol].frozen
    left = share + position.banked + position.bought - position.sold - on_offer
    if qty <= left:
        return None
    text = f"Of its annual allocation the member may sell {max(left, 0)} t more."
    return RejectCode.SELL_CAP, text


def note_trade(
    state: State, instrument: Instrument, buyer: Member, seller: Member, qty: int
) -> None:
    """Count a trade that is settled; to be called where the instrument has holding rules."""
    _position(buyer, instrument).bought += qty
    _position(seller, instrument).sold += qty
    note_holding(state, instrument, buyer)
    note_holding(state, instrument, seller)


def uncount_trade(
    state: State, instrument: Instrument, buyer: Member, seller: Member, qty: int
) -> None:
    """Take a cancelled trade out of the counts."""
    _position(buyer, instrument).bought -= qty
    _position(seller, instrument).sold -= qty
    note_holding(state, instrument, buyer)
    note_holding(state, instrument, seller)


def note_holding(state: State, instrument: Instrument, member: Member) -> None:
    """Tell supervisors once when a holding reaches the report level, and again after a fall.

    Source: market_rules.md 1.7, "Large-holder report"; keys holding.report_emitter and
    report_other. It goes to the audit stream only: a holding is no public matter here.
    """
    rules = instrument.holding_rules
    if rules is None:
        return
    is_emitter = member.kind == "emitter"
    level = rules.report_emitter if is_emitter else rules.report_other
    if not level:
        return
    symbol = instrument.rules.symbol
    position = _position(member, instrument)
    if is_emitter:
        level += position.allocation
    tonnes = held(member, symbol)
    if tonnes >= level and not position.reported:
        state.events.append(
            LargeHolder(state.seq, state.now_ns, symbol, member.member, member.owner, tonnes, level)
        )
    position.reported = tonnes >= level


def held(member: Member, symbol: str) -> int:
    """Return all tonnes of a member's account, those on offer and bought today included."""
    account = member.accounts[symbol]
    return account.available + account.frozen + account.bought_today


def _position(member: Member, instrument: Instrument) -> Position:
    symbol = instrument.rules.symbol
    position = member.positions.get(symbol)
    if position is None:
        position = member.positions[symbol] = Position()
    return position
