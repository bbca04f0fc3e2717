"""The `bashu-tui` command."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from bashu_tui.headless.parser import DEFAULT_BROKER, add_commands, language_of
from bashu_tui.i18n import Texts, default_language
from bashu_tui.locations import settings_file
from bashu_tui.settings import Settings, SettingsError, load


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the terminal, or carry out one command without a screen."""
    options = read_arguments(sys.argv[1:] if arguments is None else arguments)
    try:
        settings = load(options.settings or settings_file())
    except SettingsError as error:
        print(f"bashu-tui: {error}", file=sys.stderr)
        return 1
    if options.command:
        # None of the client library for those who only ask for help, none of Textual for anybody.
        from bashu_tui.headless.run import main as run_command  # noqa: PLC0415

        texts = Texts(options.lang or settings.language or default_language())
        return run_command(options, settings, texts)
    return _open_terminal(options, settings)


def _open_terminal(options: argparse.Namespace, settings: Settings) -> int:
    from bashu_tui.keymap import KeymapError, check  # noqa: PLC0415  it imports Textual

    password = os.environ.get("BASHU_PASSWORD", "")
    if options.password_file is not None:
        try:
            password = options.password_file.read_text("utf-8").strip()
        except OSError as error:
            print(
                f"bashu-tui: cannot read {options.password_file}: {error.strerror}.",
                file=sys.stderr,
            )
            return 1
    try:
        check(settings.keys)
    except KeymapError as error:
        print(f"bashu-tui: {error}", file=sys.stderr)
        return 1
    chosen = {
        "language": options.lang, "market_colors": options.market_colors, "theme": options.theme,
    }  # fmt: skip
    settings = replace(settings, **{name: value for name, value in chosen.items() if value})
    from bashu_tui.app import BashuApp  # noqa: PLC0415  after the options, which may be wrong

    BashuApp(
        broker=options.broker,
        user=options.user,
        password=password,
        symbol=options.symbol,
        settings=settings,
    ).run()
    return 0


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; `command` is empty where the terminal is wanted.

    Raises:
        SystemExit: argparse does not understand them, and has said why, or help was asked for.
    """
    parser = _parser()
    add_commands(parser, Texts(language_of(arguments)))
    return parser.parse_args(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bashu-tui",
        description="The trading and supervision terminal of Bashu. The password is read from "
        "BASHU_PASSWORD, a file, or the login screen.",
    )
    parser.add_argument("--broker", default=DEFAULT_BROKER, metavar="mqtt://HOST:PORT")
    parser.add_argument("--user", default="")
    parser.add_argument("--password-file", type=Path, metavar="FILE")
    parser.add_argument("--lang", choices=("en", "zh"))
    parser.add_argument("--market-colors", choices=("red_up", "green_up", "blue_orange"))
    parser.add_argument("--theme", choices=("dark", "light", "ansi"))
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help=f"instead of {settings_file()}"
    )
    parser.add_argument("--symbol", default="", help="the instrument to begin with")
    return parser


if __name__ == "__main__":
    sys.exit(main())
