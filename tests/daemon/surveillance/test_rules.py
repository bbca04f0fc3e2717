"""The five rules: exactly at the threshold, not one below, and never for honest conduct."""

import random

import pytest
from watched_market import SECOND, STORM_PARAMETERS, Watched, storm

from bashu_daemon.core.events import TradeEvent
from bashu_daemon.surveillance.engine import Engine
from bashu_daemon.surveillance.parameters import WrongParameter
from bashu_protocol.messages import (
    Alert,
    AuctionRules,
    CloseAuction,
    Deposit,
    InstrumentRules,
    ListInstrument,
    MassCancel,
    NewOrder,
    OpenAuction,
    PlaceBid,
    ReplaceOrder,
    ScheduleAuction,
)


@pytest.fixture
def market() -> Watched:
    return Watched()


def test_prevented_self_matches_become_a_violation_at_the_fifth(market: Watched) -> None:
    for number in range(5):
        resting = market.order("b", "sell", 10, 7_000)
        market.order("b2", "buy", 10, 7_000)
        (alert,) = market.alerts("self_trade")
        assert alert.severity == ("violation" if number == 4 else "info")
        assert (alert.count, alert.update) == (number + 1, number + 1)
        market.cancel("b", resting)
    assert alert.members == ["b", "b2"]
    assert alert.owner == "ob"
    assert len(alert.order_ids) == 10
    assert alert.facts["threshold"] == 5


def test_trades_between_two_owners_are_none(market: Watched) -> None:
    for _ in range(10):
        market.order("a", "sell", 10, 7_000)
        market.order("b", "buy", 10, 7_000)
    assert market.alerts("self_trade") == []


@pytest.mark.parametrize(
    ("cancels", "severity"), [(7, None), (8, "warning"), (9, "warning"), (10, "violation")]
)
def test_frequent_cancels(cancels: int, severity: str | None) -> None:
    market = Watched({"frequent_cancel": {"cancels": 10}})
    for _ in range(cancels):
        market.cancel("a", market.order("a", "buy", 10, 6_900))
    found = [alert.severity for alert in market.alerts("frequent_cancel")]
    assert found == ([severity] if severity else [])


def test_large_cancels_count_what_was_withdrawn() -> None:
    market = Watched({"frequent_cancel": {"large_cancels": 3, "large_qty": 1_000}})
    for quantity in (999, 1_000, 1_000):
        market.cancel("a", market.order("a", "buy", quantity, 6_900))
    filled = market.order("a", "buy", 1_500, 6_900)
    market.order("b", "sell", 600, 6_900)
    market.cancel("a", filled)
    assert market.alerts("frequent_cancel") == []
    market.cancel("a", market.order("a", "buy", 5_000, 6_900))
    (alert,) = market.alerts("frequent_cancel")
    assert (alert.severity, alert.facts["large_cancels"]) == ("violation", 3)


def test_what_the_owner_did_not_ask_for_is_no_cancel() -> None:
    """Rests of immediate orders, which SHFE exempts, mass cancels, and the close of the day."""
    market = Watched({"frequent_cancel": {"cancels": 4}})
    for number in range(10):
        market.order("a", "buy", 10, 6_900, time_in_force="ioc")
        market.order("a", "buy", 10, 6_901)
        market.send("a", MassCancel(f"cod-1-{number}"))
        market.order("a", "buy", 10, 6_902)
    market.next_day()
    assert market.alerts("frequent_cancel") == []


def test_one_group_is_counted_over_its_members() -> None:
    market = Watched({"frequent_cancel": {"cancels": 4}})
    for user in ("b", "b2", "b", "b2"):
        market.cancel(user, market.order(user, "buy", 10, 6_900))
    (alert,) = market.alerts("frequent_cancel")
    assert (alert.severity, alert.members) == ("violation", ["b", "b2"])


def test_messages_per_trade_go_through_their_tiers() -> None:
    limits = {"info_ratio": 5, "warning_ratio": 10, "violation_ratio": 20, "min_messages": 8}
    market = Watched({"order_to_trade": limits})
    seen: list[str] = []
    for _ in range(20):
        market.order("a", "buy", 1, 6_900)
        seen.append(next((alert.severity for alert in market.alerts("order_to_trade")), "-"))
    assert seen == ["-"] * 7 + ["info"] * 2 + ["warning"] * 10 + ["violation"]


@pytest.mark.parametrize(
    ("messages", "price", "severity"),
    [
        (499, 6_950, None),
        (499, 6_929, "info"),
        (1_500, 6_950, "warning"),
        (3_000, 6_950, "violation"),
    ],
)
def test_the_lowest_tier_is_of_orders_away_from_the_last_price(
    messages: int, price: int, severity: str | None
) -> None:
    market = Watched()
    for _ in range(5):
        market.order("b", "sell", 1, 7_000)
        market.order("a", "buy", 1, 7_000)
    for _ in range(messages // 2):
        market.cancel("a", market.order("a", "buy", 1, price))
    found = [alert.severity for alert in market.alerts("order_to_trade")]
    assert found == ([severity] if severity else [])


def test_a_market_maker_that_trades_is_left_in_peace() -> None:
    market = Watched(
        {
            "order_to_trade": {"info_ratio": 5, "min_messages": 20},
            "frequent_cancel": {"cancels": 200},
        }
    )
    bid = market.order("maker", "buy", 10, 6_990)
    for number in range(60):
        name = f"r{number}"
        market.send("maker", ReplaceOrder(name, bid, 10, 6_989 + number % 2))
        bid = name
        market.order("a", "sell", 10, 6_980)
        bid = market.order("maker", "buy", 10, 6_990)
    assert [alert for alert in market.engine.alerts() if alert.owner == "om"] == []


BURSTS = {"burst_rate": {"warning_per_second": 10, "violation_per_second": 20}}


def bursting() -> Watched:
    """Return a market that is known for more than a minute, with an order of everybody."""
    market = Watched(BURSTS)
    for user in ("a", "b", "c", "maker"):
        market.order(user, "buy", 1, 6_900)
    market.now_ns += 61 * SECOND
    return market


def test_a_burst_counts_one_second() -> None:
    market = bursting()
    for _ in range(15):
        name = market.order("a", "buy", 1, 6_900, SECOND // 8)
        market.cancel("a", name, SECOND // 8)
    assert market.alerts("burst_rate") == []
    market.now_ns += 60 * SECOND
    for number in range(10):
        market.stuff("c", 1)
        found = [alert.severity for alert in market.alerts("burst_rate")]
        expected = ["violation"] if number == 9 else ["warning"] if number >= 4 else []
        assert found == expected
    (alert,) = market.alerts("burst_rate")
    assert alert.facts["peak_per_second"] == 20
    assert len(alert.order_ids) == 10


def test_each_burst_of_a_day_names_its_orders() -> None:
    market = bursting()
    for _ in range(3):
        market.stuff("c", 6)
        market.now_ns += 30 * SECOND
    (alert,) = market.alerts("burst_rate")
    assert len(alert.order_ids) == 18


def test_a_ladder_that_is_entered_or_moved_is_no_burst() -> None:
    market = bursting()
    for _ in range(4):
        names = [market.order("c", "buy", 1, 6_800 + level, 1_000) for level in range(7)]
        market.now_ns += 20 * SECOND
        for name in names:
            market.cancel("c", name, 1_000)
    assert market.alerts("burst_rate") == []


def test_a_pace_that_the_others_or_the_group_itself_always_have_is_no_burst() -> None:
    alone, crowd = bursting(), bursting()
    for _ in range(40):
        crowd.stuff("b", 6)
        crowd.stuff("maker", 6)
        crowd.stuff("a", 6)
        crowd.now_ns += SECOND
        alone.now_ns += 3 * SECOND
        alone.stuff("a", 6)
    crowd.stuff("c", 6)
    assert [alert.owner for alert in crowd.alerts("burst_rate") if alert.owner == "oc"] == []
    count = len(alone.alerts("burst_rate")[0].order_ids)
    assert count < 40 * 6
    market = bursting()
    market.stuff("c", 6)
    assert [alert.owner for alert in market.alerts("burst_rate")] == ["oc"]


def test_before_a_minute_was_seen_only_the_published_rate_is_told() -> None:
    market = Watched(BURSTS)
    market.stuff("c", 9)
    assert market.alerts("burst_rate") == []
    for _ in range(2):
        market.order("c", "buy", 1, 6_900, 1_000)
    (alert,) = market.alerts("burst_rate")
    assert alert.severity == "violation"


def test_a_day_of_many_messages_is_a_violation_too() -> None:
    market = Watched({"burst_rate": {"violation_per_day": 30}})
    for _ in range(29):
        market.order("a", "buy", 1, 6_900)
    assert market.alerts("burst_rate") == []
    market.order("a", "buy", 1, 6_900)
    assert [alert.severity for alert in market.alerts("burst_rate")] == ["violation"]


def test_who_sends_less_than_the_others_together_has_an_ordinary_day() -> None:
    market = Watched({"burst_rate": {"violation_per_day": 30}})
    for _ in range(40):
        for user in ("a", "b", "c", "maker"):
            market.order(user, "buy", 1, 6_900)
    assert market.alerts("burst_rate") == []


def test_a_trade_at_the_limit_is_noted(market: Watched) -> None:
    market.order("a", "sell", 10, 7_700)
    market.order("b", "buy", 10, 7_700)
    touch = [alert for alert in market.alerts("limit_touch") if not alert.owner]
    assert [(alert.severity, alert.facts["limit_price"]) for alert in touch] == [("info", 7_700)]


def test_holding_the_limit_and_withdrawing_is_a_violation(market: Watched) -> None:
    first = market.order("a", "buy", 2_000, 7_700)
    (alert,) = market.alerts("limit_touch")
    assert (alert.severity, alert.facts["queue_percent"]) == ("warning", 100)
    market.cancel("a", first)
    market.cancel("a", market.order("a", "buy", 2_000, 7_700))
    (alert,) = market.alerts("limit_touch")
    assert (alert.severity, alert.facts["cancels_at_limit"]) == ("violation", 2)


def test_orders_below_the_limit_are_none_of_its_business(market: Watched) -> None:
    for _ in range(5):
        market.cancel("a", market.order("a", "buy", 5_000, 7_600))
        market.cancel("a", market.order("a", "sell", 5_000, 7_700))
    assert market.alerts("limit_touch") == []


def test_where_there_is_no_limit_nobody_holds_it(market: Watched) -> None:
    free = InstrumentRules(
        symbol="FREE", name_zh="x", name_en="x", product="CEA", reference_price=7_000, band_bps=0
    )
    market.send("venue", ListInstrument("free", free))
    market.send("venue", Deposit("deposit", "a", "FREE", 10_000))
    market.next_day()
    market.send("a", NewOrder("rests", "FREE", "sell", 3_000, 7_000))
    events = market.send("b", NewOrder("takes", "FREE", "buy", 3_000, 0, "market", "ioc"))
    assert [event.symbol for event in events if isinstance(event, TradeEvent)] == ["FREE"]
    assert market.alerts("limit_touch") == []


def test_an_auction_at_the_limit_price_touches_no_limit(market: Watched) -> None:
    """A one-way auction has a cap of its own (market_rules.md 1.2)."""
    rules = InstrumentRules(
        symbol="AUC", name_zh="x", name_en="x", product="CEA", reference_price=7_000,
        auction=AuctionRules(min_offer_qty=1_000),
    )  # fmt: skip
    market.send("venue", ListInstrument("auc", rules))
    market.send("venue", Deposit("deposit", "a", "AUC", 10_000))
    market.next_day()
    market.send("venue", ScheduleAuction("plan", "a", "AUC", 1_000))
    market.send("venue", OpenAuction("go", 1))
    market.send("b", PlaceBid("bid", 1, 1_000, 7_700))
    events = market.send("venue", CloseAuction("end", 1))
    assert [event.price for event in events if isinstance(event, TradeEvent)] == [7_700]
    assert market.alerts("limit_touch") == []


def test_a_new_day_counts_anew_and_opens_a_new_alert(market: Watched) -> None:
    for _ in range(2):
        market.order("b", "sell", 10, 7_000)
        market.order("b2", "buy", 10, 7_000)
        market.next_day()
    counts = [(alert.alert_id, alert.count) for alert in market.alerts("self_trade")]
    assert counts == [(1, 1), (2, 1)]


def test_a_wrong_parameter_is_named() -> None:
    with pytest.raises(WrongParameter, match="no parameter 'colour'"):
        Engine({"self_trade": {"colour": 1}})
    with pytest.raises(WrongParameter, match="no rule 'nonsense'"):
        Engine({"nonsense": {}})
    with pytest.raises(WrongParameter, match="negative"):
        Engine({"self_trade": {"violation_count": -1}})


def test_a_restart_at_any_point_gives_the_same_alerts() -> None:
    market = storm(5, 700)
    rules = {alert.rule for alert in market.engine.alerts()}
    assert rules >= {"self_trade", "frequent_cancel", "order_to_trade", "burst_rate", "limit_touch"}
    chance = random.Random(6)
    engine = Engine(STORM_PARAMETERS)
    published: list[Alert] = []
    for events in market.events:
        published += engine.on_events(events)
        if chance.random() < 0.05:
            data = engine.dump()
            engine = Engine(STORM_PARAMETERS)
            engine.load(data)
            assert engine.dump() == data
    assert published == market.published
    assert engine.alerts() == market.engine.alerts()


def test_ended_orders_are_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bashu_daemon.surveillance.market.REMEMBERED_ORDERS", 100)
    market = Watched()
    for _ in range(150):
        market.cancel("a", market.order("a", "buy", 10, 6_900))
    known = market.engine.watch.market
    assert not known.orders
    assert [known.seq_of(number) > 0 for number in (1, 50, 51, 150)] == [False, False, True, True]
