"""Injections of spoofing: bait on one side, a trade on the other, the bait withdrawn; layers."""

import random

from bashu_daemon.tools.scenarios.honest import MS
from bashu_daemon.tools.scenarios.stage import Label, Live, Script, Stage
from bashu_protocol.messages import Side

BELIEVERS = 30
"""So many that none of them meets the same manipulator as if by appointment."""


def spoof(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Rest a small order inside the spread, show a large one behind it, withdraw that when filled.

    With severity the bait grows and goes sooner.
    """
    number = len(stage.labels)
    user = stage.account(f"s{number}", f"spoof{number}")
    yield from _spoof(stage, chance, severity, label, user, user)


def spoof_by_two(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """The same, with the small order in another account of the owner."""
    number = len(stage.labels)
    user, partner = (stage.account(f"s{number}{which}", f"spoof{number}") for which in "ab")
    yield from _spoof(stage, chance, severity, label, user, partner)


def _spoof(
    stage: Stage, chance: random.Random, severity: int, label: Label, user: str, partner: str
) -> Script:
    owner = f"spoof{len(stage.labels)}"
    label.rules, label.owners = ("spoofing", "layering"), (owner,)
    for _ in range(2 + severity // 4):
        side: Side = chance.choice(("buy", "sell"))
        other: Side = "sell" if side == "buy" else "buy"
        sign = 1 if side == "buy" else -1
        wanted = chance.randrange(40, 120)
        for _ in range(1_500):
            room = (stage.best(label.symbol, other) - stage.best(label.symbol, side)) * sign
            if room > 1:  # so that the order is the first
                price = stage.best(label.symbol, other) - sign
                real = stage.place(partner, label.symbol, other, wanted, price)
                yield chance.randrange(50, 600) * MS
                if real.is_live:
                    break
            yield 200 * MS
        else:
            return
        size = stage.depth(label.symbol, side) * (20 + 15 * severity) // 100 + wanted * 6
        price = stage.best(label.symbol, side) - sign * chance.randrange(0, 3)
        bait = stage.place(user, label.symbol, side, size, price)
        label.order_ids += [real.order_id, bait.order_id]
        waited = 0
        while real.is_live and waited < 9_000:
            waited += 200
            if chance.random() < 0.06:  # somebody believes it
                believe(stage, chance, real)
            yield 200 * MS
        believe(stage, chance, real)
        yield chance.randrange(50, 3_000 - 300 * severity) * MS
        stage.cancel(bait)
        stage.cancel(real)
        yield chance.randrange(4_000, 30_000) * MS


def believe(stage: Stage, chance: random.Random, real: Live) -> None:
    """Let somebody take all up to a spoofer's small order, if it is still there.

    Level by level, as those do who do not want to be taken for a slip.
    """
    sign = 1 if real.side == "buy" else -1
    side: Side = "sell" if real.side == "buy" else "buy"
    believer = stage.account(f"believer{chance.randrange(BELIEVERS)}")
    for price, qty, _orders in stage.levels(real.symbol, real.side):
        if real.is_live and (price - real.price) * sign >= 0:
            stage.place(believer, real.symbol, side, qty, price, "ioc")


def layer(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Enter orders at several prices behind a small one of the other side; withdraw when filled.

    With severity there are more layers, and larger ones. Half of the time another account of the
    same owner has the small order.
    """
    number = len(stage.labels)
    owner = f"layer{number}"
    user = stage.account(f"l{number}a", owner)
    partner = stage.account(f"l{number}b", owner) if chance.random() < 0.5 else user
    label.rules, label.owners = ("layering", "spoofing"), (owner,)
    for _ in range(1 + severity // 3):
        side: Side = chance.choice(("buy", "sell"))
        other: Side = "sell" if side == "buy" else "buy"
        sign = 1 if side == "buy" else -1
        wanted = chance.randrange(50, 120)
        real = stage.place(partner, label.symbol, other, wanted, stage.best(label.symbol, other))
        label.order_ids.append(real.order_id)
        yield chance.randrange(50, 500) * MS
        layers = []
        for depth in range(3 + severity // 4):
            price = stage.best(label.symbol, side) - sign * (2 + depth)
            size = wanted * (3 + severity // 2) + chance.randrange(wanted)
            layers.append(stage.place(user, label.symbol, side, size, price))
            label.order_ids.append(layers[-1].order_id)
            yield chance.randrange(20, 600) * MS
        waited = 0
        while real.is_live and waited < 8_000:
            waited += 200
            if chance.random() < 0.08:
                believe(stage, chance, real)
            yield 200 * MS
        if real.is_live:  # nobody came: take the price that the layers have drawn
            stage.cancel(real)
            taken = stage.place(
                partner, label.symbol, other, wanted, stage.best(label.symbol, side), "ioc"
            )
            label.order_ids.append(taken.order_id)
        yield chance.randrange(20, 900) * MS
        for live in layers:
            stage.cancel(live)
            yield chance.randrange(1, 300) * MS
        yield chance.randrange(4_000, 30_000) * MS


def layer_dynamically(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Keep 4 to 6 orders some levels off the best price, move them with it, and withdraw them.

    With severity they are larger and stay longer. Half of the time they are amended, else
    withdrawn and entered anew.
    """
    user = stage.account(f"dyn{len(stage.labels)}")
    label.rules = ("dynamic_layering", "layering")
    label.owners = (f"{user}-owner",)
    side: Side = chance.choice(("buy", "sell"))
    sign = 1 if side == "buy" else -1
    is_amended = chance.random() < 0.5
    size = stage.depth(label.symbol, side, 10) * (10 + 4 * severity) // 100 // 2
    layers: list[Live] = []
    anchor = 0
    count = chance.randrange(4, 7)
    for _ in range(30 + 12 * severity):
        levels = stage.levels(label.symbol, side)
        first = levels[min(4, len(levels) - 1)][0] if levels else anchor
        if first != anchor:
            anchor = first
            for number in range(count):
                price = anchor - sign * number
                if number < len(layers) and layers[number].is_live and is_amended:
                    stage.replace(layers[number], price)
                    continue
                if number < len(layers):
                    stage.cancel(layers[number])
                    yield chance.randrange(1, 20) * MS
                live = stage.place(user, label.symbol, side, size + chance.randrange(50), price)
                label.order_ids.append(live.order_id)
                layers[number : number + 1] = [live]
                yield chance.randrange(1, 40) * MS
        yield chance.randrange(300, 2_000) * MS
    for live in layers:
        stage.cancel(live)
