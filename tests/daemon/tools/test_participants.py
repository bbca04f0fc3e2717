"""The simulated members' strategies: pure, seeded, and inside the rules of the market."""

import random
from typing import Any

import pytest

from bashu_daemon.config import Config
from bashu_daemon.rulebook import load_members, load_rulebook
from bashu_daemon.tools.participants.run import BLOCK_DEALER
from bashu_daemon.tools.participants.strategies import STRATEGIES, FairValue, Mind
from bashu_daemon.tools.participants.view import Cancel, OwnOrder, Place, View


def mind(seed: int, **target: int) -> Mind:
    chance = random.Random(seed)
    return Mind(chance, FairValue(chance), dict(target))


def view(**changes: Any) -> View:
    values: dict[str, Any] = {
        "symbol": "CEA25", "reference": 7_463, "limit_up": 8_209, "limit_down": 6_717, "tick": 1,
        "last": 7_460, "best_bid": 7_458, "best_ask": 7_462, "cash": 10**9, "available": 50_000,
        "bought_today": 0, "frozen": 0,
    }  # fmt: skip
    return View(**{**values, **changes})


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_orders_stay_on_the_tick_and_inside_the_limits(strategy: str) -> None:
    market = view(tick=5, limit_up=7_480, limit_down=7_440, best_bid=7_450, best_ask=7_470)
    for seed in range(60):
        for action in STRATEGIES[strategy](market, mind(seed, CEA25=90_000)):
            if isinstance(action, Place):
                assert action.price % 5 == 0
                assert 7_440 <= action.price <= 7_480
                assert action.quantity > 0


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_same_seed_does_the_same(strategy: str) -> None:
    actions = [STRATEGIES[strategy](view(), mind(3, CEA25=90_000)) for _ in range(2)]
    assert actions[0] == actions[1]


@pytest.mark.parametrize("strategy", ["surplus_seller", "momentum_fund", "careless_group"])
def test_what_was_bought_today_is_not_offered(strategy: str) -> None:
    market = view(available=0, bought_today=40_000)
    for seed in range(100):
        for action in STRATEGIES[strategy](market, mind(seed)):
            assert not (isinstance(action, Place) and action.side == "sell")


def test_a_buyer_stops_at_its_need_and_a_seller_at_its_surplus() -> None:
    for seed in range(50):
        buyer = STRATEGIES["compliance_buyer"](view(), mind(seed, CEA25=50_010))
        assert sum(a.quantity for a in buyer if isinstance(a, Place)) <= 10
        assert STRATEGIES["compliance_buyer"](view(), mind(seed, CEA25=50_000)) == []
        seller = STRATEGIES["surplus_seller"](view(), mind(seed, CEA25=49_990))
        assert sum(a.quantity for a in seller if isinstance(a, Place)) <= 10


def test_a_market_maker_quotes_both_sides_and_withdraws_what_is_far_off() -> None:
    lost = OwnOrder("far", "buy", 7_300, 100)
    actions = STRATEGIES["market_maker"](view(orders=[lost], available=400_000), mind(1))
    assert Cancel("far") in actions
    sides = {action.side: action.price for action in actions if isinstance(action, Place)}
    assert sides["buy"] < sides["sell"]


def test_a_market_maker_sells_only_what_it_may_sell_today() -> None:
    actions = STRATEGIES["market_maker"](view(orders=[], available=99), mind(1))
    assert {action.side for action in actions if isinstance(action, Place)} == {"buy"}


def test_a_market_maker_takes_no_quote_of_the_other_side() -> None:
    """Its fair value may be beyond the market: it quotes beside the best price then."""
    for best_bid, best_ask in ((7_600, 7_601), (7_300, 7_301)):
        market = view(orders=[], available=400_000, best_bid=best_bid, best_ask=best_ask)
        for seed in range(50):
            placed = [
                a for a in STRATEGIES["market_maker"](market, mind(seed)) if isinstance(a, Place)
            ]
            assert {action.side for action in placed} == {"buy", "sell"}
            for action in placed:
                assert action.price < best_ask if action.side == "buy" else action.price > best_bid


def test_the_shipped_rulebook_and_members_fit_together() -> None:
    rulebook = load_rulebook(Config().rulebook)
    members = load_members(Config().members)
    symbols = {rules.symbol for rules in rulebook.instruments}
    assert {rules.product for rules in rulebook.instruments} == {
        "CEA", "CQEA", "CCER", "CDCER", "CQCER",
    }  # fmt: skip
    for entry in members.members:
        assert set(entry.holdings) | set(entry.target) <= symbols
        assert entry.strategy in ("", BLOCK_DEALER, *STRATEGIES)
    assert {entry.city for entry in members.members} == {"chengdu", "chongqing"}
    makers = [entry for entry in members.members if entry.strategy == "market_maker"]
    assert len(makers) == 2
