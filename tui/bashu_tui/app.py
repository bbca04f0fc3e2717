"""The terminal: one app, a session at the venue, and the screens in front of it."""

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any, Final

from textual import events, work
from textual.screen import Screen

from bashu_protocol.client import Client, CommandRefused
from bashu_protocol.requests import CommandTimeout
from bashu_protocol.transport import ConnectionLost, LogonRefused, Transport
from bashu_tui.alarm import ring
from bashu_tui.broker import host_and_port
from bashu_tui.keymap import TOOLS
from bashu_tui.looks_app import LooksApp
from bashu_tui.screens.base import MarketScreen
from bashu_tui.screens.login import LoginScreen
from bashu_tui.screens.registry import make, open_to
from bashu_tui.settings import Settings
from bashu_tui.state.modes import Modes
from bashu_tui.state.pace import Pace
from bashu_tui.state.preferences import Preferences
from bashu_tui.state.session import Session
from bashu_tui.state.user_files import user_folder

FRAME_SECONDS = 1 / 16
"""How often what changed is painted at most; messages come far more often."""
MARKET: Final = frozenset({"book", "stat", "market_history", "status", "audit"})
"""What changes without the user's doing and all the time, and is painted by its pace."""
LOGON_SECONDS = 8.0
ASK_AGAIN_SECONDS = 1.0
STDIN = 0
"""The file number of standard input, which Textual reads keys from."""


class BashuApp(LooksApp):
    """Begins with the login, or with the session if everything needed was given.

    `first_screen` is the place of one that needs no venue and is opened in their place.
    `when_opened` is called when a screen has been shown for the first time.
    """

    CSS_PATH = "app.tcss"

    def __init__(
        self,
        *,
        broker: str = "mqtt://127.0.0.1:1883",
        user: str = "",
        password: str = "",
        symbol: str = "",
        settings: Settings | None = None,
        preferences: Preferences | None = None,
        transport: Transport | None = None,
        first_screen: str = "",
        when_opened: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(preferences or Preferences(settings))
        self._first_screen = first_screen
        self._when_opened = when_opened
        self.session: Session | None = None
        self.symbol = symbol
        self._broker = broker
        self._user = user
        self._password = password
        self._transport = transport
        self._screens: dict[str, MarketScreen] = {}
        self._pace = Pace()
        self._places_before: list[str] = []
        """From which screens the tool in front was reached, the first one first."""

    async def on_mount(self) -> None:
        self.begin_looks()
        self._has_window = os.isatty(STDIN)
        self.set_interval(FRAME_SECONDS, self._paint_when_due)
        self.set_interval(1.0, self._tick)
        if self._first_screen:
            self.open_screen(self._first_screen)
            return
        await self.push_screen(LoginScreen(self._broker, self._user, self._password))
        if self._user and (self._password or self._transport is not None):
            self.log_in(self._broker, self._user, self._password)

    async def on_event(self, event: events.Event) -> None:
        """Whatever a person does shows that somebody is there."""
        if isinstance(event, events.InputEvent) and self.session is not None:
            self.session.modes.touched(time.monotonic())
        await super().on_event(event)

    async def action_quit(self) -> None:
        if self.session is not None:
            await self.session.client.close()
        self.exit()

    def kept_screens(self) -> set[Screen[Any]]:
        """Return all screens there are, also those that are not in front."""
        return {*self.screen_stack, *self._screens.values()}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let no key of the app reach past a screen that shows keys instead of obeying them."""
        if getattr(self.screen, "takes_all_keys", False):
            return False
        return super().check_action(action, parameters)

    def open_screen(self, place: str) -> None:
        """Bring a screen to the front; it is made when it is first opened, and then kept."""
        role = self.session.role if self.session is not None else "trader"
        entry = next(entry for entry in open_to(role) if entry.place == place)
        if place not in self._screens:
            self._screens[place] = make(entry)
            self.install_screen(self._screens[place], place)
            if self._when_opened is not None:
                self._screens[place].call_after_refresh(self._when_opened)
        if self.screen is not self._screens[place]:
            self._note_way(place)
            if len(self.screen_stack) == 1:  # Textual's empty one, which cannot be switched away
                self.push_screen(place)
            else:
                self.switch_screen(place)

    def go_back(self) -> None:
        """Leave a tool for the screen that was in front before; without a session, the program."""
        if self.session is None:
            self.exit()
        else:
            before = self._places_before
            self.open_screen(before[-1] if before else _first_place(self.session))

    def _note_way(self, place: str) -> None:
        """Remember the way to a tool, from the last screen on that is none; no screen twice."""
        before = getattr(self.screen, "place", "")
        way = [*self._places_before, before] if before else self._places_before
        if place in way:
            way = way[: way.index(place)]
        self._places_before = way if place in TOOLS else []

    def action_open(self, place: str) -> None:
        self.open_screen(place)

    def action_palette(self) -> None:
        """Open the command palette, or close it; never over a card that asks something."""
        from bashu_tui.screens.command_palette import BashuPalette  # noqa: PLC0415  seldom needed

        if isinstance(self.screen, BashuPalette):
            self.screen.dismiss()
        elif not self.screen.is_modal:
            self.push_screen(BashuPalette(self))

    async def action_back(self) -> None:
        self.go_back()

    def open_chosen(self, place: str | None) -> None:
        """Open what the menu of screens gave, if anything."""
        if place:
            self.open_screen(place)

    def choose_symbol(self, symbol: str) -> None:
        """Make another instrument the one that is traded, also on screens that are not in front."""
        self.symbol = symbol
        for screen in self._screens.values():
            if screen.is_mounted:
                screen.symbol_changed()

    @work(group="login", exclusive=True)
    async def log_in(self, broker: str, user: str, password: str) -> None:
        """Connect, load what the venue knows, and open the screen of the user's role."""
        login = self.screen
        assert isinstance(login, LoginScreen)  # noqa: S101  only it calls
        transport = self._transport
        if transport is None:
            place = host_and_port(broker)
            if place is None:
                login.say(self.texts("login.bad_broker"))
                return
            # 66 ms of MQTT, only now that they are needed.
            from bashu_protocol.mqtt_transport import MqttTransport  # noqa: PLC0415

            transport = MqttTransport(*place, user, password)
        client = Client(transport, user, supervise=True)
        problem = await self._start(client)
        modes = Modes(self.settings.entry_mode, self.settings.one_click_max_qty)
        session = Session(client, user_folder(broker, user), modes)
        if not problem:
            try:
                await session.reload()
            except (CommandTimeout, CommandRefused):
                problem = self.texts("login.silent")
        if problem:
            await client.close()
            login.say(problem)
            return
        self.session = session
        if self.symbol not in session.instruments:
            self.symbol = _first_symbol(session)
        self.open_screen(_first_place(session))

    async def _start(self, client: Client) -> str:
        """Return why the session could not begin, or nothing."""
        try:
            await client.start(LOGON_SECONDS)
        except LogonRefused:
            return self.texts("login.refused")
        except CommandTimeout:
            if client.link.state in ("connecting", "reconnecting"):
                return self.texts("login.unreachable", why=self._broker)
            return self.texts("login.silent")
        except ConnectionLost as error:
            return self.texts("login.unreachable", why=error)
        return ""

    def _paint_when_due(self) -> None:
        """Paint what concerns the user at once, and what only the market does by its pace."""
        is_due = self._pace.is_due()
        if is_due or (self.session is not None and not self.session.changed <= MARKET):
            self._paint()

    def _paint(self) -> None:
        session = self.session
        if session is None or not self.is_running:  # a closing app takes its screens apart
            return
        is_old = (
            session.needs_reload
            or session.account_is_old
            or session.off_book_is_old
            or session.member_is_old
        )
        if session.link_state == "live" and is_old:
            self._catch_up(session)
        fired = session.price_alerts.check(session.instruments, is_live=session.is_live)
        if fired:
            session.changed.add("price alerts")
            ring(self, fired)
        # A screen that is still being put together paints itself when it is done.
        screens = [s for s in self.screen_stack if isinstance(s, MarketScreen) and s.is_mounted]
        changed = session.take_changes() if screens else None
        if not changed:
            return
        if "block turn" in changed and self.settings.bell:
            self.bell()
        for screen in screens:
            if "all" in changed:
                screen.show_link()
            screen.apply_changes(changed)

    def _catch_up(self, session: Session) -> None:
        if not any(
            worker.group == "catch up" and not worker.is_finished for worker in self.workers
        ):
            self._ask_venue(session)

    @work(group="catch up")
    async def _ask_venue(self, session: Session) -> None:
        """After a reconnect ask for everything, after a fill for the account."""
        try:
            if session.needs_reload:
                await session.reload()
            elif session.off_book_is_old:
                await session.reload_off_book()
            elif session.account_is_old:
                await session.reload_account()
                await asyncio.sleep(0.3)
            elif session.member_is_old:
                await session.reload_member()
        except (CommandTimeout, CommandRefused, ConnectionLost):
            await asyncio.sleep(ASK_AGAIN_SECONDS)  # what is not in step stays locked till then

    def _tick(self) -> None:
        """The clock of the status bar, and of all that ends with time."""
        if self._has_window and not os.isatty(STDIN):  # else it would read the end for ever
            self.exit()
            return
        session = self.session
        if session is not None:
            session.changed.add("status")
            session.tick()
            if session.modes.tick(time.monotonic()):
                session.changed.add("mode")


def _first_place(session: Session) -> str:
    return "supervisor" if session.role == "supervisor" else "trading"


def _first_symbol(session: Session) -> str:
    """Prefer the newest national vintage."""
    national = [s for s, row in session.instruments.items() if row.rules.product == "CEA"]
    return max(national) if national else next(iter(session.symbols), "")
