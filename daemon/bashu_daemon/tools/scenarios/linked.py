"""Injections across instruments: a push in one for a position in another."""

import random

from bashu_daemon.surveillance.kinship import Relation, region_of, relation
from bashu_daemon.tools.scenarios.holdings import BLOCK
from bashu_daemon.tools.scenarios.push import push
from bashu_daemon.tools.scenarios.stage import Label, Script, Stage
from bashu_protocol.messages import Side
from bashu_protocol.units import NS_PER_SECOND


def push_product(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Between two products."""
    yield from _push(stage, chance, severity, label, "cross_product")


def push_city(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Between the segments of the two cities."""
    yield from _push(stage, chance, severity, label, "regional")


def _push(
    stage: Stage, chance: random.Random, severity: int, label: Label, how: Relation
) -> Script:
    """Take a block of one instrument, push another by coming to its offers; the first follows."""
    number = len(stage.labels)
    side: Side = chance.choice(("buy", "sell"))
    user = stage.account(f"l{number}", tonnes=BLOCK if side == "buy" else 7 * BLOCK)
    friend = stage.account(f"l{number}f", tonnes=7 * BLOCK if side == "buy" else BLOCK)
    label.rules, label.owners = (how,), (f"{user}-owner",)
    pairs = [
        (one, two)
        for one in stage.symbols
        for two in stage.symbols
        if one != two and relation(region_of(one), region_of(two)) == how
    ]
    if not pairs:
        return
    label.symbol, other = pairs[0]
    yield NS_PER_SECOND
    sides = (friend, user) if side == "buy" else (user, friend)
    for _ in range(6):
        stage.block(*sides, other, BLOCK, stage.last[other])
    yield chance.randrange(310, 400) * NS_PER_SECOND
    before, sign = stage.last[other], 1 if side == "buy" else -1
    for _ in range(4):
        yield from push(stage, chance, label, user, side, 150 + 40 * severity)
        yield 60 * NS_PER_SECOND
        if (stage.last[other] - before) * sign >= 30 + 6 * severity:  # it pays
            break
    sells: Side = "sell" if side == "buy" else "buy"
    for _ in range(4):
        price = stage.best(other, "buy" if sells == "sell" else "sell")
        live = stage.place(user, other, sells, 100 + 30 * severity, price, "ioc")
        label.order_ids.append(live.order_id)
        yield chance.randrange(5, 20) * NS_PER_SECOND
