"""A whole venue for end-to-end tests, on any of the three buses."""

import asyncio
import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from bashu_daemon.bus.broker_config import acl_text, mosquitto_text
from bashu_daemon.bus.credentials import hash_password, save_credentials
from bashu_daemon.bus.embedded import EmbeddedBroker
from bashu_daemon.bus.memory import MemoryHub
from bashu_daemon.bus.mqtt import MqttBus
from bashu_daemon.bus.mqtt5 import Mqtt5Bus
from bashu_daemon.config import Config
from bashu_daemon.core import Venue
from bashu_daemon.day_tape import DayTape
from bashu_daemon.journal import Journal, recover
from bashu_daemon.schedule import Sessions, SessionsMode
from bashu_daemon.service import Service
from bashu_daemon.surveillance.engine import Engine
from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    AuctionRules,
    BlockRules,
    Deposit,
    InstrumentRules,
    ListInstrument,
    StateCommand,
)
from bashu_protocol.mqtt_transport import MqttTransport
from bashu_protocol.transport import Transport

SYMBOL = "CEA25"
COARSE_SYMBOL = "CEA24"
"""Its tick is 5 fen."""
PATIENCE_SECONDS = 60.0
"""A limit for what takes milliseconds on an idle machine."""
ROLES: dict[str, Any] = {
    "anna": "trader", "bo": "trader", "carl": "trader", "sup": "supervisor", "sup2": "supervisor",
    "reg": "registrar",
}  # fmt: skip
PASSWORDS = {user: f"{user}-password" for user in (*ROLES, "venue", "stranger", "public")}
MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


def founding() -> list[StateCommand]:
    """Three traders (`carl` belongs to bo's owner), a supervisor, a registrar, two instruments."""
    commands: list[StateCommand] = []
    for symbol, tick in ((SYMBOL, 1), (COARSE_SYMBOL, 5)):
        rules = InstrumentRules(
            symbol=symbol,
            name_zh="x",
            name_en="x",
            product="CEA",
            reference_price=7_000,
            tick=tick,
            auction=AuctionRules(min_offer_qty=1_000),
            block=BlockRules(),
        )
        commands.append(ListInstrument(f"list-{symbol}", rules))
    for user, role in ROLES.items():
        owner = "bo" if user == "carl" else user
        commands += [
            AddMember(f"m-{user}", f"m-{user}", user, owner),
            AddUser(f"u-{user}", user, f"m-{user}", role),
        ]
        if role == "trader":
            commands += [
                Deposit(f"c-{user}", f"m-{user}", "CNY", 10**11),
                Deposit(f"t-{user}", f"m-{user}", SYMBOL, 10**6),
            ]
    return commands


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    """Wait until somebody listens there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.02)
    raise AssertionError(f"nobody listens on port {port}")


class Mosquitto:
    """A Mosquitto with the password file and ACL that Bashu writes."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self._config = directory / "mosquitto.conf"
        save_credentials(
            directory / "broker-passwd", {u: hash_password(p, 101) for u, p in PASSWORDS.items()}
        )
        (directory / "acl").write_text(acl_text([*ROLES.items(), ("stranger", "trader")]))
        self._config.write_text(
            mosquitto_text(
                port=self.port,
                password_file=directory / "broker-passwd",
                acl_file=directory / "acl",
                run_as="root",
            )
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert MOSQUITTO is not None
        self._process = subprocess.Popen(
            [MOSQUITTO, "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_port(self.port)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Harness:
    """A venue on one bus; it can be stopped and started again on the same journal."""

    def __init__(self, kind: str, directory: Path) -> None:
        self.kind = kind
        self.directory = directory
        self.sessions_mode: SessionsMode = "all_day"
        self.sessions = Sessions()
        self.surveillance: dict[str, dict[str, int]] = {}
        self.service: Service
        self._hub = MemoryHub(ROLES.get, PASSWORDS)
        self._mosquitto: Mosquitto | None = None
        self._embedded: EmbeddedBroker | None = None
        self._port = 0
        self._running: asyncio.Task[None] | None = None
        self._journal: Journal | None = None

    @property
    def venue(self) -> Venue:
        return self.service.venue

    async def start_bus(self) -> None:
        if self.kind.startswith("mosquitto"):
            self._mosquitto = Mosquitto(self.directory)
            self._mosquitto.start()
            self._port = self._mosquitto.port
        elif self.kind == "amqtt":
            path = self.directory / "passwd"
            save_credentials(path, {u: hash_password(p, 101) for u, p in PASSWORDS.items()})
            self._embedded = EmbeddedBroker("127.0.0.1", 0, path, ROLES.get)
            await self._embedded.start()
            self._port = self._embedded.port

    async def start_venue(self) -> None:
        self._journal = Journal(self.directory / "data")
        engine = Engine(self.surveillance)
        tape = DayTape()
        venue = recover(self._journal, engine, tape)
        commands = founding() if venue.seq == 0 else []
        bus = self._bus()
        config = Config(
            data_dir=self.directory / "data",
            market_data_interval_ms=20,
            sessions=self.sessions_mode,
        )
        self.service = Service(
            venue, self._journal, engine, bus, config, commands, sessions=self.sessions, tape=tape
        )
        self._running = asyncio.create_task(self.service.run())
        await asyncio.wait_for(self.service.ready.wait(), PATIENCE_SECONDS)

    def _bus(self) -> Any:
        password = PASSWORDS["venue"]
        if self.kind == "memory":
            return self._hub.bus()
        if self.kind == "mosquitto":
            return Mqtt5Bus("127.0.0.1", self._port, password)
        return MqttBus(
            "127.0.0.1", self._port, password, persistent=self.kind == "mosquitto-aiomqtt"
        )

    async def stop_venue(self) -> None:
        if self._running is not None:
            self.service.stop()
            await self._running
            self._running = None
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    async def stop(self) -> None:
        await self.stop_venue()
        if self._embedded is not None:
            await self._embedded.stop()
        if self._mosquitto is not None:
            self._mosquitto.kill()

    def transport(self, user: str, password: str | None = None) -> Transport:
        secret = PASSWORDS[user] if password is None else password
        if self.kind == "memory":
            return self._hub.transport(user, secret)
        return MqttTransport("127.0.0.1", self._port, user, secret)

    @contextlib.asynccontextmanager
    async def client(self, user: str, **options: Any) -> AsyncIterator[Client]:
        client = Client(self.transport(user), user, **options)
        try:
            await client.start(PATIENCE_SECONDS)
            yield client
        finally:
            await client.close()


async def eventually(check: Any, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0.01)
