"""Carries out one sub-command: from its arguments to its exit code."""

import asyncio
import io
import os
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable
from typing import Final, TextIO

from msgspec.structs import replace

from bashu_protocol.client import Client, CommandRefused, CommandTimeout
from bashu_protocol.messages import (
    CancelOrder,
    ConfirmParameterChange,
    MassCancel,
    NewOrder,
    ProposeParameterChange,
    ReplaceOrder,
)
from bashu_protocol.transport import Transport
from bashu_tui.headless import (
    book,
    changes,
    listings,
    order,
    parameters,
    records,
    sentences,
    watch,
)
from bashu_tui.headless.connection import make_transport, session
from bashu_tui.headless.outcome import ExitCode, Failure, NoConnection, UsageError
from bashu_tui.headless.printing import Printer
from bashu_tui.i18n import Texts
from bashu_tui.settings import Settings

Instruction = (
    NewOrder
    | ReplaceOrder
    | CancelOrder
    | MassCancel
    | ProposeParameterChange
    | ConfirmParameterChange
    | records.Record
)
Reader = Callable[[Client, Namespace, Texts, Printer], Awaitable[ExitCode]]

_READERS: Final[dict[str, Reader]] = {
    "orders": listings.orders,
    "fills": listings.fills,
    "positions": listings.positions,
    "instruments": listings.instruments,
    "notices": listings.notices,
    "parameters": parameters.show,
    "links": records.show_links,
    "book": book.run,
    "watch": watch.run,
}


def main(options: Namespace, settings: Settings, texts: Texts) -> int:
    """Run the sub-command `options.command` and return its exit code."""
    _set_encoding(sys.stdout, is_json=options.json)
    printer = Printer(sys.stdout, sys.stderr, as_json=options.json)
    try:
        return asyncio.run(carry_out(options, settings, texts, printer))
    except KeyboardInterrupt:
        if options.command == "watch":
            return ExitCode.DONE
        if options.command not in _READERS:
            printer.complain(texts("headless.interrupted", ask="orders"))
        return ExitCode.UNKNOWN
    except BrokenPipeError:
        # The reader, such as `head`, has enough; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE


def _set_encoding(stream: TextIO, *, is_json: bool) -> None:
    """Write JSON in UTF-8 always; what a terminal's encoding has not is no reason to fail."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8" if is_json else None, errors="replace")


async def carry_out(
    options: Namespace,
    settings: Settings,
    texts: Texts,
    printer: Printer,
    transport: Transport | None = None,
) -> ExitCode:
    """Do what the options say. Every failure is said and has its exit code."""
    try:
        instruction = _instruction(options, settings, texts)
        transport = transport or make_transport(options, texts)
    except UsageError as error:
        printer.complain(str(error))
        return ExitCode.USAGE
    symbols = (options.symbols or None) if options.command == "watch" else ()
    try:
        async with session(transport, options, texts, symbols) as client:
            if instruction is None:
                return await _ask(client, options, texts, printer)
            return await _instruct(client, instruction, options, texts, printer)
    except NoConnection as error:
        printer.refusal(str(error), Failure(error.reason))
        return ExitCode.UNKNOWN
    except CommandRefused as error:
        why = sentences.because(texts, error.reject)
        printer.refusal(texts("ticket.rejected", why=why), error.reject)
        return ExitCode.REFUSED


def _instruction(options: Namespace, settings: Settings, texts: Texts) -> Instruction | None:
    """Return the command that the options name; None for those that only ask.

    Raises:
        UsageError: they cannot be read, or the settings allow no orders.
    """
    if options.command in ("order", "replace") and settings.entry_mode == "view":
        raise UsageError(texts("headless.view_only", setting="entry_mode"))
    if options.command == "order":
        return order.read(options, texts)
    if options.command == "replace":
        return changes.read_replace(options, texts)
    if options.command == "cancel":
        return changes.read_cancel(options, texts)
    if options.command == "propose":
        return parameters.read_proposal(options, texts)
    if options.command == "confirm":
        return parameters.read_decision(options, texts)
    if options.command in ("disclose", "statement", "bar", "link"):
        return records.read(options, texts)
    return None


async def _ask(client: Client, options: Namespace, texts: Texts, printer: Printer) -> ExitCode:
    try:
        return await _READERS[options.command](client, options, texts, printer)
    except CommandTimeout:
        printer.refusal(texts("login.silent"), Failure("venue_silent"))
        return ExitCode.UNKNOWN


async def _instruct(
    client: Client, instruction: Instruction, options: Namespace, texts: Texts, printer: Printer
) -> ExitCode:
    """Send under a number that can be named again, since an answer may stay away."""
    number = instruction.cl_ord_id or client.new_cl_ord_id()
    instruction = replace(instruction, cl_ord_id=number)
    try:
        if isinstance(instruction, NewOrder):
            return await order.run(client, instruction, options, texts, printer)
        if isinstance(instruction, ProposeParameterChange | ConfirmParameterChange):
            return await parameters.run(client, instruction, options, texts, printer)
        if isinstance(instruction, records.Record):
            return await records.run(client, instruction, options, texts, printer)
        return await changes.run(client, instruction, options, texts, printer)
    except CommandTimeout:
        if isinstance(instruction, records.Record):
            sentence = texts("headless.unknown_record", number=number, option="--cl-ord-id")
        else:
            is_change = isinstance(instruction, ProposeParameterChange | ConfirmParameterChange)
            ask = "parameters" if is_change else "orders"
            sentence = texts("headless.unknown", number=number, option="--cl-ord-id", ask=ask)
        printer.refusal(sentence, Failure("unknown_outcome", number))
        return ExitCode.UNKNOWN
