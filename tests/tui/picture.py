"""Make the README's pictures: `python picture.py FOLDER` writes SVG files of a demo market.

`rsvg-convert -w 1400` turns them into PNG. Rich writes text lengths as if Chinese characters were
as narrow as Latin ones, blanks get lost on the way, and rsvg-convert heeds no text length; all of
it is put right here.
"""

import asyncio
import html
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input

from bashu_daemon.bootstrap import load_founding, read_first_passwords
from bashu_daemon.config import Broker, Config
from bashu_daemon.serve import serve
from bashu_daemon.service import Service
from bashu_daemon.tools.participants import Participant, run_participants
from bashu_protocol.mqtt_transport import MqttTransport
from bashu_tui.app import BashuApp
from bashu_tui.screens.confirm import ConfirmScreen
from bashu_tui.screens.trading import TradingScreen
from bashu_tui.settings import Settings
from bashu_tui.state.modes import QUIET_SECONDS

CELL = 12.2
TEXT = re.compile(
    r'<text (?P<before>[^>]*?)x="(?P<x>[\d.]+)"(?P<middle>[^>]*?) textLength="[\d.]+"'
    r"(?P<after>[^>]*)>(?P<text>[^<]*)</text>"
)
WORD = re.compile(r"[\u2e80-\uffef]|[^ \xa0\u2e80-\uffef]+")
"""A Chinese character, or a run of narrow ones."""
FONT_PIXELS = CELL / 0.602
"""At this size a character of DejaVu Sans Mono is as wide as a cell."""


def with_right_places(svg: str) -> str:
    """Place each word by itself, at the cell where the terminal would show it."""

    def place(match: re.Match[str]) -> str:
        text = html.unescape(match["text"])
        words = []
        for word in WORD.finditer(text):
            x = float(match["x"]) + cell_len(text[: word.start()]) * CELL
            length = cell_len(word[0]) * CELL
            words.append(
                f'<text {match["before"]}x="{x:.1f}"{match["middle"]} textLength="{length:.1f}"'
                f' lengthAdjust="spacingAndGlyphs"{match["after"]}>{html.escape(word[0])}</text>'
            )
        return "".join(words)

    svg = TEXT.sub(place, svg).replace("Fira Code", "DejaVu Sans Mono, Noto Sans Mono CJK SC")
    return svg.replace("font-size: 20px", f"font-size: {FONT_PIXELS:.2f}px")


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    while not condition():
        await pilot.pause(0.1)


async def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as directory:
        config = Config(data_dir=Path(directory), listen_port=0)
        stop, members_stop = asyncio.Event(), asyncio.Event()
        ready: asyncio.Future[Broker] = asyncio.get_running_loop().create_future()

        def on_ready(_service: Service, broker: Broker) -> None:
            ready.set_result(broker)

        venue = asyncio.create_task(serve(config, stop, on_ready))
        broker = await ready
        passwords = read_first_passwords(config.data_dir)
        participants = [
            Participant(user.user, entry.member, entry.strategy, entry.target)
            for entry in load_founding(config).members.members
            for user in entry.users
            if entry.strategy
        ]

        def transport(user: str) -> MqttTransport:
            return MqttTransport(broker.host, broker.port, user, passwords[user])

        trading = asyncio.create_task(
            run_participants(participants, transport, members_stop, seed=4, pace=1.5)
        )
        for name, user, language in (
            ("trading", "trader", "en"),
            ("trading-zh", "trader", "zh"),
            ("supervisor", "sup-chengdu", "en"),
        ):
            settings = Settings(language=language, market_colors="red_up")  # type: ignore[arg-type]  # one of the two languages
            app = BashuApp(user=user, transport=transport(user), settings=settings)
            async with app.run_test(size=(140, 42)) as pilot:
                await pilot.pause(4)
                if user == "trader":
                    for keys in (["f2"], [*["down"] * 7, "f2"], [*["up"] * 14, "f3"]):
                        await pilot.press(*keys)
                        app.screen.query_one("#ticket-qty", Input).value = "250"
                        await pilot.press("enter")
                        await until(pilot, lambda app=app: isinstance(app.screen, ConfirmScreen))
                        await pilot.pause(2 * QUIET_SECONDS)
                        await pilot.press("enter")
                        await until(pilot, lambda app=app: isinstance(app.screen, TradingScreen))
                await pilot.pause(8)
                svg = app.export_screenshot(title="Bashu")
            (folder / f"{name}.svg").write_text(with_right_places(svg), "utf-8")
        members_stop.set()
        await trading
        stop.set()
        await venue


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
