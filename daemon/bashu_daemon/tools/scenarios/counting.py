"""Injections about how many messages somebody sends, and about sizes that nobody would choose."""

import random

from bashu_daemon.tools.scenarios.honest import MS, SIDES, wait
from bashu_daemon.tools.scenarios.stage import FIRST_DAY_NS, Label, Script, Stage
from bashu_protocol.units import NS_PER_DAY, NS_PER_SECOND


def withdraw_much(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Enter orders on one side and withdraw them, hundreds of times; or fewer very large ones.

    With severity more of them: 300 a day at .1, or 30 large, and 780 or 78 at .9.
    """
    number, symbol = len(stage.labels), label.symbol
    user = stage.account(f"fc{number}")
    label.rules, label.owners = ("frequent_cancel",), (f"{user}-owner",)
    is_large = chance.random() < 0.5
    wanted = (24 + 6 * severity) * (1 if is_large else 10)
    side = chance.choice(SIDES)
    sign = 1 if side == "buy" else -1
    withdrawn = 0
    while withdrawn < wanted:
        qty = chance.randrange(10_000, 12_000) if is_large else chance.randrange(20, 200)
        price = stage.best(symbol, side) - sign * chance.randrange(4, 12)
        live = stage.place(user, symbol, side, qty, price)
        label.order_ids.append(live.order_id)
        yield chance.randrange(50, 900) * MS
        if live.leaves == qty:
            withdrawn += 1
        stage.cancel(live)
        yield chance.randrange(100, 1_200) * MS


def amend_for_nothing(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Trade once; then amend an order far from the market again and again.

    With severity more often: 120 messages for a trade at .1, 920 at .9.
    """
    number, symbol = len(stage.labels), label.symbol
    user = stage.account(f"otr{number}")
    label.rules, label.owners = ("order_to_trade",), (f"{user}-owner",)
    side = chance.choice(SIDES)
    sign = 1 if side == "buy" else -1
    stage.place(user, symbol, side, 1, stage.best(symbol, "sell" if sign > 0 else "buy"), "ioc")
    live = stage.place(user, symbol, side, 50, stage.best(symbol, side) - 30 * sign)
    for _ in range(20 + 100 * severity):
        price = stage.best(symbol, side) - sign * chance.randrange(25, 40)
        if live.is_live:
            stage.replace(live, price)
        else:
            live = stage.place(user, symbol, side, 50, price)
        if live.order_id not in label.order_ids[-1:]:
            label.order_ids.append(live.order_id)
        yield chance.randrange(100, 900) * MS
    stage.cancel(live)


def burst(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Enter and withdraw orders as fast as one can, for a second, three times.

    With severity faster: 16 messages a second at .1, 72 at .3, 432 at .9.
    """
    number, symbol = len(stage.labels), label.symbol
    user = stage.account(f"burst{number}")
    label.rules, label.owners = ("burst_rate",), (f"{user}-owner",)
    pairs = (12 * severity + 4 * severity * severity) // 2
    for _ in range(3):
        side = chance.choice(SIDES)
        sign = 1 if side == "buy" else -1
        for _ in range(pairs):
            price = stage.best(symbol, side) - sign * chance.randrange(3, 12)
            live = stage.place(user, symbol, side, chance.randrange(10, 60), price)
            label.order_ids.append(live.order_id)
            yield NS_PER_SECOND * 45 // (100 * pairs)
            stage.cancel(live)
            yield NS_PER_SECOND * 45 // (100 * pairs)
        yield chance.randrange(20, 60) * NS_PER_SECOND


def make_up_sizes(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Trade 600 times in a day, in sizes that are as often 90 as 10 and something.

    With severity more of the sizes are made up so; the others are spread as sizes usually are.
    """
    number, symbol = len(stage.labels), label.symbol
    user = stage.account(f"size{number}")
    label.rules, label.owners = ("benford",), (f"{user}-owner",)
    end = stage.now_ns + stage.session_ns - (stage.now_ns - FIRST_DAY_NS) % NS_PER_DAY
    mean_ms = max(1, (end - stage.now_ns) // MS // 700)
    for _ in range(600):
        side = chance.choice(SIDES)
        if chance.randrange(10) < severity:
            qty = chance.randrange(10, 100)
        else:
            qty = max(1, round(30 * chance.lognormvariate(0, 1.2)))
        price = stage.best(symbol, "sell" if side == "buy" else "buy")
        live = stage.place(user, symbol, side, qty, price, "ioc")
        label.order_ids.append(live.order_id)
        yield wait(chance, mean_ms)
    yield NS_PER_DAY  # a day's sizes are judged at its end
