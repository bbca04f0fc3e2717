"""Which injections show a rule what it is to find."""

from typing import Final

from msgspec import Struct

from bashu_daemon.tools.scenarios.arranged import (
    offset_cities,
    pair,
    pair_over_days,
    ring,
    ring_at_once,
)
from bashu_daemon.tools.scenarios.concert import collude, follow, front_run
from bashu_daemon.tools.scenarios.counting import (
    amend_for_nothing,
    burst,
    make_up_sizes,
    withdraw_much,
)
from bashu_daemon.tools.scenarios.holdings import (
    buy_up,
    hold_much,
    trade_while_barred,
    transfer_by_blocks,
)
from bashu_daemon.tools.scenarios.linked import push_city, push_product
from bashu_daemon.tools.scenarios.news import know_before, spread_false_news
from bashu_daemon.tools.scenarios.price import (
    auction,
    floor,
    hold_limit,
    paint,
    print_often,
    pump,
    slip,
    surge,
    swing,
)
from bashu_daemon.tools.scenarios.push import close, ramp
from bashu_daemon.tools.scenarios.spoof import layer, layer_dynamically, spoof, spoof_by_two
from bashu_daemon.tools.scenarios.trial import Injection, Plan
from bashu_daemon.tools.scenarios.wash import prevented_wash, wash


class Family(Struct, frozen=True, kw_only=True):
    """One kind of manipulation and how it is put into a market."""

    rule: str
    """The rule that is measured by it."""
    injection: Injection
    times: int = 8
    """In one market."""
    days: int = 1
    day_seconds: int = 3_600
    symbols: tuple[str, ...] = ("CEA25",)
    markets: int = 1
    """How many are played where one of another family is, so that all have some labels."""

    def plan(self, severity: int, seed: int) -> Plan:
        """Return the market that shows it."""
        return Plan(
            seed=seed, injections=[self.injection] * self.times, severity=severity,
            days=self.days, day_seconds=self.day_seconds, symbols=self.symbols,
        )  # fmt: skip


FAMILIES: Final = (
    Family(rule="self_trade", injection=prevented_wash, times=4),
    Family(rule="self_trade", injection=wash, times=4),
    Family(rule="frequent_cancel", injection=withdraw_much, times=2),
    Family(rule="order_to_trade", injection=amend_for_nothing, times=3),
    Family(rule="burst_rate", injection=burst, times=4),
    Family(rule="limit_touch", injection=hold_limit, times=1, markets=3),
    Family(rule="spoofing", injection=spoof),
    Family(rule="spoofing", injection=spoof_by_two),
    Family(rule="layering", injection=layer),
    Family(rule="dynamic_layering", injection=layer_dynamically, times=5),
    Family(rule="prearranged", injection=pair),
    Family(rule="prearranged", injection=pair_over_days, times=4, days=5, day_seconds=1_800),
    Family(rule="ramping", injection=ramp, times=4),
    Family(rule="marking_close", injection=close, times=1, markets=3),
    Family(rule="circular", injection=ring, times=3, days=6, day_seconds=1_800),
    Family(rule="circular", injection=ring_at_once, times=3),
    Family(rule="clique", injection=follow, times=1, markets=2, day_seconds=14_400),
    Family(rule="collusive", injection=collude, times=4),
    Family(rule="front_running", injection=front_run, times=3),
    Family(rule="auction_manipulation", injection=auction, times=5),
    Family(rule="painting", injection=paint),
    Family(rule="painting", injection=print_often, times=4),
    Family(rule="floor_ceiling", injection=floor, times=1, markets=2, day_seconds=5_400),
    Family(rule="fat_finger", injection=slip, times=1, markets=3),
    Family(rule="unusual_volume", injection=surge, times=3, days=9, day_seconds=600),
    Family(rule="price_swing", injection=swing, times=2),
    Family(rule="pump_and_dump", injection=pump, times=1, markets=2, days=2, day_seconds=2_400),
    Family(rule="block_pricing", injection=transfer_by_blocks, times=6, day_seconds=1_800),
    Family(rule="large_holder", injection=hold_much, times=6, day_seconds=1_800),
    Family(rule="cornering", injection=buy_up, times=3, day_seconds=1_800),
    Family(rule="barred_person", injection=trade_while_barred, times=6, day_seconds=1_800),
    Family(
        rule="cross_product",
        injection=push_product,
        times=1,
        markets=2,
        day_seconds=4_500,
        symbols=("CEA25", "CCER"),
    ),
    Family(
        rule="regional",
        injection=push_city,
        times=1,
        markets=2,
        day_seconds=4_500,
        symbols=("CDCER", "CQCER"),
    ),
    Family(rule="regional", injection=offset_cities, times=4, symbols=("CDCER", "CQCER")),
    Family(rule="benford", injection=make_up_sizes, times=1, markets=3),
    Family(rule="insider", injection=know_before, times=1, markets=2, days=14, day_seconds=400),
    Family(
        rule="misinformation", injection=spread_false_news, times=1, markets=3, day_seconds=5_400
    ),
)
