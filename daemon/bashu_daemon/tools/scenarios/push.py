"""Injections of pushed prices: ramps that are unwound, and closes that are marked."""

import random

from bashu_daemon.tools.scenarios.honest import MS
from bashu_daemon.tools.scenarios.stage import FIRST_DAY_NS, Label, Script, Stage
from bashu_protocol.messages import Side
from bashu_protocol.units import NS_PER_DAY, NS_PER_SECOND


def push(
    stage: Stage, chance: random.Random, label: Label, user: str, side: Side, fen: int
) -> Script:
    """Take level after level, until the price has gone so many fen.

    It goes on while the push is lost in what others trade; yields between takes.
    """
    symbol = label.symbol
    other: Side = "sell" if side == "buy" else "buy"
    sign = 1 if side == "buy" else -1
    begin, volume, taken = stage.best(symbol, other), stage.volume[symbol], 0
    for _ in range(80):
        is_far = (stage.best(symbol, other) - begin) * sign >= fen
        if is_far and taken * 100 >= 50 * (stage.volume[symbol] - volume):
            return
        levels = stage.levels(symbol, other)[: chance.randrange(2, 4)]
        if levels:
            price, qty = levels[-1][0], sum(level[1] for level in levels)
            live = stage.place(user, symbol, side, qty, price, "ioc")
            taken += live.filled
            label.order_ids.append(live.order_id)
        yield chance.randrange(400, 2_500) * MS


def ramp(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Push the price one way and sell (or buy back) into those who follow."""
    number = len(stage.labels)
    user = stage.account(f"ramp{number}")
    side: Side = chance.choice(("buy", "sell"))
    other: Side = "sell" if side == "buy" else "buy"
    sign = 1 if side == "buy" else -1
    label.rules, label.owners = ("ramping",), (f"{user}-owner",)
    pushed = len(label.order_ids)
    yield from push(stage, chance, label, user, side, 20 + 10 * severity)
    held = sum(
        live.filled for live in stage.orders_of(user) if live.order_id in label.order_ids[pushed:]
    )
    followers = [stage.account(f"follow{i}") for i in range(3)]
    sold = 0
    while sold < held * (50 + 5 * severity) // 100 + 1:
        qty = max(1, held // 6)
        price = stage.last[label.symbol] - sign * 1
        live = stage.place(user, label.symbol, other, qty, price)
        label.order_ids.append(live.order_id)
        yield chance.randrange(200, 1_500) * MS
        stage.place(chance.choice(followers), label.symbol, side, qty, price, "ioc")
        yield chance.randrange(500, 5_000) * MS
        stage.cancel(live)
        sold += qty


def close(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Wait for the last minutes of the day; push the price then, away from what it was, and again.

    It goes the way in which the price stands already, so that less is needed.
    """
    user = stage.account(f"close{len(stage.labels)}")
    label.rules, label.owners = ("marking_close", "ramping"), (f"{user}-owner",)
    symbol = label.symbol
    end = stage.now_ns + stage.session_ns - (stage.now_ns - FIRST_DAY_NS) % NS_PER_DAY
    begin = end - (300 + 30 * severity) * NS_PER_SECOND
    seen = [stage.last[symbol]]
    while stage.now_ns < begin:
        yield min(30 * NS_PER_SECOND, begin - stage.now_ns)
        seen = [*seen[-39:], stage.last[symbol]]
    usual = sum(seen) // len(seen)
    side: Side = "buy" if stage.last[symbol] >= usual else "sell"
    other: Side = "sell" if side == "buy" else "buy"
    sign = 1 if side == "buy" else -1
    aim = usual + sign * (60 + 12 * severity)
    label.began = stage.now_ns
    while True:
        missing = (aim - stage.best(symbol, other)) * sign
        if missing > 0:
            yield from push(stage, chance, label, user, side, missing)
        yield chance.randrange(4, 20) * NS_PER_SECOND
