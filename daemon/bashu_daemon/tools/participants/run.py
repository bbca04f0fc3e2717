"""Running simulated members over the bus."""

import asyncio
import random
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct, field

from bashu_daemon.tools.participants.off_book import deal_blocks
from bashu_daemon.tools.participants.strategies import STRATEGIES, FairValue, Mind
from bashu_daemon.tools.participants.view import Action, Cancel, OwnOrder, Place, View
from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AccountRow,
    AnyMessage,
    CancelOrder,
    Command,
    ExecutionReport,
    InstrumentRow,
    NewOrder,
)
from bashu_protocol.requests import CommandTimeout
from bashu_protocol.transport import Transport

TURN_SECONDS = 0.6
"""A member's average pause between two looks at the market, at pace 1."""
BLOCK_DEALER = "block_dealer"
"""The strategy that trades beside the order book."""
MAX_FIRST_TURNS = 12
"""A market maker fills its book at once, so that nobody waits for a market."""


class Participant(Struct, frozen=True):
    """A member's user with its strategy."""

    user: str
    member: str
    strategy: str
    target: dict[str, int] = {}


class Tally(Struct):
    """What one participant did."""

    orders: int = 0
    fills: int = 0
    traded_qty: int = 0
    rejects: dict[str, int] = field(default_factory=dict)


async def run_participants(
    participants: Sequence[Participant],
    transport_of: Callable[[str], Transport],
    stop: asyncio.Event,
    *,
    seed: int,
    pace: float = 1.0,
) -> dict[str, Tally]:
    """Let all of them trade until `stop`; return what each did in the order book, by user."""
    runners, dealers = [], []
    for p in participants:
        chance = random.Random(f"{seed}/{p.user}")
        if p.strategy == BLOCK_DEALER:
            client = Client(transport_of(p.user), p.user, chance=chance)
            dealers.append(deal_blocks(client, stop, chance))
        else:
            runners.append(_Runner(p, transport_of(p.user), chance, pace))
    await asyncio.gather(*(runner.run(stop) for runner in runners), *dealers)
    return {runner.participant.user: runner.tally for runner in runners}


class _Runner:
    """One participant's session: keeps its orders and account, and asks its strategy."""

    def __init__(
        self, participant: Participant, transport: Transport, chance: random.Random, pace: float
    ) -> None:
        self.participant = participant
        self.tally = Tally()
        self._client = Client(transport, participant.user, chance=chance)
        self._client.listen(self._hear)
        self._chance = chance
        self._pace = pace
        self._mind = Mind(chance, FairValue(chance), dict(participant.target))
        self._think = STRATEGIES[participant.strategy]
        self._orders: dict[int, tuple[str, OwnOrder]] = {}
        self._accounts: dict[str, AccountRow] = {}
        self._rows: list[InstrumentRow] = []
        self._account_is_old = True

    async def run(self, stop: asyncio.Event) -> None:
        async with self._client:
            result = await self._client.query("instruments")
            self._rows = [row for row in result.rows if isinstance(row, InstrumentRow)]
            first = MAX_FIRST_TURNS if self.participant.strategy == "market_maker" else 0
            while not stop.is_set():
                pause = 0.05 if self._mind.turns < first else self._pause()
                try:
                    await asyncio.wait_for(stop.wait(), pause)
                except TimeoutError:
                    await self._turn()

    def _pause(self) -> float:
        return TURN_SECONDS / self._pace * (0.3 + 1.4 * self._chance.random())

    async def _turn(self) -> None:
        """Look at the market once; a market maker at every instrument, others at one."""
        self._mind.turns += 1
        if self._client.link.state != "live":
            return
        try:
            if self._account_is_old:
                await self._ask_account()
        except CommandTimeout:
            return
        rows = self._rows
        if self.participant.strategy != "market_maker":
            rows = [self._chance.choice(rows)]
        actions: list[Action] = []
        for row in rows:
            view = self._view(row)
            if view is not None:
                found = self._think(view, self._mind)
                actions += found if self._is_continuous(row) else _for_a_call_auction(found)
        commands = [self._command(action) for action in actions]
        if commands:
            await self._client.send(commands)

    async def _ask_account(self) -> None:
        self._account_is_old = False
        result = await self._client.query("account")
        self._accounts = {row.asset: row for row in result.rows if isinstance(row, AccountRow)}

    def _is_continuous(self, row: InstrumentRow) -> bool:
        return self._client.feed.stats[row.rules.symbol].phase == "continuous"

    def _view(self, row: InstrumentRow) -> View | None:
        symbol = row.rules.symbol
        stat = self._client.feed.stats.get(symbol)
        if stat is None or stat.phase not in ("continuous", "call_auction"):
            return None
        book = self._client.feed.book(symbol)
        bids, asks = book.bids, book.asks
        holding = self._accounts.get(symbol)
        cash = self._accounts.get("CNY")
        return View(
            symbol=symbol,
            reference=stat.reference_price,
            limit_up=stat.limit_up,
            limit_down=stat.limit_down,
            tick=row.rules.tick,
            last=stat.last or stat.reference_price,
            best_bid=bids[0][0] if bids else 0,
            best_ask=asks[0][0] if asks else 0,
            cash=cash.available if cash else 0,
            available=holding.available if holding else 0,
            bought_today=holding.bought_today if holding else 0,
            frozen=holding.frozen if holding else 0,
            orders=[order for name, order in self._orders.values() if name == symbol],
        )

    def _command(self, action: Action) -> Command:
        cl_ord_id = self._client.new_cl_ord_id()
        if isinstance(action, Cancel):
            return CancelOrder(cl_ord_id, action.cl_ord_id)
        assert isinstance(action, Place)  # noqa: S101  there are two kinds
        self.tally.orders += 1
        return NewOrder(
            cl_ord_id,
            action.symbol,
            action.side,
            action.quantity,
            action.price,
            time_in_force="ioc" if action.immediate else "day",
        )

    def _hear(self, message: AnyMessage) -> None:
        """Keep own orders by the venue's reports."""
        if not isinstance(message, ExecutionReport):
            return
        if message.reject_code:
            counts = self.tally.rejects
            counts[message.reject_code] = counts.get(message.reject_code, 0) + 1
        if message.exec_type == "trade":
            self.tally.fills += 1
            self.tally.traded_qty += message.last_qty
            self._account_is_old = True
        if message.exec_type == "rejected" or not message.side:
            return
        if message.leaves_qty and message.time_in_force == "day":
            order = OwnOrder(message.cl_ord_id, message.side, message.price, message.leaves_qty)
            self._orders[message.order_id] = (message.symbol, order)
        else:
            self._orders.pop(message.order_id, None)


def _for_a_call_auction(actions: list[Action]) -> list[Action]:
    """Return the orders alone, as ones that wait for the uncross."""
    return [
        msgspec.structs.replace(action, immediate=False)
        for action in actions
        if isinstance(action, Place)
    ]
