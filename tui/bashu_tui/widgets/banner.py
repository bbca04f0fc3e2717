"""A stale market is louder than a slow one: a banner across the screen."""

from bashu_tui.i18n import Locale
from bashu_tui.state.desk import Desk
from bashu_tui.text import centre
from bashu_tui.widgets.lines import Line, LineWidget


class Banner(LineWidget):
    """Hidden while everything on screen is certain."""

    def __init__(self, locale: Locale, desk: Desk) -> None:
        super().__init__(locale, id="banner")
        self._desk = desk
        self.display = False

    def build(self, width: int, height: int) -> list[Line]:
        text = self.locale.t(f"banner.{self._desk.link.face}") if self._desk.link.is_dead else ""
        return [((centre(text, width), "alarm bold"),)]

    def follow(self) -> None:
        """Appear and vanish with the link."""
        self.display = self._desk.link.is_dead
        self.paint()
