"""What the market tells every rule: usual sizes, the volume of past days, the phase."""

import random

import msgspec
import pytest
from watched_market import SYMBOL, Watched

from bashu_daemon.surveillance.usual_size import ENOUGH, REMEMBERED, UsualSize


@pytest.mark.parametrize("middle", [3, 40, 2_500, 900_000])
def test_the_usual_size_is_the_median_within_an_eighth(middle: int) -> None:
    chance = random.Random(middle)
    sizes = [max(1, round(middle * chance.lognormvariate(0, 0.8))) for _ in range(2_000)]
    usual = UsualSize()
    for size in sizes:
        usual.add(size)
    median = sorted(sizes)[len(sizes) // 2]
    assert median * 0.8 <= usual.median <= median * 1.2


def test_few_sizes_say_nothing() -> None:
    usual = UsualSize()
    for _ in range(ENOUGH - 1):
        usual.add(50)
    assert usual.median == 0
    usual.add(50)
    assert usual.median == 48  # the four leading binary digits of 50


def test_what_is_usual_changes_and_stays_small() -> None:
    usual = UsualSize()
    for _ in range(2 * REMEMBERED):
        usual.add(10)
    for _ in range(2 * REMEMBERED):
        usual.add(1_024)
    assert usual.median == 1_024
    assert usual.total <= REMEMBERED
    chance = random.Random(1)
    for _ in range(10_000):
        usual.add(chance.randrange(1, 10**9))
    assert len(usual.counts) < 8 * 30


def test_the_volumes_of_the_last_days_with_trades_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bashu_daemon.surveillance.market.VOLUME_DAYS", 4)
    market = Watched()
    for day in range(7):
        market.order("a", "sell", 100 + day, 7_000)
        market.order("b", "buy", 100 + day, 7_000)
        market.next_day()
        market.next_day()  # one without trades, which is no day of the average
    instrument = market.engine.watch.market.instrument(SYMBOL)
    assert instrument.volumes == [100 + day for day in range(3, 7)]
    assert instrument.average_volume == (103 + 104 + 105 + 106) // 4
    assert instrument.phase == "continuous"
    again = Watched().engine
    again.load(market.engine.dump())
    kept = again.watch.market.instrument(SYMBOL)
    assert (kept.volumes, kept.average_volume, kept.phase) == (
        instrument.volumes, instrument.average_volume, "continuous",
    )  # fmt: skip
    assert msgspec.json.encode(kept.order_size) == msgspec.json.encode(instrument.order_size)
