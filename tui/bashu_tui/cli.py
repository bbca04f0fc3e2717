"""The `bashu-tui` command."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from bashu_tui.collector import set_aside
from bashu_tui.headless.parser import DEFAULT_BROKER, add_commands, language_of
from bashu_tui.i18n import Language, Texts, default_language
from bashu_tui.locations import settings_file
from bashu_tui.looks import MarketColors, ThemeName
from bashu_tui.problems import Problem, ProblemsError
from bashu_tui.settings import Settings, load
from bashu_tui.state.preferences import Preferences
from bashu_tui.terminal import FEW_COLORS, NAMED_COLORS, terminal_colors
from bashu_tui.web.settings import add_web_options

FRAMES_PER_SECOND = 240
"""At most; the market is painted less often than that, see `app.FRAME_SECONDS`."""
SWITCH_SECONDS = 0.001
"""How long the threads that read keys and write the screen wait for the one that paints."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the terminal, or carry out one command without a screen."""
    options = read_arguments(sys.argv[1:] if arguments is None else arguments)
    if options.web:
        from bashu_tui.web.command import main as serve  # noqa: PLC0415  a server, no terminal

        return serve(options)
    path = options.settings or settings_file()
    is_terminal = not options.command or options.command == "keys"
    settings = Settings()
    if is_terminal:
        # Textual reads it on import: a key after a frame of the market waits less for its own.
        os.environ.setdefault("TEXTUAL_FPS", str(FRAMES_PER_SECOND))
        sys.setswitchinterval(SWITCH_SECONDS)
    try:
        settings = load(path)
        if is_terminal:
            preferences = _preferences(options, path, settings)
    except ProblemsError as error:
        texts = Texts(options.lang or settings.language or default_language())
        print(f"bashu-tui: {error.say(texts)}", file=sys.stderr)
        return 1 if is_terminal else 2  # of a command 1 means that the venue refused it
    if is_terminal:
        return _open_terminal(options, preferences)
    # None of the client library for those who only ask for help, none of Textual for anybody.
    from bashu_tui.headless.run import main as run_command  # noqa: PLC0415

    texts = Texts(options.lang or settings.language or default_language())
    return run_command(options, settings, texts)


def _open_terminal(options: argparse.Namespace, preferences: Preferences) -> int:
    password = os.environ.get("BASHU_PASSWORD", "")
    if options.password_fd is not None:
        with os.fdopen(options.password_fd, encoding="utf-8") as pipe:
            password = pipe.read()
    if options.password_file is not None:
        try:
            password = options.password_file.read_text("utf-8").strip()
        except OSError as error:
            print(
                f"bashu-tui: cannot read {options.password_file}: {error.strerror}.",
                file=sys.stderr,
            )
            return 1
    from bashu_tui.app import BashuApp  # noqa: PLC0415  after the options, which may be wrong

    set_aside()
    BashuApp(
        broker=options.broker,
        user=options.user,
        password=password,
        symbol=options.symbol,
        preferences=preferences,
        first_screen=options.command or "",
        when_opened=set_aside,
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


def _preferences(options: argparse.Namespace, path: Path, stored: Settings) -> Preferences:
    """Put what the command line and the terminal say in the place of what the file says.

    Raises:
        KeymapError: the keys cannot be used; to see what keys there are, the usual ones will do.
    """
    from bashu_tui.keymap import KeymapError, problems  # noqa: PLC0415  it imports Textual

    found = problems(stored.keys)
    if found and options.command != "keys":
        raise KeymapError(Problem("settings.file", {"file": str(path)}), *found)
    given = {
        "language": options.lang, "market_colors": options.market_colors, "theme": options.theme,
        "keys": {} if found else None,
    }  # fmt: skip
    chosen = {name: value for name, value in given.items() if value is not None}
    colors = terminal_colors()
    if colors is not None and colors < FEW_COLORS and stored.theme == "dark":
        chosen.setdefault("theme", "ansi")
    if colors is not None and colors < NAMED_COLORS:
        os.environ.setdefault("NO_COLOR", "1")
    return Preferences(stored, path=path, overridden=chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bashu-tui",
        description="The trading and supervision terminal of Bashu. The password is read from "
        "BASHU_PASSWORD, a file, or the login screen.",
    )
    parser.add_argument("--broker", default=DEFAULT_BROKER, metavar="mqtt://HOST:PORT")
    parser.add_argument("--user", default="")
    parser.add_argument("--password-file", type=Path, metavar="FILE")
    parser.add_argument("--password-fd", type=int, metavar="N", help=argparse.SUPPRESS)
    parser.add_argument("--lang", choices=get_args(Language))
    parser.add_argument("--market-colors", choices=get_args(MarketColors))
    parser.add_argument("--theme", choices=get_args(ThemeName))
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help=f"instead of {settings_file()}"
    )
    parser.add_argument("--symbol", default="", help="the instrument to begin with")
    add_web_options(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
