"""Surveillance over markets that it was not made for, at sizes and prices a hundred times apart."""

from collections import Counter

import pytest
from independent_market import IndependentMarket

from bashu_daemon.surveillance.csv_feed import CsvFeed
from bashu_daemon.surveillance.watch import Watch
from bashu_protocol.messages import Alert

SCALES = {"small": (7_000, 12), "middle": (5_000, 150), "large": (9_500, 1_500)}
"""Price in fen and usual order in tonnes."""
NAMED = {"spoofing": {"spoofing", "layering"}, "layering": {"spoofing", "layering"}}


def watched(market: IndependentMarket) -> list[tuple[Alert, set[str]]]:
    """Return the alerts above mere information, with the file's own order ids."""
    watch = Watch({}, evidence=1_000)
    feed = CsvFeed(watch)
    for row in market.rows:
        feed.take(row)
    feed.finish()
    return [
        (alert, {feed.names.name(number) for number in alert.order_ids})
        for alert in watch.alerts()
        if alert.severity != "info" or alert.rule == "self_trade"
    ]


def manipulated(seed: int, scale: str) -> IndependentMarket:
    price, typical = SCALES[scale]
    market = IndependentMarket(seed, price, typical, 4, 1)
    chance = market.chance
    for number in range(10):
        at = 120 + 180 * number
        spoofer, layerer, washer = f"s{number}", f"l{number}", f"w{number}"
        multiple, stands = chance.uniform(8, 18), chance.uniform(2, 12)
        market.after(at, lambda a=spoofer, m=multiple, s=stands: market.bait(a, 1, m, s))  # type: ignore[misc]
        orders, rests = chance.randint(3, 6), chance.uniform(0, 5)
        market.after(at + 50, lambda a=layerer, o=orders, m=multiple: market.bait(a, o, m, 5))  # type: ignore[misc]
        market.after(at + 100, lambda a=washer, r=rests: market.wash(a, r))  # type: ignore[misc]
    for number in range(2):
        market.after(1_950 + 800 * number, lambda n=number: market.ramp(f"r{n}", 0.025))  # type: ignore[misc]
    market.run()
    return market


def check(seeds: range) -> None:
    planted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    false = events = 0
    for seed in seeds:
        for scale in SCALES:
            market = manipulated(seed, scale)
            alerts = watched(market)
            events += len(market.rows)
            guilty = {account for truth in market.truths for account in truth.accounts}
            false += sum(not guilty & set(alert.members) for alert, _ in alerts)
            for truth in market.truths:
                if not truth.is_sound or not truth.orders:
                    continue
                planted[truth.rule] += 1
                names = {order.name for order in truth.orders}
                found[truth.rule] += any(
                    alert.rule in NAMED.get(truth.rule, {truth.rule})
                    and truth.accounts <= set(alert.members)
                    and len(names & shown) * 2 > len(names)
                    for alert, shown in alerts
                )
    assert found["self_trade"] == planted["self_trade"] > 10
    for rule, least in (("spoofing", 0.94), ("layering", 0.94), ("ramping", 0.9)):
        assert planted[rule] >= 4
        assert found[rule] >= least * planted[rule], (rule, found[rule], planted[rule])
    assert false * 100_000 <= 5 * events


def test_manipulations_are_found_at_every_scale() -> None:
    check(range(950, 952))


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_manipulations_are_found_on_many_seeds() -> None:
    check(range(960, 980))
