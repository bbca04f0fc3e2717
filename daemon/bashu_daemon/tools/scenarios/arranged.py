"""Injections of arranged trades: pairs and rings of members who trade with each other."""

import random
from collections.abc import Generator
from typing import Final

from bashu_daemon.tools.scenarios.honest import MS
from bashu_daemon.tools.scenarios.stage import Label, Live, Script, Stage
from bashu_protocol.units import NS_PER_DAY, NS_PER_SECOND

Meeting = Generator[int, None, bool]
"""A part of a script that tells whether both orders were filled."""
ATTEMPTS: Final = 4


def _meet(
    stage: Stage, chance: random.Random, label: Label, seller: str, buyer: str, qty: int
) -> Meeting:
    """Let two members' orders meet inside the spread; wait for room so that nobody else is met."""
    symbol = label.symbol
    low = high = 0
    for _ in range(300):
        low, high = stage.best(symbol, "buy"), stage.best(symbol, "sell")
        if high - low > 1:
            break
        yield 200 * MS
    price = low + max(1, (high - low) // 2)
    asked = stage.place(seller, symbol, "sell", qty, price)
    yield chance.randrange(5, 400) * MS
    bid = stage.place(buyer, symbol, "buy", qty, price)
    label.order_ids += [asked.order_id, bid.order_id]
    yield chance.randrange(500, 3_000) * MS
    for live in (asked, bid):
        stage.cancel(live)
    return asked.filled == bid.filled == qty


def _meet_wholly(
    stage: Stage, chance: random.Random, label: Label, seller: str, buyer: str, qty: int
) -> Script:
    """Try again where another's order came between."""
    for _ in range(ATTEMPTS):
        if (yield from _meet(stage, chance, label, seller, buyer, qty)):
            return


def pair(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Two members of different owners whose orders meet again and again on one day."""
    number = len(stage.labels)
    one, two = (stage.account(f"p{number}{which}") for which in "ab")
    label.rules = ("prearranged", "circular")
    label.owners = (f"{one}-owner", f"{two}-owner")
    for _ in range(4 + severity):
        seller, buyer = (one, two) if chance.random() < 0.7 else (two, one)
        qty = chance.randrange(120, 500)
        yield from _meet_wholly(stage, chance, label, seller, buyer, qty)
        yield chance.randrange(3, 40) * NS_PER_SECOND


def ring(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Tonnes go round three to five members, one hop a day, several rings side by side."""
    number = len(stage.labels)
    members = [stage.account(f"r{number}{i}") for i in range(3 + severity // 4)]
    label.rules = ("circular", "prearranged")
    label.owners = tuple(f"{member}-owner" for member in members)
    sizes = [chance.randrange(150, 900) for _ in range(2 + severity // 2)]
    for hop, seller in enumerate(members):
        buyer = members[(hop + 1) % len(members)]
        for size in sizes:
            noise = chance.randrange(-size // 25, size // 25 + 1)
            yield from _meet_wholly(stage, chance, label, seller, buyer, size + noise)
            yield chance.randrange(2, 30) * NS_PER_SECOND
        if hop < len(members) - 1:
            yield NS_PER_DAY


def pair_over_days(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Two members of different owners whose orders meet one to three times a day, for five days.

    With severity more often: 6 times in all at .1, 8 at .3, 14 at .9.
    """
    number = len(stage.labels)
    one, two = (stage.account(f"p{number}{which}") for which in "ab")
    label.rules = ("prearranged", "circular")
    label.owners = (f"{one}-owner", f"{two}-owner")
    for day in range(5):
        begin = stage.now_ns
        times = 5 + severity
        for _ in range(times * (day + 1) // 5 - times * day // 5):
            seller, buyer = (one, two) if chance.random() < 0.7 else (two, one)
            qty = chance.randrange(120, 500)
            yield from _meet_wholly(stage, chance, label, seller, buyer, qty)
            yield chance.randrange(3, 40) * NS_PER_SECOND
        if day < 4:
            yield begin + NS_PER_DAY - stage.now_ns


def ring_at_once(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Tonnes go round three to five members within minutes, again and again."""
    number = len(stage.labels)
    members = [stage.account(f"r{number}{i}") for i in range(3 + severity // 4)]
    label.rules = ("circular", "prearranged")
    label.owners = tuple(f"{member}-owner" for member in members)
    for _ in range(2 + severity // 2):
        size = chance.randrange(150, 900)
        for hop, seller in enumerate(members):
            buyer = members[(hop + 1) % len(members)]
            yield from _meet_wholly(stage, chance, label, seller, buyer, size)
            yield chance.randrange(2, 20) * NS_PER_SECOND


def offset_cities(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Two members trade in one city's segment and at once the other way round in the other's.

    With severity more often: 2 times at .1, 3 at .3, 6 at .9. Where another comes
    between, it does not count.
    """
    number = len(stage.labels)
    one, two = (stage.account(f"oc{number}{which}") for which in "ab")
    label.rules = ("regional", "prearranged", "circular")
    label.owners = (f"{one}-owner", f"{two}-owner")
    done = 0
    while done < 2 + severity // 2:
        rooms = [stage.best(symbol, "sell") - stage.best(symbol, "buy") for symbol in stage.symbols]
        if min(rooms) < 2:
            yield 100 * MS
            continue
        qty = chance.randrange(120, 500)
        placed: list[Live] = []
        for symbol, seller, buyer in zip(stage.symbols, (one, two), (two, one), strict=False):
            price = (stage.best(symbol, "buy") + stage.best(symbol, "sell")) // 2
            placed.append(stage.place(seller, symbol, "sell", qty, price))
            yield chance.randrange(2, 20) * MS
            placed.append(stage.place(buyer, symbol, "buy", qty, price))
        label.order_ids += [live.order_id for live in placed]
        yield chance.randrange(100, 900) * MS
        for live in placed:
            stage.cancel(live)
        done += all(live.filled == qty for live in placed)
        yield chance.randrange(5, 40) * NS_PER_SECOND
