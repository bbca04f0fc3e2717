"""The `bashu-tui` command."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from bashu_tui.keymap import KeymapError, check
from bashu_tui.locations import settings_file
from bashu_tui.settings import SettingsError, load


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the terminal."""
    options = _parser().parse_args(arguments)
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
        settings = load(options.settings or settings_file())
        check(settings.keys)
    except (SettingsError, KeymapError) as error:
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bashu-tui",
        description="The trading and supervision terminal of Bashu. The password is read from "
        "BASHU_PASSWORD, a file, or the login screen.",
    )
    parser.add_argument("--broker", default="mqtt://127.0.0.1:1883", metavar="mqtt://HOST:PORT")
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
