"""Pre-arranged and circular trades, and the honest meetings beside them."""

from collections.abc import Sequence
from itertools import combinations

import pytest
from recorded_rows import COLUMNS, START_NS
from watched_market import SECOND, SYMBOL, Watched

from bashu_daemon.surveillance.csv_feed import CsvFeed
from bashu_daemon.surveillance.watch import Watch
from bashu_protocol.messages import AddMember, AddUser, Deposit

DAY = 86_400 * SECOND


def meet(
    market: Watched, seller: str, buyer: str, qty: int = 300, more: int = 0, gap: int = SECOND
) -> None:
    """Let two members' orders meet; the buyer's is larger by so much, and withdrawn then."""
    market.order(seller, "sell", qty, 7_000)
    rest = market.order(buyer, "buy", qty + more, 7_000, gap)
    market.cancel(buyer, rest)


@pytest.mark.parametrize(
    ("times", "severity"), [(2, None), (3, "warning"), (4, "warning"), (5, "violation")]
)
def test_a_pair_that_keeps_meeting(times: int, severity: str | None) -> None:
    market = Watched()
    for _ in range(times):
        meet(market, "a", "b")
    found = [alert.severity for alert in market.alerts("prearranged")]
    assert found == ([severity] if severity else [])


def test_either_way_round_is_one_pair_and_a_group_is_one_hand() -> None:
    market = Watched()
    for seller, buyer in (("a", "b"), ("b2", "a"), ("a", "b2")):
        meet(market, seller, buyer)
    (alert,) = market.alerts("prearranged")
    assert alert.members == ["a", "b", "b2"]
    assert (alert.facts["matches"], alert.facts["quantity"]) == (3, 900)


@pytest.mark.parametrize(
    ("qty", "more", "gap", "is_found"),
    [
        (1, 0, SECOND, True),
        (900, 100, SECOND, True),
        (890, 110, SECOND, False),
        (900, 100, 2 * SECOND, True),
        (900, 100, 2 * SECOND + 1, False),
        (980, 20, 300 * SECOND, True),
        (979, 21, 300 * SECOND, False),
        (980, 20, 300 * SECOND + 1, False),
    ],
)
def test_what_makes_a_meeting(qty: int, more: int, gap: int, is_found: bool) -> None:
    market = Watched()
    for _ in range(3):
        meet(market, "a", "b", qty, more, gap)
    assert bool(market.alerts("prearranged")) == is_found


@pytest.mark.parametrize(("price", "is_found"), [(7_007, True), (7_008, False)])
def test_a_slow_meeting_is_at_one_price(price: int, is_found: bool) -> None:
    market = Watched()
    for _ in range(3):
        market.order("a", "sell", 300, 7_000)
        market.order("b", "buy", 300, price, 60 * SECOND)
    assert bool(market.alerts("prearranged")) == is_found


def recorded(rows: Sequence[tuple[str, str, str, str, int, str]], times: int = 3) -> list[int]:
    """Return how many meetings the pairs have in a file that tells the same a few times.

    A row is account, event, order, side, tonnes and the other order, all at 70 yuan.
    """
    watch = Watch({})
    feed = CsvFeed(watch)
    names = COLUMNS.split(",")
    for number in range(times):
        for at, (account, event, order, side, qty, other) in enumerate(rows):
            time = START_NS + number * 60 * SECOND + at
            counter = f"{other}{number}" if other else ""
            row = (time, account, "S", event, f"{order}{number}", side, "70", qty, counter)
            feed.take(dict(zip(names, map(str, row), strict=True)))
    alerts = [alert for alert in watch.alerts() if alert.rule == "prearranged"]
    return [int(alert.facts["matches"]) for alert in alerts]


@pytest.mark.parametrize(("second", "is_found"), [(137, True), (136, False)])
def test_a_meeting_in_parts_is_one(second: int, is_found: bool) -> None:
    """In a record the two orders may trade with each other more than once."""
    found = recorded(
        (
            ("a", "new", "s", "sell", 300, ""),
            ("b", "new", "b", "buy", 330, ""),
            ("b", "trade", "b", "buy", 150, "s"),
            ("b", "trade", "b", "buy", second, "s"),
            ("b", "trade", "b", "buy", 10, "s"),
        )
    )
    assert found == ([3] if is_found else [])


@pytest.mark.parametrize(
    ("wanted", "part", "is_found"), [(300, 60, True), (300, 59, False), (290, 60, False)]
)
def test_what_others_stepped_into_was_meant_for_each_other(
    wanted: int, part: int, is_found: bool
) -> None:
    """Orders of one size at one price, of which a fifth met before somebody took the rest."""
    found = recorded(
        (
            ("a", "new", "s", "sell", 300, ""),
            ("x", "new", "x", "buy", 300 - part, ""),
            ("x", "trade", "x", "buy", 300 - part, "s"),
            ("b", "new", "b", "buy", wanted, ""),
            ("b", "trade", "b", "buy", part, "s"),
            ("b", "cancel", "b", "buy", wanted - part, ""),
        )
    )
    assert found == ([3] if is_found else [])


@pytest.mark.parametrize(("first", "is_found"), [(150, True), (40, False)])
def test_a_deal_goes_on_from_one_order(first: int, is_found: bool) -> None:
    """A hop in two orders of the buyer for one of the seller is one meeting."""
    found = recorded(
        (
            ("a", "new", "s", "sell", 300, ""),
            ("b", "new", "b", "buy", first, ""),
            ("b", "trade", "b", "buy", first, "s"),
            ("b", "new", "c", "buy", 150, ""),
            ("b", "trade", "c", "buy", 150, "s"),
        )
    )
    assert found == ([3] if is_found else [])


class Record:
    """A file of trades, each of two orders a second apart."""

    def __init__(self) -> None:
        self.watch = Watch({})
        self.feed = CsvFeed(self.watch)
        self.number = 0

    def trade(self, seller: str, buyer: str, offered: int, wanted: int) -> None:
        """Let two orders trade, and the rest of the larger one go."""
        self.number += 1
        sell, buy, at = f"s{self.number}", f"b{self.number}", START_NS + self.number * 10 * SECOND
        qty = min(offered, wanted)
        rows = [
            (at, seller, "S", "new", sell, "sell", "70", offered, ""),
            (at + SECOND, buyer, "S", "new", buy, "buy", "70", wanted, ""),
            (at + SECOND, buyer, "S", "trade", buy, "buy", "70", qty, sell),
        ]
        if offered > qty:
            rows.append((at + SECOND, seller, "S", "cancel", sell, "sell", "70", offered - qty, ""))
        if wanted > qty:
            rows.append((at + SECOND, buyer, "S", "cancel", buy, "buy", "70", wanted - qty, ""))
        for row in rows:
            self.feed.take(dict(zip(COLUMNS.split(","), map(str, row), strict=True)))

    def pairs(self) -> list[str]:
        """Return the groups of the pairs that were found."""
        alerts = [alert for alert in self.watch.alerts() if alert.rule == "prearranged"]
        return [f"{alert.facts['one']}-{alert.facts['other']}" for alert in alerts]


@pytest.mark.parametrize(("size_of_c", "found"), [(100, []), (50, ["a-b"])])
def test_one_size_is_no_coincidence_between_those_who_enter_no_other(
    size_of_c: int, found: list[str]
) -> None:
    """a, b and c enter 100 t only, and the maker 37 t: a meets b as often as others of 100 t."""
    record = Record()
    for _ in range(15):
        for one, other, offered, wanted in (
            ("a", "c", 100, size_of_c), ("b", "c", 100, size_of_c), ("a", "b", 100, 100),
            ("b", "a", 100, 100),
        ):  # fmt: skip
            record.trade(one, other, offered, wanted)
        for group in ("a", "b", "c"):
            for _ in range(27):
                record.trade("maker", group, 37, 100)
    assert record.pairs() == found


@pytest.mark.parametrize(("wanted", "found"), [(300, []), (200, ["a-b"])])
def test_where_each_trade_is_a_meeting_three_of_a_pair_are_none(
    wanted: int, found: list[str]
) -> None:
    """As in a file that somebody made of a list of trades."""
    record = Record()
    for one, other in combinations(("c", "d", "e", "f"), 2):
        record.trade(one, other, 300, wanted)
        record.trade(other, one, 300, wanted)
    for _ in range(3):
        record.trade("a", "b", 300, 300)
    assert record.pairs() == found


@pytest.mark.parametrize(("wanted", "found"), [(300, []), (200, ["a-b"])])
def test_who_trades_much_meets_others_at_the_markets_rate(wanted: int, found: list[str]) -> None:
    """At a rate of one in six, three in 23 trades of both are few; where nobody meets, many."""
    record = Record()
    for one, other in combinations(("c", "d", "e", "f"), 2):
        record.trade(one, other, 300, wanted)
        record.trade(other, one, 300, wanted)
    for number in range(20):
        for group in ("a", "b", "c"):
            record.trade("maker", group, 37 + number, 100 + number)
    for _ in range(3):
        record.trade("a", "b", 300, 300)
    assert record.pairs() == found


def everybody_meets(market: Watched, rounds: int) -> None:
    """Orders of one size all day, between all in turn."""
    users = ("a", "b", "c", "maker")
    for _ in range(rounds):
        for one in users:
            for other in users:
                if one != other:
                    meet(market, one, other)


def test_where_everybody_meets_everybody_it_is_chance() -> None:
    market = Watched()
    everybody_meets(market, 4)
    assert market.alerts("prearranged") == []


def test_a_pair_that_meets_once_a_day_is_found_over_the_week() -> None:
    market = Watched()
    for _ in range(3):
        meet(market, "a", "b")
        market.now_ns += DAY
        market.next_day()
    (alert,) = market.alerts("prearranged")
    assert alert.facts["matches"] == 3


def ring(market: Watched, members: tuple[str, ...], qty: int = 300) -> None:
    """Send tonnes round, one hop a day."""
    for seller, buyer in zip(members, (*members[1:], members[0]), strict=True):
        meet(market, seller, buyer, qty)
        market.now_ns += DAY
        market.next_day()


@pytest.mark.parametrize("members", [("a", "b", "c"), ("maker", "c", "b", "a")])
def test_tonnes_that_come_back_went_round(members: tuple[str, ...]) -> None:
    market = Watched()
    ring(market, members)
    (alert,) = market.alerts("circular")
    assert (alert.facts["size"], alert.facts["rings"]) == (len(members), 1)
    assert alert.members == sorted(members)
    assert alert.severity == "warning"


@pytest.mark.parametrize(("others", "is_found"), [(2, True), (3, False)])
def test_a_ring_of_one_that_meets_many_may_be_chance(others: int, is_found: bool) -> None:
    """With so few trades, those of the ring must be most of the market's: three of five."""
    market = Watched()
    for _ in range(others):
        meet(market, "a", "maker", 900)
    ring(market, ("a", "b", "c"))
    assert bool(market.alerts("circular")) == is_found


def turn(market: Watched, hops: Sequence[tuple[str, str]], sizes: Sequence[int]) -> None:
    """Let tonnes go round by orders that wait longer than any meeting, within a day."""
    for (seller, buyer), qty in zip(hops, sizes, strict=True):
        market.order(seller, "sell", qty, 7_000)
        market.order(buyer, "buy", qty, 7_000, 400 * SECOND)


RING = (("a", "b"), ("b", "c"), ("c", "a"))


def with_others(market: Watched) -> None:
    """Admit another, and let two outside the ring trade."""
    market.send("venue", AddMember("m-d", "d", "d", "od"))
    market.send("venue", AddUser("u-d", "d", "d"))
    market.send("venue", Deposit("c-d", "d", "CNY", 10**13))
    market.send("venue", Deposit("t-d", "d", SYMBOL, 10**8))
    for _ in range(60):
        market.order("maker", "sell", 50, 7_000)
        market.order("d", "buy", 50, 7_000)


@pytest.mark.parametrize(
    ("rounds", "sizes", "is_found"),
    [
        (4, (300, 290, 310), True),
        (4, (300, 250, 330), True),
        (4, (300, 100, 300), False),
        (1, (300, 300, 300), False),
    ],
)
def test_a_ring_shows_in_the_flows_of_a_day(
    rounds: int, sizes: tuple[int, ...], is_found: bool
) -> None:
    market = Watched()
    with_others(market)
    for _ in range(rounds):
        turn(market, RING, sizes)
    market.next_day()
    assert bool(market.alerts("circular")) == is_found


def test_a_clique_is_a_ring_in_any_order() -> None:
    market = Watched()
    with_others(market)
    for _ in range(3):
        turn(market, (*RING, *((buyer, seller) for seller, buyer in RING)), (300,) * 6)
    market.next_day()
    (alert,) = market.alerts("circular")
    assert alert.facts["groups"] == "oa, ob, oc"


def test_members_who_trade_more_with_others_are_no_ring() -> None:
    market = Watched()
    with_others(market)
    for _ in range(3):
        turn(market, RING, (20, 20, 20))
        turn(market, (("a", "maker"), ("d", "a")), (500, 500))
    market.next_day()
    assert market.alerts("circular") == []


def test_two_rings_of_the_same_groups_are_a_warning_and_three_a_violation() -> None:
    market = Watched()
    severities = []
    for _ in range(3):
        ring(market, ("a", "b", "c"))
        severities.append([alert.severity for alert in market.alerts("circular")])
    assert severities == [["warning"], ["warning"], ["violation"]]


def test_two_that_trade_to_and_fro_are_no_ring() -> None:
    market = Watched()
    for _ in range(3):
        ring(market, ("a", "b"))
    assert market.alerts("circular") == []


def test_a_chain_that_does_not_close_is_no_ring() -> None:
    market = Watched()
    for seller, buyer in (("a", "b"), ("b", "c"), ("c", "maker")):
        meet(market, seller, buyer)
    assert market.alerts("circular") == []


def test_a_ring_that_takes_longer_than_a_week_is_none() -> None:
    market = Watched()
    meet(market, "a", "b")
    market.now_ns += 8 * DAY
    meet(market, "b", "c")
    meet(market, "c", "a")
    assert market.alerts("circular") == []


def test_tonnes_of_another_size_are_others() -> None:
    market = Watched()
    meet(market, "a", "b", 300)
    meet(market, "b", "c", 300)
    meet(market, "c", "a", 360)
    assert market.alerts("circular") == []
