"""`bashu load`: from the command's options to the exit code."""

import asyncio
import secrets
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from bashu_daemon.errors import OperatorError
from bashu_daemon.tools.load.accounting import Accounting
from bashu_daemon.tools.load.disk_probe import DiskProbe
from bashu_daemon.tools.load.fast_connection import speaks_mqtt5
from bashu_daemon.tools.load.flood_process import Flood
from bashu_daemon.tools.load.measured_run import MeasuredRun
from bashu_daemon.tools.load.profile import Profile, load_profile, override, profile_names
from bashu_daemon.tools.load.progress import ProgressLine
from bashu_daemon.tools.load.reconcile import image_of, reconcile
from bashu_daemon.tools.load.result import Result, judge
from bashu_daemon.tools.load.session import Place
from bashu_daemon.tools.load.show import show
from bashu_daemon.tools.load.venue_process import (
    FLOODER,
    PASSWORDS_FILE,
    READER,
    VenueProcess,
    flooder_names,
    read_passwords,
    user_names,
)
from bashu_protocol.transport import LogonRefused

MISSED: Final = 2
"""Exit code for a limit that was missed, or an order that was lost."""
INTERRUPTED: Final = 130
_OFFICES: Final = ("venue", "registrar", "auditor")
"""Users of a data directory's password file that do not trade."""


class Options(Struct, frozen=True, kw_only=True):
    """The options of the command."""

    profile: str = "steady"
    broker: str | None = None
    credentials: Path | None = None
    self_contained: bool = False
    embedded: bool = False
    data_dir: Path | None = None
    json_file: str | None = None
    changes: dict[str, Any] = {}
    """What is laid over the profile."""


def list_profiles() -> int:
    table = Table(box=None)
    for column in ("profile", "mode", "users", "batch", "load", "seconds", "what it shows"):
        table.add_column(column)
    for name in profile_names():
        profile = load_profile(name)
        load = f"{profile.rate:,}/s" if profile.mode == "open" else f"window {profile.window}"
        numbers = (str(profile.users), str(profile.batch), load, f"{profile.seconds:g}")
        table.add_row(name, profile.mode, *numbers, profile.description)
    Console().print(table)
    return 0


def run_load(options: Options) -> int:
    """Run one profile; 0 if it met its limits and lost nothing.

    Raises:
        OperatorError: what the operator has to mend.
    """
    profile = override(load_profile(options.profile), options.changes)
    # The numbers for a program go to standard output, what people read then to standard error.
    console = Console(stderr=options.json_file == "-", highlight=False)
    result = _run_on_loop(_self_contained if options.self_contained else _on_broker)(
        profile, options, console
    )
    result.failures = judge(result)
    show(result, console)
    _write_json(result, options.json_file)
    if result.interrupted:
        return INTERRUPTED
    return MISSED if result.failures else 0


Way = Callable[[Profile, Options, Console], Any]


def _run_on_loop(way: Way) -> Callable[[Profile, Options, Console], Result]:
    import uvloop  # noqa: PLC0415  not on every platform, and only this command cannot do without

    def run(profile: Profile, options: Options, console: Console) -> Result:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            result: Result = runner.run(way(profile, options, console))
            return result

    return run


async def _self_contained(profile: Profile, options: Options, console: Console) -> Result:
    with ExitStack() as stack:
        directory = options.data_dir
        if directory is None:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bashu-load-")))
        users = _users_wanted(profile)
        venue = VenueProcess(directory, users, profile.venue, embedded=options.embedded)
        stack.callback(venue.abandon)
        place = await venue.start()
        console.print(
            f"Started {venue.broker_name} and a venue on port {place.port}; journal in "
            f"{venue.data_dir}.",
            soft_wrap=True,
        )
        passwords = read_passwords(venue.data_dir / PASSWORDS_FILE)
        run = MeasuredRun(
            profile,
            place,
            [(user, passwords[user]) for user in _measured(users)],
            keep_digests=True,
            progress=lambda seconds: ProgressLine(console, seconds),
            check=venue.check,
        )
        flooders = [(user, passwords[user]) for user in users if user not in _measured(users)]
        with DiskProbe(directory) as probe:
            result, accountings = await _run_until_signal(run, place, flooders, venue.broker_name)
        result.disk = probe.percentiles()
        venue.stop()
        result.venue_complaints = venue.complaints()
        console.print("Comparing the journal with every order and report.")
        result.reconciliation = reconcile(venue.data_dir, accountings, console)
        return result


async def _on_broker(profile: Profile, options: Options, console: Console) -> Result:
    credentials = options.credentials
    if credentials is None and options.data_dir is not None:
        credentials = options.data_dir / PASSWORDS_FILE
    if options.broker is None or credentials is None:
        raise OperatorError(
            "Name a running venue with --broker and --credentials, or use --self-contained."
        )
    users = _users_of(credentials, len(_users_wanted(profile)))
    place = await _place(options.broker, *users[0])
    flooding = profile.flooder.users if profile.flooder is not None else 0
    run = MeasuredRun(
        profile,
        place,
        users[flooding:],
        keep_digests=options.data_dir is not None,
        progress=lambda seconds: ProgressLine(console, seconds),
    )
    result, accountings = await _run_until_signal(run, place, users[:flooding], options.broker)
    if options.data_dir is not None:
        console.print("Comparing the journal as it is now with every order and report.")
        with image_of(options.data_dir) as image:
            result.reconciliation = reconcile(image, accountings, console)
    return result


def _users_of(credentials: Path, wanted: int) -> list[tuple[str, str]]:
    """Choose the first users that may trade."""
    found = [
        (user, password)
        for user, password in read_passwords(credentials).items()
        if user not in _OFFICES and not user.startswith("sup-")
    ]
    if len(found) < wanted:
        raise OperatorError(
            f"{credentials} holds {len(found)} trading users, the profile wants {wanted}; "
            "lower it with --users."
        )
    return found[:wanted]


async def _run_until_signal(
    run: MeasuredRun, place: Place, flooders: list[tuple[str, str]], broker: str
) -> tuple[Result, Mapping[str, Accounting]]:
    """Run with its flooders; return the result and everybody's accounts."""
    flood = await Flood.start(run.profile, place, flooders) if flooders else None

    def interrupt() -> None:
        run.interrupt()
        if flood is not None:
            flood.interrupt()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    try:
        result = await run.run(broker)
        if flood is None:
            return result, run.accountings()
        group, accounts = await flood.finish()
        result.groups.append(group)
        return result, {**run.accountings(), **accounts}
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)  # from here on Ctrl-C is an exception again
        if flood is not None:
            await flood.abandon()


def _measured(users: list[str]) -> list[str]:
    return [user for user in users if not user.startswith(FLOODER)]


def _users_wanted(profile: Profile) -> list[str]:
    users = user_names(profile.users)
    if profile.flooder is not None:
        users += flooder_names(profile.flooder.users)
    return [*users, READER] if profile.slow_consumer is not None else users


async def _place(broker: str, user: str, password: str) -> Place:
    wrong = f"The broker {broker!r} is not an address like mqtt://host:1883."
    try:
        parts = urlsplit(broker)
        port = parts.port or 1883
    except ValueError as error:
        raise OperatorError(wrong) from error
    if parts.scheme != "mqtt" or not parts.hostname:
        raise OperatorError(wrong)
    client_id = f"{user}-{secrets.token_hex(6)}"
    try:
        mqtt5 = await speaks_mqtt5(parts.hostname, port, user, password, client_id)
    except LogonRefused as error:
        raise OperatorError(str(error)) from error
    return Place(parts.hostname, port, mqtt5)


def _write_json(result: Result, file: str | None) -> None:
    if file is None:
        return
    text = msgspec.json.format(msgspec.json.encode(result)) + b"\n"
    if file == "-":
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
        return
    try:
        Path(file).write_bytes(text)
    except OSError as error:
        raise OperatorError(f"Cannot write {file}: {error.strerror}.") from error
