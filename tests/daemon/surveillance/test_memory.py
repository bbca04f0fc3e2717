"""What surveillance holds follows what is live and who trades, not how much there was."""

import os
import time
from itertools import islice

import pytest
from process_usage import PROC
from recorded_rows import recorded_rows

from bashu_daemon.surveillance.csv_feed import CsvFeed
from bashu_daemon.surveillance.watch import Watch

EVENTS = int(os.environ.get("BASHU_SURVEILLANCE_EVENTS", "10000000"))
"""Of the long run; 10 million are what is promised."""
PARTS = 20
MOST_GROWTH_MB = 40


def state_size(watch: Watch) -> int:
    """The bytes of all rules and of the market."""
    return len(watch.market.dump()) + sum(len(rule.dump()) for rule in watch.rules)


def test_the_state_and_the_names_stay_as_large_as_the_market(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bashu_daemon.surveillance.market.REMEMBERED_ORDERS", 1_000)
    monkeypatch.setattr("bashu_daemon.surveillance.csv_names.REMEMBERED_NAMES", 1_000)
    watch = Watch({}, max_alerts=200)
    feed = CsvFeed(watch)
    rows = recorded_rows(1, 40_000, mean_ns=20_000_000_000)
    for row in islice(rows, 10_000):
        feed.take(row)
    before = state_size(watch)
    for row in rows:
        feed.take(row)
    assert state_size(watch) < 1.5 * before
    assert len(feed.names) < 2_000 + 400 + 200 * 100
    assert len(feed.names) < feed.names.number("S", "another")


def test_names_that_an_alert_shows_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bashu_daemon.surveillance.csv_names.REMEMBERED_NAMES", 10)
    watch = Watch({"frequent_cancel": {"cancels": 3}})
    feed = CsvFeed(watch)
    row = {
        "ts_ns": "1767576600000000000", "account": "a", "symbol": "S", "event": "new",
        "order_id": "", "side": "buy", "price": "70", "qty": "10", "counter_order_id": "",
    }  # fmt: skip
    for number in range(3):
        feed.take(row | {"order_id": f"first-{number}"})
        row["ts_ns"] = str(int(row["ts_ns"]) + 1)
        feed.take(row | {"order_id": f"first-{number}", "event": "cancel"})
    for number in range(200):
        feed.take(row | {"order_id": f"later-{number}", "account": f"b{number}"})
        row["ts_ns"] = str(int(row["ts_ns"]) + 1)
        feed.take(row | {"order_id": f"later-{number}", "event": "cancel"})
    (alert,) = (one for one in watch.alerts() if one.rule == "frequent_cancel")
    shown = [feed.names.name(number) for number in alert.order_ids]
    assert shown == ["first-0", "first-1", "first-2"]
    assert feed.names.find("S", "later-0") == 0
    assert feed.names.name(5) == "#5"


@pytest.mark.soak
@pytest.mark.timeout(7_200)
@pytest.mark.skipif(not PROC.is_dir(), reason="THERE IS NO /proc, ONLY LINUX HAS IT: no soak")
def test_memory_is_flat_over_ten_million_events() -> None:
    watch = Watch({})
    feed = CsvFeed(watch)
    rows = recorded_rows(2, EVENTS)
    sizes = []
    for part in range(PARTS):
        began = time.process_time()
        for row in islice(rows, EVENTS // PARTS):
            feed.take(row)
        sizes.append(resident_mb())
        rate = EVENTS / PARTS / (time.process_time() - began)
        print(
            f"{(part + 1) * EVENTS // PARTS:12,} events  {sizes[-1]:7.1f} MB  "
            f"state {state_size(watch) / 1e6:6.1f} MB  {len(watch.alerts()):5} alerts  "
            f"{rate:9,.0f} events/s with the rows' making"
        )
    assert sizes[-1] - sizes[PARTS // 2] < MOST_GROWTH_MB


def resident_mb() -> float:
    pages = int((PROC / "self" / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
