"""Orders and receipts in a snapshot: each order once, to which receipts and queues refer by id."""

from collections.abc import Iterable

from msgspec import Struct

from bashu_daemon.core.ledger import CASH
from bashu_daemon.core.state import State
from bashu_daemon.core.tickets import OrderTerms, Receipt, Ticket
from bashu_protocol.messages import OrdStatus, OrdType, Side, StateCommand, TimeInForce


class DumpedReceipt(Struct, array_like=True, forbid_unknown_fields=True):
    command: StateCommand
    order_id: int
    """0 where there is none."""
    accepted: bool


class DumpedTicket(Struct, array_like=True, forbid_unknown_fields=True):
    order_id: int
    user: str
    cl_ord_id: str
    symbol: str
    side: Side
    price: int
    order_qty: int
    leaves_qty: int
    cum_qty: int
    ord_type: OrdType
    time_in_force: TimeInForce
    transact_time: int
    ended: OrdStatus | None
    owner: str
    client_account: str
    terms: OrderTerms | None = None
    shown_qty: int = 0
    """Tonnes that a resting iceberg shows; 0 for any other order."""


def known_tickets(state: State) -> list[Ticket]:
    """Return all tickets that are open or that a receipt refers to, by id."""
    known: dict[int, Ticket] = {}
    for member in state.directory.members.values():
        known.update(member.open_tickets)
        known.update(member.held_tickets)
    for user in state.directory.users.values():
        for receipt in user.memory.receipts():
            if receipt.ticket is not None:
                known[receipt.ticket.order_id] = receipt.ticket
    return [known[order_id] for order_id in sorted(known)]


def dump_ticket(ticket: Ticket) -> DumpedTicket:
    return DumpedTicket(
        ticket.order_id,
        ticket.user.user,
        ticket.cl_ord_id,
        ticket.symbol,
        ticket.side,
        ticket.price,
        ticket.order_qty,
        ticket.leaves_qty,
        ticket.cum_qty,
        ticket.ord_type,
        ticket.time_in_force,
        ticket.transact_time,
        ticket.ended,
        ticket.owner,
        ticket.client_account,
        ticket.terms,
        _shown_qty(ticket),
    )


def _shown_qty(ticket: Ticket) -> int:
    resting = ticket.resting
    return resting.leaves_qty if resting is not None and resting.reserve is not None else 0


def load_ticket(state: State, dumped: DumpedTicket) -> Ticket:
    user = state.directory.users[dumped.user]
    accounts = user.member.accounts
    return Ticket(
        dumped.order_id,
        user,
        dumped.cl_ord_id,
        dumped.symbol,
        dumped.side,
        dumped.price,
        dumped.order_qty,
        dumped.leaves_qty,
        dumped.ord_type,
        dumped.time_in_force,
        dumped.transact_time,
        accounts[CASH],
        accounts[dumped.symbol],
        dumped.owner,
        dumped.cum_qty,
        dumped.ended,
        client_account=dumped.client_account,
        terms=dumped.terms,
    )


def dump_receipts(generation: dict[str, Receipt]) -> list[DumpedReceipt]:
    return [
        DumpedReceipt(
            receipt.command, receipt.ticket.order_id if receipt.ticket else 0, receipt.accepted
        )
        for receipt in generation.values()
    ]


def load_receipts(dumped: list[DumpedReceipt], tickets: dict[int, Ticket]) -> dict[str, Receipt]:
    return {
        receipt.command.cl_ord_id: Receipt(
            receipt.command,
            tickets[receipt.order_id] if receipt.order_id else None,
            receipt.accepted,
        )
        for receipt in dumped
    }


def list_open_tickets(tickets: Iterable[Ticket]) -> None:
    for ticket in tickets:
        if ticket.resting is not None:
            ticket.user.member.open_tickets[ticket.order_id] = ticket
        elif ticket.ended == "pending_new":
            ticket.user.member.held_tickets[ticket.order_id] = ticket
