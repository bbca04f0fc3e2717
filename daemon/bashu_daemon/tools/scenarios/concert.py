"""Injections of what several do in concert: a clique, bait for another's sake, front running."""

import random

from bashu_daemon.tools.scenarios.honest import MS, SIDES, noise_trader, wait
from bashu_daemon.tools.scenarios.spoof import believe
from bashu_daemon.tools.scenarios.stage import FIRST_DAY_NS, REGISTRAR, Label, Script, Stage
from bashu_protocol.messages import AddClient, Side
from bashu_protocol.units import NS_PER_DAY, NS_PER_SECOND


def _other(side: Side) -> Side:
    return "sell" if side == "buy" else "buy"


def follow(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Two to four unlinked members enter orders on the side that one of them has chosen.

    With severity fewer of their orders are on a side of their own. It lasts to the day's end.
    """
    number = len(stage.labels)
    members = [stage.account(f"cl{number}{i}") for i in range(2 + severity // 4)]
    label.rules = ("clique",)
    label.owners = tuple(f"{member}-owner" for member in members)
    end = stage.now_ns + stage.session_ns - (stage.now_ns - FIRST_DAY_NS) % NS_PER_DAY
    while stage.now_ns < end - 30 * NS_PER_SECOND:
        side: Side = chance.choice(SIDES)
        for member in members:
            own = chance.choice(SIDES) if chance.randrange(100) < 10 - severity else side
            sign = 1 if own == "buy" else -1
            price = stage.best(label.symbol, own) - sign * chance.randrange(0, 4)
            live = stage.place(member, label.symbol, own, chance.randrange(80, 200), price)
            label.order_ids.append(live.order_id)
            yield chance.randrange(500, 9_000) * MS
            if chance.random() < 0.5:
                stage.cancel(live)
        yield wait(chance, 100_000)


def collude(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """One member shows what another's small order on the other side needs, and withdraws it then.

    With severity it shows more, and they do it more often.
    """
    number = len(stage.labels)
    shows, trades = (stage.account(f"co{number}{which}") for which in "xy")
    label.rules = ("collusive",)
    label.owners = (f"{shows}-owner", f"{trades}-owner")
    for _ in range(4 + severity // 2):
        side: Side = chance.choice(SIDES)
        other, sign = _other(side), 1 if side == "buy" else -1
        for _ in range(1_500):
            room = (stage.best(label.symbol, other) - stage.best(label.symbol, side)) * sign
            if room > 1:  # so that the small order is the first
                price = stage.best(label.symbol, other) - sign
                real = stage.place(trades, label.symbol, other, chance.randrange(40, 120), price)
                yield chance.randrange(50, 400) * MS
                if real.is_live:
                    break
            yield 200 * MS
        else:
            return
        size = stage.depth(label.symbol, side) * (30 + 10 * severity) // 100 + 1_000
        layers = chance.choice((1, 3))
        best = stage.best(label.symbol, side)
        shown = []
        for layer in range(layers):
            live = stage.place(shows, label.symbol, side, size // layers, best - sign * (1 + layer))
            shown.append(live)
            yield chance.randrange(20, 200) * MS
        label.order_ids += [real.order_id, *(live.order_id for live in shown)]
        yield chance.randrange(300, 3_000) * MS
        if real.is_live:
            believe(stage, chance, real)
        yield chance.randrange(100, 2_000) * MS
        for live in (*shown, real):
            stage.cancel(live)
        yield chance.randrange(4_000, 30_000) * MS


def front_run(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """A member whose desk trades all day as it comes, and now and then before a large client order.

    With severity more of the eight clients' orders have one before them: 3 at .3, 6 at .9.
    """
    number = len(stage.labels)
    member = stage.account(f"br{number}")
    label.rules, label.owners = ("front_running",), (f"{member}-owner",)
    client = f"client{number}"
    stage.send(REGISTRAR, AddClient(f"k-{client}", member, client, client, f"{client}-owner"))
    stage.start(noise_trader(stage, member, label.symbol, mean_ms=90_000, size=100))
    run_before = set(chance.sample(range(8), 2 + severity // 2))
    for turn in range(8):
        side: Side = chance.choice(SIDES)
        other, sign = _other(side), 1 if side == "buy" else -1
        size = chance.randrange(3_000, 8_000)
        runs = turn in run_before
        own = None
        if runs:
            limit = stage.best(label.symbol, other) + sign
            qty = size * chance.randrange(4, 16) // 100
            own = stage.place(member, label.symbol, side, qty, limit, "ioc")
            yield chance.randrange(50, 1_700) * MS
        limit = stage.best(label.symbol, other) + sign * chance.randrange(2, 8)
        live = stage.place(member, label.symbol, side, size, limit, client=client)
        yield chance.randrange(2_000, 9_000) * MS
        stage.cancel(live)
        if own is not None:
            label.order_ids += [own.order_id, live.order_id]
            if own.filled:
                price = stage.best(label.symbol, side) - sign * 2
                stage.place(member, label.symbol, other, own.filled, price, "ioc")
        yield chance.randrange(20, 60) * NS_PER_SECOND
