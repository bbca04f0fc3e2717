"""`bashu serve`: open the journal, recover, connect the bus, serve until told to stop."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable
from importlib.metadata import version
from pathlib import Path

import msgspec

from bashu_daemon.bootstrap import Founding, load_founding, prepare_passwords
from bashu_daemon.bus.embedded import EmbeddedBroker
from bashu_daemon.bus.mqtt import MqttBus
from bashu_daemon.bus.port import Bus, BusDown
from bashu_daemon.config import Broker, Config, load_config, parse_broker
from bashu_daemon.errors import OperatorError
from bashu_daemon.journal import Journal, recover
from bashu_daemon.service import Service
from bashu_daemon.surveillance.engine import Engine

logger = logging.getLogger(__name__)


def run_serve(
    config_file: Path | None, broker: str | None, data_dir: Path | None, listen_port: int | None
) -> int:
    """Run the venue in the foreground until SIGINT or SIGTERM."""
    config = effective_config(config_file, broker, data_dir, listen_port)
    logging.basicConfig(
        level=config.log_level, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    run_loop(_serve(config))
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


def run_loop(main: "asyncio.coroutines.Coroutine[object, object, None]") -> None:
    """Run on uvloop where there is one."""
    try:
        import uvloop  # noqa: PLC0415  not on every platform
    except ImportError:
        asyncio.run(main)
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main)


async def _serve(config: Config) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)

    def announce(service: Service, broker: Broker) -> None:
        place = "embedded broker" if broker.embedded else "broker"
        logger.info(
            "Serving %d instruments on the %s mqtt://%s:%d from %s.",
            len(service.venue.symbols()),
            place,
            broker.host,
            broker.port,
            config.data_dir,
        )

    await serve(config, stop, announce)
    logger.info("Stopped in order; everything acknowledged is in the journal.")


async def serve(
    config: Config, stop: asyncio.Event, on_ready: Callable[[Service, Broker], None]
) -> None:
    """Run a venue until `stop` is set.

    Raises:
        OperatorError: what the operator has to mend.
        Exception: the disk failed, or an invariant broke; the venue must not go on.
    """
    founding = load_founding(config)
    journal = Journal.open(config.data_dir)
    try:
        engine = Engine(founding.rulebook.surveillance)
        venue = recover(journal, engine)
        venue_password = prepare_passwords(config.data_dir, venue, founding)
        async with connected_bus(config, venue_password, engine_role(venue, founding)) as link:
            bus, broker = link
            service = Service(
                venue, journal, engine, bus, config, founding.commands(venue), version("bashu")
            )
            await _run_service(service, stop, lambda: on_ready(service, broker))
    finally:
        journal.close()


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
