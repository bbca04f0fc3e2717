"""What the registrar keeps: instruments, members, users, and what their accounts hold."""

import re
from typing import Final

from bashu_daemon.core.access import BARRED, refresh
from bashu_daemon.core.block_checks import check_block_rules
from bashu_daemon.core.checks import Refusal, check_rules
from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.events import AssetBooked, InstrumentListed
from bashu_daemon.core.holdings import note_holding
from bashu_daemon.core.ledger import CASH, MAX_SUPPLY
from bashu_daemon.core.rejections import refuse, unknown_member
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.tickets import Receipt
from bashu_protocol.messages import AddMember, AddUser, Deposit, ListInstrument
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.topics import SYMBOL, USER_NAME

MEMBER_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", re.ASCII)


def list_instrument(state: State, user: User, command: ListInstrument) -> Receipt:
    """List a symbol, or change its rules while it is closed.

    A new symbol opens with the next `open_day`. For a symbol that never traded the rules'
    reference price counts anew (the registrar's reference of a new vintage, market_rules.md 1.3);
    afterwards the reference is the last close and the rules' own is only kept on record.
    """
    rules = command.rules
    symbol = rules.symbol
    if SYMBOL.fullmatch(symbol) is None or symbol == CASH:
        text = f"{symbol!r} is not a symbol."
        return refuse(state, user, command, (RejectCode.INVALID_VALUE, text))
    refusal = check_rules(rules) or check_block_rules(rules)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    instrument = state.instruments.get(symbol)
    if instrument is None:
        state.instruments[symbol] = Instrument(rules)
        state.ledger.add_asset(symbol)
    else:
        if state.day_open and instrument.phase != "closed":
            text = f"{symbol} is not closed; its rules cannot change now."
            return refuse(state, user, command, (RejectCode.INVALID_PHASE, text))
        instrument.set_rules(rules)
        if not instrument.ever_traded:
            instrument.next_reference = instrument.day_reference = rules.reference_price
    state.events.append(InstrumentListed(state.seq, state.now_ns, symbol, rules.product))
    state.report_command(user, command, symbol=symbol)
    return Receipt(command, None, accepted=True)


def add_member(state: State, user: User, command: AddMember) -> Receipt:
    """Admit a member; its accounts are empty."""
    name = command.member
    if name in state.directory.members:
        text = f"There is a member {name} already."
        return refuse(state, user, command, (RejectCode.ALREADY_EXISTS, text))
    if MEMBER_NAME.fullmatch(name) is None or not command.owner:
        text = "A member needs a name of ASCII letters, digits, '_', '.' and '-', and an owner."
        return refuse(state, user, command, (RejectCode.INVALID_VALUE, text))
    if command.owner in state.barred:
        return refuse(state, user, command, BARRED)
    accounts = state.ledger.add_member(name)
    state.directory.add_member(
        Member(
            name,
            accounts,
            name=command.name,
            owner=command.owner,
            city=command.city,
            kind=command.kind,
        )
    )
    state.report_command(user, command)
    return Receipt(command, None, accepted=True)


def add_user(state: State, user: User, command: AddUser) -> Receipt:
    """Give a member another user."""
    member = state.directory.members.get(command.member)
    if member is None:
        return refuse(state, user, command, unknown_member(command.member))
    if command.user in state.directory.users:
        text = f"There is a user {command.user} already."
        return refuse(state, user, command, (RejectCode.ALREADY_EXISTS, text))
    if USER_NAME.fullmatch(command.user) is None:
        text = "A user name has up to 32 lower-case letters, digits, '_', '.' and '-'."
        return refuse(state, user, command, (RejectCode.INVALID_VALUE, text))
    added = User(command.user, member, command.role, command.permissions)
    state.directory.add_user(added)
    refresh(state, added)
    state.report_command(user, command)
    return Receipt(command, None, accepted=True)


def deposit(state: State, user: User, command: Deposit) -> Receipt:
    """Book an asset in from outside, or out of what is available."""
    member = state.directory.members.get(command.member)
    if member is None:
        return refuse(state, user, command, unknown_member(command.member))
    account = member.accounts.get(command.asset)
    if account is None:
        text = f"There is no asset {command.asset}."
        return refuse(state, user, command, (RejectCode.UNKNOWN_SYMBOL, text))
    refusal = _check_deposit(state, command, account.available)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    state.ledger.deposit(account, command.amount)
    state.events.append(
        AssetBooked(
            state.seq, state.now_ns, member.member, member.owner, command.asset, command.amount
        )
    )
    if command.asset != CASH:
        note_holding(state, state.instruments[command.asset], member)
    state.report_command(user, command, symbol="" if command.asset == CASH else command.asset)
    return Receipt(command, None, accepted=True)


def _check_deposit(state: State, command: Deposit, available: int) -> Refusal | None:
    amount = command.amount
    if amount == 0:
        return RejectCode.INVALID_VALUE, "The amount must not be 0."
    if amount - state.ledger.external[command.asset] > MAX_SUPPLY:
        return RejectCode.INVALID_VALUE, f"No more than {MAX_SUPPLY} of an asset may exist."
    if available + amount < 0:
        is_cash = command.asset == CASH
        code = RejectCode.INSUFFICIENT_CASH if is_cash else RejectCode.INSUFFICIENT_HOLDING
        return code, f"Only {available} are available."
    return None
