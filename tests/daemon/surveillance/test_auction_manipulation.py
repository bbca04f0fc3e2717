"""Call auctions: an indicative price that a group draws far off, and withdraws its orders."""

import pytest
from watched_market import SYMBOL, Watched

from bashu_protocol.messages import CallAuctionRules, Phase, ReplaceOrder, SetPhase

RULE = "auction_manipulation"


@pytest.fixture
def market() -> Watched:
    """In a call auction, with 1,000 t offered at 7,010 and bid at 6,990."""
    market = Watched(call_auction=CallAuctionRules())
    phases(market, "pause", "call_auction")
    market.order("maker", "sell", 1_000, 7_010)
    market.order("maker", "buy", 1_000, 6_990)
    return market


def phases(market: Watched, *names: Phase) -> None:
    for name in names:
        market.count += 1
        market.send("venue", SetPhase(f"p{market.count}", name, SYMBOL))


def test_who_draws_the_price_withdraws_and_sells_is_found(market: Watched) -> None:
    far = market.order("b", "buy", 2_000, 7_350)  # 5 % off, with more than is offered
    market.order("c", "buy", 300, 7_200)
    market.cancel("b", far)
    assert market.alerts(RULE) == []
    market.order("b2", "sell", 300, 7_000)
    (alert,) = market.alerts(RULE)
    assert (alert.severity, alert.owner, alert.members) == ("warning", "ob", ["b", "b2"])
    assert (alert.facts["with_price"], alert.facts["without_price"]) == (7_350, 7_000)
    assert alert.facts["withdrawn_percent"] == 100
    phases(market, "continuous")
    (alert,) = market.alerts(RULE)
    assert (alert.severity, alert.facts["reverse_traded"]) == ("violation", 300)
    assert len(alert.order_ids) == 2


def test_the_sale_may_come_first_and_after_the_auction(market: Watched) -> None:
    far = market.order("b", "buy", 2_000, 7_350)
    market.order("b2", "sell", 300, 7_200)
    market.cancel("b", far)
    (alert,) = market.alerts(RULE)
    assert alert.facts["reverse_qty"] == 300


@pytest.mark.parametrize(("minutes", "found"), [(9, 1), (11, 0)])
def test_the_other_side_counts_for_ten_minutes_more(
    market: Watched, minutes: int, found: int
) -> None:
    far = market.order("b", "buy", 2_000, 7_350)
    market.cancel("b", far)
    phases(market, "continuous")
    market.order("b2", "sell", 300, 7_200, minutes * 60 * 1_000_000_000)
    assert len(market.alerts(RULE)) == found


@pytest.mark.parametrize(
    ("price", "qty", "withdrawn", "found"),
    [
        (7_350, 2_000, 1_000, 1),  # exactly 5 % off, and half of it withdrawn
        (7_349, 2_000, 1_000, 0),
        (7_350, 2_000, 999, 0),
        (7_350, 900, 900, 0),  # less than is offered: the price stays at the offers
        (6_650, 2_000, 1_000, 0),  # as far off where it draws nothing
    ],
)
def test_the_published_lines(
    market: Watched, price: int, qty: int, withdrawn: int, found: int
) -> None:
    market.order("b", "buy", qty - withdrawn, price)
    far = market.order("b", "buy", withdrawn, price)
    market.cancel("b", far)
    market.order("b2", "sell", 300, 6_600)
    assert len(market.alerts(RULE)) == found


def test_what_others_draw_is_not_the_groups(market: Watched) -> None:
    market.order("c", "buy", 4_000, 7_400)
    far = market.order("b", "buy", 2_000, 7_450)
    market.cancel("b", far)
    market.order("b2", "sell", 300, 7_000)
    assert market.alerts(RULE) == []


def test_who_only_withdraws_or_only_sells_is_not_found(market: Watched) -> None:
    far = market.order("b", "buy", 2_000, 7_350)
    market.cancel("b", far)
    market.order("a", "sell", 300, 7_000)
    phases(market, "continuous")
    assert market.alerts(RULE) == []


def test_an_order_moved_back_is_withdrawn(market: Watched) -> None:
    far = market.order("b", "sell", 2_000, 6_650)
    market.send("b", ReplaceOrder("near", far, 2_000, 7_005))
    market.order("b2", "buy", 300, 7_000)
    (alert,) = market.alerts(RULE)
    assert (alert.facts["side"], alert.facts["with_price"]) == ("sell", 6_650)


def test_outside_of_auctions_there_is_nothing_to_find() -> None:
    market = Watched()
    market.order("maker", "sell", 1_000, 7_010)
    far = market.order("b", "buy", 2_000, 7_350)
    market.cancel("b", far)
    market.order("b2", "sell", 300, 7_000)
    assert market.alerts(RULE) == []
