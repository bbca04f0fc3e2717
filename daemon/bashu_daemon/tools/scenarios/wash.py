"""Injections of wash trades: one owner's accounts meet, or would have met."""

import random

from bashu_daemon.tools.scenarios.honest import MS
from bashu_daemon.tools.scenarios.stage import Label, Script, Stage
from bashu_protocol.units import NS_PER_SECOND


def prevented_wash(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Two accounts of one owner send orders at each other, which the venue does not let meet."""
    number = len(stage.labels)
    owner = f"wash{number}"
    first, second = (stage.account(f"w{number}{which}", owner) for which in "ab")
    label.rules, label.owners = ("self_trade",), (owner,)
    for _ in range(5 + severity // 2):
        # Alone inside the spread, so that nobody else is met; wait for room there.
        low = high = 0
        for _ in range(300):
            low, high = stage.best(label.symbol, "buy"), stage.best(label.symbol, "sell")
            if high - low > 1:
                break
            yield 200 * MS
        price = low + max(1, (high - low) // 2)
        qty = chance.randrange(20, 60) * severity
        resting = stage.place(first, label.symbol, "sell", qty, price)
        yield chance.randrange(5, 200) * MS
        coming = stage.place(second, label.symbol, "buy", qty, price)
        label.order_ids += [resting.order_id, coming.order_id]
        yield chance.randrange(200, 2_000) * MS
        for live in (resting, coming):
            stage.cancel(live)
        yield chance.randrange(5, 40) * NS_PER_SECOND
