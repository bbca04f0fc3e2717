"""One afternoon at a venue whose clock stands still, the same each time, for pictures of screens.

Five instruments, depth, trades, own orders with fills and refusals, notices, a halt, a call
auction, blocks, auctions and an alert. Everything happens by commands at a real venue over the
bus in memory; only the clock, the round trip and the sessions' names are not left to chance.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import pytest
from textual.pilot import Pilot

from bashu_daemon.bus.memory import MemoryHub
from bashu_daemon.config import Config
from bashu_daemon.core import Venue
from bashu_daemon.journal import Journal
from bashu_daemon.schedule import Sessions
from bashu_daemon.service import Service
from bashu_daemon.surveillance.engine import Engine
from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    ApplyAuction,
    AuctionRules,
    BlockRules,
    CounterBlock,
    Deposit,
    EnterSurveillanceRule,
    HaltInstrument,
    InstrumentRules,
    ListInstrument,
    OpenAuction,
    PlaceBid,
    PostBlock,
    ProposeParameterChange,
    PublishNotice,
    Role,
    ScheduleAuction,
    StateCommand,
    VolatilityRules,
)
from bashu_tui.app import BashuApp
from bashu_tui.i18n import Language
from bashu_tui.screens.base import MarketScreen
from bashu_tui.settings import Settings
from bashu_tui.widgets.ladder import Ladder

SHANGHAI: Final = timezone(timedelta(hours=8))
BEGIN: Final = datetime(2026, 3, 17, 13, 41, 7, tzinfo=SHANGHAI)
SYMBOL: Final = "CEA25"
MIDDLE: Final = 7_463
DEADLINE_SECONDS: Final = 60.0
USERS: Final[dict[str, tuple[str, Role]]] = {
    "alice": ("jincheng", "trader"),
    "bob": ("bayu", "trader"),
    "carol": ("minjiang", "trader"),
    "dora": ("minjiang-2", "trader"),
    "erin": ("jialing", "trader"),
    "sup": ("bureau", "supervisor"),
    "reg": ("office", "registrar"),
}
OWNERS: Final = {"minjiang-2": "minjiang"}
INSTRUMENTS: Final = (
    InstrumentRules(
        symbol="CCER", name_zh="国家核证自愿减排量", name_en="National voluntary reduction",
        product="CCER", reference_price=6_800, resale_ban=False,
    ),
    InstrumentRules(
        symbol="CDCER", name_zh="碳惠天府减排量", name_en="Chengdu inclusion credit",
        product="CDCER", reference_price=2_600,
        volatility=VolatilityRules(dynamic_bps=500, auction_seconds=600),
    ),
    InstrumentRules(
        symbol="CEA24", name_zh="全国碳配额24", name_en="CEA vintage 2024", product="CEA",
        reference_price=7_317, block=BlockRules(), auction=AuctionRules(buying=True),
    ),
    InstrumentRules(
        symbol=SYMBOL, name_zh="全国碳配额25", name_en="CEA vintage 2025", product="CEA",
        reference_price=7_460, block=BlockRules(), auction=AuctionRules(),
    ),
    InstrumentRules(
        symbol="CQEA", name_zh="重庆碳配额", name_en="Chongqing allowance", product="CQEA",
        reference_price=3_850, band_bps=2_000,
    ),
)  # fmt: skip


EXPORT: Final = "/exports/holdings-alice.csv"
"""Where a table would be written; everybody has another home."""


class SceneClock:
    """Stands still between the acts; each act begins some seconds after the one before."""

    def __init__(self) -> None:
        self.now_ns = int(BEGIN.timestamp()) * 1_000_000_000

    def go_on(self, seconds: int) -> None:
        self.now_ns += seconds * 1_000_000_000


@contextmanager
def nothing_by_chance(clock: SceneClock) -> Iterator[None]:
    """Let the machine's clock, zone, speed and chance not show in a picture."""
    seeds = iter(range(1_000_000))

    def answered(link: Any, now: float) -> None:
        link.round_trip_ms = 3.0
        link.heard(now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "CST-8")  # Shanghai's, without the machine's list of zones
        time.tzset()
        patch.setattr("bashu_tui.clock._time_of_day", lambda: clock.now_ns)
        patch.setattr("bashu_tui.clock._timer", lambda: 0)
        patch.setattr("bashu_daemon.clock.time.time_ns", lambda: clock.now_ns)
        patch.setattr("bashu_protocol.link.Link.ping_answered", answered)
        patch.setattr("bashu_protocol.link.STALE_SECONDS", 3_600.0)
        patch.setattr("bashu_protocol.session.random.Random", _seeded(random.Random, seeds))
        patch.setattr("bashu_tui.widgets.ladder._HOLD_SECONDS", 3_600.0)
        patch.setattr("bashu_tui.screens.export.proposed_path", lambda *_: Path(EXPORT))
        patch.setattr("bashu_daemon.service.HEARTBEAT_SECONDS", 0.05)
        patch.setattr("textual.widgets.Input._restart_blink", lambda _field: None)
        patch.setattr("textual.widgets.Input._toggle_cursor", lambda _field: None)
        yield
    time.tzset()


def _seeded(kind: type[random.Random], seeds: Iterator[int]) -> Callable[..., random.Random]:
    return lambda *seed: kind(*seed) if seed else kind(next(seeds))


class Scene:
    """The venue, and the acts that make its market."""

    def __init__(self, directory: Path, clock: SceneClock) -> None:
        self.clock = clock
        self.hub = MemoryHub(lambda user: USERS[user][1] if user in USERS else None)
        self.venue = Venue()
        self.service: Service
        self._directory = directory
        self._clients: dict[str, Client] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Scene"]:
        config = Config(data_dir=self._directory, market_data_interval_ms=10, sessions="calendar")
        sessions = Sessions(holidays="none")
        with Journal(self._directory) as journal:
            self.service = Service(
                self.venue, journal, Engine({}), self.hub.bus(), config, founding(), "1.0", sessions
            )
            task = asyncio.create_task(self.service.run(), name="venue")
            await asyncio.wait_for(self.service.ready.wait(), DEADLINE_SECONDS)
            try:
                for user in USERS:
                    client = Client(self.hub.transport(user), user, supervise=True)
                    await client.start(DEADLINE_SECONDS)
                    self._clients[user] = client
                await self._morning()
                yield self
            finally:
                for client in self._clients.values():
                    await client.close()
                self.service.stop()
                await task

    async def act(self, user: str, command: StateCommand, seconds: int = 1) -> Any:
        """Carry out a command, after some seconds."""
        self.clock.go_on(seconds)
        client = self._clients[user]
        answer: Any = await client.request(command, object, DEADLINE_SECONDS)
        assert not getattr(answer, "reject_code", ""), answer
        return answer

    async def place(self, user: str, side: Any, qty: int, price: int, symbol: str = SYMBOL) -> Any:
        self.clock.go_on(1)
        return await self._clients[user].place(symbol, side, qty, price, timeout=DEADLINE_SECONDS)

    async def enter_parameters(self) -> None:
        """Put rules of surveillance on record, with a change that waits; no time goes by."""
        limits = {"cancels": 500, "large_cancels": 50, "large_qty": 10_000, "warning_percent": 80}
        commands: tuple[tuple[str, StateCommand], ...] = (
            ("reg", EnterSurveillanceRule("rule-1", "self_trade",
                                          {"enabled": 1, "violation_count": 5})),
            ("reg", EnterSurveillanceRule("rule-2", "frequent_cancel", {"enabled": 1, **limits},
                                          {"CCER": {"large_qty": 1_000}})),
            ("sup", ProposeParameterChange("change-1", "self_trade", "violation_count", 3,
                                           "2026-03-17 / 7", SYMBOL)),
        )  # fmt: skip
        for user, command in commands:
            answer: Any = await self._clients[user].request(command, object, DEADLINE_SECONDS)
            assert not answer.reject_code, answer

    async def _morning(self) -> None:
        """What there is before the terminal is opened."""
        for step in range(1, 13):
            await self.place("bob", "buy", 310 * step + 7, MIDDLE - step)
            await self.place("bob", "sell", 270 * step + 3, MIDDLE + step)
        for symbol, middle in (("CCER", 6_812), ("CEA24", 7_309), ("CDCER", 2_604)):
            for step in (1, 2, 3):
                await self.place("bob", "buy", 120 * step, middle - step, symbol)
                await self.place("bob", "sell", 140 * step, middle + step, symbol)
        await self.place("erin", "buy", 80, 7_310, "CEA24")
        await self.place("erin", "sell", 35, 6_811, "CCER")
        await self.place("erin", "buy", 200, MIDDLE + 1)
        await self.place("alice", "buy", 150, MIDDLE + 1)
        await self.place("alice", "buy", 500, MIDDLE - 2)
        await self.place("alice", "sell", 300, MIDDLE + 3)
        await self.place("alice", "sell", 40, 6_813, "CCER")
        # A price too far from the last one: a call auction follows.
        await self.place("erin", "buy", 15, 2_605, "CDCER")
        await self.place("bob", "sell", 400, 2_790, "CDCER")
        await self.place("erin", "buy", 1_200, 2_790, "CDCER")
        await self.act("sup", PublishNotice(
            "notice-1", "2026-03-20: 15:00-18:00", "15:00-18:00, +8:00",
        ))  # fmt: skip
        # One owner's two accounts: what would have been a trade with oneself is an alert.
        await self.place("carol", "sell", 25, 3_850, "CQEA")
        await self.place("dora", "buy", 25, 3_850, "CQEA")
        await self.act("sup", HaltInstrument("halt-1", "CQEA", "2026-03-17 / 4"))
        await self.act("bob", PostBlock("block-1", SYMBOL, "sell", 150_000, 7_420))
        await self.act("carol", PostBlock("block-2", SYMBOL, "buy", 100_000, 7_390, "jincheng"))
        for_all = await self.act("erin", PostBlock("block-3", "CEA24", "buy", 110_000, 7_270))
        await self.act("alice", CounterBlock("block-5", for_all.block_id, 110_000, 7_300))
        await self.act("alice", PostBlock("block-4", "CEA24", "sell", 120_000, 7_280))
        asked = (await self.act("bob", ApplyAuction("auction-1", SYMBOL, 200_000))).auction_id
        await self.act("reg", ScheduleAuction(
            "auction-2", "bayu", SYMBOL, 200_000, auction_id=asked,
        ))  # fmt: skip
        await self.act("reg", OpenAuction("auction-3", asked))
        await self.act("alice", PlaceBid("auction-4", asked, 60_000, 7_470))
        await self.act("carol", PlaceBid("auction-5", asked, 90_000, 7_466))
        await self.act("alice", ApplyAuction("auction-6", "CEA24", 130_000))

    async def live(self) -> None:
        """What happens before the eyes of whoever has opened the terminal."""
        await self.place("erin", "sell", 70, MIDDLE)
        await self.place("erin", "buy", 60, MIDDLE + 2)
        await self.place("erin", "buy", 180, MIDDLE + 2)
        await self.place("erin", "sell", 410, MIDDLE - 1)
        await self.place("alice", "buy", 90, MIDDLE + 2)
        await self.place("alice", "buy", 100, 9_999)
        await self.place("alice", "buy", 50_000_000, MIDDLE)
        await self.act("sup", PublishNotice(
            "notice-2", "CQEA: 14:30", "13:42 / 14:30", "CQEA",
        ))  # fmt: skip

    @asynccontextmanager
    async def terminal(
        self, user: str, language: Language, size: tuple[int, int]
    ) -> AsyncIterator[tuple[BashuApp, Pilot[None]]]:
        """Open a user's terminal, let the live acts happen, and wait until it has it all.

        Raises what a part of the terminal raised, also after the body.
        """
        settings = Settings(language=language)
        transport = self.hub.transport(user)
        app = BashuApp(user=user, symbol=SYMBOL, settings=settings, transport=transport)
        app.animation_level = "none"
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: isinstance(app.screen, MarketScreen))
            await self.live()
            await until(pilot, lambda: self._is_in_step(app))
            for ladder in app.screen.query(Ladder):
                ladder.reset()  # its middle is where it was first painted, be it early or late
            yield app, pilot

    def _is_in_step(self, app: BashuApp) -> bool:
        """Whether the terminal has heard all that the venue has to say."""
        session = app.session
        if session is None or not session.is_live or session.account_is_old:
            return False
        feed, feeds = session.client.feed, self.service._market_data._feeds
        return (
            session.status is not None
            and session.status.seq == self.venue.seq
            and all(worker.is_finished for worker in app.workers)
            and all(
                feed.book(symbol).is_current
                and feed.book(symbol).md_seq == held.delta_seq
                and not held.book_dirty
                and not held.stat_dirty
                and feed.stats[symbol].md_seq == held.stat_seq
                for symbol, held in feeds.items()
            )
        )


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app run until a condition holds; raise what the app raises meanwhile.

    Raises:
        AssertionError: it does not hold in time.
    """
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if pilot.app._exception is not None:
            raise pilot.app._exception
        assert time.monotonic() < deadline, "the terminal did not get in step with the venue"
        await pilot.pause(0.01)


def founding() -> list[StateCommand]:
    """Return the instruments, members, users and opening balances."""
    commands: list[StateCommand] = [
        ListInstrument(f"list-{rules.symbol}", rules) for rules in INSTRUMENTS
    ]
    for user, (member, role) in USERS.items():
        owner = OWNERS.get(member, member)
        commands += [
            AddMember(f"m-{user}", member, member, owner),
            AddUser(f"u-{user}", user, member, role),
        ]
        if role == "trader":
            commands.append(Deposit(f"c-{user}", member, "CNY", 4_000_000_000))
            commands += [
                Deposit(f"t-{user}-{rules.symbol}", member, rules.symbol, 400_000)
                for rules in INSTRUMENTS
            ]
    return commands
