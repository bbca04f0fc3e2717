"""A line about the run while it goes on."""

import time
from array import array
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.text import Text

from bashu_protocol.units import NS_PER_MS

LINE_SECONDS: Final = 5.0
"""Between two lines where there is no terminal to draw on."""
_SAMPLE: Final = 500


class ProgressLine:
    """Drawn once in a while only: drawing takes time from the measured loop."""

    def __init__(self, console: Console, total_seconds: float) -> None:
        self._console = console
        self._total = total_seconds
        self._begin = time.monotonic()
        self._last = (self._begin, 0)
        self._printed_at = self._begin
        self._live = Live(console=console, auto_refresh=False, transient=True)
        if console.is_terminal:
            self._live.start()

    def draw(self, what: str, answered: int, unanswered: int, times_ns: "array[int]") -> None:
        """Show where the run is; `times_ns` are the latencies since the last drawing."""
        now = time.monotonic()
        since, before = self._last
        self._last = (now, answered)
        rate = round((answered - before) / max(now - since, 0.001))
        sample = sorted(times_ns[:: max(1, len(times_ns) // _SAMPLE)])
        shape = ""
        if sample:
            p50, p99 = sample[len(sample) // 2], sample[len(sample) * 99 // 100]
            shape = f", p50 {p50 / NS_PER_MS:.2f} ms, p99 {p99 / NS_PER_MS:.2f} ms"
        text = (
            f"{what} {now - self._begin:3.0f}/{self._total:.0f} s: {answered:,} answered, "
            f"{unanswered:,} under way, {rate:,}/s{shape}"
        )
        if self._console.is_terminal:
            self._live.update(Text(text), refresh=True)
        elif now - self._printed_at >= LINE_SECONDS:
            self._printed_at = now
            self._console.print(text)

    def close(self) -> None:
        if self._console.is_terminal:
            self._live.stop()
