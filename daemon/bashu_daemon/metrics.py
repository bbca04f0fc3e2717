"""Counters and timings of the pipeline: for Prometheus on a port, and in the heartbeat.

Everything is observed once a batch, never once an order.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from typing import Final

from prometheus_client import CollectorRegistry, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from bashu_daemon.errors import OperatorError

_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
_SECONDS: Final = (
    0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0,
)  # fmt: skip
_MICROSECONDS: Final = 1_000_000


class Stage:
    """How long one stage takes: a histogram, and the mean since the last heartbeat."""

    def __init__(self, name: str, text: str, registry: CollectorRegistry) -> None:
        self._histogram = Histogram(
            f"bashu_{name}_seconds", text, buckets=_SECONDS, registry=registry
        )
        self._sum = 0.0
        self._count = 0

    def observe(self, seconds: float) -> None:
        self._histogram.observe(seconds)
        self._sum += seconds
        self._count += 1

    def mean_us(self) -> int:
        """Return the mean in microseconds since the last call; 0 where nothing happened."""
        total, count = self._sum, self._count
        self._sum, self._count = 0.0, 0
        return round(total / count * _MICROSECONDS) if count else 0


class Metrics:
    """What the service observes of itself.

    Args:
        counters: what happened, by name; shared with the pipeline.
        depths: how much waits where, by name, as of now.
    """

    def __init__(self, counters: Counter[str], depths: Mapping[str, Callable[[], int]]) -> None:
        self.registry = CollectorRegistry()
        self._depths = depths
        self._apply = Stage("apply", "Decoding and matching of one batch.", self.registry)
        self._write = Stage("journal_write", "Writing and syncing of one commit.", self.registry)
        self._release = Stage("release", "Publishing of what became durable.", self.registry)
        self._total = Stage("durable_report", "From arrival to published reports.", self.registry)
        self._batch = self._sizes("batch_commands", "Commands applied together.")
        self._commit = self._sizes("commit_records", "Records of one commit.")
        self.registry.register(_Collector(counters, depths))

    def applied(self, commands: int, seconds: float) -> None:
        """Count one batch."""
        self._batch.observe(commands)
        self._apply.observe(seconds)

    def committed(self, records: int, seconds: float) -> None:
        """Count one commit of the journal."""
        self._commit.observe(records)
        self._write.observe(seconds)

    def released(self, began: float, arrived: float | None) -> None:
        """Count a release: when it began and when its first command arrived, if it has any."""
        now = perf_counter()
        self._release.observe(now - began)
        if arrived is not None:
            self._total.observe(now - arrived)

    def gauges(self) -> dict[str, int]:
        """Return depths, and mean times in microseconds since the last call."""
        return {name: depth() for name, depth in self._depths.items()} | {
            "apply_us": self._apply.mean_us(),
            "journal_write_us": self._write.mean_us(),
            "release_us": self._release.mean_us(),
            "durable_report_us": self._total.mean_us(),
        }

    def serve(self, host: str, port: int) -> Callable[[], None]:
        """Answer Prometheus on a port; the returned function ends it.

        Raises:
            OperatorError: the port is taken.
        """
        try:
            server, thread = start_http_server(port, host, self.registry)
        except OSError as error:
            raise OperatorError(
                f"Cannot serve metrics on {host}:{port}: {error.strerror}. Choose another "
                "metrics_port, or 0 for none."
            ) from error

        def end() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return end

    def _sizes(self, name: str, text: str) -> Histogram:
        return Histogram(f"bashu_{name}", text, buckets=_SIZES, registry=self.registry)


class _Collector:
    """Counters and depths as they are when Prometheus asks."""

    def __init__(self, counters: Counter[str], depths: Mapping[str, Callable[[], int]]) -> None:
        self._counters = counters
        self._depths = depths

    def collect(self) -> Iterator[Metric]:
        counts = CounterMetricFamily("bashu_events", "What happened.", labels=["event"])
        for name, count in sorted(self._counters.copy().items()):
            counts.add_metric([name], count)
        yield counts
        waiting = GaugeMetricFamily("bashu_waiting", "How much waits where.", labels=["queue"])
        for name, depth in self._depths.items():
            waiting.add_metric([name], depth())
        yield waiting
