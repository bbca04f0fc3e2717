"""What the card says before an order leaves."""

from typing import Any

import pytest
from msgspec.structs import replace

from bashu_protocol.messages import AccountRow, InstrumentRules, MemberLimits, OrderFeatures
from bashu_tui.state.appraisal import Market, Means, appraise, buying_power, immediate_fill
from bashu_tui.state.draft import OrderDraft

BIDS = [(7_440, 50, 1), (7_430, 100, 2), (7_420, 500, 3)]
ASKS = [(7_450, 60, 1), (7_460, 100, 2), (7_470, 500, 3)]


def market(**changes: Any) -> Market:
    rules = {"symbol": "CEA25", "name_zh": "x", "name_en": "x", "product": "CEA",
             "reference_price": 7_400, "lot": 10, "max_order_qty": 1_000}  # fmt: skip
    rules |= changes.pop("rules", {})
    values: dict[str, Any] = {
        "rules": InstrumentRules(**rules), "phase": "continuous", "reference_price": 7_400,
        "last": 7_445, "limit_up": 8_140, "limit_down": 6_660, "bids": BIDS, "asks": ASKS,
    }  # fmt: skip
    return Market(**(values | changes))


def means(cash: int = 10_000_000, tonnes: int = 500, **changes: Any) -> Means:
    limits = MemberLimits(**changes.pop("limits", {}))
    bought_today = changes.pop("bought_today", 0)
    return Means(
        AccountRow("m", "CNY", cash, 0, 0),
        AccountRow("m", "CEA25", tonnes, 0, bought_today),
        limits,
        **changes,
    )


def order(side: Any = "buy", quantity: int = 100, price: int = 7_450, **changes: Any) -> OrderDraft:
    return OrderDraft("CEA25", side, quantity, price, **changes)


def cautions(draft: OrderDraft, place: Market | None = None, has: Means | None = None) -> list[str]:
    return [c.key for c in appraise(draft, place or market(), has or means()).cautions]


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (order(price=7_440), (0, 0)),
        (order(price=7_450), (60, 60 * 7_450)),
        (order(price=7_460), (100, 60 * 7_450 + 40 * 7_460)),
        (order("sell", 100, 7_430), (100, 50 * 7_440 + 50 * 7_430)),
        (order(price=0, ord_type="market"), (100, 60 * 7_450 + 40 * 7_460)),
        (order(time_in_force="fok", price=7_450), (0, 0)),
        (order(time_in_force="fok", price=7_460), (100, 60 * 7_450 + 40 * 7_460)),
        (order(min_qty=80, price=7_450), (0, 0)),
        (order(is_post_only=True), (0, 0)),
        (order(ord_type="stop_limit", stop_px=7_500, price=7_600), (0, 0)),
    ],
)
def test_an_order_is_matched_with_the_present_book(
    draft: OrderDraft, expected: tuple[int, int]
) -> None:
    assert immediate_fill(draft, market()) == expected


def test_only_continuous_trading_fills_at_once() -> None:
    assert immediate_fill(order(), market(phase="call_auction")) == (0, 0)


def test_reach_and_collar_bound_a_fill() -> None:
    near = market(rules={"reach_levels": 1})
    assert immediate_fill(order(quantity=500, price=7_500), near)[0] == 60
    collar = market(rules={"features": OrderFeatures(market_collar_bps=20)})
    assert immediate_fill(order(quantity=500, price=0, ord_type="market"), collar)[0] == 160
    assert immediate_fill(order("sell", 500, 0, ord_type="market"), collar)[0] == 150


def test_distances_have_a_sign() -> None:
    seen = appraise(order(price=7_455), market(), means())
    assert (seen.from_last, seen.from_best) == (10, 5)
    seen = appraise(order("sell", price=7_430), market(last=0), means())
    assert (seen.from_last, seen.from_best) == (30, -10)
    seen = appraise(order(), market(asks=[]), means())
    assert seen.from_best is None
    seen = appraise(order(price=0, ord_type="market"), market(), means())
    assert (seen.from_last, seen.from_best) == (None, None)


def test_shares_of_what_bounds_the_order() -> None:
    limits = {"max_order_qty": 200, "max_order_value": 1_000_000, "max_open_value": 2_000_000}
    seen = appraise(order(), market(), means(cash=700_000, limits=limits, open_value=500_000))
    assert [(s.key, s.part, s.whole, s.is_beyond) for s in seen.shares] == [
        ("share.order_size", 100, 1_000, False),
        ("share.cash", 745_000, 700_000, True),
        ("share.member_qty", 100, 200, False),
        ("share.member_value", 745_000, 1_000_000, False),
        ("share.open_value", 1_245_000, 2_000_000, False),
    ]
    seen = appraise(order("sell"), market(), means())
    assert [s.key for s in seen.shares] == ["share.order_size", "share.holding"]


@pytest.mark.parametrize(
    ("draft", "has", "expected"),
    [
        (order(price=7_440), {}, []),
        (order(price=7_450), {}, ["caution.crosses"]),
        (order(price=7_600), {}, ["caution.far_through"]),
        (order("sell", price=7_300), {}, ["caution.far_through"]),
        (order(is_post_only=True), {}, ["caution.post_only"]),
        (order(price=7_440, is_post_only=True), {}, []),
        (order("sell", 510, 7_500), {}, ["caution.holding"]),
        (order("sell", 510, 7_500), {"bought_today": 10}, ["caution.bought_today"]),
        (order(price=7_440), {"cash": 1_000}, ["caution.cash"]),
        (order(price=7_440, time_in_force="fok"), {}, ["caution.fok"]),
        (order(price=7_440, min_qty=10), {}, ["caution.min_qty"]),
        (order(price=7_440), {"limits": {"max_price_deviation_bps": 5}}, ["caution.deviation"]),
        (order(price=7_440), {"limits": {"max_order_qty": 90}}, ["caution.member_qty"]),
        (order(price=7_440), {"limits": {"max_order_value": 90}}, ["caution.member_value"]),
        (order(price=7_440), {"limits": {"max_open_value": 90}}, ["caution.open_value"]),
        (order(price=7_440), {"limits": {"approval_qty": 90}}, ["caution.approval"]),
        (order(price=7_440), {"limits": {"approval_value": 90}}, ["caution.approval"]),
        (order(price=7_440), {"own_opposite": [7_440]}, ["caution.own_order"]),
        (order(price=7_440), {"own_opposite": [7_441]}, []),
        (order("sell", price=7_460), {"own_opposite": [7_461]}, ["caution.own_order"]),
    ],
)
def test_each_caution(draft: OrderDraft, has: dict[str, Any], expected: list[str]) -> None:
    assert cautions(draft, has=means(**has)) == expected


def test_a_market_order_that_meets_nobody() -> None:
    draft = order(price=0, ord_type="market")
    assert cautions(draft, market(asks=[])) == ["caution.nothing_to_trade"]
    assert cautions(draft) == []


def test_how_far_through_is_said() -> None:
    (caution,) = appraise(order(price=7_599), market(), means()).cautions
    assert caution.percent_bps == 200


def test_a_stop_price_that_the_last_trade_has_reached_is_refused() -> None:
    for side, reached, waits in (("buy", 7_445, 7_446), ("sell", 7_445, 7_444)):
        stop = order(side, price=0, ord_type="stop", stop_px=reached)
        assert cautions(stop) == ["caution.stop_reached"]
        assert cautions(replace(stop, stop_px=waits)) == []
        assert cautions(stop, market(last=0)) == []


@pytest.mark.parametrize(
    "condition",
    [{"stop_px": 7_500, "ord_type": "stop_limit"}, {"is_post_only": True}, {"display_qty": 10},
     {"expire_date": 20_261_231, "time_in_force": "gtd"}],
)  # fmt: skip
def test_an_order_with_conditions_cannot_wait_for_approval(condition: dict[str, Any]) -> None:
    has = means(limits={"approval_qty": 90})
    assert cautions(order(price=7_440, **condition), has=has) == ["caution.approval_refused"]


def test_a_stop_order_to_buy_is_covered_at_the_upper_limit() -> None:
    stop = order(price=0, ord_type="stop", stop_px=7_500)
    just, less = 100 * 8_140, 100 * 8_140 - 1
    assert cautions(stop, has=means(cash=just)) == []
    assert cautions(stop, has=means(cash=less)) == ["caution.cash"]
    shares = appraise(stop, market(), means(cash=less)).shares
    assert [(s.part, s.is_beyond) for s in shares if s.key == "share.cash"] == [(just, True)]


def test_what_the_user_may_not_see_is_not_judged() -> None:
    unknown = Means(None, None, MemberLimits())
    for draft in (order(price=7_440), order("sell", price=7_460)):
        assert cautions(draft, has=unknown) == []
        assert [s.key for s in appraise(draft, market(), unknown).shares] == ["share.order_size"]
        assert buying_power(draft, market(), unknown) is None


@pytest.mark.parametrize(
    ("draft", "has", "most"),
    [
        (order(price=7_500), {"cash": 1_000_000}, 130),
        (order(price=7_500), {"cash": 10**10}, 1_000),
        (order(price=7_500), {"cash": 10**10, "limits": {"max_order_qty": 205}}, 200),
        (order(price=7_500), {"cash": 0}, 0),
        (order(price=0, ord_type="market"), {"cash": 1_000_000}, 120),
        (order(price=0, ord_type="stop", stop_px=7_500), {"cash": 1_000_000}, 120),
        (order(price=7_500, ord_type="stop_limit", stop_px=7_490), {"cash": 1_000_000}, 130),
        (order(price=0), {}, None),
        (order(price=0, ord_type="stop_limit", stop_px=7_490), {}, None),
        (order("sell", price=0), {"tonnes": 456}, 450),
        (order("sell"), {"tonnes": 5}, 0),
    ],
)
def test_the_most_that_the_account_covers(
    draft: OrderDraft, has: dict[str, Any], most: int | None
) -> None:
    assert buying_power(draft, market(), means(**has)) == most


@pytest.mark.parametrize("ord_type", ["market", "stop"])
def test_without_a_limit_of_the_day_nobody_knows_what_a_purchase_costs(ord_type: Any) -> None:
    draft = order(price=0, ord_type=ord_type, stop_px=7_500 if ord_type == "stop" else 0)
    assert buying_power(draft, market(limit_up=0), means()) is None
