"""The orders of the load: allowed by the rules, and the same for the same seed."""

import random
from collections import Counter

from bashu_daemon.tools.load.profile import Mix
from bashu_daemon.tools.load.workload import Instrument, Trader
from bashu_protocol.messages import InstrumentRules

RULES = InstrumentRules(
    symbol="CEA25", name_zh="x", name_en="x", product="CEA", reference_price=7_000, tick=5, lot=10,
    min_order_qty=15,
)  # fmt: skip


def instrument() -> Instrument:
    return Instrument.begin(RULES, limit_down=6_893, limit_up=7_107, mid=7_001)


def drive(seed: int, count: int, mix: Mix, live_orders: int = 50) -> list[tuple[object, ...]]:
    """Let a trader act; every new day order rests, nothing trades."""
    market, closed = instrument(), bytearray(count)
    trader = Trader([market], mix, live_orders, "p-", random.Random(seed))
    walk = random.Random(seed)
    found = []
    for number in range(count):
        command = trader.command(number, closed)
        found.append(command)
        if command[0] == "new_order" and command[7] == "day":
            trader.rests(number, "CEA25", command[3] == "buy", command[4])
        elif command[0] == "cancel_order":
            closed[int(command[2][2:])] = 1
        elif command[0] == "replace_order":
            trader.rests(number, "CEA25", True, command[3])
        market.walk(walk)
        assert trader.resting <= live_orders
    return found


def test_every_order_keeps_tick_lot_and_limits() -> None:
    for command in drive(1, 20_000, Mix()):
        if command[0] != "cancel_order":
            qty, price = (command[4], command[5]) if len(command) == 8 else command[3:5]
            assert price % 5 == 0
            assert 6_893 <= price <= 7_107
            assert qty % 10 == 0
            assert qty >= 15


def test_the_mix_is_kept() -> None:
    kinds = Counter(
        "ioc" if command[-1] == "ioc" else command[0] for command in drive(2, 40_000, Mix(), 40_000)
    )
    for kind, percent in (
        ("new_order", 55),
        ("cancel_order", 35),
        ("replace_order", 5),
        ("ioc", 5),
    ):
        assert abs(kinds[kind] / 400 - percent) < 2, kinds


def test_an_order_that_is_gone_is_not_cancelled() -> None:
    commands = drive(3, 5_000, Mix(new=50, cancel=50, replace=0, crossing_ioc=0))
    cancelled = [command[2] for command in commands if command[0] == "cancel_order"]
    assert cancelled
    assert len(cancelled) == len(set(cancelled))


def test_an_order_whose_cancel_was_throttled_is_cancelled_later() -> None:
    mix = Mix(new=1, cancel=1_000, replace=0, crossing_ioc=0)
    trader = Trader([instrument()], mix, 1, "p-", random.Random(1))
    closed = bytearray(3)
    trader.rests(0, "CEA25", True, 20)
    assert trader.command(1, closed) == ("cancel_order", "p-1", "p-0")
    assert trader.resting == 0
    trader.refused(1)
    assert trader.command(2, closed) == ("cancel_order", "p-2", "p-0")
    trader.answered(2)
    trader.refused(2)
    assert trader.resting == 0


def test_a_crossing_order_stands_beyond_the_mid() -> None:
    market = instrument()
    assert market.price(True, -4) == market.mid + 20
    assert market.price(False, -4) == market.mid - 20


def test_the_mid_walks_but_not_far() -> None:
    market = Instrument.begin(RULES, 0, 0, 7_000)
    chance = random.Random(5)
    mids = set()
    for _ in range(50_000):
        market.walk(chance)
        mids.add(market.mid)
    assert len(mids) > 50
    assert all(abs(mid - 7_000) <= 101 * 5 and mid % 5 == 0 for mid in mids)


def test_the_same_seed_gives_the_same_orders() -> None:
    assert drive(9, 2_000, Mix()) == drive(9, 2_000, Mix())
    assert drive(9, 2_000, Mix()) != drive(10, 2_000, Mix())
