"""Panels of lines: what is on screen is made for the size that they have."""

from typing import Any

from rich.cells import cell_len

from bashu_tui.widgets.ladder import Ladder


async def test_in_a_quiet_market_lines_are_made_anew_for_another_size(
    terminal: Any, wait: Any
) -> None:
    """A panel in its new size is painted before it is told of it, with the lines that it has."""

    def width_of_head(ladder: Ladder) -> int:
        return sum(cell_len(text) for text, _style in ladder._made[0]) if ladder._made else 0

    async with terminal(size=(200, 60)) as (app, pilot):
        ladder = app.screen.query_one(Ladder)
        before = ladder.size.width
        await wait(pilot, lambda: width_of_head(ladder) == before)
        await pilot.resize_terminal(140, 42)
        await wait(pilot, lambda: ladder.size.width < before)
        await wait(pilot, lambda: width_of_head(ladder) == ladder.size.width)
