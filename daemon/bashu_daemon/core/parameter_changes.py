"""Surveillance's parameters: entered from the rulebook, changed by two supervisors.

Four eyes on a threshold change are best practice of surveillance consoles (surveillance.md A3). A
change holds from the command that confirms it, for what comes after, so that a replay of the
journal judges each event by the parameters that were in force.
"""

import re
from typing import Final

from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.directory import User
from bashu_daemon.core.events import ParameterChange, ParametersSet
from bashu_daemon.core.parameter_book import (
    MAX_PENDING_CHANGES,
    MAX_RULES,
    ParameterProposal,
    RuleRecord,
)
from bashu_daemon.core.rejections import refuse, unknown_symbol
from bashu_daemon.core.state import State
from bashu_daemon.core.tickets import Receipt
from bashu_protocol.messages import (
    ConfirmParameterChange,
    EnterSurveillanceRule,
    ParameterChangeRow,
    ProposeParameterChange,
    SurveillanceRuleRow,
)
from bashu_protocol.reject_codes import RejectCode

ENABLED: Final = "enabled"
"""The parameter that every rule has: 1, or 0 for a rule that is switched off."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_FOUR_EYES: Final = (
    RejectCode.FOUR_EYES,
    "Another supervisor than who proposed it must confirm a change.",
)


def enter_rule(state: State, user: User, command: EnterSurveillanceRule) -> Receipt:
    """Put on record what is not there yet of a rule; the rest stays as supervisors left it."""
    rules = state.parameters.rules
    record = rules.get(command.rule)
    refusal = _check_entry(state, command)
    if refusal is None and record is None and len(rules) >= MAX_RULES:
        refusal = RejectCode.TOO_MANY_ORDERS, f"{MAX_RULES} rules are on record already."
    if refusal is not None:
        return refuse(state, user, command, refusal)
    if record is None:
        record = RuleRecord(
            command.rule, 1, command.is_per_instrument, command.parameters, command.symbols
        )
        rules[command.rule] = record
    else:
        known = record.parameters
        added = {name: value for name, value in command.parameters.items() if name not in known}
        if not added:
            text = f"All parameters of {command.rule} are on record."
            return refuse(state, user, command, (RejectCode.ALREADY_EXISTS, text))
        record.parameters = {**known, **added}
        for symbol, values in command.symbols.items():
            more = {name: value for name, value in values.items() if name in added}
            if more:
                own = record.symbols.get(symbol, {})
                record.symbols = {**record.symbols, symbol: {**own, **more}}
        record.version += 1
    _tell_engine(state, record)
    state.report_command(user, command)
    return Receipt(command, None, accepted=True)


def _check_entry(state: State, command: EnterSurveillanceRule) -> Refusal | None:
    names = (command.rule, *command.parameters)
    if ENABLED not in command.parameters or not all(_NAME.fullmatch(name) for name in names):
        text = f"A rule has a name and parameters in lower case, {ENABLED} among them."
        return RejectCode.INVALID_VALUE, text
    if command.symbols and not command.is_per_instrument:
        return RejectCode.INVALID_VALUE, f"{command.rule} has no values of single instruments."
    for symbol, values in command.symbols.items():
        if symbol not in state.instruments:
            return unknown_symbol(symbol)
        for name in values:
            if name not in command.parameters:
                return _unknown_parameter(command.rule, name)
    return None


def propose_change(state: State, user: User, command: ProposeParameterChange) -> Receipt:
    """Note a change for another supervisor to confirm; nothing else changes."""
    book = state.parameters
    refusal = _check_proposal(state, command)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    book.last_id += 1
    proposal = ParameterProposal(
        book.last_id, command.rule, command.symbol, command.parameter, command.value,
        command.clear, command.reason, user.user, state.now_ns,
    )  # fmt: skip
    book.pending[book.last_id] = proposal
    _note(state, proposal, "proposed", user.user)
    text = f"Change {book.last_id} waits for another supervisor."
    state.report_command(user, command, text=text, symbol=command.symbol)
    return Receipt(command, None, accepted=True)


def _check_proposal(state: State, command: ProposeParameterChange) -> Refusal | None:
    book, symbol = state.parameters, command.symbol
    record = book.rules.get(command.rule)
    if record is None:
        return RejectCode.UNKNOWN_PARAMETER, f"Surveillance has no rule {command.rule}."
    if command.parameter not in record.parameters:
        return _unknown_parameter(command.rule, command.parameter)
    if symbol and symbol not in state.instruments:
        return unknown_symbol(symbol)
    if symbol and not record.is_per_instrument:
        text = f"{command.rule} counts over all instruments: its parameters are for all."
        return RejectCode.INVALID_VALUE, text
    refusal = _check_value(record, command)
    if refusal is not None:
        return refusal
    place = (command.rule, symbol, command.parameter)
    if any((p.rule, p.symbol, p.parameter) == place for p in book.pending.values()):
        return RejectCode.ALREADY_EXISTS, "A change of this parameter waits already."
    if len(book.pending) >= MAX_PENDING_CHANGES:
        return RejectCode.TOO_MANY_ORDERS, f"{MAX_PENDING_CHANGES} changes wait already."
    return None


def _check_value(record: RuleRecord, command: ProposeParameterChange) -> Refusal | None:
    symbol, parameter, value = command.symbol, command.parameter, command.value
    if command.clear:
        if value:
            return RejectCode.INVALID_VALUE, "What is cleared has no value."
        if parameter not in record.symbols.get(symbol, {}):
            text = f"{symbol or 'The rule'} has no {parameter} of its own to clear."
            return RejectCode.INVALID_VALUE, text
        return None
    if parameter == ENABLED and value > 1:
        return RejectCode.INVALID_VALUE, f"{ENABLED} is 1 or 0."
    if value == record.in_force(symbol, parameter):
        return RejectCode.INVALID_VALUE, f"{parameter} is {value} already."
    return None


def confirm_change(state: State, user: User, command: ConfirmParameterChange) -> Receipt:
    """Put a change into force from here on, or decline it."""
    book = state.parameters
    proposal = book.pending.get(command.change_id)
    if proposal is None:
        text = f"No change {command.change_id} waits."
        return refuse(state, user, command, (RejectCode.UNKNOWN_CHANGE, text))
    if command.approve and proposal.author == user.user:
        return refuse(state, user, command, _FOUR_EYES)
    del book.pending[command.change_id]
    if command.approve:
        record = book.rules[proposal.rule]
        _note(state, proposal, "changed", user.user)
        _change(record, proposal)
        _tell_engine(state, record)
    else:
        _note(state, proposal, "declined", user.user)
    state.report_command(user, command, symbol=proposal.symbol)
    return Receipt(command, None, accepted=True)


def _change(record: RuleRecord, proposal: ParameterProposal) -> None:
    symbol, parameter = proposal.symbol, proposal.parameter
    record.version += 1
    if not symbol:
        record.parameters = {**record.parameters, parameter: proposal.value}
        return
    own = dict(record.symbols.get(symbol, {}))
    if proposal.clear:
        own.pop(parameter, None)
    else:
        own[parameter] = proposal.value
    symbols = {name: values for name, values in record.symbols.items() if name != symbol}
    if own:
        symbols[symbol] = own
    record.symbols = symbols


def rule_rows(state: State) -> list[SurveillanceRuleRow]:
    """List the parameters in force, by rule."""
    return [
        SurveillanceRuleRow(
            record.rule, record.version, record.parameters, record.symbols,
            record.is_per_instrument,
        )
        for _, record in sorted(state.parameters.rules.items())
    ]  # fmt: skip


def change_rows(state: State) -> list[ParameterChangeRow]:
    """List the changes that wait, oldest first."""
    book = state.parameters
    rows = []
    for proposal in book.pending.values():
        record = book.rules[proposal.rule]
        rows.append(
            ParameterChangeRow(
                proposal.change_id, proposal.rule, proposal.symbol, proposal.parameter,
                record.parameters[proposal.parameter] if proposal.clear else proposal.value,
                record.in_force(proposal.symbol, proposal.parameter), proposal.clear,
                proposal.author, proposal.reason, proposal.transact_time,
            )
        )  # fmt: skip
    return rows


def _unknown_parameter(rule: str, parameter: str) -> Refusal:
    return RejectCode.UNKNOWN_PARAMETER, f"{rule} has no parameter {parameter}."


def _note(state: State, proposal: ParameterProposal, stage: str, author: str) -> None:
    """Tell supervisors; before the change, for what was in force."""
    record = state.parameters.rules[proposal.rule]
    value = record.parameters[proposal.parameter] if proposal.clear else proposal.value
    state.events.append(
        ParameterChange(
            state.seq, state.now_ns, stage, proposal.change_id, proposal.rule, proposal.symbol,
            proposal.parameter, value, record.in_force(proposal.symbol, proposal.parameter),
            author, proposal.reason,
        )
    )  # fmt: skip


def _tell_engine(state: State, record: RuleRecord) -> None:
    state.events.append(
        ParametersSet(
            state.seq, state.now_ns, record.rule, record.version, record.parameters,
            record.symbols,
        )
    )  # fmt: skip
