"""Random commands of every kind to one venue, and what must hold whatever they are.

`draws` says which commands there are; this module applies them, remembers what they may refer to,
and checks. Integers only, and the same commands on every Python.
"""

from collections import Counter, defaultdict, deque
from typing import Final

import draws
from chance import Chance
from random_setting import MEMBERS, RULES, TRADERS, founding

from bashu_daemon.core import Venue
from bashu_daemon.core.events import CommandEvent, Event, OrderEvent, PartyEvent, TradeEvent
from bashu_protocol.messages import (
    BlockReport,
    CommandReport,
    ExecutionReport,
    OrderRow,
    SetAllocation,
    StateCommand,
)

REMEMBERED: Final = 20
"""So many of the last ids of each kind may be referred to."""
CALL_PHASES: Final = frozenset({"call_auction", "call_auction_no_cancel", "volatility_auction"})
TRIGGERING: Final = frozenset({"listing", "call_auction"})
"""Modes of trades that trigger stop orders."""
STEP_NS: Final = 3_000_000

PRICELESS: Final = frozenset({"stop", "market"})
"""Types of orders without a limit: waiting stops, and what waits for approval."""

Sent = tuple[str, StateCommand, int]
"""User, command, time."""


class Known:
    """Ids of the last things that happened, for commands that name one."""

    def __init__(self) -> None:
        self.past_orders: deque[str] = deque(["none"], maxlen=REMEMBERED)
        self.live_orders: dict[str, dict[str, None]] = {user: {} for user in TRADERS}
        self.listings: deque[int] = deque([0], maxlen=REMEMBERED)
        self.held: deque[int] = deque(maxlen=4)
        self.trades: deque[int] = deque([0], maxlen=REMEMBERED)
        self.blocks: deque[int] = deque([0], maxlen=REMEMBERED)
        self.corrections: deque[int] = deque([0], maxlen=4)
        self.changes: deque[int] = deque([0], maxlen=4)

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

    def note_party(self, event: CommandEvent | PartyEvent) -> None:
        """Keep what a report of another mode names."""
        report = event.report
        if isinstance(report, CommandReport) and report.accepted:
            if report.command == "propose_trade_correction":
                self.corrections.append(int(report.text.split()[1]))
            elif report.command == "propose_parameter_change":
                self.changes.append(int(report.text.split()[1]))
        if isinstance(report, BlockReport):
            self.blocks.append(report.block_id)

    def order(self, chance: Chance) -> tuple[str, str]:
        """Choose a user and an order of its own that lives, or now and then just any."""
        users = [user for user, live in self.live_orders.items() if live]
        if not users or chance.one_in(8):
            return chance.of(TRADERS), chance.of(self.past_orders)
        user = chance.of(users)
        return user, chance.of(list(self.live_orders[user]))


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
        self._allocations: dict[tuple[str, str], int] = {}
        self._rpt_seqs: Counter[str] = Counter()
        self._checked_ns = self._now_ns
        self._traded: defaultdict[str, list[int]] = defaultdict(list)
        """Prices that trigger stops, since the last check."""
        for user, command in founding():
            self._apply(user, command)
            assert self.outcomes[f"{type(command).__name__}: refused"] == 0, command

    def id(self) -> str:
        """Return the `cl_ord_id` of the command that is being drawn."""
        return f"c{self.number}"

    def price_near(self, symbol: str, spread: int = 20) -> int:
        """Draw a price near the last one, now and then one far from it."""
        stat = self.venue.stat(symbol)
        middle = stat.last or stat.reference_price
        if self.chance.one_in(60):
            return middle * self.chance.between(80, 120) // 100
        return middle + self.chance.between(-spread, spread)

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
        if isinstance(command, SetAllocation) and not refused:
            self._allocations[command.member, command.symbol] = command.tonnes
        for event in events:
            if isinstance(event, OrderEvent) and event.report.exec_type == "new":
                self._check_holding(event.member, event.report)
        self.outcomes[f"{type(command).__name__}: {'refused' if refused else 'accepted'}"] += 1

    def _note(self, event: Event, command: StateCommand) -> bool:
        """Remember what later commands may name; return whether the command was refused."""
        if isinstance(event, TradeEvent):
            self.known.trades.append(event.exec_id)
            self.outcomes[f"trade: {event.mode}"] += 1
            if event.mode in TRIGGERING:
                self._traded[event.symbol].append(event.price)
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
            self.known.note_party(event)
        code = getattr(report, "reject_code", "")
        if code and report.cl_ord_id == command.cl_ord_id:
            self.outcomes[f"reject: {code}"] += 1
            return isinstance(event, CommandEvent) or (
                isinstance(event, OrderEvent) and event.report.exec_type == "rejected"
            )
        return False

    def _check_holding(self, member: str, accepted: ExecutionReport) -> None:
        """An accepted purchase lets nobody come to hold more than it may."""
        symbol = accepted.symbol
        rules = RULES[symbol].holding
        if rules is None or accepted.side != "buy":
            return
        wanted = sum(
            order.leaves_qty
            for order in self.venue.order_rows(member)
            if order.symbol == symbol and order.side == "buy" and not order.pending
        )
        for row in self.venue.account_rows(member):
            if row.asset == symbol:
                wanted += row.available + row.frozen + row.bought_today
        bound = rules.max_emitter + self._allocations.get((member, symbol), 0)
        assert wanted <= bound, (member, wanted, bound)

    def check(self) -> None:
        """Whatever happened: conserved, nothing negative, nobody beyond limits, no crossed book."""
        for asset, totals in self.venue.ledger_totals().items():
            assert sum(totals.values()) == 0, f"{asset} is not conserved: {totals}"
        for member in MEMBERS:
            for row in self.venue.account_rows(member):
                assert min(row.available, row.frozen, row.bought_today) >= 0, row
        for row in self.venue.instrument_rows():
            symbol = row.rules.symbol
            bids, asks = self.venue.depth(symbol)
            # A halt keeps the orders of the phase it met, which may be a call phase's.
            if row.phase not in CALL_PHASES and row.phase != "halted":
                assert not (bids and asks and bids[0][0] >= asks[0][0]), f"{symbol} is crossed"
        self._check_orders()

    def _check_orders(self) -> None:
        """Nobody is beyond the limits of the rulebook and of the day; no touched stop waits."""
        instruments = {row.rules.symbol: row for row in self.venue.instrument_rows()}
        for member in MEMBERS:
            for order in self.venue.order_rows(member):
                row = instruments[order.symbol]
                assert 0 < order.leaves_qty <= row.rules.max_order_qty, order
                assert order.price or order.ord_type in PRICELESS, order
                for price in (order.price, order.stop_px):
                    if row.limit_up and price:
                        assert row.limit_down <= price <= row.limit_up, order
                if order.waiting and row.phase == "continuous":
                    assert not self._is_reached(order), order
        self._traded.clear()
        self._checked_ns = self._now_ns

    def _is_reached(self, order: OrderRow) -> bool:
        """Whether a stop order that has waited since the last check should have come in."""
        prices = self._traded[order.symbol]
        if not prices or order.transact_time > self._checked_ns:
            return False
        if order.side == "buy":
            return max(prices) >= order.stop_px
        return min(prices) <= order.stop_px

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
