"""What is shown can be read: contrast, without colours, in plain glyphs, in cells of sure width."""

import ast
import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_args
from unicodedata import east_asian_width

import pytest
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

import bashu_tui
from bashu_protocol.messages import SetPhase
from bashu_tui.app import BashuApp
from bashu_tui.i18n import Language
from bashu_tui.looks import MarketColors, ThemeName
from bashu_tui.palette import DARK, LIGHT, Palette
from bashu_tui.widgets.ladder import Ladder

SYMBOL: Final = "CEA25"
SOURCE: Final = Path(bashu_tui.__file__).parent
READABLE: Final = 4.5
"""WCAG 2.2, success criterion 1.4.3, for text of usual size."""
PTY_SECONDS: Final = 60.0
FRAMES: Final = frozenset("╭╮╰╯─│")
"""What draws a frame says nothing that would have to be read."""


# Contrast


def luminance(color: Color) -> float:
    """As WCAG defines it, of a colour that is known."""
    parts = [part / 255 for part in color.get_truecolor()]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: Color, other: Color) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colors", get_args(MarketColors))
@pytest.mark.parametrize(("name", "theme"), [("dark", DARK), ("light", LIGHT)])
def test_every_style_of_the_palette_is_readable(
    name: ThemeName, theme: Any, colors: MarketColors
) -> None:
    palette = Palette(colors, name)
    assert palette.cursor.bgcolor is not None
    grounds = {
        "cursor": palette.cursor.bgcolor,
        **{part: Color.parse(getattr(theme, part)) for part in ("background", "surface", "panel")},
    }
    found = {}
    for part, style in vars(palette).items():
        if not isinstance(style, Style) or style.color is None:
            continue
        on = {"its own": style.bgcolor} if style.bgcolor is not None else grounds
        found |= {(part, where): contrast(style.color, ground) for where, ground in on.items()}
    assert {part for part, _ in found} >= {"buy", "sell", "own", "mark", "buy_bar", "faint"}
    assert {place: ratio for place, ratio in found.items() if ratio < READABLE} == {}


def segments(app: BashuApp) -> Iterator[Segment]:
    for strip in app.screen._compositor.render_strips():
        yield from strip


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_what_the_screens_show_is_readable(
    terminal: Any, market: Any, wait: Any, theme: ThemeName
) -> None:
    """Texts that the stylesheets colour too, and cards over a screen; not what lies behind one."""
    await busy(market)
    async with terminal() as (app, pilot):
        app.choose(theme=theme)
        for place, keys in SHOWN:
            app.open_screen(place)
            await wait(pilot, lambda place=place: getattr(app.screen, "place", "") == place)
            await wait(pilot, lambda: app.screen.is_mounted)
            await pilot.press(*keys)
            await pilot.pause()
            await pilot.pause()
            assert not dict(pale(app)), place
            if keys:
                await pilot.press("escape")
                await pilot.pause()


SHOWN: Final = (("trading", ()), ("trading", ("f10",)), ("settings", ()), ("bindings", ("f1",)))


def pale(app: BashuApp) -> Iterator[tuple[str, float]]:
    """Find the texts in front that cannot be read."""
    front = app.screen.region
    if app.screen.is_modal:
        front = app.screen.query_one(".card").region
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            inside = front.contains(x, y)
            x += segment.cell_length
            style = segment.style
            if not inside or style is None or style.color is None or style.bgcolor is None:
                continue
            if not set(segment.text) - FRAMES - {" "}:
                continue
            ratio = contrast(style.color, style.bgcolor)
            if ratio < READABLE:
                yield segment.text, ratio


# Without colours


async def busy(market: Any) -> None:
    """A book of both sides, of bob's orders."""
    async with market.client("reg") as registrar:
        await registrar.command(SetPhase("open", "continuous", SYMBOL))
    async with market.client("bob") as bob:
        await bob.place(SYMBOL, "sell", 300, 7_470)
        await bob.place(SYMBOL, "buy", 90, 7_455)


async def trade(app: Any, pilot: Any, wait: Any) -> None:
    """Buy some, bid for more, and choose the price below the best bid."""
    await app.session.client.place(SYMBOL, "buy", 40, 7_470)
    await app.session.client.place(SYMBOL, "buy", 250, 7_455)
    ladder = app.screen.query_one(Ladder)
    await wait(pilot, lambda: any(row.own_buy for row in ladder._rows))
    await wait(pilot, lambda: any(row.bid_qty == 340 for row in ladder._rows))
    await wait(pilot, lambda: any("[74.70]" in line for line in rows(app, Ladder)))
    ladder.focus()
    ladder.move(-1)
    await wait(pilot, lambda: any(">" in line for line in rows(app, Ladder)))


def rows(app: BashuApp, kind: type[Any]) -> list[str]:
    """Return the text of a widget's lines, without any style."""
    widget = app.screen.query_one(kind)
    region = widget.region
    strips = app.screen._compositor.render_strips()
    return [strips[y].crop(region.x, region.right).text for y in range(region.y, region.bottom)]


async def test_without_colours_the_ladder_says_the_same(
    terminal: Any, market: Any, wait: Any
) -> None:
    await busy(market)
    async with terminal(language="en") as (app, pilot):
        ladder = app.screen.query_one(Ladder)
        await trade(app, pilot, wait)
        lines = rows(app, Ladder)
        heading = next(line for line in lines if "Bids" in line)
        assert heading.index("Mine") < heading.index("Bids") < heading.index("Asks")
        # The last trade stands in brackets, the chosen price between arrows.
        assert any("[74.70]" in line for line in lines)
        chosen = next(line for line in lines if re.search(r">\D*\d+\.\d\d\D*<", line))
        assert f"{ladder.cursor_price // 100}.{ladder.cursor_price % 100:02d}" in chosen
        # Which side a quantity is on shows by where it stands; one's own has a column of its own.
        own = next(line for line in lines if "74.55" in line)
        assert "250" in own[: heading.index("Mine") + len("Mine") + 1]
        assert "340" in own.partition("74.55")[0]
        asks = next(line for line in lines if "74.70" in line)
        assert "260" in asks.partition("74.70")[2]


async def test_without_colours_the_trading_screen_says_the_same(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    await busy(market)
    async with terminal(language="en", size=(200, 60)) as (app, pilot):
        await trade(app, pilot, wait)
        await pilot.press("f3")
        await wait(pilot, lambda: "[Sell]" in shown(app))  # the side is a word in brackets
        text = shown(app)
        assert "Buy" in text
        assert "LIVE" in text
        assert "ARMED" in text
        assert re.search(r"\+\d+\.\d\d%|-\d+\.\d\d%", text)  # changes have a sign
        market.hub.stop()
        await wait(pilot, lambda: "Order entry is locked" in shown(app))  # an alarm is a sentence
        assert "LIVE" not in shown(app)


async def test_no_color_leaves_no_colour_and_marks_by_reversing(
    monkeypatch: pytest.MonkeyPatch, terminal: Any, market: Any, wait: Any
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    await busy(market)
    async with terminal() as (app, pilot):
        ladder = app.screen.query_one(Ladder)
        await trade(app, pilot, wait)
        shown = list(segments(app))
        colored = [
            (s.text, s.style)
            for s in shown
            if s.style is not None
            and any(c is not None and not c.is_default for c in (s.style.color, s.style.bgcolor))
        ]
        assert not colored
        reversed_texts = " ".join(s.text for s in shown if s.style is not None and s.style.reverse)
        assert "250" in reversed_texts  # one's own order
        assert "[74.70]" in reversed_texts  # the last trade
        price = f"{ladder.cursor_price // 100}.{ladder.cursor_price % 100:02d}"
        assert price in reversed_texts  # the chosen row


def test_no_color_writes_no_colour_to_a_real_terminal(tmp_path: Path) -> None:
    """The page of keys needs no venue; the filter is that of all screens."""
    ours, theirs = pty.openpty()
    environment = os.environ | {
        "NO_COLOR": "1", "TERM": "xterm-256color", "LANG": "en_US.UTF-8", "LC_ALL": "C.UTF-8",
        "COLUMNS": "100", "LINES": "30", "HOME": str(tmp_path),
    }  # fmt: skip
    terminal = subprocess.Popen(
        [sys.executable, "-m", "bashu_tui.cli", "--lang", "en", "keys"],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        written = read_until(ours, b"leave")
        os.write(ours, b"1")
        written += read_until(ours, b"1")
    finally:
        terminal.kill()
        terminal.wait(PTY_SECONDS)
        os.close(ours)
    codes = [code for code in re.findall(rb"\x1b\[([\d;:]*)m", written) if code]
    assert codes
    parts = {int(part) for code in codes for part in re.split(rb"[;:]", code) if part}
    # 39 and 49 choose the terminal's own colours.
    assert not {part for part in parts if 30 <= part <= 49 or 90 <= part <= 107} - {39, 49}


def read_until(descriptor: int, wanted: bytes) -> bytes:
    """Read what a program writes to its terminal until something is there."""
    written, deadline = b"", time.monotonic() + PTY_SECONDS
    while wanted not in written:
        ready, _, _ = select.select([descriptor], [], [], deadline - time.monotonic())
        assert ready, f"{wanted!r} did not come: {written[-500:]!r}"
        written += os.read(descriptor, 65_536)
    return written


# Widths

KNOWN: Final = {
    ("web.opening", "…"): "stands in a browser's page",
    ("keymap.clash", "“”"): "a sentence by itself, nothing is aligned behind it",
    ("keymap.needed", "“”"): "the same",
    ("keymap.no_key", "“”"): "the same",
    ("sup.done.notice", "“”"): "the same",
}
"""Ambiguous characters that may stand there, and why."""


def ambiguous(text: str) -> str:
    return "".join(sorted({c for c in text if east_asian_width(c) == "A"}))


@pytest.mark.parametrize(
    "path", sorted((SOURCE / "locales").glob("*.json")), ids=lambda path: path.stem
)
def test_no_text_holds_a_character_of_ambiguous_width(path: Path) -> None:
    texts: dict[str, str] = json.loads(path.read_text("utf-8"))
    found = {(key, ambiguous(text)) for key, text in texts.items() if ambiguous(text)}
    assert found <= KNOWN.keys()


def test_no_source_paints_a_character_of_ambiguous_width() -> None:
    found = [
        (path.name, constant.lineno, ambiguous(str(constant.value)))
        for room in ("widgets", "screens", "state")
        for path in sorted((SOURCE / room).glob("*.py"))
        for constant in painted(ast.parse(path.read_text("utf-8")))
        if ambiguous(str(constant.value))
    ]
    assert not found


def painted(tree: ast.AST) -> Iterator[ast.Constant]:
    """Find the strings of a module that are not remarks."""
    remarks = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in remarks
        ):
            yield node


# Plain glyphs


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("size", [(80, 24), (140, 42)])
async def test_plain_glyphs_are_ascii_and_chinese_only(
    terminal: Any, market: Any, wait: Any, shown: Any, language: Language, size: Any
) -> None:
    await busy(market)
    async with terminal(language=language, size=size) as (app, pilot):
        app.choose(glyphs="ascii")
        for place, keys in (
            ("trading", ()), ("trading", ("f1",)), ("trading", ("f2", "enter")),
            ("blotter", ()), ("bindings", ()), ("settings", ()),
        ):  # fmt: skip
            app.open_screen(place)
            await wait(pilot, lambda place=place: getattr(app.screen, "place", "") == place)
            await wait(pilot, lambda: app.screen.is_mounted)
            await pilot.press(*keys)
            await pilot.pause()
            await pilot.pause()
            stray = {c for c in shown(app) if not c.isascii() and east_asian_width(c) not in "WF"}
            assert not stray, (place, keys, stray)
            if keys:
                await pilot.press("escape")
                await wait(pilot, lambda: not app.screen.is_modal)
