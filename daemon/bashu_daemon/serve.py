"""`bashu serve`: open the journal, recover, connect the bus, serve until told to stop."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version
from pathlib import Path

import msgspec

from bashu_daemon.bootstrap import (
    CREDENTIALS_FILE,
    FIRST_PASSWORDS_FILE,
    load_founding,
    prepare_passwords,
)
from bashu_daemon.bus.embedded import EmbeddedBroker
from bashu_daemon.bus.mqtt import MqttBus
from bashu_daemon.bus.mqtt5 import Mqtt5Bus
from bashu_daemon.bus.port import Bus, BusDown
from bashu_daemon.config import Broker, Config, load_config, parse_broker
from bashu_daemon.core_build import core_build
from bashu_daemon.day_tape import DayTape
from bashu_daemon.errors import OperatorError
from bashu_daemon.journal import Journal, recover
from bashu_daemon.parameter_record import overruled
from bashu_daemon.service import Service
from bashu_daemon.surveillance.engine import Engine
from bashu_protocol.messages import Role

logger = logging.getLogger(__name__)

SWITCH_SECONDS = 0.0005
"""How long the event loop and the journal's thread may keep the interpreter from each other. By
default it is 5 ms, for each of the thread's few steps around a sync; much less, and a busy venue
loses a tenth of its time to switching."""

OnReady = Callable[[Service, Broker], None]


def run_serve(
    config_file: Path | None, broker: str | None, data_dir: Path | None, listen_port: int | None
) -> int:
    """Run the venue in the foreground until SIGINT or SIGTERM."""
    config = effective_config(config_file, broker, data_dir, listen_port)
    logging.basicConfig(
        level=config.log_level, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    run_loop(_serve_until_signal(config))
    return 0


def effective_config(
    config_file: Path | None,
    broker: str | None,
    data_dir: Path | None,
    listen_port: int | None = None,
) -> Config:
    """Read the configuration and lay the command's options over it."""
    config = load_config(config_file) if config_file is not None else Config()
    options = {"broker": broker, "data_dir": data_dir, "listen_port": listen_port}
    given = {name: value for name, value in options.items() if value is not None}
    return msgspec.structs.replace(config, **given)


def run_loop(main: Coroutine[object, object, None]) -> None:
    """Run on uvloop where there is one."""
    try:
        import uvloop  # noqa: PLC0415  not on every platform
    except ImportError:
        asyncio.run(main)
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main)


async def _serve_until_signal(config: Config) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)

    def announce(service: Service, broker: Broker) -> None:
        logger.info(
            "Serving %d instruments on %s mqtt://%s:%d; journal and passwords in %s; core: %s.",
            len(service.venue.symbols()),
            "the embedded broker" if broker.embedded else "the broker",
            broker.host,
            broker.port,
            config.data_dir,
            core_build(),
        )

    await serve(config, stop, announce)
    logger.info("Stopped in order.")


async def serve(config: Config, stop: asyncio.Event, on_ready: OnReady) -> None:
    """Run a venue until `stop` is set.

    Raises:
        OperatorError: what the operator has to mend.
        Exception: the disk failed, or an invariant broke; the venue must not go on.
    """
    founding = load_founding(config)
    broker = parse_broker(config.broker, config)
    with Journal(config.data_dir) as journal:
        engine = Engine(founding.rulebook.surveillance)
        tape = DayTape()
        venue = recover(journal, engine, tape)
        for difference in overruled(founding.rulebook.surveillance, venue):
            logger.warning("%s", difference)
        # What was recovered lives on; collecting it again and again would only cost pauses.
        gc.collect()
        gc.freeze()
        gc.disable()  # the service collects what is young, every second
        sys.setswitchinterval(SWITCH_SECONDS)
        users = sorted({*venue.users(), *founding.roles()})
        password = prepare_passwords(config.data_dir, users)

        def role_of(user: str) -> Role | None:
            return founding.role_of(venue, user)

        async with _listening(broker, config.data_dir / CREDENTIALS_FILE, role_of) as place:
            bus = _bus(config, place, password)
            service = Service(
                venue, journal, engine, bus, config, founding.commands(venue), version("bashu"),
                founding.rulebook.sessions, tape,
            )  # fmt: skip
            try:
                with _metrics(service, config):
                    await _run_service(service, stop, lambda: on_ready(service, place))
            except BusDown as error:
                raise OperatorError(
                    f"{error} If it is Mosquitto, `bashu admin broker-config` writes its "
                    f"configuration; the venue's password is in "
                    f"{config.data_dir / FIRST_PASSWORDS_FILE}."
                ) from error


@contextmanager
def _metrics(service: Service, config: Config) -> Iterator[None]:
    """Answer Prometheus while the service runs, if a port is set."""
    if not config.metrics_port:
        yield
        return
    end = service.metrics.serve(config.listen_host, config.metrics_port)
    try:
        yield
    finally:
        end()


def _bus(config: Config, place: Broker, password: str) -> Bus:
    """Make the venue's connection; the embedded broker knows MQTT 3.1.1 only."""
    if place.embedded or config.mqtt_client == "aiomqtt":
        return MqttBus(
            place.host,
            place.port,
            password,
            public_encoding=config.public_encoding,
            persistent=not place.embedded,
        )
    return Mqtt5Bus(place.host, place.port, password, public_encoding=config.public_encoding)


@asynccontextmanager
async def _listening(
    broker: Broker, credentials: Path, role_of: Callable[[str], Role | None]
) -> AsyncIterator[Broker]:
    """Run the embedded broker if it is wanted, and say where the bus is."""
    if not broker.embedded:
        yield broker
        return
    embedded = EmbeddedBroker(broker.host, broker.port, credentials, role_of)
    await embedded.start()
    try:
        yield Broker(embedded=True, host=broker.host, port=embedded.port)
    finally:
        await embedded.stop()


async def _run_service(service: Service, stop: asyncio.Event, on_ready: Callable[[], None]) -> None:
    running = asyncio.create_task(service.run(), name="service")
    ready = asyncio.create_task(service.ready.wait(), name="ready")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    try:
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            on_ready()
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        service.stop()
        await running
    finally:
        for task in (ready, stopping):
            task.cancel()
        await asyncio.gather(ready, stopping, return_exceptions=True)
