import urllib.request
from collections import Counter

import pytest
from bashu_testing import free_port
from prometheus_client import generate_latest

from bashu_daemon.errors import OperatorError
from bashu_daemon.metrics import Metrics


def observed(counters: Counter[str], depth: int = 3) -> Metrics:
    metrics = Metrics(counters, {"journal_records": lambda: depth})
    metrics.applied(50, 0.000_4)
    metrics.applied(10, 0.000_2)
    metrics.committed(60, 0.001)
    return metrics


def test_the_heartbeat_has_depths_and_the_means_since_the_last() -> None:
    metrics = observed(Counter())
    first = metrics.gauges()
    assert first["journal_records"] == 3
    assert first["apply_us"] == 300
    assert first["journal_write_us"] == 1_000
    assert first["durable_report_us"] == 0
    assert metrics.gauges()["apply_us"] == 0


def test_prometheus_reads_counters_depths_and_histograms_as_they_are() -> None:
    counters = Counter(commands=5)
    metrics = observed(counters)
    counters["commands"] += 1
    text = generate_latest(metrics.registry).decode()
    assert 'bashu_events_total{event="commands"} 6.0' in text
    assert 'bashu_waiting{queue="journal_records"} 3.0' in text
    assert 'bashu_batch_commands_bucket{le="10.0"} 1.0' in text
    assert "bashu_batch_commands_sum 60.0" in text
    assert "bashu_journal_write_seconds_count 1.0" in text


def test_it_answers_on_a_port_and_a_taken_one_is_named() -> None:
    port = free_port()
    metrics = observed(Counter(commands=1))
    end = metrics.serve("127.0.0.1", port)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            assert b"bashu_waiting" in answer.read()
        with pytest.raises(OperatorError, match=str(port)):
            metrics.serve("127.0.0.1", port)
    finally:
        end()
