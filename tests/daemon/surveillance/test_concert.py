"""What several do in concert: cliques, bait for another's sake, front running; and trade sizes."""

import random

import pytest
from watched_market import SECOND, SYMBOL, Watched

from bashu_daemon.surveillance.rules.benford import chi_squared, round_t
from bashu_protocol.messages import AddClient, AddMember, AddUser, Deposit

MS = SECOND // 1_000
BIN = 300 * SECOND


def admit(market: Watched, *users: str) -> None:
    for user in users:
        market.send("venue", AddMember(f"m-{user}", user, user, f"o{user}"), 0)
        market.send("venue", AddUser(f"u-{user}", user, user), 0)
        market.send("venue", Deposit(f"c-{user}", user, "CNY", 10**13), 0)
        market.send("venue", Deposit(f"t-{user}", user, SYMBOL, 10**8), 0)


# Cliques


def bins(market: Watched, count: int, followers: tuple[str, ...], same: int = 100) -> None:
    """In each bin, `a` and its followers bid or offer, `same` percent of them on one side."""
    chance = random.Random(4)
    for number in range(count):
        market.now_ns = number * BIN
        side = chance.choice(("buy", "sell"))
        for user in ("a", *followers):
            own = side if chance.randrange(100) < same else chance.choice(("buy", "sell"))
            name = market.order(user, own, 100, 6_400 if own == "buy" else 7_600)
            market.cancel(user, name)
        for user in ("c", "maker", "e", "f"):
            own = chance.choice(("buy", "sell"))
            name = market.order(
                user, own, chance.randrange(50, 200), 6_500 if own == "buy" else 7_500
            )
            market.cancel(user, name)


@pytest.mark.parametrize(
    ("count", "same", "severity"),
    [(19, 100, None), (20, 100, "warning"), (59, 100, "warning"), (60, 100, "violation"),
     (60, 50, None)],
)  # fmt: skip
def test_who_orders_together_is_a_clique(count: int, same: int, severity: str | None) -> None:
    market = Watched()
    admit(market, "e", "f")
    bins(market, count, ("b",), same)
    market.next_day()
    found = [(alert.severity, alert.facts["groups"]) for alert in market.alerts("clique")]
    assert found == ([(severity, "oa, ob")] if severity else [])


def test_a_clique_of_more_than_half_of_the_market_is_the_market() -> None:
    market = Watched()
    admit(market, "e", "f", "g", "h", "i")
    bins(market, 30, ("b", "g", "h", "i"))
    market.next_day()
    assert market.alerts("clique") == []


def test_who_follows_the_price_is_no_clique() -> None:
    """Two who buy what rises: the price explains what they have in common."""
    market = Watched()
    admit(market, "e", "f", "g")
    chance = random.Random(4)
    price = 7_000
    for number in range(40):
        market.now_ns = number * BIN
        rises = chance.random() < 0.5
        price += 3 if rises else -3
        market.order("maker", "sell", 10, price)
        market.order("c", "buy", 10, price)
        for user in ("a", "b"):
            side = "buy" if rises else "sell"
            name = market.order(user, side, 100, 6_400 if rises else 7_600)
            market.cancel(user, name)
        for user in ("e", "f", "g"):
            side = chance.choice(("buy", "sell"))
            name = market.order(user, side, 100, 6_500 if side == "buy" else 7_500)
            market.cancel(user, name)
    market.next_day()
    assert market.alerts("clique") == []


def test_orders_in_the_same_bins_but_not_at_the_same_moments_are_information() -> None:
    """Two who both enter many orders in each bin, all on one side."""
    market = Watched()
    admit(market, "e", "f")
    chance = random.Random(4)
    for number in range(30):
        side = chance.choice(("buy", "sell"))
        price = 6_400 if side == "buy" else 7_600
        for step in range(6):
            for user, offset in (("a", 0), ("b", 20)):
                market.now_ns = number * BIN + (step * 45 + offset) * SECOND
                market.cancel(user, market.order(user, side, 100, price))
        for user in ("c", "maker", "e", "f"):
            own = chance.choice(("buy", "sell"))
            name = market.order(
                user, own, chance.randrange(50, 200), 6_500 if own == "buy" else 7_500
            )
            market.cancel(user, name)
    market.next_day()
    (alert,) = market.alerts("clique")
    assert (alert.severity, alert.facts["groups"]) == ("info", "oa, ob")


def test_who_follows_a_longer_trend_in_the_same_bins_is_no_clique() -> None:
    """Two with one signal: whether the price is above that of half an hour ago."""
    market = Watched()
    admit(market, "e", "f")
    chance = random.Random(4)
    prices = [7_000]
    for number in range(60):
        market.now_ns = number * BIN
        prices.append(prices[-1] + (3 if number // 9 % 2 else -3))
        market.order("maker", "sell", 10, prices[-1])
        market.order("c", "buy", 10, prices[-1])
        side = "buy" if prices[-1] > prices[-7:][0] else "sell"
        for step in range(6):
            for user, offset in (("a", 0), ("b", 10)):
                market.now_ns = number * BIN + (150 + step * 20 + offset) * SECOND
                market.cancel(
                    user, market.order(user, side, 100, 6_400 if side == "buy" else 7_600)
                )
        for user in ("e", "f"):
            own = chance.choice(("buy", "sell"))
            name = market.order(
                user, own, chance.randrange(50, 200), 6_500 if own == "buy" else 7_500
            )
            market.cancel(user, name)
    market.next_day()
    assert market.alerts("clique") == []


def test_a_clique_grows_one_alert_over_the_days() -> None:
    market = Watched()
    admit(market, "e", "f")
    bins(market, 30, ("b",))
    market.next_day()
    market.next_day()
    (alert,) = market.alerts("clique")
    assert alert.facts["active_bins"] == 30


# Bait for another's sake


def make(market: Watched) -> None:
    for step in range(5):
        market.order("maker", "buy", 400, 6_990 - step)
        market.order("maker", "sell", 400, 7_000 + step)


def book() -> Watched:
    """Tonnes of hundreds on each side, with room between the best prices, and usual orders."""
    market = Watched()
    make(market)
    for _ in range(30):
        name = market.order("c", "buy", 100, 6_980)
        market.cancel("c", name)
        market.order("maker", "sell", 10, 6_999)
        market.order("c", "buy", 10, 6_999)
    return market


def collude(
    market: Watched, *, shown: int = 1_600, stands_ms: int = 2_000, after_ms: int = 500,
    layers: int = 1, trader: str = "a", own_offer: int = 0, price: int = 6_996,
) -> None:  # fmt: skip
    """`trader` offers a little, `b` shows bids, `c` takes the offer, `b` withdraws."""
    real = market.order(trader, "sell", 60, price)
    ask = market.order("b", "sell", own_offer, 7_010) if own_offer else ""
    names = [market.order("b", "buy", shown // layers, 6_989 - n, MS) for n in range(layers)]
    market.order("c", "buy", 60, price, (stands_ms - after_ms) * MS)
    for n, name in enumerate(names):
        market.cancel("b", name, MS if n else after_ms * MS)
    market.cancel(trader, real)
    if ask:
        market.cancel("b", ask)


@pytest.mark.parametrize(
    ("times", "severity"), [(2, None), (3, "warning"), (4, "warning"), (5, "violation")]
)
@pytest.mark.parametrize("layers", [1, 3])
def test_bait_for_anothers_sake(times: int, severity: str | None, layers: int) -> None:
    market = book()
    for _ in range(times):
        collude(market, layers=layers)
    alerts = market.alerts("collusive")
    assert [alert.severity for alert in alerts] == ([severity] if severity else [])
    for alert in alerts:
        assert (alert.facts["one"], alert.facts["other"]) == ("ob", "oa")
        assert (alert.members, alert.gain) == (["a", "b"], times * 60 * 6)
        assert (alert.count, alert.facts["share_percent"]) == (times, 100)


@pytest.mark.parametrize(
    ("how", "is_found"),
    [
        ({"stands_ms": 59_900}, True),
        ({"stands_ms": 60_100}, False),
        ({"stands_ms": 9_000, "after_ms": 4_900}, True),
        ({"stands_ms": 9_000, "after_ms": 5_100}, False),
        ({"stands_ms": 20_000, "after_ms": 9_900}, True),
        ({"stands_ms": 20_000, "after_ms": 10_100}, False),
        ({"shown": 400}, False),
        ({"own_offer": 500}, True),
        ({"own_offer": 600}, False),
        ({"trader": "b2"}, False),
        ({"price": 6_990}, False),
    ],
)
def test_what_bait_for_anothers_sake_is(how: dict[str, int | str], is_found: bool) -> None:
    market = book()
    for _ in range(3):
        collude(market, **how)  # type: ignore[arg-type]  as the table has it
    assert bool(market.alerts("collusive")) == is_found


@pytest.mark.parametrize(("days", "is_found"), [(2, False), (3, True)])
def test_bait_once_a_day_is_found_over_the_week(days: int, is_found: bool) -> None:
    market = book()
    for _ in range(days):
        collude(market)
        market.now_ns += 86_400 * SECOND
        market.next_day()
        make(market)
    assert [alert.count for alert in market.alerts("collusive")] == ([3] if is_found else [])


def test_a_maker_who_trades_all_the_time_is_nobodys_accomplice() -> None:
    market = book()
    for _ in range(4):
        collude(market, trader="maker")
        for _ in range(5):
            market.order("maker", "sell", 60, 6_996)
            market.order("c", "buy", 60, 6_996)
    assert market.alerts("collusive") == []


# Front running


def agent() -> Watched:
    """A member `a` with a client, in a market whose usual order has a hundred tonnes."""
    market = Watched()
    market.send("venue", AddClient("k", "a", "client", "client", "oclient"))
    for _ in range(30):
        for side, price in (("buy", 6_500), ("sell", 7_500)):
            market.order("maker", side, 100, price)
    return market


def run_ahead(
    market: Watched, *, own: int = 100, client: int = 500, gap: int = 2 * SECOND,
    side: str = "buy", user: str = "a", unwound_at: int = 0, client_user: str = "a",
) -> None:  # fmt: skip
    """`a` buys from the maker, then its client bids; `a` sells to whoever comes."""
    market.order("maker", "sell", own, 7_000, 60 * SECOND)
    first = market.order(user, side, own, 7_000 if side == "buy" else 7_499)
    name = market.order(client_user, "buy", client, 6_900, gap, client_account="client")
    if unwound_at:
        market.order("maker", "buy", own, unwound_at)
        market.order(user, "sell", own, unwound_at)
    market.cancel(client_user, name)
    market.cancel(user, first)


@pytest.mark.parametrize(("times", "severity"), [(2, None), (3, "warning")])
def test_own_orders_before_a_clients(times: int, severity: str | None) -> None:
    market = agent()
    for _ in range(times):
        run_ahead(market)
    alerts = market.alerts("front_running")
    assert [alert.severity for alert in alerts] == ([severity] if severity else [])
    for alert in alerts:
        assert alert.members == ["a", "a/client"]
        assert (alert.facts["own_qty"], alert.facts["client_qty"]) == (300, 1_500)
        assert alert.facts["gap_ms"] == 2_000


@pytest.mark.parametrize(
    ("how", "is_found"),
    [
        ({"gap": 2 * SECOND + 1}, False),
        ({"own": 101}, False),
        ({"own": 90, "client": 479}, False),
        ({"side": "sell"}, False),
        ({"user": "b"}, False),
    ],
)
def test_what_front_running_is(how: dict[str, int | str], is_found: bool) -> None:
    market = agent()
    for _ in range(4):
        run_ahead(market, **how)  # type: ignore[arg-type]  as the table has it
    assert bool(market.alerts("front_running")) == is_found


@pytest.mark.parametrize(
    ("prices", "severity", "gain"),
    [((7_010,), None, 0), ((0, 7_010), "warning", 1_000), ((0, 7_000), None, 0),
     ((0, 7_010, 7_020), "violation", 3_000)],
)  # fmt: skip
def test_one_that_made_a_profit_is_enough(
    prices: tuple[int, ...], severity: str | None, gain: int
) -> None:
    """The first client order tells that the member has clients."""
    market = agent()
    for price in prices:
        run_ahead(market, unwound_at=price)
    alerts = market.alerts("front_running")
    assert [(alert.severity, alert.gain) for alert in alerts] == (
        [(severity, gain)] if severity else []
    )


def test_a_desk_that_trades_all_the_time_is_before_everything() -> None:
    market = agent()
    for _ in range(10):
        for _ in range(30):
            market.order("maker", "sell", 10, 7_000)
            market.order("a", "buy", 10, 7_000)
        run_ahead(market)
    assert market.alerts("front_running") == []


def test_where_all_come_to_one_side_nobody_is_ahead() -> None:
    market = agent()
    admit(market, "e")
    for _ in range(4):
        market.order("maker", "sell", 30, 7_000, 60 * SECOND)
        for user in ("b", "c", "e"):
            market.order(user, "buy", 10, 7_000, 100 * MS)
        market.order("maker", "sell", 100, 7_000, 100 * MS)
        market.order("a", "buy", 100, 7_000, 100 * MS)
        name = market.order("a", "buy", 600, 6_900, SECOND, client_account="client")
        market.cancel("a", name)
    assert market.alerts("front_running") == []


# Trade sizes


def test_chi_squared_is_nothing_for_benfords_own_digits() -> None:
    assert chi_squared([301, 176, 125, 97, 79, 67, 58, 51, 46]) < 0.1
    assert chi_squared([0, 0, 0, 0, 1_000, 0, 0, 0, 0]) == pytest.approx(11_629, rel=0.01)


def test_round_sizes_are_weighed_by_their_digits() -> None:
    assert round_t(10, [100]) == 0
    assert round_t(19, [100]) == pytest.approx(3)
    assert round_t(1, [0, 100]) == 0
    assert round_t(0, []) == 0


def sized(chance: random.Random, made_up: float, orders: int) -> Watched:
    """Have `a` and `b` buy; of `a`'s sizes some are as often 9 as 1 and something."""
    market = Watched()
    for _ in range(3):
        market.order("c", "sell", 90_000, 7_000)
    for _ in range(orders):
        sizes = [round(10 ** chance.uniform(1, 3)) for _ in range(2)]
        if chance.random() < made_up:
            sizes[0] = chance.randint(10, 99)
        for user, qty in zip(("a", "b"), sizes, strict=True):
            market.order(user, "buy", qty, 7_000)
    market.next_day()
    return market


@pytest.mark.parametrize(
    ("made_up", "orders", "is_found"),
    [(1, 500, True), (1, 499, False), (0.9, 700, True), (0.3, 700, False), (0, 700, False)],
)
def test_a_report_on_sizes_that_nobody_would_choose(
    made_up: float, orders: int, is_found: bool
) -> None:
    market = sized(random.Random(7), made_up, orders)
    found = [(alert.severity, alert.owner) for alert in market.alerts("benford")]
    assert found == ([("info", "oa")] if is_found else [])
    for alert in market.alerts("benford"):
        assert alert.order_ids


@pytest.mark.parametrize("sizes", [(70,), (77,), (10, 20, 50, 100, 200), (77, 77, 77, 11, 12)])
def test_sizes_chosen_for_ease_are_no_report(sizes: tuple[int, ...]) -> None:
    market, chance = Watched(), random.Random(3)
    for number in range(700):
        other = round(10 ** chance.uniform(1, 3))
        for user, qty in (("a", sizes[number % len(sizes)]), ("b", other)):
            market.order("c", "sell", qty, 7_000)
            market.order(user, "buy", qty, 7_000)
    market.next_day()
    assert [alert.owner for alert in market.alerts("benford") if alert.owner == "oa"] == []


def test_where_all_choose_alike_nobody_is_reported() -> None:
    market, chance = Watched(), random.Random(4)
    for number in range(1_800):
        qty = chance.randint(11, 99)
        market.order(("a", "b", "c")[number % 3], "sell", qty, 7_000)
        market.order(("b", "c", "a")[number % 3], "buy", qty, 7_000)
    market.next_day()
    assert market.alerts("benford") == []


def test_sizes_of_many_kinds_are_no_report() -> None:
    market = Watched()
    chance = random.Random(2)
    for _ in range(600):
        qty = round(10 ** chance.uniform(1, 4))
        market.order("a", "sell", qty, 7_000)
        market.order("b", "buy", qty, 7_000)
    market.next_day()
    assert market.alerts("benford") == []
