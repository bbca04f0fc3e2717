"""Injections around what becomes public: insiders, and who spreads false news."""

import random

from bashu_daemon.tools.scenarios.stage import Label, Script, Stage
from bashu_protocol.messages import Direction, RegisterDisclosure, RegisterStatement, Side
from bashu_protocol.units import NS_PER_DAY, NS_PER_SECOND

USUAL_DAYS = 4
"""On which an insider only does what it usually does, before the ten that are looked at."""
SECRET_DAYS = 8


def _take(stage: Stage, user: str, symbol: str, side: Side, qty: int) -> int:
    """Trade at once, at whatever price within some fen; return the order's id."""
    best = stage.best(symbol, "sell" if side == "buy" else "buy")
    reach = 15 if side == "buy" else -15
    return stage.place(user, symbol, side, qty, best + reach, "ioc").order_id


def know_before(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """A member that knows what will be disclosed buys on the days before; then the price jumps.

    A disclosure that says nothing comes on the first day.
    """
    number = len(stage.labels)
    user, usual = stage.account(f"i{number}"), chance.randrange(40, 90)
    label.rules, label.owners = ("insider",), (f"{user}-owner",)
    sign = chance.choice((1, -1))
    yield NS_PER_SECOND
    supervisor = stage.supervisor()
    stage.send(supervisor, RegisterDisclosure(f"d{number}", "policy", label.symbol, "nothing new"))
    for day in range(USUAL_DAYS + SECRET_DAYS):
        for side in ("buy", "sell"):
            _take(stage, user, label.symbol, side, usual + chance.randrange(20))
            yield chance.randrange(5, 20) * NS_PER_SECOND
        if day >= USUAL_DAYS:
            secret: Side = "buy" if sign > 0 else "sell"
            order_id = _take(stage, user, label.symbol, secret, usual * (3 + 2 * severity))
            label.order_ids.append(order_id)
        yield NS_PER_DAY
    text = "The verification's result is public."
    stage.send(supervisor, RegisterDisclosure(f"e{number}", "verification", label.symbol, text))
    for _ in range(5):
        stage.rumours[label.symbol](sign * (30 + 10 * severity))
        yield 20 * NS_PER_SECOND
    yield 2 * NS_PER_DAY  # until what the price did is judged


def spread_false_news(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Buy a little, say that prices will rise, and sell to those who believe it; or the reverse."""
    number = len(stage.labels)
    user = stage.account(f"g{number}")
    label.rules, label.owners = ("misinformation",), (f"{user}-owner",)
    sign = chance.choice((1, -1))
    sides: tuple[Side, Side] = ("buy", "sell") if sign > 0 else ("sell", "buy")
    for _ in range(4):
        label.order_ids.append(_take(stage, user, label.symbol, sides[0], 100 + 40 * severity))
        yield chance.randrange(10, 40) * NS_PER_SECOND
    stated = stage.now_ns
    for _ in range(6):
        stage.rumours[label.symbol](sign * (10 + 6 * severity))
        yield chance.randrange(20, 50) * NS_PER_SECOND
    direction: Direction = "up" if sign > 0 else "down"
    command = RegisterStatement(
        f"s{number}", label.symbol, direction, user, "No more quota this year.", stated
    )
    stage.send(stage.supervisor(), command)
    for _ in range(10):
        label.order_ids.append(_take(stage, user, label.symbol, sides[1], 300 + 150 * severity))
        yield chance.randrange(10, 40) * NS_PER_SECOND
    yield 300 * NS_PER_SECOND
