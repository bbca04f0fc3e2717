"""A real venue on which scripted actors trade, with the truth about them beside it.

Actors are generators that yield nanoseconds to wait; all run on one clock, in an order that the
seed alone decides. What they do goes through the venue's own core, so that books, limits and
self-trade prevention are real.
"""

import heapq
import random
from collections.abc import Callable, Generator
from typing import Final, get_args

from msgspec import Struct, field

from bashu_daemon.core import Venue
from bashu_daemon.core.events import Event, LimitsSet, OrderEvent, PartyEvent, TradeEvent
from bashu_protocol.messages import (
    AcceptBlock,
    AddMember,
    AddUser,
    BlockReport,
    BlockRules,
    CallAuctionRules,
    CancelOrder,
    CloseDay,
    Deposit,
    InstrumentRules,
    ListInstrument,
    MassCancel,
    MemberKind,
    NewOrder,
    OpenDay,
    Phase,
    PostBlock,
    Product,
    ReplaceOrder,
    SetBlockSession,
    SetPhase,
    Side,
    StateCommand,
    TimeInForce,
)
from bashu_protocol.units import NS_PER_DAY, NS_PER_SECOND

Script = Generator[int, None, None]
"""What an actor does; it yields how long it waits, in ns."""
REGISTRAR: Final = "venue"
FIRST_DAY_NS: Final = 1_767_576_600 * NS_PER_SECOND
"""2026-01-05, 09:30 in Shanghai."""
FIRST_DATE: Final = 20_260_105
TONNES: Final = 400_000
"""What each member holds of each instrument: more than it sells, and no large holding."""


_SUPERVISOR: Final = "bureau"


class Label(Struct):
    """The truth about one manipulation."""

    rules: tuple[str, ...]
    """The rules of which any may find it."""
    owners: tuple[str, ...]
    symbol: str
    severity: int
    """1 to 9 tenths."""
    began: int = 0
    ended: int = 0
    order_ids: list[int] = field(default_factory=list)


class Live(Struct):
    """An order as its actor knows it."""

    name: str
    user: str
    symbol: str
    side: Side
    price: int
    qty: int
    order_id: int = 0
    leaves: int = 0
    filled: int = 0

    @property
    def is_live(self) -> bool:
        return self.leaves > 0


def _product(symbol: str) -> Product:
    """Return the product after which a symbol is called."""
    return next((product for product in get_args(Product) if symbol.startswith(product)), "CEA")


def owner_of(account: str) -> str:
    """Return the beneficial owner of an account for which no other was named."""
    return f"{account}-owner"


class Stage:
    """The venue, its clock, its actors, and all that happened."""

    def __init__(
        self,
        seed: int,
        symbols: tuple[str, ...] = ("CEA25",),
        session_ns: int = 3_600 * NS_PER_SECOND,
    ) -> None:
        self.chance = random.Random(seed)
        self.venue = Venue()
        self.now_ns = FIRST_DAY_NS
        self.labels: list[Label] = []
        self.events = 0
        """How many order events and trades there were."""
        self.symbols = symbols
        self.trade_date = FIRST_DATE
        self.session_ns = session_ns
        self.last: dict[str, int] = dict.fromkeys(symbols, 7_000)
        self.volume: dict[str, int] = dict.fromkeys(symbols, 0)
        """Tonnes traded so far."""
        self.batches: list[tuple[int, list[Event]]] = []
        """The events of each command, with its time."""
        self.learners: dict[str, Callable[[TradeEvent], None]] = {}
        """Who is told of an instrument's trades."""
        self.limits: dict[str, tuple[int, int]] = {}
        """The lower and the upper price limit of the day."""
        self.rumours: dict[str, Callable[[int], None]] = {}
        """Makes the market believe in so many fen more, or less."""
        self._count = 0
        self._turns: list[tuple[int, int, Script, bool]] = []
        self._live: dict[int, Live] = {}
        self._by_name: dict[str, Live] = {}
        self._placed: dict[str, list[Live]] = {}
        for symbol in symbols:
            rules = InstrumentRules(
                symbol=symbol, name_zh=symbol, name_en=symbol, product=_product(symbol),
                reference_price=7_000, block=BlockRules(),
                call_auction=CallAuctionRules(),
            )  # fmt: skip
            self.send(REGISTRAR, ListInstrument(f"list-{symbol}", rules))
        self._accounts: set[str] = set()

    # Accounts and days

    def account(
        self,
        name: str,
        owner: str = "",
        tonnes: int | None = None,
        kind: MemberKind = "institution",
    ) -> str:
        """Admit a member with one user of the same name, cash in plenty and some tonnes.

        Who names an owner may have two accounts of it: each gets half, so that both together are
        no large holding.
        """
        if tonnes is None:
            tonnes = TONNES // 2 if owner else TONNES
        if name not in self._accounts:
            self._accounts.add(name)
            member = AddMember(f"m-{name}", name, name, owner or owner_of(name), kind=kind)
            self.send(REGISTRAR, member)
            self.send(REGISTRAR, AddUser(f"u-{name}", name, name))
            self.send(REGISTRAR, Deposit(f"c-{name}", name, "CNY", 10**14))
            for symbol in self.symbols:
                self.send(REGISTRAR, Deposit(f"t-{name}-{symbol}", name, symbol, tonnes))
        return name

    def supervisor(self) -> str:
        """Admit a supervisor."""
        if _SUPERVISOR not in self._accounts:
            self._accounts.add(_SUPERVISOR)
            name = _SUPERVISOR
            self.send(REGISTRAR, AddMember(f"m-{name}", name, name, name, kind="operator"))
            self.send(REGISTRAR, AddUser(f"u-{name}", name, name, "supervisor"))
        return _SUPERVISOR

    def open_day(self) -> None:
        """Begin the trading day."""
        self.send(REGISTRAR, OpenDay(f"open-{self.trade_date}", self.trade_date))
        self.send(REGISTRAR, SetPhase(f"go-{self.trade_date}", "continuous"))
        self.send(REGISTRAR, SetBlockSession(f"blocks-{self.trade_date}", open=True))

    def close_day(self) -> None:
        """End it; the next begins 24 hours after this one began."""
        self.send(REGISTRAR, CloseDay(f"close-{self.trade_date}"))
        self._turns = [turn for turn in self._turns if turn[3]]
        heapq.heapify(self._turns)
        self.trade_date += 1
        self.now_ns += NS_PER_DAY - (self.now_ns - FIRST_DAY_NS) % NS_PER_DAY

    def set_phase(self, symbol: str, *phases: Phase) -> None:
        """Move an instrument through phases of the day."""
        for phase in phases:
            self._count += 1
            self.send(REGISTRAR, SetPhase(f"phase-{self._count}", phase, symbol))

    # Actors

    def start(self, script: Script, after_ns: int = 0, *, lasts: bool = False) -> None:
        """Let an actor begin after a while; at the day's end it is gone unless it lasts."""
        self._count += 1
        heapq.heappush(self._turns, (self.now_ns + after_ns, self._count, script, lasts))

    def run(self, duration_ns: int) -> None:
        """Let the actors act for so long."""
        end = self.now_ns + duration_ns
        while self._turns and self._turns[0][0] <= end:
            time, _count, script, lasts = heapq.heappop(self._turns)
            self.now_ns = max(self.now_ns, time)
            try:
                wait = next(script)
            except StopIteration:
                continue
            self._count += 1
            turn = (self.now_ns + max(1, wait), self._count, script, lasts)
            heapq.heappush(self._turns, turn)
        self.now_ns = end

    # What actors do

    def place(
        self, user: str, symbol: str, side: Side, qty: int, price: int,
        time_in_force: TimeInForce = "day", *, client: str = "",
    ) -> Live:  # fmt: skip
        """Place a limit order, for a client or not; `leaves` tells whether it rests."""
        self._count += 1
        live = Live(f"o{self._count}", user, symbol, side, price, qty)
        self._by_name[live.name] = live
        self._placed.setdefault(user, []).append(live)
        order = NewOrder(
            live.name, symbol, side, qty, price, time_in_force=time_in_force, client_account=client
        )
        self.send(user, order)
        return live

    def cancel(self, live: Live) -> None:
        """Withdraw an order, if it is still there."""
        if live.is_live:
            self._count += 1
            self.send(live.user, CancelOrder(f"x{self._count}", live.name))

    def replace(self, live: Live, price: int, qty: int | None = None) -> None:
        """Move an order, if it is still there; `qty` is the new total."""
        if live.is_live:
            self._count += 1
            name = f"r{self._count}"
            command = ReplaceOrder(name, live.name, live.qty if qty is None else qty, price)
            self._by_name[name] = live
            self.send(live.user, command)

    def cancel_all(self, user: str) -> None:
        """Withdraw everything of a user at once."""
        self._count += 1
        self.send(user, MassCancel(f"x{self._count}"))

    def block(self, seller: str, buyer: str, symbol: str, qty: int, price: int) -> None:
        """Let two members trade a block, as they agreed outside."""
        self._count += 1
        offer = PostBlock(f"b{self._count}", symbol, "sell", qty, price, buyer)
        self.send(seller, offer)
        reports = [event.report for event in self.batches[-1][1] if isinstance(event, PartyEvent)]
        posted = [report.block_id for report in reports if isinstance(report, BlockReport)]
        if posted:
            self.send(buyer, AcceptBlock(f"a{self._count}", posted[0], qty, price))

    def orders_of(self, user: str) -> list[Live]:
        """Return everything that an actor has placed."""
        return self._placed.get(user, [])

    def levels(self, symbol: str, side: Side) -> list[tuple[int, int, int]]:
        """Price, quantity and orders of a side's levels, the best first."""
        bids, asks = self.venue.depth(symbol)
        return bids if side == "buy" else asks

    def best(self, symbol: str, side: Side) -> int:
        """The best price of a side; the last trade's where the side is empty."""
        levels = self.levels(symbol, side)
        return levels[0][0] if levels else self.last[symbol]

    def depth(self, symbol: str, side: Side, levels: int = 5) -> int:
        """Tonnes in the best levels of a side."""
        return sum(qty for _price, qty, _orders in self.levels(symbol, side)[:levels])

    def send(self, user: str, command: StateCommand) -> None:
        """Have the venue carry out a command, and keep what happened."""
        events = self.venue.apply(user, command, self.now_ns)
        for event in events:
            if isinstance(event, OrderEvent):
                self.events += 1
                self._note(event)
            elif isinstance(event, TradeEvent):
                self.events += 1
                if event.mode == "listing":
                    self._note_trade(event)
            elif isinstance(event, LimitsSet):
                self.limits[event.symbol] = (event.limit_down, event.limit_up)
        self.batches.append((self.now_ns, events))

    def _note_trade(self, event: TradeEvent) -> None:
        self.last[event.symbol] = event.price
        self.volume[event.symbol] += event.qty
        learn = self.learners.get(event.symbol)
        if learn is not None:
            learn(event)

    def _note(self, event: OrderEvent) -> None:
        report = event.report
        live = self._live.get(report.order_id)
        if live is None:
            live = self._by_name.pop(report.cl_ord_id, None)
            if live is None or not report.order_id:
                return
            live.order_id = report.order_id
            self._live[report.order_id] = live
        if report.exec_type == "rejected":
            return
        live.leaves, live.filled = report.leaves_qty, report.cum_qty
        if report.exec_type == "replaced":
            live.name, live.price, live.qty = report.cl_ord_id, report.price, report.order_qty
            self._by_name.pop(report.cl_ord_id, None)
        if not live.leaves:
            del self._live[report.order_id]
