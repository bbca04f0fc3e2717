"""The least Textual program with a field to type in: the yardstick of `bench_tui.py`."""

from textual.app import App, ComposeResult
from textual.widgets import Input, Static


class BareApp(App[None]):
    """A line of text and a field."""

    def compose(self) -> ComposeResult:
        yield Static("A bare Textual program with a field")
        yield Input()


if __name__ == "__main__":
    BareApp().run()
