"""Injections about holdings and blocks: value moved by block prices, holdings bought up, barred."""

import random

from bashu_daemon.tools.scenarios.stage import TONNES, Label, Script, Stage
from bashu_protocol.messages import BarPerson
from bashu_protocol.units import NS_PER_SECOND

BLOCK = 100_000


def transfer_by_blocks(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """A block off the market, and some of the tonnes back at another price."""
    number = len(stage.labels)
    one, two = (stage.account(f"b{number}{which}") for which in "ab")
    label.rules, label.owners = ("block_pricing",), (f"{one}-owner", f"{two}-owner")
    yield NS_PER_SECOND
    qty = BLOCK + 500 + chance.randrange(1_000)
    off = 60 * (2 + severity)  # 1.5 % to 9 %, so that what comes back makes it grave
    stage.block(one, two, label.symbol, qty, stage.last[label.symbol] + off)
    yield chance.randrange(30, 200) * NS_PER_SECOND
    stage.block(two, one, label.symbol, qty - chance.randrange(500), stage.last[label.symbol] - off)
    yield NS_PER_SECOND


def buy_up(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Two accounts of one owner take block after block from friendly hands, at market prices."""
    number = len(stage.labels)
    owner = f"corner{number}"
    own = [stage.account(f"c{number}{which}", owner, TONNES) for which in "ab"]
    label.rules, label.owners = ("cornering", "large_holder"), (owner,)
    yield NS_PER_SECOND
    wanted = 1_000_000 - len(own) * TONNES + 30_000 * severity
    sellers = 0
    while wanted > 0:
        seller = stage.account(f"c{number}s{sellers}")
        sellers += 1
        for _ in range(3):
            price = stage.last[label.symbol] + chance.randrange(-20, 20)
            stage.block(seller, own[sellers % 2], label.symbol, BLOCK, price)
            wanted -= BLOCK
            yield chance.randrange(5, 30) * NS_PER_SECOND


def hold_much(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """A group's holdings come to the level at which they must be reported, by several accounts."""
    number = len(stage.labels)
    owner = f"large{number}"
    own = [stage.account(f"h{number}{which}", owner, TONNES // 2) for which in "ab"]
    seller = stage.account(f"h{number}s")
    label.rules, label.owners = ("large_holder",), (owner,)
    yield NS_PER_SECOND
    for step in range(1 + severity // 5):
        stage.block(seller, own[step], label.symbol, BLOCK, stage.last[label.symbol])
        yield chance.randrange(5, 60) * NS_PER_SECOND


def trade_while_barred(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Who may not trade any more tries it again and again."""
    number = len(stage.labels)
    user = stage.account(f"x{number}")
    label.rules, label.owners = ("barred_person",), (f"{user}-owner",)
    yield NS_PER_SECOND
    stage.send(stage.supervisor(), BarPerson(f"bar-{number}", f"{user}-owner", "registry staff"))
    for _ in range(severity):
        yield chance.randrange(2, 30) * NS_PER_SECOND
        price = stage.best(label.symbol, "buy")
        stage.place(user, label.symbol, "buy", chance.randrange(10, 200), price)
