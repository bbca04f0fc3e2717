"""Textual's web driver, which ends the terminal when the server on the other side is gone."""

from textual import messages
from textual.drivers.web_driver import WebDriver

from bashu_tui.web.packets import BELL


class BrowserDriver(WebDriver):
    """Without this a terminal would outlive a server that was killed, and keep its logon."""

    def write(self, data: str) -> None:
        """Draw; but the bell, which a browser's terminal does not hear, goes to the page."""
        if data == "\a":
            self.write_meta({"type": BELL})
        else:
            super().write(data)

    def run_input_thread(self) -> None:
        super().run_input_thread()
        self._app.post_message(messages.ExitApp())
