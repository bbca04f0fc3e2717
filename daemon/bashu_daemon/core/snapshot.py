"""The whole state as canonical bytes, and back.

Canonical: msgpack with sorted keys, every list in an order that the state itself defines. What
can be found again is not kept.
"""

import msgspec
from msgspec import Struct

from bashu_daemon.core.account_links import load_links
from bashu_daemon.core.auction_snapshot import DumpedAuctions, dump_auctions, load_auctions
from bashu_daemon.core.block_snapshot import DumpedOffer, dump_blocks, load_blocks
from bashu_daemon.core.instrument_snapshot import (
    DumpedInstrument,
    dump_instrument,
    load_instrument,
)
from bashu_daemon.core.limits_snapshot import Protections, dump_protections, load_protections
from bashu_daemon.core.member_snapshot import (
    DumpedMember,
    DumpedUser,
    dump_member,
    dump_user,
    load_member,
    load_memory,
    load_user,
)
from bashu_daemon.core.parameter_book import DumpedParameters, dump_parameters, load_parameters
from bashu_daemon.core.state import State
from bashu_daemon.core.ticket_snapshot import (
    DumpedTicket,
    dump_ticket,
    known_tickets,
    list_open_tickets,
    load_ticket,
)
from bashu_protocol.messages import LinkRow, Notice

FORMAT_VERSION = 5


class _State(Struct, forbid_unknown_fields=True):
    version: int
    seq: int
    now_ns: int
    trade_date: int
    day_open: bool
    order_id: int
    exec_id: int
    notice_id: int
    external: list[tuple[str, int]]
    members: list[DumpedMember]
    users: list[DumpedUser]
    tickets: list[DumpedTicket]
    instruments: list[DumpedInstrument]
    notices: list[Notice]
    protections: Protections
    auctions: DumpedAuctions
    blocks: list[DumpedOffer]
    parameters: DumpedParameters
    links: list[LinkRow]


_ENCODER = msgspec.msgpack.Encoder(order="sorted")
_DECODER = msgspec.msgpack.Decoder(_State)


def dump(state: State) -> bytes:
    """Write the state; the same state gives the same bytes on any Python."""
    users = state.directory.users.values()
    return _ENCODER.encode(
        _State(
            FORMAT_VERSION,
            state.seq,
            state.now_ns,
            state.trade_date,
            state.day_open,
            state.order_id,
            state.exec_id,
            state.notice_id,
            list(state.ledger.external.items()),
            [dump_member(member) for member in state.directory.members.values()],
            [dump_user(user) for user in users],
            [dump_ticket(ticket) for ticket in known_tickets(state)],
            [dump_instrument(instrument) for instrument in state.instruments.values()],
            list(state.notices),
            dump_protections(state),
            dump_auctions(state.auction_room),
            dump_blocks(state),
            dump_parameters(state.parameters),
            list(state.links.values()),
        )
    )


def load(data: bytes) -> State:
    """Read what `dump` wrote.

    Raises:
        msgspec.MsgspecError: if it is not a snapshot.
        ValueError: if it is one of another format version.
    """
    dumped = _DECODER.decode(data)
    if dumped.version != FORMAT_VERSION:
        raise ValueError(f"the snapshot has format {dumped.version}, not {FORMAT_VERSION}")
    state = State()
    state.seq = dumped.seq
    state.now_ns = dumped.now_ns
    state.trade_date = dumped.trade_date
    state.day_open = dumped.day_open
    state.order_id = dumped.order_id
    state.exec_id = dumped.exec_id
    state.notice_id = dumped.notice_id
    state.notices.extend(dumped.notices)
    state.ledger.external = dict(dumped.external)
    for member in dumped.members:
        load_member(state, member)
    for user in dumped.users:
        load_user(state, user)
    tickets = {ticket.order_id: load_ticket(state, ticket) for ticket in dumped.tickets}
    shown_qty = {ticket.order_id: ticket.shown_qty for ticket in dumped.tickets}
    for user in dumped.users:
        load_memory(state, user, tickets)
    for instrument in dumped.instruments:
        load_instrument(state, instrument, tickets, shown_qty)
    list_open_tickets(tickets.values())
    load_protections(state, dumped.protections)
    load_auctions(state, dumped.auctions)
    load_blocks(state, dumped.blocks)
    state.parameters = load_parameters(dumped.parameters)
    load_links(state, dumped.links)
    return state
