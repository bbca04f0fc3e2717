"""`bashu-tui --web`."""

import argparse
import asyncio
import logging
import sys

from bashu_tui.web.settings import WebError, settings_of, warning_of


def main(options: argparse.Namespace) -> int:
    """Serve until stopped; say in one sentence what is wrong."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        settings = settings_of(options)
        warning = warning_of(settings)
        if warning:
            print(f"bashu-tui: {warning}", file=sys.stderr)  # noqa: T201  a command prints
        # A tenth of a second that only the server should spend.
        from bashu_tui.web.server import run  # noqa: PLC0415

        asyncio.run(run(settings))
    except WebError as error:
        print(f"bashu-tui: {error}", file=sys.stderr)  # noqa: T201  the same
        return 1
    return 0
