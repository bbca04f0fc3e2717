"""What the disk itself does meanwhile: a small write and its sync, over and over.

A virtual machine's disk can stand still for tenths of a second. The venue promises nothing that is
not on it, so such a stall is in its latencies; beside this it can be told from the venue's own.
"""

import os
import threading
from array import array
from pathlib import Path
from time import perf_counter_ns
from types import TracebackType
from typing import Final, Self

from bashu_daemon.tools.load.latency import Latency, Percentiles

EVERY_SECONDS: Final = 0.02
BYTES: Final = 200
"""About a command; always at the same place, so that the file does not grow."""


class DiskProbe:
    """Syncs a file of its own in a directory, in a thread, while it is entered.

    Raises on leaving:
        OSError: the disk refused; what was measured says nothing then.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / "disk-probe"
        self._times_ns = array("q")
        self._ended = threading.Event()
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="disk probe", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._path.unlink(missing_ok=True)
        if self._error is not None and error is None:
            raise self._error

    def percentiles(self) -> Percentiles:
        latency = Latency()
        latency.add(self._times_ns)
        return latency.percentiles()

    def _run(self) -> None:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                while not self._ended.wait(EVERY_SECONDS):
                    began = perf_counter_ns()
                    os.pwrite(descriptor, bytes(BYTES), 0)
                    os.fdatasync(descriptor)
                    self._times_ns.append(perf_counter_ns() - began)
            finally:
                os.close(descriptor)
        except OSError as error:
            self._error = error
