"""Random commands of every kind to one venue, and what must hold whatever they are.

`draws` says which commands there are; this module applies them, remembers what they may refer to,
and checks. Integers only, and the same commands on every Python.
"""

from collections import Counter, deque
from typing import Final

import draws
from chance import Chance

from bashu_daemon.core import Venue
from bashu_daemon.core.events import CommandEvent, Event, OrderEvent, PartyEvent, TradeEvent
from bashu_protocol.messages import ExecutionReport, StateCommand

REMEMBERED: Final = 20
"""So many of the last ids of each kind may be referred to."""
CALL_PHASES: Final = frozenset({"call_auction", "call_auction_no_cancel", "volatility_auction"})
STEP_NS: Final = 3_000_000

Sent = tuple[str, StateCommand, int]
"""User, command, time."""


class Known:
    """Ids of the last things that happened, for commands that name one."""

    def __init__(self) -> None:
        self.past_orders: deque[str] = deque(["none"], maxlen=REMEMBERED)
        self.live_orders: dict[str, dict[str, None]] = {user: {} for user in draws.TRADERS}
        self.listings: deque[int] = deque([0], maxlen=REMEMBERED)
        self.held: deque[int] = deque(maxlen=4)
        self.trades: deque[int] = deque([0], maxlen=REMEMBERED)
        self.blocks: deque[int] = deque([0], maxlen=REMEMBERED)
        self.corrections: deque[int] = deque([0], maxlen=4)

    def note_order(self, user: str, report: ExecutionReport) -> None:
        """Keep the ids under which orders live."""
        if report.exec_type == "rejected":
            return
        if report.exec_type == "pending_new":
            self.held.append(report.order_id)
        live = self.live_orders[user]
        live.pop(report.orig_cl_ord_id or report.cl_ord_id, None)
        if report.leaves_qty and report.ord_status in {"new", "partially_filled"}:
            live[report.cl_ord_id] = None
        self.past_orders.append(report.cl_ord_id)
        self.listings.append(report.order_id)

    def order(self, user: str, chance: Chance) -> str:
        """Choose an order of a user that lives, or now and then just any."""
        live = self.live_orders[user]
        if not live or chance.one_in(8):
            return chance.of(self.past_orders)
        return chance.of(list(live))


class RandomMarket:
    """A venue, everything that was sent to it, and how often what came of it."""

    def __init__(self, seed: int) -> None:
        self.chance = Chance(seed)
        self.venue = Venue()
        self.known = Known()
        self.sent: list[Sent] = []
        self.outcomes: Counter[str] = Counter()
        """By event and reject code, and by `type of command: accepted`."""
        self.number = 0
        self.session_step = 0
        self._now_ns = 1_767_225_600_000_000_000
        self._rpt_seqs: Counter[str] = Counter()
        for user, command in draws.founding():
            self._apply(user, command)
            assert self.outcomes[f"{type(command).__name__}: refused"] == 0, command

    def step(self) -> None:
        """Draw one command and let it happen."""
        self.number += 1
        user, command = draws.draw(self)
        self._apply(user, command)

    def _apply(self, user: str, command: StateCommand) -> None:
        self._now_ns += 1 + self.chance.below(STEP_NS)
        self.sent.append((user, command, self._now_ns))
        events = self.venue.apply(user, command, self._now_ns)
        refused = False
        for event in events:
            refused |= self._note(event, command)
        self.outcomes[f"{type(command).__name__}: {'refused' if refused else 'accepted'}"] += 1

    def _note(self, event: Event, command: StateCommand) -> bool:
        """Remember what later commands may name; return whether the command was refused."""
        if isinstance(event, TradeEvent):
            self.known.trades.append(event.exec_id)
            self.outcomes[f"trade: {event.mode}"] += 1
        if not isinstance(event, OrderEvent | CommandEvent | PartyEvent):
            self.outcomes[type(event).__name__] += 1
            return False
        report = event.report
        self._rpt_seqs[event.user] += 1
        assert report.rpt_seq == self._rpt_seqs[event.user], "a gap in a user's reports"
        if isinstance(event, OrderEvent):
            self.outcomes[f"order: {event.report.exec_type}"] += 1
            self.known.note_order(event.user, event.report)
        else:
            draws.note_party(self.known, event)
        code = getattr(report, "reject_code", "")
        if code and report.cl_ord_id == command.cl_ord_id:
            self.outcomes[f"reject: {code}"] += 1
            return isinstance(event, CommandEvent) or (
                isinstance(event, OrderEvent) and event.report.exec_type == "rejected"
            )
        return False

    def check(self) -> None:
        """Whatever happened: conserved, nothing negative, nobody beyond limits, no crossed book."""
        for asset, totals in self.venue.ledger_totals().items():
            assert sum(totals.values()) == 0, f"{asset} is not conserved: {totals}"
        for member in draws.MEMBERS:
            for row in self.venue.account_rows(member):
                assert min(row.available, row.frozen, row.bought_today) >= 0, row
        for row in self.venue.instrument_rows():
            symbol = row.rules.symbol
            bids, asks = self.venue.depth(symbol)
            if row.phase not in CALL_PHASES and not self._halted_in_a_call(row.phase):
                assert not (bids and asks and bids[0][0] >= asks[0][0]), f"{symbol} is crossed"
        draws.check_limits(self)

    def _halted_in_a_call(self, phase: str) -> bool:
        """A halt keeps the orders of the phase it met, which may be a call phase's."""
        return phase == "halted"

    def check_snapshot(self) -> None:
        """A venue that is loaded from its dump goes on identically."""
        data = self.venue.dump()
        loaded = Venue.load(data)
        assert loaded.dump() == data
        self.venue = loaded


def replayed(sent: list[Sent], begin: bytes = b"") -> Venue:
    """Apply commands to a new venue, or to one that is loaded from a dump."""
    venue = Venue.load(begin) if begin else Venue()
    for user, command, now_ns in sent:
        venue.apply(user, command, now_ns)
    return venue
