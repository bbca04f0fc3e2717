"""Large holders and cornering: what control groups hold, and what they still buy."""

import pytest
from watched_stream import DAY, MINUTE, Stream

from bashu_daemon.surveillance.groups import Link

SYMBOL = "CEA25"
LEVEL = 500_000
ONE_GROUP = (Link("a", "owner", "oa"), Link("a2", "owner", "oa"))


def market(
    held: dict[str, int], links: tuple[Link, ...] = (), trade_date: int = 20_260_105
) -> Stream:
    """Accounts with opening balances, on the first day."""
    stream = Stream(links=links, trade_date=trade_date)
    for account, tonnes in held.items():
        stream.book(account, SYMBOL, tonnes)
    stream.open()
    return stream


@pytest.mark.parametrize(("bought", "count"), [(99_999, 0), (100_000, 1)])
def test_a_purchase_that_reaches_the_level_is_told(bought: int, count: int) -> None:
    stream = market({"a": 400_000, "b": 10**6})
    stream.trade("a", "b", bought, 7_000)
    alerts = stream.alerts("large_holder")
    assert [(alert.owner, alert.severity) for alert in alerts] == [("a", "info")] * count


def test_accounts_of_one_hand_are_added_up_which_is_a_warning() -> None:
    stream = market({"a": 300_000, "a2": 150_000, "b": 10**6}, ONE_GROUP)
    stream.trade("a2", "b", 50_000, 7_000)
    (alert,) = stream.alerts("large_holder")
    assert (alert.owner, alert.members, alert.severity) == ("oa", ["a", "a2"], "warning")
    assert (alert.facts["held_tonnes"], alert.facts["held_by"]) == (LEVEL, 2)


def test_an_allocation_comes_on_top_of_the_level() -> None:
    stream = Stream()
    stream.book("a", SYMBOL, 600_000)
    stream.book("b", SYMBOL, 10**6)
    stream.watch.allocated("a", SYMBOL, 200_000)
    stream.open()
    stream.trade("a", "b", 99_999, 7_000)
    assert stream.alerts("large_holder") == []
    stream.trade("a", "b", 1, 7_000)
    facts = stream.facts("large_holder")
    assert (facts["report_level"], facts["allocation"]) == (700_000, 200_000)


def test_opening_balances_cross_nothing_and_a_deposit_does() -> None:
    stream = market({"a": 900_000, "b": 100_000})
    assert stream.alerts("large_holder") == []
    stream.book("b", SYMBOL, 400_000)
    assert [alert.owner for alert in stream.alerts("large_holder")] == ["b"]


def test_a_fall_counts_five_percent_below_and_the_next_rise_again() -> None:
    stream = market({"a": 400_000, "b": 10**6})
    stream.trade("a", "b", 100_000, 7_000)

    def update_after(buyer: str, seller: str, qty: int) -> tuple[int, object]:
        stream.trade(buyer, seller, qty, 7_000)
        (alert,) = (alert for alert in stream.alerts("large_holder") if alert.owner == "a")
        return alert.update, alert.facts["has_fallen"]

    assert update_after("b", "a", 25_000) == (1, 0)
    assert update_after("a", "b", 25_000) == (1, 0)
    assert update_after("b", "a", 25_001) == (2, 1)
    assert update_after("a", "b", 25_000) == (2, 1)
    assert update_after("a", "b", 1) == (3, 0)


def test_where_no_bookings_are_seen_there_are_no_holdings() -> None:
    stream = Stream()
    stream.open()
    stream.trade("a", "b", 2_000_000, 7_000)
    assert stream.alerts("large_holder") == stream.alerts("cornering") == []


OTHERS = {f"m{number}": 200_000 for number in range(4)}


@pytest.mark.parametrize(
    ("trade_date", "held", "severity"),
    [
        (20_261_201, 170_000, None),
        (20_261_201, 200_000, "warning"),
        (20_261_130, 200_000, "info"),
        (20_261_231, 200_000, "warning"),
        (20_260_105, 200_000, "info"),
        (20_261_201, 600_000, "violation"),
    ],
)
def test_a_fifth_of_all_tonnes_while_buying_near_the_deadline(
    trade_date: int, held: int, severity: str | None
) -> None:
    stream = market({"a": held, **OTHERS}, trade_date=trade_date)
    stream.trade("a", "m0", 20_000, 7_000)
    assert stream.severities("cornering") == ([severity] if severity else [])


def test_who_holds_much_and_buys_little_corners_nobody() -> None:
    stream = market({"a": 400_000, **OTHERS}, trade_date=20_261_201)
    stream.trade("m1", "m0", 24_000, 7_000)
    stream.trade("a", "m0", 10_000, 7_000)  # 10 of 34, which is 29 %
    assert stream.alerts("cornering") == []
    stream.trade("a", "m0", 3_000, 7_000, after=5 * MINUTE)
    assert stream.facts("cornering")["buying_share"] == 35


@pytest.mark.parametrize(("bought", "count"), [(9_999, 0), (10_000, 1)])
def test_a_hundredth_of_all_tonnes_must_have_been_bought(bought: int, count: int) -> None:
    stream = market({"a": 200_000, **OTHERS}, trade_date=20_261_201)
    stream.trade("a", "m0", bought, 7_000)
    assert len(stream.alerts("cornering")) == count


def test_an_allocation_is_never_counted() -> None:
    stream = market({"a": 400_000, **OTHERS}, trade_date=20_261_201)
    stream.watch.allocated("a", SYMBOL, 390_000)
    stream.trade("a", "m0", 10_000, 7_000)
    assert stream.alerts("cornering") == []


def test_more_than_the_limit_is_a_violation_on_any_day() -> None:
    stream = market({"a": 999_000, "b": 9_000_000}, trade_date=20_260_301)
    stream.trade("a", "b", 1_000, 7_000)
    assert stream.alerts("cornering") == []
    stream.trade("a", "b", 1, 7_000, after=5 * MINUTE)
    (alert,) = stream.alerts("cornering")
    assert (alert.severity, alert.facts["held_tonnes"]) == ("violation", 1_000_001)


def test_the_same_holding_is_judged_again_on_another_day() -> None:
    stream = market({"a": 200_000, **OTHERS}, trade_date=20_261_129)
    stream.trade("a", "m0", 10_000, 7_000)
    assert stream.severities("cornering") == ["info"]
    stream.next_day()
    stream.now += DAY
    stream.date = 20_261_201
    stream.open()
    stream.trade("a", "m0", 1_000, 7_000)
    assert stream.severities("cornering") == ["info", "warning"]
