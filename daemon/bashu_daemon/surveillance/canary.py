"""Made-up offences that the rules must find: who does not hear them would not hear a real one.

Each rule has a verse of its own: parameters so low that a dozen events are enough, and the events.
It is sung to a copy of the rule on a market of its own, never to the venue's. A new rule gets a
verse in `VERSES`, or a reason in `UNHEARD` why a dozen events cannot be its offence.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from bashu_daemon.surveillance.canary_stage import MINUTE, UP, Stage
from bashu_daemon.surveillance.catalogue import RULES
from bashu_daemon.surveillance.rule import Rule


class Verse(Struct, frozen=True):
    """What is played for one rule."""

    play: Callable[[Stage], None]
    parameters: dict[str, int] = {}
    """What differs from the rule's defaults."""


def sing(rules: Iterable[type[Rule[Any]]] = RULES) -> set[str]:
    """Play all verses once; return which rules did not find their own."""
    deaf = set()
    for rule in rules:
        verse = VERSES.get(rule.name)
        if verse is not None:
            stage = Stage(rule, verse.parameters)
            verse.play(stage)
            if not stage.watch.alerts():
                deaf.add(rule.name)
    return deaf


def _self_trade(stage: Stage) -> None:
    stage.trade(stage.sell("one", 5, 7_000), stage.buy("two", 5, 7_000))


def _cancels(stage: Stage) -> None:
    stage.withdraw(*(stage.buy("one", 10, 6_900) for _ in range(3)))


def _burst(stage: Stage) -> None:
    stage.buy("other", 10, 6_980)
    stage.wait(MINUTE)
    _cancels(stage)


def _limit_touch(stage: Stage) -> None:
    stage.trade(stage.sell("one", 5, UP), stage.buy("other", 5, UP))


def _spoofing(stage: Stage) -> None:
    stage.buy("other", 10, 6_990)
    real = stage.sell("one", 50, 7_000)
    bait = stage.buy("two", 5_000, 6_995)
    stage.trade(real, stage.buy("third", 50, 7_000))
    stage.withdraw(bait)


def _layering(stage: Stage) -> None:
    real = stage.sell("one", 50, 7_000)
    layers = [stage.buy("two", 500, 6_990 - step) for step in range(3)]
    stage.trade(real, stage.buy("third", 50, 7_000))
    stage.withdraw(*layers)


def _dynamic_layering(stage: Stage) -> None:
    stage.sell("other", 10, 7_000)
    layers = [stage.sell("one", 500, 7_010 + step) for step in range(2)]
    for order_id in layers * 2:
        price = stage.watch.market.orders[order_id].price
        stage.amend(order_id, price + 2)


def _prearranged(stage: Stage) -> None:
    stage.trade(stage.sell("one", 100, 7_000), stage.buy("other", 100, 7_000))


def _circular(stage: Stage) -> None:
    for seller, buyer in (("one", "other"), ("other", "third"), ("third", "two")):
        stage.trade(stage.sell(seller, 100, 7_000), stage.buy(buyer, 100, 7_000))


def _ramping(stage: Stage) -> None:
    stage.trade(stage.sell("other", 10, 7_000), stage.buy("third", 10, 7_000))
    for price in (7_010, 7_020, 7_030):
        stage.trade(stage.sell("other", 400, price), stage.buy("one", 400, price))
    stage.wait(MINUTE)
    stage.trade(stage.buy("third", 1_000, 7_030), stage.sell("one", 1_000, 7_030))


def _marking_close(stage: Stage) -> None:
    for minute in range(3):
        stage.trade(stage.sell("other", 10, 7_000), stage.buy(f"third{minute}", 10, 7_000))
        stage.wait(MINUTE)
    for price in (7_100, 7_110):
        stage.trade(stage.sell("other", 50, price), stage.buy("one", 50, price))
    stage.end_day()


def _auction_manipulation(stage: Stage) -> None:
    stage.begin_call_auction()
    stage.sell("other", 100, 7_010)
    far = stage.buy("one", 500, 7_350)
    stage.withdraw(far)
    stage.sell("two", 100, 7_000)


def _painting(stage: Stage) -> None:
    offer = stage.sell("other", 10, 7_000)
    for _ in range(3):
        stage.trade(offer, stage.buy("one", 1, 7_000))


def _floor_ceiling(stage: Stage) -> None:
    for minute in range(4):
        stage.trade(stage.buy("one", 10, 6_990), stage.sell(f"third{minute}", 10, 6_990))
        stage.wait(MINUTE)


def _fat_finger(stage: Stage) -> None:
    stage.sell("other", 50, 7_005)
    stage.sell("other", 100, 7_300)
    stage.buy("one", 100, 7_400)


def _unusual_volume(stage: Stage) -> None:
    stage.trade(stage.sell("other", 10, 7_000), stage.buy("one", 10, 7_000))
    stage.trade(stage.sell("other", 1_000, 7_000), stage.buy("third", 1_000, 7_000))
    stage.end_day()
    stage.trade(stage.sell("other", 3_000, 7_000), stage.buy("one", 3_000, 7_000))


def _price_swing(stage: Stage) -> None:
    for price in (7_000, 7_100, 7_200, 7_400):
        stage.trade(stage.sell("other", 10, price), stage.buy("one", 10, price))


def _pump_and_dump(stage: Stage) -> None:
    for qty, price in ((500, 7_000), (50, 7_100), (50, 7_200)):
        stage.trade(stage.sell("other", qty, price), stage.buy("one", qty, price))
    stage.trade(stage.buy("third", 400, 7_190), stage.sell("two", 400, 7_190))


def _clique(stage: Stage) -> None:
    for enter in (stage.buy, stage.sell, stage.buy):
        stage.withdraw(*(enter(account, 10, 7_000) for account in ("other", "third")))
        stage.wait(MINUTE)
    stage.end_day()


def _collusive(stage: Stage) -> None:
    stage.buy("third", 10, 6_990)
    real = stage.sell("one", 50, 7_000)
    bait = stage.buy("other", 5_000, 6_995)
    stage.trade(real, stage.buy("third", 50, 7_000))
    stage.withdraw(bait)


def _front_running(stage: Stage) -> None:
    stage.buy("one", 10, 7_000)
    stage.buy("one/client", 1_000, 7_000)


def _benford(stage: Stage) -> None:
    stage.trade(stage.sell("other", 1_100, 7_000), stage.buy("one", 950, 7_000))
    stage.end_day()


def _block_pricing(stage: Stage) -> None:
    stage.block("one", "other", 100_000, 7_701)


def _holding(stage: Stage) -> None:
    stage.book("one", 20)


def _misinformation(stage: Stage) -> None:
    stage.state("one")
    stage.trade(stage.sell("other", 10, 7_000), stage.buy("third", 10, 7_000))
    stage.wait(MINUTE)
    stage.trade(stage.buy("third", 10, 7_000), stage.sell("one", 10, 7_000))


def _barred(stage: Stage) -> None:
    stage.bar("canary")
    stage.buy("one", 10, 7_000)


VERSES: Final[Mapping[str, Verse]] = {
    "self_trade": Verse(_self_trade),
    "frequent_cancel": Verse(_cancels, {"cancels": 2}),
    "order_to_trade": Verse(_cancels, {"info_ratio": 3, "min_messages": 4}),
    "burst_rate": Verse(_burst, {"warning_per_second": 5, "violation_per_second": 100}),
    "limit_touch": Verse(_limit_touch),
    "spoofing": Verse(_spoofing),
    "layering": Verse(_layering),
    "dynamic_layering": Verse(
        _dynamic_layering, {"orders": 2, "levels_off": 1, "moves": 2, "violation_moves": 4}
    ),
    "prearranged": Verse(_prearranged, {"warning_count": 1}),
    "circular": Verse(_circular),
    "ramping": Verse(_ramping),
    "marking_close": Verse(_marking_close, {"window_minutes": 1}),
    "auction_manipulation": Verse(_auction_manipulation),
    "painting": Verse(_painting, {"window_prints": 3, "volume_percent": 100}),
    "floor_ceiling": Verse(
        _floor_ceiling,
        {"window_minutes": 3, "share_percent": 10, "orders": 3, "min_qty": 1},
    ),
    "fat_finger": Verse(_fat_finger),
    "unusual_volume": Verse(_unusual_volume, {"active_days": 1, "sigmas": 1}),
    "price_swing": Verse(_price_swing),
    "pump_and_dump": Verse(_pump_and_dump),
    "clique": Verse(_clique, {"bin_seconds": 60, "active_bins": 2}),
    "collusive": Verse(_collusive, {"repeats": 1}),
    "front_running": Verse(_front_running, {"repeats": 1}),
    "benford": Verse(_benford, {"min_trades": 1, "alike_percent": 100}),
    "block_pricing": Verse(_block_pricing),
    "large_holder": Verse(_holding, {"report_tonnes": 20}),
    "cornering": Verse(_holding, {"limit_tonnes": 19}),
    "misinformation": Verse(_misinformation, {"jump_percent": 0}),
    "barred_person": Verse(_barred),
}
UNHEARD: Final[Mapping[str, str]] = {
    "cross_product": "what is a large move is known after half an hour of two markets",
    "regional": "what is a large move is known after half an hour of two markets",
    "insider": "what is a large return is known after half an hour and a disclosure",
}
"""By rule, why a dozen events cannot be its offence."""
