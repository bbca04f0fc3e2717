"""A real venue over the bus in memory, and the terminal in front of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from pressed_actions import recording
from textual.pilot import Pilot
from textual.widgets import Input

from bashu_daemon.bus.memory import MemoryHub
from bashu_daemon.config import Config
from bashu_daemon.core import Venue
from bashu_daemon.journal import Journal
from bashu_daemon.service import Service
from bashu_daemon.surveillance.engine import Engine
from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    AuctionRules,
    BlockRules,
    CallAuctionRules,
    Deposit,
    InstrumentRules,
    ListInstrument,
    OrderFeatures,
    Role,
    StateCommand,
)
from bashu_tui.app import BashuApp
from bashu_tui.i18n import Language
from bashu_tui.screens.base import MarketScreen
from bashu_tui.screens.confirm import ConfirmScreen
from bashu_tui.settings import Settings
from bashu_tui.state.modes import QUIET_SECONDS
from bashu_tui.widgets.ticket import Ticket

SYMBOL = "CEA25"
REFERENCE = 7_463
PASSWORDS = {
    "alice": "a-secret", "bob": "b-secret", "sup": "s-secret", "reg": "r-secret",
    "public": "p-secret",
}  # fmt: skip
ROLES: dict[str, Role] = {
    "alice": "trader",
    "bob": "trader",
    "sup": "supervisor",
    "reg": "registrar",
}
_RULES = (
    InstrumentRules(
        symbol=SYMBOL,
        name_zh="全国碳配额25",
        name_en="CEA vintage 2025",
        product="CEA",
        reference_price=REFERENCE,
        call_auction=CallAuctionRules(),
        block=BlockRules(min_qty=1_000, max_qty=40_000),
        auction=AuctionRules(buying=True, min_offer_qty=1_000, lot=10),
    ),
    InstrumentRules(
        symbol="CCER",
        name_zh="国家核证自愿减排量",
        name_en="CCER",
        product="CCER",
        reference_price=6_800,
        band_bps=0,
    ),
)
DEADLINE_SECONDS = 30.0
Terminal = Callable[..., AbstractAsyncContextManager[tuple[BashuApp, Pilot[None]]]]


def founding(features: OrderFeatures) -> list[StateCommand]:
    """Two members with cash and tonnes, one supervisor, two instruments, one with `features`."""
    listed = [replace(_RULES[0], features=features), *_RULES[1:]]
    commands: list[StateCommand] = [
        ListInstrument(f"list-{rules.symbol}", rules) for rules in listed
    ]
    for user, role in ROLES.items():
        member = f"{user}-co"
        commands += [
            AddMember(f"m-{user}", member, member, f"{user}-owner"),
            AddUser(f"u-{user}", user, member, role),
        ]
        if role == "trader":
            commands += [
                Deposit(f"c-{user}", member, "CNY", 1_000_000_000),
                Deposit(f"t-{user}", member, SYMBOL, 50_000),
            ]
    return commands


class Market:
    """A venue that runs, with a hub that can fall over and come back."""

    def __init__(self, data_dir: Path, features: OrderFeatures) -> None:
        self.hub = MemoryHub(ROLES.get, PASSWORDS)
        self.venue = Venue()
        self._data_dir = data_dir
        self._features = features

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Market"]:
        config = Config(data_dir=self._data_dir, market_data_interval_ms=10)
        with Journal(self._data_dir) as journal:
            service = Service(
                self.venue, journal, Engine({}), self.hub.bus(), config,
                founding(self._features), "test",
            )  # fmt: skip
            task = asyncio.create_task(service.run(), name="venue")
            await asyncio.wait_for(service.ready.wait(), DEADLINE_SECONDS)
            try:
                yield self
            finally:
                service.stop()
                await task

    @asynccontextmanager
    async def client(self, user: str) -> AsyncIterator[Client]:
        """Another member's program at the same venue."""
        transport = self.hub.transport(user, PASSWORDS[user])
        async with Client(transport, user, supervise=True) as client:
            yield client

    def app(self, user: str, language: Language = "en", password: str | None = None) -> BashuApp:
        secret = PASSWORDS[user] if password is None else password
        return BashuApp(
            user=user,
            password=secret,
            symbol=SYMBOL,
            settings=Settings(language=language, market_colors="red_up"),
            transport=self.hub.transport(user, secret),
        )


@pytest.fixture(autouse=True)
def patient_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test machine that stands still for a while must not pass for a venue that is silent."""
    monkeypatch.setattr("bashu_protocol.link.STALE_SECONDS", 3_600.0)


@pytest.fixture
def features() -> OrderFeatures:
    """Which order features the instrument on screen offers; tests of them have more."""
    return OrderFeatures()


@pytest.fixture
async def market(tmp_path: Path, features: OrderFeatures) -> AsyncIterator[Market]:
    async with Market(tmp_path, features).running() as running:
        yield running


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads or writes the files of whoever runs it."""
    for variable, folder in (("XDG_CONFIG_HOME", "settings"), ("XDG_DATA_HOME", "data")):
        monkeypatch.setenv(variable, str(tmp_path / "home" / folder))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A test marked `acts` must have run each of the actions it names, by one of their keys."""
    named = {name for mark in item.iter_markers("acts") for name in mark.args}
    if not named:
        return (yield)
    with recording() as ran:
        yield
    assert named <= ran, f"no key of these was pressed: {sorted(named - ran)}"


@pytest.fixture
async def second_supervisor(market: Market, monkeypatch: pytest.MonkeyPatch) -> str:
    """A user who can confirm what `sup` proposes."""
    monkeypatch.setitem(PASSWORDS, "sup2", "s-secret-2")
    monkeypatch.setitem(ROLES, "sup2", "supervisor")
    async with market.client("reg") as registrar:
        command = AddUser(registrar.new_cl_ord_id(), "sup2", "sup-co", "supervisor")
        assert (await registrar.command(command)).accepted
    return "sup2"


@pytest.fixture
def terminal(market: Market) -> Terminal:
    """Open a user's terminal and wait until the first screen shows a live market."""

    @asynccontextmanager
    async def open_terminal(
        user: str = "alice", *, size: tuple[int, int] = (140, 42), language: Language = "en"
    ) -> AsyncIterator[tuple[BashuApp, Pilot[None]]]:
        app = market.app(user, language)
        async with app.run_test(size=size) as pilot:
            await until(
                pilot,
                lambda: (
                    isinstance(app.screen, MarketScreen)
                    and app.screen.is_mounted
                    and app.session is not None
                    and app.session.is_live
                    and not app.session.account_is_old
                    and app.session.client.feed.book(SYMBOL).is_current
                    and app.session.stat(SYMBOL) is not None
                ),
            )
            await pilot.pause()
            yield app, pilot
            # A widget that raised must not pass for a screen that was shown.
            assert app._exception is None

    return open_terminal


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app run until a condition holds.

    Raises:
        AssertionError: it does not hold in time.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + DEADLINE_SECONDS
    while not condition():
        assert loop.time() < deadline, "the condition did not come true in time"
        await pilot.pause(0.02)


def screen_text(app: BashuApp) -> str:
    """Return what the terminal shows, line by line, as plain text."""
    _width, height = app.size
    return "\n".join(
        "".join(segment.text for segment in strip)
        for strip in app.screen._compositor.render_strips()[:height]
    )


@pytest.fixture
def shown() -> Callable[[BashuApp], str]:
    return screen_text


@pytest.fixture
def wait() -> Callable[[Pilot[None], Callable[[], object]], Awaitable[None]]:
    return until


async def type_order(pilot: Pilot[None], app: BashuApp, side: str, qty: str, price: str) -> None:
    """Fill the ticket as a person would, and leave the focus on the price."""
    ticket, quantity = app.screen.query_one(Ticket), app.screen.query_one("#ticket-qty", Input)
    await pilot.press("f2" if side == "buy" else "f3")
    await until(pilot, lambda: ticket.side == side and app.focused is quantity)
    quantity.value = qty
    field = app.screen.query_one("#ticket-price", Input)
    field.value = price
    field.focus()
    await until(pilot, lambda: app.focused is field)
    await pilot.pause()


@pytest.fixture
def fill_ticket() -> Callable[[Pilot[None], BashuApp, str, str, str], Awaitable[None]]:
    return type_order


async def open_the_card(pilot: Pilot[None], app: BashuApp) -> None:
    """Submit the ticket, and wait for the card that asks for confirmation."""
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, ConfirmScreen) and app.screen.is_mounted)


@pytest.fixture
def open_card() -> Callable[[Pilot[None], BashuApp], Awaitable[None]]:
    return open_the_card


async def confirm_the_card(pilot: Pilot[None], app: BashuApp) -> None:
    """Press Enter on the card, after the rest that tells intent from a held key."""
    card = app.screen
    assert isinstance(card, ConfirmScreen)
    await until(pilot, lambda: time.monotonic() - card.one_press.presses.pressed_at > QUIET_SECONDS)
    await pilot.press("enter")
    await until(pilot, lambda: app.screen is not card)


@pytest.fixture
def confirm() -> Callable[[Pilot[None], BashuApp], Awaitable[None]]:
    return confirm_the_card


async def send_order(pilot: Pilot[None], app: BashuApp) -> None:
    await open_the_card(pilot, app)
    await confirm_the_card(pilot, app)


@pytest.fixture
def send() -> Callable[[Pilot[None], BashuApp], Awaitable[None]]:
    return send_order
