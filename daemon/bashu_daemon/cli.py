"""The `bashu` command."""

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from bashu_daemon.core_build import core_build
from bashu_daemon.errors import OperatorError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command; a mistake of the operator is one sentence and exit code 1."""
    try:
        options = _parser().parse_args(arguments)
        core_build()  # refuses one that is out of date
        return int(options.run(options))
    except OperatorError as error:
        print(f"bashu: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


class _ShowVersion(argparse.Action):
    """Print the version and which build of the core there is, and exit."""

    def __call__(self, parser: argparse.ArgumentParser, *arguments: object) -> None:
        print(f"bashu {version('bashu')}, core: {core_build()}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bashu", description="A trading venue for carbon allowances and CCERs."
    )
    parser.add_argument(
        "--version", action=_ShowVersion, nargs=0, help="show version and build of the core"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands.add_parser("serve", help="run the venue"))
    _add_demo(commands.add_parser("demo", help="run a venue with simulated members"))
    _add_calendar(commands.add_parser("calendar", help="show trading days and their hours"))
    _add_load(commands.add_parser("load", help="put load on a venue and measure it"))
    _add_replay(commands.add_parser("replay", help="rebuild real markets and compare"))
    verify = commands.add_parser("verify", help="check a data directory's journal")
    verify.add_argument("directory", type=Path, metavar="DIR")
    verify.set_defaults(run=_verify)
    _add_surveil(commands.add_parser("surveil", help="surveillance over a journal or a CSV file"))
    _add_admin(commands.add_parser("admin", help="passwords and broker configuration"))
    return parser


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings (TOML)")
    parser.add_argument("--broker", metavar="embedded|mqtt://HOST[:PORT]")
    parser.add_argument("--data-dir", type=Path, metavar="DIR")
    parser.add_argument("--listen-port", type=_port, metavar="PORT", help="of the embedded broker")
    parser.set_defaults(run=_serve)


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", choices=("trader", "supervisor"), default="trader")
    front = parser.add_mutually_exclusive_group()
    front.add_argument("--headless", action="store_true", help="no terminal, only the market")
    front.add_argument(
        "--web",
        nargs="?",
        const="127.0.0.1:8000",
        metavar="HOST:PORT",
        help="the terminal for browsers, at 127.0.0.1:8000 unless it is given",
    )
    parser.add_argument("--seconds", type=_seconds, metavar="N", help="end after N seconds")
    parser.add_argument("--seed", type=int, default=1, help="of the simulated members")
    parser.add_argument(
        "--sessions",
        choices=("demo", "all_day", "calendar"),
        default="demo",
        help="days of minutes (the default), one long day, or the real hours",
    )
    parser.set_defaults(run=_demo)


def _add_calendar(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--date", type=_date, metavar="YYYY-MM-DD", help="first day, else today")
    parser.add_argument("--days", type=_days, default=7, metavar="N", help="how many, else 7")
    parser.add_argument("--rulebook", type=Path, metavar="FILE", help="else the reference venue's")
    parser.set_defaults(run=_calendar)


def _add_load(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("profile", nargs="?", default="steady", metavar="PROFILE|FILE")
    parser.add_argument("--list", action="store_true", help="show the profiles")
    parser.add_argument("--broker", metavar="mqtt://HOST[:PORT]", help="of a running venue")
    parser.add_argument("--credentials", type=Path, metavar="FILE", help="`user password` lines")
    parser.add_argument("--self-contained", action="store_true", help="start broker and venue too")
    parser.add_argument("--embedded", action="store_true", help="with amqtt, not Mosquitto")
    parser.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        help="where a self-contained run keeps its files, or the journal of the running venue",
    )
    parser.add_argument("--json", metavar="FILE|-", help="write the result")
    parser.add_argument("--symbols", metavar="A,B")
    parser.add_argument("--mode", choices=("open", "closed"))
    parser.add_argument("--arrivals", choices=("poisson", "constant"))
    parser.add_argument("--seconds", type=float, metavar="N")
    for name in ("rate", "users", "batch", "window", "seed"):
        parser.add_argument(f"--{name}", type=int, metavar="N")
    parser.set_defaults(run=_load)


def _add_replay(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(required=True, metavar="KIND")
    cea = kinds.add_parser("cea", help="the national market's official daily feed")
    cea.add_argument("feed", type=Path, metavar="FILE")
    cea.set_defaults(run=_replay_cea)
    lobster = kinds.add_parser("lobster", help="a LOBSTER message file with its book")
    lobster.add_argument("messages", type=Path, metavar="MESSAGES")
    lobster.add_argument("orderbook", type=Path, metavar="ORDERBOOK")
    lobster.set_defaults(run=_replay_lobster)


def _add_admin(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(required=True, metavar="TASK")
    config = kinds.add_parser("broker-config", help="write password file, ACL and mosquitto.conf")
    passwd = kinds.add_parser("passwd", help="set a user's password, read from standard input")
    passwd.add_argument("user", metavar="USER")
    for task in (config, passwd):
        task.add_argument("--config", type=Path, metavar="FILE")
        task.add_argument("--data-dir", type=Path, metavar="DIR")
    config.add_argument("--listen-port", type=_port, default=1883, metavar="PORT")
    config.set_defaults(run=_broker_config)
    passwd.set_defaults(run=_passwd)


def _port(text: str) -> int:
    """Read a TCP port; 0 lets the system choose."""
    return _whole_number(text, 0, 65_535)


def _seconds(text: str) -> int:
    return _whole_number(text, 1, 10**6)


def _days(text: str) -> int:
    return _whole_number(text, 1, 1_000)


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-10-08") from None


def _whole_number(text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
    return int(text)


# The rooms are imported where they are needed: `bashu verify` needs no broker.


def _serve(options: argparse.Namespace) -> int:
    from bashu_daemon.serve import run_serve  # noqa: PLC0415

    return run_serve(options.config, options.broker, options.data_dir, options.listen_port)


def _demo(options: argparse.Namespace) -> int:
    from bashu_daemon.demo import run_demo  # noqa: PLC0415

    return run_demo(
        role=options.role,
        front="market" if options.headless else "web" if options.web else "terminal",
        seconds=options.seconds,
        seed=options.seed,
        sessions=options.sessions,
        web_listen=options.web or "",
    )


def _calendar(options: argparse.Namespace) -> int:
    from bashu_daemon.schedule.show import show_calendar  # noqa: PLC0415

    return show_calendar(options.rulebook, options.date, options.days)


def _load(options: argparse.Namespace) -> int:
    from bashu_daemon.tools.load.run import Options, list_profiles, run_load  # noqa: PLC0415

    if options.list:
        return list_profiles()
    names = ("mode", "arrivals", "seconds", "rate", "users", "batch", "window", "seed")
    changes = {name: getattr(options, name) for name in names}
    changes["symbols"] = options.symbols.split(",") if options.symbols else None
    return run_load(
        Options(
            profile=options.profile,
            broker=options.broker,
            credentials=options.credentials,
            self_contained=options.self_contained,
            embedded=options.embedded,
            data_dir=options.data_dir,
            json_file=options.json,
            changes=changes,
        )
    )


def _replay_cea(options: argparse.Namespace) -> int:
    from bashu_daemon.tools.replay_cea import replay_cea  # noqa: PLC0415

    return replay_cea(options.feed)


def _replay_lobster(options: argparse.Namespace) -> int:
    from bashu_daemon.tools.replay_lobster import replay_lobster  # noqa: PLC0415

    return replay_lobster(options.messages, options.orderbook)


def _add_surveil(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "PATH is a data directory, or a CSV file with the columns ts_ns, account, symbol, event, "
        "order_id, side, price, qty, counter_order_id; a gzip file, too, and - is standard input. "
        "Exit code 0: read, with or without alerts and bad rows; 1: cannot be read, or a bad row "
        "with --strict; 2: wrong usage."
    )
    parser.add_argument("path", type=Path, metavar="PATH")
    parser.add_argument(
        "--owners", type=Path, metavar="FILE",
        help="CSV of account,owner[,kind]; kind is owner, control, operator or device",
    )  # fmt: skip
    parser.add_argument("--rulebook", type=Path, metavar="FILE", help="whose parameters to use")
    parser.add_argument("--json", action="store_true", help="one alert per line, as JSON")
    parser.add_argument("--strict", action="store_true", help="end at the first bad row")
    parser.add_argument("--lang", choices=("en", "zh"), default="en")
    parser.set_defaults(run=_surveil)


def _surveil(options: argparse.Namespace) -> int:
    from bashu_daemon.tools.surveil import Options, surveil  # noqa: PLC0415

    return surveil(
        Options(
            path=options.path, owners=options.owners, rulebook=options.rulebook,
            as_json=options.json, strict=options.strict, language=options.lang,
        )
    )  # fmt: skip


def _verify(options: argparse.Namespace) -> int:
    from bashu_daemon.tools.verify import verify  # noqa: PLC0415

    return verify(options.directory)


def _broker_config(options: argparse.Namespace) -> int:
    from bashu_daemon.admin import write_broker_files  # noqa: PLC0415

    return write_broker_files(options.config, options.data_dir, options.listen_port)


def _passwd(options: argparse.Namespace) -> int:
    from bashu_daemon.admin import set_password  # noqa: PLC0415

    return set_password(options.config, options.data_dir, options.user, sys.stdin)


if __name__ == "__main__":
    sys.exit(main())
