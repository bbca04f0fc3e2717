"""Self-trade prevention in recorded files."""

from typing import Any

import pytest
from fed_rows import HOUR_NS, Fed, row

from bashu_daemon.surveillance.groups import Link


def test_self_trade_prevention_is_recognised_by_what_it_does() -> None:
    fed = Fed((Link("a", "owner", "o"), Link("b", "owner", "o")))
    fed.take(row("new", "1", "sell"), row("new", "2", account="b", after=5))
    fed.take(row("cancel", "2", account="b", after=5))
    assert fed.prevented() == 1
    fed.take(row("new", "3", account="b", after=10), row("cancel", "3", after=HOUR_NS))
    assert fed.prevented() == 1


def test_an_order_may_trade_with_others_before_it_meets_its_own() -> None:
    fed = Fed()
    fed.take(
        row("new", "1", account="m", side="sell", price="69.99", qty="4"),
        row("new", "2", side="sell"),
        row("new", "3", after=1_000),
        row("trade", "3", price="69.99", qty="4", after=1_000, counter_order_id="1"),
        row("cancel", "3", qty="6", after=1_000),
    )
    (alert,) = (one for one in fed.watch.alerts() if one.rule == "self_trade")
    assert {fed.feed.names.name(number) for number in alert.order_ids} == {"2", "3"}
    assert alert.facts["prevented"] == 1


def next_day(event: str, order_id: str, side: str, after: int = 0, **more: Any) -> dict[str, str]:
    return row(event, order_id, side, 24 * HOUR_NS + after, **more)


@pytest.mark.parametrize(
    ("traded", "other", "is_prevented"),
    [
        ("70.00", "", True),
        ("69.99", "", False),
        ("70.01", "70.01", True),
        ("70.01", "70.00", False),
    ],
)
def test_an_own_order_of_an_earlier_day_may_have_expired(
    traded: str, other: str, is_prevented: bool
) -> None:
    """It has where a later day traded beyond its price, or another's order rests there."""
    fed = Fed()
    fed.take(row("new", "1"), row("trade", "x", "sell", account="c", price="69.00"))
    fed.take(next_day("trade", "y", "sell", account="c", price=traded))
    if other:
        fed.take(next_day("new", "z", "sell", account="m", price=other))
    fed.take(next_day("new", "2", "sell", 5), next_day("cancel", "2", "sell", 5))
    assert fed.prevented() == is_prevented


def test_an_own_order_is_not_met_where_the_other_trades_beyond_it() -> None:
    """The two are in different books, or were when the trade was made."""
    fed = Fed()
    fed.take(row("new", "1", "sell"), row("new", "m", "sell", account="m", price="70.01", qty=4))
    fed.take(
        row("new", "2", price="70.05", after=5),
        row("trade", "2", price="70.01", qty=4, after=5, counter_order_id="m"),
        row("cancel", "2", qty=6, after=5),
    )
    assert fed.prevented() == 0
