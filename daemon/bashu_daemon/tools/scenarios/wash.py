"""Injections of wash trades: one hand's accounts meet, or would have met."""

import random
from typing import get_args

from bashu_daemon.tools.scenarios.honest import MS
from bashu_daemon.tools.scenarios.stage import TONNES, Label, Script, Stage
from bashu_protocol.messages import DeclaredLinkKind, DeclareLink
from bashu_protocol.units import NS_PER_SECOND


def prevented_wash(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Two accounts of one owner send orders at each other, which the venue does not let meet."""
    number = len(stage.labels)
    owner = f"wash{number}"
    first, second = (stage.account(f"w{number}{which}", owner) for which in "ab")
    label.rules, label.owners = ("self_trade",), (owner,)
    yield from _meet(stage, chance, severity, label, first, second, 5 + severity // 2)


def wash(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Two owners' accounts that one person controls, operates or reaches by one device trade.

    The venue prevents only what is within one beneficial owner. With severity more and larger.
    """
    number = len(stage.labels)
    first, second = (stage.account(f"w{number}{which}", tonnes=TONNES // 2) for which in "ab")
    label.rules, label.owners = ("self_trade",), (f"{first}-owner", f"{second}-owner")
    kind = chance.choice(get_args(DeclaredLinkKind))
    for user in (first, second):
        link = DeclareLink(f"link-{user}", user, kind, f"hand{number}", "Report of the member.")
        stage.send(stage.supervisor(), link)
    yield from _meet(stage, chance, severity, label, first, second, 1 + severity // 2)


def _meet(
    stage: Stage, chance: random.Random, severity: int, label: Label, first: str, second: str,
    times: int,
) -> Script:  # fmt: skip
    """Send orders at each other alone inside the spread; wait for room there."""
    met = 0
    while met < times:
        low, high = stage.best(label.symbol, "buy"), stage.best(label.symbol, "sell")
        if high - low <= 1:
            yield 200 * MS
            continue
        price = low + max(1, (high - low) // 2)
        qty = chance.randrange(20, 60) * severity
        resting = stage.place(first, label.symbol, "sell", qty, price)
        yield chance.randrange(5, 200) * MS
        if not resting.is_live:  # somebody else was faster
            continue
        coming = stage.place(second, label.symbol, "buy", qty, price)
        label.order_ids += [resting.order_id, coming.order_id]
        met += 1
        yield chance.randrange(200, 2_000) * MS
        for live in (resting, coming):
            stage.cancel(live)
        yield chance.randrange(5, 40) * NS_PER_SECOND
