"""The sub-commands of `bashu-tui` and their arguments; light, since every start reads it."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bashu_tui.i18n import Language, Texts, default_language

DEFAULT_BROKER: Final = "mqtt://127.0.0.1:1883"
LONGEST_SECONDS: Final = 7 * 86_400
DISCLOSURE_KINDS: Final = (
    "allocation", "verification", "project", "penalty", "policy", "other",
)  # fmt: skip
DIRECTIONS: Final = ("up", "down")
LINK_KINDS: Final = ("control", "operator", "device")
MOST: Final = 1_000_000_000


def language_of(arguments: Sequence[str]) -> Language:
    """Return the language for help and errors, before the arguments are read as a whole."""
    for at, argument in enumerate(arguments):
        following = arguments[at + 1] if at + 1 < len(arguments) else ""
        named = following if argument == "--lang" else argument.removeprefix("--lang=")
        if named in ("en", "zh") and named != argument:
            return "zh" if named == "zh" else "en"
    return default_language()


def add_commands(parser: argparse.ArgumentParser, texts: Texts) -> None:
    """Give the terminal's parser its sub-commands; `options.command` is empty without one."""
    parser.set_defaults(command="")
    commands = parser.add_subparsers(
        title=texts("headless.help.commands"), metavar="COMMAND", dest="command"
    )
    common = _common(texts)

    def add(name: str) -> argparse.ArgumentParser:
        said = texts(f"headless.help.{name}")
        made: argparse.ArgumentParser = commands.add_parser(
            name, help=said, description=said, parents=[common], allow_abbrev=False
        )
        return made

    _order(add("order"), texts)
    _replace(add("replace"), texts)
    _cancel(add("cancel"), texts)
    for name in ("orders", "fills", "instruments"):
        add(name).add_argument(
            "--symbol", default=argparse.SUPPRESS, help=texts("headless.help.symbol")
        )
    add("parameters").add_argument("--rule", default="", help=texts("headless.help.rule"))
    _propose(add("propose"), texts)
    _confirm(add("confirm"), texts)
    _disclose(add("disclose"), texts)
    _statement(add("statement"), texts)
    _bar(add("bar"), texts)
    _link(add("link"), texts)
    add("links")
    add("positions")
    add("notices")
    book = add("book")
    book.add_argument("symbol", metavar="SYMBOL")
    _depth(book, 10, texts)
    _watch(add("watch"), texts)
    said = texts("headless.help.keys")
    commands.add_parser("keys", help=said, description=said, allow_abbrev=False)


def _common(texts: Texts) -> argparse.ArgumentParser:
    """Return what every sub-command takes, also where the terminal itself takes it before it."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)

    def option(name: str, **more: Any) -> None:
        common.add_argument(name, help=texts(f"headless.help.{name.strip('-')}"), **more)

    option("--broker", metavar="mqtt://HOST:PORT")
    option("--user", metavar="NAME")
    option("--password-file", type=Path, metavar="FILE")
    option("--lang", choices=("en", "zh"))
    option("--settings", type=Path, metavar="FILE")
    option("--json", action="store_true", default=False)
    option("--timeout", type=_seconds, default=10.0, metavar="SECONDS")
    return common


def _order(parser: argparse.ArgumentParser, texts: Texts) -> None:
    parser.add_argument("side", choices=("buy", "sell"))
    parser.add_argument("symbol", metavar="SYMBOL")
    parser.add_argument("quantity", metavar="TONNES")
    parser.add_argument("price", metavar="PRICE", nargs="?", help=texts("headless.help.price"))

    def option(name: str, **more: Any) -> None:
        parser.add_argument(name, help=texts(f"headless.help.{name.strip('-')}"), **more)

    option("--market", action="store_true")
    option("--tif", choices=("day", "ioc", "fok", "gtd"))
    option("--expire", metavar="YYYYMMDD")
    option("--post-only", action="store_true")
    option("--stop", metavar="PRICE")
    option("--min-qty", metavar="TONNES")
    option("--display-qty", metavar="TONNES")
    option("--client", metavar="ACCOUNT", default="")
    option("--cl-ord-id", metavar="ID", default="")
    option("--wait", type=_seconds, metavar="SECONDS")


def _replace(parser: argparse.ArgumentParser, texts: Texts) -> None:
    parser.add_argument("order", metavar="CL_ORD_ID")
    parser.add_argument("quantity", metavar="TONNES", help=texts("headless.help.total"))
    parser.add_argument("price", metavar="PRICE")
    parser.add_argument("--stop", metavar="PRICE", help=texts("headless.help.stop"))
    parser.add_argument(
        "--cl-ord-id", metavar="ID", default="", help=texts("headless.help.cl-ord-id")
    )


def _cancel(parser: argparse.ArgumentParser, texts: Texts) -> None:
    parser.add_argument("order", metavar="CL_ORD_ID", nargs="?", default="")
    parser.add_argument("--symbol", default=argparse.SUPPRESS, help=texts("headless.help.here"))
    parser.add_argument("--all", action="store_true", help=texts("headless.help.all"))
    parser.add_argument(
        "--cl-ord-id", metavar="ID", default="", help=texts("headless.help.cl-ord-id")
    )


def _propose(parser: argparse.ArgumentParser, texts: Texts) -> None:
    parser.add_argument("rule", metavar="RULE")
    parser.add_argument("parameter", metavar="PARAMETER")
    parser.add_argument("value", metavar="VALUE", nargs="?", help=texts("headless.help.value"))
    parser.add_argument("--reason", required=True, help=texts("headless.help.reason"))
    parser.add_argument("--symbol", default=argparse.SUPPRESS, help=texts("headless.help.symbol"))
    parser.add_argument("--clear", action="store_true", help=texts("headless.help.clear"))
    parser.add_argument(
        "--cl-ord-id", metavar="ID", default="", help=texts("headless.help.cl-ord-id")
    )


def _confirm(parser: argparse.ArgumentParser, texts: Texts) -> None:
    parser.add_argument("change", metavar="NUMBER", help=texts("headless.help.change"))
    parser.add_argument("--decline", action="store_true", help=texts("headless.help.decline"))
    parser.add_argument(
        "--cl-ord-id", metavar="ID", default="", help=texts("headless.help.cl-ord-id")
    )


def _disclose(parser: argparse.ArgumentParser, texts: Texts) -> None:
    parser.add_argument("symbol", metavar="SYMBOL")
    parser.add_argument("kind", metavar="KIND", choices=DISCLOSURE_KINDS)
    _record(parser, texts)
    parser.add_argument("--member", default="", help=texts("headless.help.about"))


def _statement(parser: argparse.ArgumentParser, texts: Texts) -> None:
    parser.add_argument("symbol", metavar="SYMBOL")
    parser.add_argument("direction", metavar="up|down", choices=DIRECTIONS)
    parser.add_argument("poster", metavar="WHO", help=texts("headless.help.poster"))
    _record(parser, texts)


def _record(parser: argparse.ArgumentParser, texts: Texts) -> None:
    parser.add_argument("text", metavar="TEXT")
    parser.add_argument("--at", metavar="TIME", default="", help=texts("headless.help.at"))
    parser.add_argument(
        "--cl-ord-id", metavar="ID", default="", help=texts("headless.help.cl-ord-id")
    )


def _bar(parser: argparse.ArgumentParser, texts: Texts) -> None:
    parser.add_argument("person", metavar="PERSON")
    parser.add_argument("text", metavar="REASON", help=texts("headless.help.reason"))
    parser.add_argument("--lift", action="store_true", help=texts("headless.help.lift"))
    parser.add_argument(
        "--cl-ord-id", metavar="ID", default="", help=texts("headless.help.cl-ord-id")
    )


def _link(parser: argparse.ArgumentParser, texts: Texts) -> None:
    parser.add_argument("account", metavar="ACCOUNT", help=texts("headless.help.account"))
    parser.add_argument("kind", metavar="|".join(LINK_KINDS), choices=LINK_KINDS)
    parser.add_argument("name", metavar="NAME", help=texts("headless.help.linked"))
    parser.add_argument("text", metavar="REASON", help=texts("headless.help.reason"))
    parser.add_argument(
        "--cl-ord-id", metavar="ID", default="", help=texts("headless.help.cl-ord-id")
    )


def _watch(parser: argparse.ArgumentParser, texts: Texts) -> None:
    parser.add_argument("symbols", metavar="SYMBOL", nargs="*")
    _depth(parser, 1, texts)
    parser.add_argument(
        "--seconds", type=_seconds, metavar="N", help=texts("headless.help.seconds")
    )
    parser.add_argument("--count", type=_whole, metavar="N", help=texts("headless.help.count"))


def _depth(parser: argparse.ArgumentParser, usual: int, texts: Texts) -> None:
    parser.add_argument(
        "--depth", type=_whole, default=usual, metavar="N", help=texts("headless.help.depth")
    )


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= LONGEST_SECONDS:
        raise ValueError(text)
    return seconds


def _whole(text: str) -> int:
    number = int(text)
    if not 0 < number <= MOST:
        raise ValueError(text)
    return number


# What argparse calls a value that it cannot convert.
_seconds.__name__ = "number of seconds"
_whole.__name__ = "whole number"
