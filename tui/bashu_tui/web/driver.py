"""Textual's web driver, which ends the terminal when the server on the other side is gone."""

from textual import messages
from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Without this a terminal would outlive a server that was killed, and keep its logon."""

    def run_input_thread(self) -> None:
        super().run_input_thread()
        self._app.post_message(messages.ExitApp())
