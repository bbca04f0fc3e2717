"""`bashu demo`: a venue with simulated members, and the terminal in front of it."""

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Literal

from rich.box import SIMPLE
from rich.console import Console
from rich.live import Live
from rich.table import Table

from bashu_daemon.bootstrap import PUBLIC_USER_FILE, load_founding, read_first_passwords
from bashu_daemon.config import Broker, Config
from bashu_daemon.errors import OperatorError
from bashu_daemon.schedule import SessionsMode
from bashu_daemon.serve import run_loop, serve
from bashu_daemon.service import Service
from bashu_daemon.tools.participants import (
    AuctionPlan,
    Participant,
    Tally,
    hold_auctions,
    run_participants,
)
from bashu_daemon.tools.verify import verify
from bashu_protocol.client import Client
from bashu_protocol.mqtt_transport import MqttTransport
from bashu_protocol.units import format_price

USERS = {"trader": "trader", "supervisor": "sup-chengdu"}
REGISTRAR = "registrar"
AUCTIONS = AuctionPlan("wushan-blocks", "CQEA")
HEADLESS_SECONDS = 30
Front = Literal["terminal", "web", "market"]
"""What is in front of the venue: the terminal, a server of it for browsers, or a table alone."""


def run_demo(
    *,
    role: Literal["trader", "supervisor"],
    front: Front,
    seconds: int | None,
    seed: int,
    sessions: SessionsMode = "demo",
    web_listen: str = "",
) -> int:
    """Run the demo in a directory of its own, which is removed afterwards.

    Args:
        role: whose screens the terminal shows.
        front: what is in front of the venue.
        seconds: after so long it ends by itself; None for never, where there is a terminal.
        seed: of the simulated members.
        sessions: how long its days are.
        web_listen: HOST:PORT for browsers.
    """
    console = Console()
    if front == "terminal" and not (sys.stdin.isatty() and sys.stdout.isatty()):
        console.print("There is no terminal here, so the demo runs without one.")
        front = "market"
    if front == "market" and seconds is None:
        seconds = HEADLESS_SECONDS
    with tempfile.TemporaryDirectory(prefix="bashu-demo-") as directory:
        demo = _Demo(Path(directory), role, front, seconds, seed, console, sessions, web_listen)
        logging.basicConfig(
            filename=Path(directory) / "venue.log",
            level=logging.WARNING,
            format="%(asctime)s %(levelname)s %(message)s",
        )
        run_loop(demo.run())
        demo.show_result()
        console.print("Checking the journal:", style="bold")
        return verify(Path(directory))


class _Demo:
    """One run: venue, members, and what is in front of them."""

    def __init__(
        self,
        directory: Path,
        role: Literal["trader", "supervisor"],
        front: Front,
        seconds: int | None,
        seed: int,
        console: Console,
        sessions: SessionsMode,
        web_listen: str,
    ) -> None:
        self._config = Config(
            data_dir=directory, listen_port=0, sessions=sessions, environment="demo"
        )
        self._user = USERS[role]
        self._front: Front = front
        self._web_listen = web_listen
        self._seconds = seconds
        self._seed = seed
        self._console = console
        self._stop = asyncio.Event()
        self._members_stop = asyncio.Event()
        self._tallies: dict[str, Tally] = {}
        self._members: dict[str, str] = {}
        self._service: Service | None = None

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._interrupt)
        ready: asyncio.Future[tuple[Service, Broker]] = loop.create_future()

        def on_ready(service: Service, broker: Broker) -> None:
            ready.set_result((service, broker))

        venue = asyncio.create_task(serve(self._config, self._stop, on_ready), name="venue")
        started: set[asyncio.Future[Any]] = {venue, ready}
        await asyncio.wait(started, return_when=asyncio.FIRST_COMPLETED)
        if venue.done():
            venue.result()
        self._service, broker = ready.result()
        members = asyncio.create_task(self._run_members(broker), name="members")
        try:
            fronts = {"terminal": self._run_terminal, "web": self._run_web, "market": self._watch}
            await self._until_done(fronts[self._front], broker, venue, members)
        finally:
            self._members_stop.set()
            await asyncio.wait({members})
            self._stop.set()
            await venue
        members.result()

    async def _until_done(
        self,
        front: Callable[[Broker], Coroutine[None, None, None]],
        broker: Broker,
        *background: asyncio.Task[None],
    ) -> None:
        """Wait for the front to end, or for the background to break."""
        task = asyncio.create_task(front(broker), name="front")
        await asyncio.wait({task, *background}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        else:
            task.result()

    def _interrupt(self) -> None:
        """Ctrl-C: in the terminal it is the terminal's own key."""
        if self._front != "terminal":
            self._members_stop.set()

    async def _run_members(self, broker: Broker) -> None:
        passwords = read_first_passwords(self._config.data_dir)
        participants = []
        for entry in load_founding(self._config).members.members:
            for user in entry.users:
                if entry.strategy:
                    self._members[user.user] = entry.name
                    participants.append(
                        Participant(user.user, entry.member, entry.strategy, entry.target)
                    )

        def transport_of(user: str) -> MqttTransport:
            return MqttTransport(broker.host, broker.port, user, passwords[user])

        registrar = Client(transport_of(REGISTRAR), REGISTRAR)
        self._tallies, _ = await asyncio.gather(
            run_participants(participants, transport_of, self._members_stop, seed=self._seed),
            hold_auctions(registrar, AUCTIONS, self._members_stop),
        )

    async def _run_terminal(self, broker: Broker) -> None:
        await self._run_program(broker, "--user", self._user, password=self._password)

    async def _run_web(self, broker: Broker) -> None:
        who = f"Log in as {self._user} with the password {self._password}; Ctrl-C ends the demo."
        self._console.print(who, soft_wrap=True, markup=False, highlight=False)
        public = self._config.data_dir / PUBLIC_USER_FILE
        await self._run_program(
            broker, "--web", "--web-listen", self._web_listen, "--board-password-file", str(public)
        )

    @property
    def _password(self) -> str:
        return read_first_passwords(self._config.data_dir)[self._user]

    async def _run_program(self, broker: Broker, *options: str, password: str = "") -> None:
        """Run `bashu-tui` until it ends, or for the given time."""
        program = shutil.which("bashu-tui", path=str(Path(sys.executable).parent))
        if program is None:
            raise OperatorError("The program bashu-tui is not installed beside bashu.")
        terminal = await asyncio.create_subprocess_exec(
            program,
            "--broker", f"mqtt://{broker.host}:{broker.port}",
            *options,
            env={**os.environ, **({"BASHU_PASSWORD": password} if password else {})},
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._seconds):
                await terminal.wait()
        except TimeoutError:
            terminal.terminate()
            await terminal.wait()
        except asyncio.CancelledError:
            terminal.terminate()
            await terminal.wait()
            raise

    async def _watch(self, broker: Broker) -> None:
        """Show the market as it goes, for the given time."""
        loop = asyncio.get_running_loop()
        end = loop.time() + (self._seconds or HEADLESS_SECONDS)
        self._console.print(
            f"A venue with {len(self._members) or 'its'} simulated members on "
            f"mqtt://{broker.host}:{broker.port}; Ctrl-C ends it."
        )
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            while loop.time() < end and not self._members_stop.is_set():
                if self._console.is_terminal:
                    live.update(self._market_table(f"{end - loop.time():.0f} s left"), refresh=True)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._members_stop.wait(), 0.5)

    def show_result(self) -> None:
        """Print what happened."""
        if self._service is None:
            return
        self._console.print(self._market_table("what happened"))
        table = Table(title="Members", title_justify="left", box=SIMPLE)
        table.add_column("member", no_wrap=True)
        for name in ("orders", "fills", "tonnes"):
            table.add_column(name, justify="right")
        table.add_column("refused", overflow="fold")
        for user, tally in sorted(self._tallies.items()):
            refused = ", ".join(
                f"{code}\N{NO-BREAK SPACE}{n}" for code, n in sorted(tally.rejects.items())
            )
            table.add_row(
                self._members[user], f"{tally.orders:,}", f"{tally.fills:,}",
                f"{tally.traded_qty:,}", refused,
            )  # fmt: skip
        self._console.print(table)
        counters = self._service.counters
        self._console.print(
            f"{counters['commands']:,} commands, {counters['reports']:,} reports, "
            f"{len(self._service.engine.alerts())} surveillance alerts."
        )

    def _market_table(self, title: str) -> Table:
        assert self._service is not None  # noqa: S101  shown only while there is one
        venue = self._service.venue
        table = Table(title=f"Market, {title}", title_justify="left", box=SIMPLE)
        table.add_column("symbol", no_wrap=True)
        for name in ("bid", "ask", "low", "high", "last", "tonnes", "trades"):
            table.add_column(name, justify="right", no_wrap=True)
        for symbol in venue.symbols():
            bids, asks = venue.depth(symbol)
            stat = venue.stat(symbol)
            prices = [
                bids[0][0] if bids else 0, asks[0][0] if asks else 0,
                stat.low, stat.high, stat.last,
            ]  # fmt: skip
            table.add_row(
                symbol, *(format_price(price) if price else "-" for price in prices),
                f"{stat.volume:,}", f"{stat.trade_count:,}",
            )  # fmt: skip
        return table
