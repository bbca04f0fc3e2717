"""The `bashu-tui` command."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bashu_tui.i18n import default_language
from bashu_tui.palette import MarketColors


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
    language = options.lang or default_language()
    colors: MarketColors = options.market_colors or ("red_up" if language == "zh" else "green_up")
    from bashu_tui.app import BashuApp  # noqa: PLC0415  after the options, which may be wrong

    BashuApp(
        broker=options.broker,
        user=options.user,
        password=password,
        language=language,
        colors=colors,
        symbol=options.symbol,
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
    parser.add_argument("--symbol", default="", help="the instrument to begin with")
    return parser


if __name__ == "__main__":
    sys.exit(main())
