"""Base of the lines of which parts can be clicked to run an action of the screen."""

from textual import events

from bashu_tui.widgets.line_panel import LinePanel


class ClickLine(LinePanel):
    """One line; `lines` fills in which columns run what."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self.spans: list[tuple[int, int, str]] = []
        """First and last column of a part, and the action that a click on it runs."""

    async def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for first, last, run in self.spans:
            if first <= offset.x <= last:
                await self.screen.run_action(run)
