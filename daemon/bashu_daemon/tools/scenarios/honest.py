"""Honest members: what must not be taken for manipulation.

Market makers quote both sides and replace their quotes all day; others trade on noise, on a trend
of the fair value or of the price, or because a deadline nears; one withdraws most of what it
enters, on both sides; one uses only immediate orders; one withdraws all at once now and then.

The market learns from its trades: who buys moves the value that makers believe in, for good by a
little and for some minutes by more, so that one-sided flow moves the price and the market does not
snap back at once. Honest members keep below the lines that exchanges draw (500 cancels a day) and
take care not to meet themselves.
"""

import random
from typing import Final

from bashu_daemon.core.events import TradeEvent
from bashu_daemon.tools.scenarios.stage import Live, Script, Stage
from bashu_protocol.messages import Side
from bashu_protocol.units import NS_PER_SECOND

MS: Final = NS_PER_SECOND // 1_000
SIDES: Final[tuple[Side, Side]] = ("buy", "sell")
LASTING_FEN_PER_KT: Final = 1.5
"""How far 1,000 t bought by coming to the offers move what is believed, for good."""
PASSING_FEN_PER_KT: Final = 5.0
"""And beside that for some minutes."""
PASSING_HALVES_IN: Final = 180
"""Seconds."""
HONEST_CANCELS: Final = 300
"""A day; after that a member amends or lets its orders stand."""


class FairValue:
    """A random walk in fen with a slow drift that changes, and what trades have taught.

    Honest members look at it.
    """

    def __init__(self, chance: random.Random, start: int, step: float = 0.6) -> None:
        self._chance = chance
        self._step = step
        self._drift = 0.0
        self._lasting = float(start)
        self._passing = 0.0

    @property
    def value(self) -> float:
        """What an order is worth to those who watch the market."""
        return self._lasting + self._passing

    @property
    def lasting(self) -> float:
        """What it would be worth if the last minutes' flow meant nothing."""
        return self._lasting

    def learn(self, trade: TradeEvent, share: float = 1.0) -> None:
        """Take a trade, or a share of one elsewhere, for a sign of what others know."""
        flow = share * trade.qty / 1_000 * (1 if trade.aggressor_side == "buy" else -1)
        self._lasting += LASTING_FEN_PER_KT * flow
        self._passing += PASSING_FEN_PER_KT * flow

    def hear(self, fen: int) -> None:
        """Believe what is said: it is worth so much more, or less."""
        self._lasting += fen

    def script(self) -> Script:
        while True:
            if self._chance.random() < 0.02:
                self._drift = self._chance.gauss(0, self._step / 6)
            self._lasting += self._drift + self._chance.gauss(0, self._step)
            self._passing *= 0.5 ** (1 / PASSING_HALVES_IN)
            yield NS_PER_SECOND


def wait(chance: random.Random, mean_ms: int) -> int:
    """Draw an exponential pause."""
    return int(chance.expovariate(1 / mean_ms) * MS) + 1


def market_maker(
    stage: Stage, user: str, symbol: str, fair: FairValue, *, spread: int, size: int, levels: int
) -> Script:
    """Quote both sides in some levels; follow the fair value and lean against the position.

    The side from which the value goes away is moved first, and no quote goes to the other side.
    """
    chance = random.Random(stage.chance.random())
    quotes: dict[tuple[Side, int], Live] = {}
    position, before = 0, fair.value
    while True:
        middle = fair.value - position / (8 * size)
        sides: tuple[Side, Side] = ("sell", "buy") if middle >= before else ("buy", "sell")
        before = middle
        for side in sides:
            for level in range(levels):
                price = _quote(stage, symbol, side, middle, spread // 2 + 2 * level)
                held = quotes.get((side, level))
                if held is None or not held.is_live:
                    if held is not None:
                        position += held.filled if side == "buy" else -held.filled
                    qty = size * (level + 1) + chance.randrange(0, size // 4 + 1)
                    quotes[side, level] = stage.place(user, symbol, side, qty, price)
                elif abs(held.price - price) >= 3:
                    stage.replace(held, price)
                yield chance.randrange(1, 20) * MS
        yield wait(chance, 1_400)


def _quote(stage: Stage, symbol: str, side: Side, middle: float, offset: int) -> int:
    """A maker's price: beside its middle, and never one that would trade at once."""
    if side == "buy":
        return min(round(middle) - offset, stage.best(symbol, "sell") - 1)
    return max(round(middle) + offset, stage.best(symbol, "buy") + 1)


def noise_trader(stage: Stage, user: str, symbol: str, *, mean_ms: int, size: int) -> Script:
    """Buy or sell as it comes, at the market or near it; forget orders, and withdraw some."""
    chance = random.Random(stage.chance.random())
    resting: list[Live] = []
    cancels = 0
    while True:
        yield wait(chance, mean_ms)
        resting = [live for live in resting if live.is_live]
        if resting and (len(resting) > 6 or chance.random() < 0.15):
            if cancels < HONEST_CANCELS:
                stage.cancel(resting.pop(chance.randrange(len(resting))))
                cancels += 1
            continue
        side = chance.choice(SIDES)
        sign = 1 if side == "buy" else -1
        qty = max(1, round(size * chance.lognormvariate(0, 0.7)))
        if chance.random() < 0.4:
            price = stage.best(symbol, "sell" if side == "buy" else "buy")
        else:
            price = stage.best(symbol, side) - sign * chance.randrange(0, 6)
        if any(live.side != side and (price - live.price) * sign >= 0 for live in resting):
            continue  # it would meet itself
        resting.append(stage.place(user, symbol, side, qty, price))


def value_trader(
    stage: Stage, user: str, symbol: str, fair: FairValue, *, size: int, edge: int = 12
) -> Script:
    """Buy when the market is below what should last of its value, and sell when it is above.

    By `edge` fen at least; it is to be more where the best prices are far from each other.
    """
    chance = random.Random(stage.chance.random())
    while True:
        yield wait(chance, 4_000)
        gap = fair.lasting - stage.last[symbol]
        if abs(gap) < edge:
            continue
        side: Side = "buy" if gap > 0 else "sell"
        price = stage.best(symbol, "sell" if side == "buy" else "buy")
        stage.place(user, symbol, side, size + chance.randrange(size), price, "ioc")


def trend_follower(stage: Stage, user: str, symbol: str, *, size: int) -> Script:
    """Go with a price that has moved within two minutes, in small steps, up to a position."""
    chance = random.Random(stage.chance.random())
    seen: list[int] = []
    position = 0
    while True:
        yield wait(chance, 5_000)
        seen = [*seen[-24:], stage.last[symbol]]
        moved = seen[-1] - seen[0]
        sign = 1 if moved > 0 else -1
        if abs(moved) < 12 or position * sign > 8 * size:
            continue
        side: Side = "buy" if sign > 0 else "sell"
        price = stage.best(symbol, "sell" if side == "buy" else "buy")
        live = stage.place(user, symbol, side, size + chance.randrange(size), price, "ioc")
        position += live.filled * sign


def deadline_buyer(stage: Stage, user: str, symbol: str, *, size: int) -> Script:
    """Buy all day to have enough to surrender: join the bid, raise it with the market."""
    chance = random.Random(stage.chance.random())
    while True:
        live = stage.place(
            user, symbol, "buy", size + chance.randrange(size), stage.best(symbol, "buy")
        )
        for _ in range(8):
            yield wait(chance, 4_000)
            if not live.is_live:
                break
            best = stage.best(symbol, "buy")
            if best > live.price:
                stage.replace(live, best)
        else:
            stage.cancel(live)
            stage.place(user, symbol, "buy", size, stage.best(symbol, "sell"), "ioc")
        yield wait(chance, 10_000)


def pegger(stage: Stage, user: str, symbol: str, *, size: int, mean_ms: int) -> Script:
    """Keep an order at each side's best; when the market moves, withdraw it, or later amend it."""
    chance = random.Random(stage.chance.random())
    held: dict[Side, Live] = {}
    cancels = 0
    while True:
        if stage.best(symbol, "buy") >= stage.best(symbol, "sell"):  # a call auction
            yield wait(chance, mean_ms)
            continue
        for side in SIDES:
            if not stage.levels(symbol, side):
                continue  # nothing to peg to
            best = stage.best(symbol, side)
            live = held.get(side)
            if live is None or not live.is_live:
                held[side] = stage.place(user, symbol, side, size, best)
            elif live.price != best and cancels >= HONEST_CANCELS:
                stage.replace(live, best)
            elif live.price != best:
                stage.cancel(live)
                cancels += 1
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


def learning(stage: Stage, fair: FairValue, symbol: str) -> Script:
    """Let what is believed of an instrument learn from its trades and from rumours, and wander."""
    stage.learners.setdefault(symbol, fair.learn)
    stage.rumours[symbol] = fair.hear
    return fair.script()


def crowd(stage: Stage, fair: FairValue, symbol: str) -> list[Script]:
    """A market of three makers and a dozen others, none of them doing wrong."""
    name = stage.account
    return [
        learning(stage, fair, symbol),
        market_maker(stage, name("mm1"), symbol, fair, spread=8, size=200, levels=3),
        market_maker(stage, name("mm2"), symbol, fair, spread=10, size=400, levels=4),
        market_maker(stage, name("mm3"), symbol, fair, spread=14, size=900, levels=2),
        *(
            noise_trader(stage, name(f"n{i}"), symbol, mean_ms=7_000 + 900 * i, size=60 + 20 * i)
            for i in range(10)
        ),
        value_trader(stage, name("vt1"), symbol, fair, size=60),
        value_trader(stage, name("vt2"), symbol, fair, size=90),
        value_trader(stage, name("vt3"), symbol, fair, size=120),
        trend_follower(stage, name("tf1"), symbol, size=120),
        trend_follower(stage, name("tf2"), symbol, size=200),
        deadline_buyer(stage, name("db1"), symbol, size=150),
        pegger(stage, name("pg1"), symbol, size=150, mean_ms=1_500),
        immediate_trader(stage, name("im1"), symbol, size=200),
        disconnecting_trader(stage, name("dc1"), symbol, size=150),
    ]
