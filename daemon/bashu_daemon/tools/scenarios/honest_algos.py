"""Honest programs that enter and withdraw a great deal, and what happens to honest members."""

import random

from bashu_daemon.tools.scenarios.honest import HONEST_CANCELS, MS, SIDES, FairValue, wait
from bashu_daemon.tools.scenarios.stage import Live, Script, Stage
from bashu_protocol.messages import KillSwitch, RegisterDisclosure, Side
from bashu_protocol.units import NS_PER_MINUTE, NS_PER_SECOND

NEWS_REACH = 350
"""Fen from where the day began; honest news goes back from there."""


def requoter(
    stage: Stage, user: str, symbol: str, fair: FairValue, *, spread: int, size: int
) -> Script:
    """A maker that withdraws a quote and enters another, where others amend; it trades, too."""
    chance = random.Random(stage.chance.random())
    quotes: dict[Side, Live] = {}
    position = 0
    while True:
        middle = fair.value - position / (8 * size)
        for side in SIDES:
            sign = 1 if side == "buy" else -1
            other: Side = "sell" if side == "buy" else "buy"
            beyond = stage.best(symbol, other) - sign
            price = min(sign * round(middle - sign * spread / 2), sign * beyond) * sign
            held = quotes.get(side)
            if held is not None and held.is_live and abs(held.price - price) < 3:
                continue
            if held is not None:
                stage.cancel(held)
                position += sign * held.filled
                yield chance.randrange(1, 15) * MS
            quotes[side] = stage.place(user, symbol, side, size, price)
        yield wait(chance, 2_000)


def slicer(stage: Stage, user: str, symbol: str, *, size: int, slices: int, mean_ms: int) -> Script:
    """Work a large order to one side: show a slice at the best price, follow it, then take.

    A slice that is not traded in time is withdrawn, and what it lacks is bought from the other
    side. Then the next large order, to either side.
    """
    chance = random.Random(stage.chance.random())
    cancels = 0
    while True:
        side = chance.choice(SIDES)
        other: Side = "sell" if side == "buy" else "buy"
        for _ in range(slices):
            live = stage.place(user, symbol, side, size, stage.best(symbol, side))
            for _ in range(6):
                yield wait(chance, mean_ms)
                best = stage.best(symbol, side)
                if not live.is_live:
                    break
                if live.price == best:
                    continue
                if cancels >= HONEST_CANCELS:
                    stage.replace(live, best)
                    continue
                left, cancels = live.leaves, cancels + 1
                stage.cancel(live)
                live = stage.place(user, symbol, side, left, best)
            if live.is_live and cancels < HONEST_CANCELS:
                left, cancels = live.leaves, cancels + 1
                stage.cancel(live)
                stage.place(user, symbol, side, left, stage.best(symbol, other), "ioc")
            else:
                stage.replace(live, stage.best(symbol, other))
            yield wait(chance, mean_ms)
        yield wait(chance, 20 * mean_ms)


def grid_keeper(stage: Stage, user: str, symbol: str, *, size: int, levels: int) -> Script:
    """Keep orders at fixed distances on both sides of a middle; move it after the market."""
    chance = random.Random(stage.chance.random())
    middle = stage.best(symbol, "buy")
    orders: dict[int, Live] = {}
    while True:
        best = stage.best(symbol, "buy")
        if abs(best - middle) > 10 * levels:  # the grid is moved
            middle = best
            for live in orders.values():
                stage.cancel(live)
                yield chance.randrange(1, 10) * MS
            orders.clear()
        for step in range(-levels, levels + 1):
            price = middle + 8 * step
            held = orders.get(step)
            if step == 0 or (held is not None and held.is_live):
                continue
            side, other = SIDES if step < 0 else SIDES[::-1]
            if (stage.best(symbol, other) - price) * (1 if side == "buy" else -1) > 0:
                orders[step] = stage.place(user, symbol, side, size, price)
                yield chance.randrange(1, 30) * MS
        yield wait(chance, 3_000)


def compliance_seller(stage: Stage, user: str, symbol: str, *, size: int, mean_ms: int) -> Script:
    """Sell what is left over: rest at the best offer, and take bids now and then."""
    chance = random.Random(stage.chance.random())
    while True:
        yield wait(chance, mean_ms)
        qty = size + chance.randrange(size)
        if chance.random() < 0.3:
            stage.place(user, symbol, "sell", qty, stage.best(symbol, "buy"), "ioc")
            continue
        live = stage.place(user, symbol, "sell", qty, stage.best(symbol, "sell"))
        yield wait(chance, 4 * mean_ms)
        stage.cancel(live)


def killed_now_and_then(stage: Stage, users: list[str]) -> Script:
    """A supervisor pulls the kill switch of one user after another, and releases it a minute on."""
    chance = random.Random(stage.chance.random())
    number = 0
    while True:
        yield wait(chance, 240_000)
        user = chance.choice(users)
        for engaged in (True, False):
            number += 1
            name = f"kill-{stage.now_ns}-{number}"
            switch = KillSwitch(name, "user", user, engaged, "It sends too much.")
            stage.send(stage.supervisor(), switch)
            yield NS_PER_MINUTE


def drift(fair: FairValue, chance: random.Random, *, mean_fen_per_minute: int) -> Script:
    """Let the value go one way for a quarter of an hour, then perhaps the other."""
    pushed = 0
    while True:
        sign = chance.choice((1, -1)) if abs(pushed) < NEWS_REACH else -pushed // abs(pushed)
        for _ in range(15 * 60 // 5):
            fen = sign * chance.randrange(mean_fen_per_minute // 6 + 1)
            pushed += fen
            fair.hear(fen)
            yield 5 * NS_PER_SECOND


def public_news(stage: Stage, symbol: str, fair: FairValue) -> Script:
    """Something becomes known to all at once every ten minutes, is registered, and moves the price.

    Half of it says nothing.
    """
    chance = random.Random(stage.chance.random())
    pushed = number = 0
    while True:
        yield wait(chance, 600_000)
        number += 1
        said = RegisterDisclosure(f"n-{stage.now_ns}-{number}", "policy", symbol, "A plan.")
        stage.send(stage.supervisor(), said)
        if chance.random() < 0.5:
            continue
        sign = chance.choice((1, -1)) if abs(pushed) < NEWS_REACH else -pushed // abs(pushed)
        jump = chance.randrange(30, 150)
        for _ in range(5):
            fair.hear(sign * jump // 5)
            yield 5 * NS_PER_SECOND
        pushed += sign * jump
