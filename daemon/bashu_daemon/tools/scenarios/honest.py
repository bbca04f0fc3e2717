"""Honest members: what must not be taken for manipulation.

Market makers quote both sides and replace their quotes all day; others trade on noise, on a trend
of the fair value, or because a deadline nears; one withdraws most of what it enters, on both
sides; one uses only immediate orders; one withdraws all at once now and then.
"""

import random
from typing import Final

from bashu_daemon.tools.scenarios.stage import Live, Script, Stage
from bashu_protocol.messages import Side
from bashu_protocol.units import NS_PER_SECOND

MS: Final = NS_PER_SECOND // 1_000
SIDES: Final[tuple[Side, Side]] = ("buy", "sell")


class FairValue:
    """A random walk in fen with a slow drift that changes; honest members look at it."""

    def __init__(self, chance: random.Random, start: int, step: float = 0.6) -> None:
        self._chance = chance
        self._step = step
        self._drift = 0.0
        self.value = float(start)

    def script(self) -> Script:
        while True:
            if self._chance.random() < 0.02:
                self._drift = self._chance.gauss(0, self._step / 6)
            self.value += self._drift + self._chance.gauss(0, self._step)
            yield NS_PER_SECOND


def wait(chance: random.Random, mean_ms: int) -> int:
    """Draw an exponential pause."""
    return int(chance.expovariate(1 / mean_ms) * MS) + 1


def market_maker(
    stage: Stage, user: str, symbol: str, fair: FairValue, *, spread: int, size: int, levels: int
) -> Script:
    """Quote both sides in some levels; follow the fair value and lean against the position."""
    chance = random.Random(stage.chance.random())
    quotes: dict[tuple[Side, int], Live] = {}
    position = 0
    while True:
        for side in SIDES:
            for level in range(levels):
                lean = -position // (4 * size)
                offset = spread // 2 + 2 * level
                price = round(fair.value) + lean + (-offset if side == "buy" else offset)
                held = quotes.get((side, level))
                if held is None or not held.is_live:
                    if held is not None:
                        position += held.filled if side == "buy" else -held.filled
                    qty = size * (level + 1) + chance.randrange(0, size // 4 + 1)
                    quotes[side, level] = stage.place(user, symbol, side, qty, price)
                elif abs(held.price - price) >= 2:
                    stage.replace(held, price)
                yield chance.randrange(1, 20) * MS
        yield wait(chance, 900)


def noise_trader(stage: Stage, user: str, symbol: str, *, mean_ms: int, size: int) -> Script:
    """Buy or sell as it comes, at the market or near it; forget orders, and withdraw some."""
    chance = random.Random(stage.chance.random())
    resting: list[Live] = []
    while True:
        yield wait(chance, mean_ms)
        side = chance.choice(SIDES)
        sign = 1 if side == "buy" else -1
        qty = max(1, round(size * chance.lognormvariate(0, 0.7)))
        is_taker = chance.random() < 0.4
        if is_taker:
            price = stage.best(symbol, "sell" if side == "buy" else "buy")
        else:
            price = stage.best(symbol, side) - sign * chance.randrange(0, 6)
        for live in [live for live in resting if live.is_live and live.side != side]:
            if (price - live.price) * sign >= 0:  # it would meet itself
                stage.cancel(live)
        resting.append(stage.place(user, symbol, side, qty, price))
        resting = [live for live in resting if live.is_live]
        if len(resting) > 12 or (resting and chance.random() < 0.04):
            stage.cancel(resting.pop(chance.randrange(len(resting))))


def trend_follower(stage: Stage, user: str, symbol: str, fair: FairValue, *, size: int) -> Script:
    """Buy when the fair value is above the market and sell when it is below, in small steps."""
    chance = random.Random(stage.chance.random())
    while True:
        yield wait(chance, 4_000)
        gap = fair.value - stage.last[symbol]
        if abs(gap) < 4:
            continue
        side: Side = "buy" if gap > 0 else "sell"
        price = stage.best(symbol, "sell" if side == "buy" else "buy")
        stage.place(user, symbol, side, size + chance.randrange(size), price, "ioc")


def deadline_buyer(stage: Stage, user: str, symbol: str, *, size: int) -> Script:
    """Buy all day to have enough to surrender: join the bid, raise it with the market."""
    chance = random.Random(stage.chance.random())
    while True:
        live = stage.place(
            user, symbol, "buy", size + chance.randrange(size), stage.best(symbol, "buy")
        )
        for _ in range(6):
            yield wait(chance, 3_000)
            if not live.is_live:
                break
            best = stage.best(symbol, "buy")
            if best > live.price:
                stage.replace(live, best)
        else:
            stage.cancel(live)
            stage.place(user, symbol, "buy", size, stage.best(symbol, "sell"), "ioc")
        yield wait(chance, 4_000)


def pegger(stage: Stage, user: str, symbol: str, *, size: int, mean_ms: int) -> Script:
    """Keep an order at each side's best and withdraw it whenever the market moves."""
    chance = random.Random(stage.chance.random())
    held: dict[Side, Live] = {}
    while True:
        for side in SIDES:
            best = stage.best(symbol, side)
            live = held.get(side)
            if live is not None and live.is_live and live.price == best:
                continue
            if live is not None:
                stage.cancel(live)
                yield chance.randrange(5, 60) * MS
            held[side] = stage.place(user, symbol, side, size, stage.best(symbol, side))
        yield wait(chance, mean_ms)


def immediate_trader(stage: Stage, user: str, symbol: str, *, size: int) -> Script:
    """Only immediate orders, all or nothing among them; most are not filled."""
    chance = random.Random(stage.chance.random())
    while True:
        yield wait(chance, 2_500)
        side = chance.choice(SIDES)
        price = stage.best(symbol, side) + chance.randrange(-1, 4) * (1 if side == "buy" else -1)
        stage.place(user, symbol, side, size, price, chance.choice(("ioc", "fok")))


def disconnecting_trader(stage: Stage, user: str, symbol: str, *, size: int) -> Script:
    """Build a ladder on one side; lose the connection, and with it all orders at once."""
    chance = random.Random(stage.chance.random())
    while True:
        side = chance.choice(SIDES)
        sign = 1 if side == "buy" else -1
        best = stage.best(symbol, side)
        for level in range(chance.randrange(3, 7)):
            stage.place(user, symbol, side, size * (1 + level % 2), best - sign * (1 + 2 * level))
            yield chance.randrange(100, 900) * MS
        yield wait(chance, 20_000)
        stage.cancel_all(user)
        yield wait(chance, 30_000)


def crowd(stage: Stage, fair: FairValue, symbol: str) -> list[Script]:
    """A market of three makers and a dozen others, none of them doing wrong."""
    name = stage.account
    return [
        fair.script(),
        market_maker(stage, name("mm1"), symbol, fair, spread=6, size=200, levels=3),
        market_maker(stage, name("mm2"), symbol, fair, spread=8, size=400, levels=4),
        market_maker(stage, name("mm3"), symbol, fair, spread=12, size=900, levels=2),
        *(
            noise_trader(stage, name(f"n{i}"), symbol, mean_ms=2_500 + 700 * i, size=60 + 30 * i)
            for i in range(6)
        ),
        trend_follower(stage, name("tf1"), symbol, fair, size=120),
        trend_follower(stage, name("tf2"), symbol, fair, size=300),
        deadline_buyer(stage, name("db1"), symbol, size=250),
        pegger(stage, name("pg1"), symbol, size=150, mean_ms=1_200),
        immediate_trader(stage, name("im1"), symbol, size=200),
        disconnecting_trader(stage, name("dc1"), symbol, size=150),
    ]
