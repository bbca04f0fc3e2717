"""Injections about prices and volume: auctions, painted tapes, floors, slips, swings and pumps."""

import random

from bashu_daemon.tools.scenarios.honest import MS, SIDES
from bashu_daemon.tools.scenarios.push import push
from bashu_daemon.tools.scenarios.stage import Label, Script, Stage
from bashu_protocol.messages import Side
from bashu_protocol.units import NS_PER_DAY, NS_PER_SECOND


def _across(side: Side) -> tuple[int, Side]:
    """A side's sign, and the other side."""
    return (1, "sell") if side == "buy" else (-1, "buy")


def auction(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """In a call auction, draw the indicative price far off, withdraw, and trade with the drawn.

    With severity the orders are further off and more of them are withdrawn.
    """
    number, symbol = len(stage.labels), label.symbol
    owner = f"auction{number}"
    user, partner = (stage.account(f"a{number}{which}", owner) for which in "ab")
    label.rules, label.owners = ("auction_manipulation",), (owner,)
    stage.set_phase(symbol, "pause", "call_auction")
    side = chance.choice(SIDES)
    sign, other = _across(side)
    start = stage.last[symbol]
    yield chance.randrange(2_000, 8_000) * MS
    size = stage.depth(symbol, other, 1_000) + 500
    far = []
    for _ in range(3):
        price = start + sign * start * (56 + 2 * severity + chance.randrange(6)) // 1_000
        far.append(stage.place(user, symbol, side, size // 2, price))
        yield chance.randrange(200, 2_000) * MS
    for drawn in range(3):
        price = start + sign * start * chance.randrange(20, 40) // 1_000
        stage.place(stage.account(f"drawn{drawn}"), symbol, side, chance.randrange(200, 600), price)
        yield chance.randrange(500, 3_000) * MS
    keep = far[0].qty * (9 - severity) // 20
    for live in far[1:]:
        stage.cancel(live)
        yield chance.randrange(50, 500) * MS
    stage.replace(far[0], far[0].price, max(1, keep))
    real = stage.place(partner, symbol, other, 600, start + sign * start * 15 // 1_000)
    label.order_ids += [live.order_id for live in (*far, real)]
    yield chance.randrange(1_000, 4_000) * MS
    stage.cancel(far[0])
    stage.set_phase(symbol, "continuous")
    yield 1 * NS_PER_SECOND
    stage.cancel(real)


def paint(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Make room between the best prices, and print tiny trades across it, tick by tick.

    An accomplice is on the other side. With severity there are more prints, and more runs of them.
    """
    number, symbol = len(stage.labels), label.symbol
    one, two = (stage.account(f"paint{number}{which}") for which in "ab")
    label.rules, label.owners = ("painting",), (f"{one}-owner", f"{two}-owner")
    prints = 5 + severity // 4
    runs = 0
    for _ in range(40):  # another's order may end a run
        side = chance.choice(SIDES)
        sign, other = _across(side)
        for _ in range(12):
            levels = stage.levels(symbol, other)
            if not levels or (levels[0][0] - stage.best(symbol, side)) * sign > prints + 1:
                break
            stage.place(two, symbol, side, levels[0][1], levels[0][0], "ioc")
            yield chance.randrange(20, 60) * MS
        stage.place(two, symbol, other, 1, stage.best(symbol, side), "ioc")
        done = 0
        while done < prints:
            price = max(stage.last[symbol] * sign, stage.best(symbol, side) * sign) * sign + sign
            if (stage.best(symbol, other) - price) * sign <= 0:
                break
            qty = chance.randrange(1, 8)
            asked = stage.place(two, symbol, other, qty, price)
            bid = stage.place(one, symbol, side, qty, price)
            label.order_ids += [asked.order_id, bid.order_id]
            done += 1
            yield chance.randrange(20, 400 - 35 * severity) * MS
        runs += done == prints
        if runs > severity // 3:
            return
        yield chance.randrange(5_000, 12_000) * MS


def print_often(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Print a tonne at the offer after every trade of others: the last price is one's own.

    With severity more prints, and more after each trade: 60 at .1, 140 at .9.
    """
    number, symbol = len(stage.labels), label.symbol
    user = stage.account(f"prints{number}")
    label.rules, label.owners = ("painting",), (f"{user}-owner",)
    side = chance.choice(SIDES)
    _sign, other = _across(side)
    before = stage.volume[symbol]
    while len(label.order_ids) < 50 + 10 * severity:
        if stage.volume[symbol] == before:
            yield chance.randrange(20, 300) * MS
            continue
        for _ in range(2 + severity // 6):
            live = stage.place(user, symbol, side, 1, stage.best(symbol, other), "ioc")
            label.order_ids.append(live.order_id)
            yield chance.randrange(20, 200) * MS
        before = stage.volume[symbol]


def hold_limit(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """News takes the price to its limit; show much there, withdraw most of it, and again.

    With severity more tonnes: 500 at .1, 4,500 at .9.
    """
    number, symbol = len(stage.labels), label.symbol
    user = stage.account(f"limit{number}")
    label.rules, label.owners = ("limit_touch",), (f"{user}-owner",)
    side = chance.choice(SIDES)
    sign, other = _across(side)
    limit = stage.limits[symbol][side == "buy"]
    while (limit - stage.best(symbol, side)) * sign > 0:
        stage.rumours[symbol](sign * 60)
        yield 10 * NS_PER_SECOND
    label.began = stage.now_ns
    for _ in range(2 + severity // 3):
        while stage.levels(symbol, other):  # else it would trade
            yield 100 * MS
        live = stage.place(user, symbol, side, 500 * severity, limit)
        label.order_ids.append(live.order_id)
        yield chance.randrange(3_000, 15_000) * MS
        stage.cancel(live)
        yield chance.randrange(1_000, 10_000) * MS


def floor(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Hold a level against those who sell (or buy) into it, for more than half an hour.

    It is a floor where the price has been falling, else a ceiling. With severity more is pressed
    into it. What is taken is put there again.
    """
    number, symbol = len(stage.labels), label.symbol
    user = stage.account(f"floor{number}")
    label.rules, label.owners = ("floor_ceiling",), (f"{user}-owner",)
    before = stage.last[symbol]
    yield 120 * NS_PER_SECOND
    side: Side = "buy" if stage.last[symbol] < before else "sell"
    sign, other = _across(side)
    level = stage.best(symbol, side)
    pressing = [stage.account(f"press{i}") for i in range(4)]
    stop = stage.now_ns + 2_160 * NS_PER_SECOND
    held = stage.place(user, symbol, side, 1, level)
    turn = 0
    while stage.now_ns < stop:
        if not held.is_live:
            held = stage.place(user, symbol, side, 1_500 + 300 * severity, level)
            label.order_ids.append(held.order_id)
        if turn % 3 == 0:
            qty = (30 + 12 * severity) * chance.randrange(50, 150) // 100
            if (stage.best(symbol, side) - level) * sign > 0:  # the market has left the level
                qty += stage.depth(symbol, side, 2)
            stage.place(chance.choice(pressing), symbol, other, qty, level, "ioc")
        turn += 1
        yield chance.randrange(500, 1_500) * MS
    stage.cancel(held)


def slip(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Enter a zero too many, or a wrong digit in the price; see it, and withdraw the rest."""
    number, symbol = len(stage.labels), label.symbol
    user = stage.account(f"slip{number}")
    label.rules, label.owners = ("fat_finger",), (f"{user}-owner",)
    for _ in range(4):
        yield chance.randrange(1_000, 4_000) * MS
        stage.place(user, symbol, "buy", 200, stage.best(symbol, "buy") - 3)
    stage.cancel_all(user)
    side = chance.choice(SIDES)
    sign, other = _across(side)
    meant, best = chance.randrange(150, 500), stage.best(symbol, other)
    label.began = stage.now_ns
    if chance.random() < 0.5:
        price = best + sign * best * (35 + 5 * severity) // 1_000
        live = stage.place(user, symbol, side, meant * (8 + 4 * severity), price)
    else:
        live = stage.place(user, symbol, side, meant * (30 + 15 * severity), best + sign * 10)
    label.order_ids.append(live.order_id)
    yield chance.randrange(800, 4_000) * MS
    stage.cancel(live)
    yield 20 * NS_PER_SECOND


def surge(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Trade both ways about as much on each of eight days, and many times that on the ninth."""
    number, symbol = len(stage.labels), label.symbol
    user = stage.account(f"surge{number}")
    label.rules, label.owners = ("unusual_volume",), (f"{user}-owner",)
    for day in range(9):
        label.began = begin = stage.now_ns
        trades = 8 + chance.randrange(5)
        if day == 8:
            trades *= 2 + severity
        for turn in range(trades):
            side = SIDES[turn % 2]
            _sign, other = _across(side)
            qty = chance.randrange(80, 200)
            live = stage.place(user, symbol, side, qty, stage.best(symbol, other), "ioc")
            if day == 8:
                label.order_ids.append(live.order_id)
            yield chance.randrange(500, 260_000 // trades) * MS
        if day < 8:
            yield begin + NS_PER_DAY - stage.now_ns


def swing(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Take the price 5 % and more away within minutes."""
    number = len(stage.labels)
    user = stage.account(f"swing{number}")
    label.rules, label.owners = ("price_swing", "ramping"), (f"{user}-owner",)
    side = chance.choice(SIDES)
    start = stage.last[label.symbol]
    yield from push(stage, chance, label, user, side, start * (52 + severity) // 1_000)


def pump(stage: Stage, chance: random.Random, severity: int, label: Label) -> Script:
    """Gather on one day, drive the price on the next, and sell into it.

    With severity the price is driven further.
    """
    number, symbol = len(stage.labels), label.symbol
    user = stage.account(f"pump{number}")
    label.rules, label.owners = ("pump_and_dump", "ramping"), (f"{user}-owner",)
    begin = stage.now_ns
    for _ in range(25):
        live = stage.place(user, symbol, "buy", 400, stage.best(symbol, "sell"), "ioc")
        label.order_ids.append(live.order_id)
        yield chance.randrange(5_000, 25_000) * MS
    yield begin + NS_PER_DAY - stage.now_ns
    start = stage.last[symbol]
    yield from push(stage, chance, label, user, "buy", start * (22 + 3 * severity) // 1_000)
    held = sum(live.filled for live in stage.orders_of(user) if live.side == "buy")
    sold = 0
    while sold * 100 < held * (55 + 5 * severity):
        qty = max(1, held // 20)
        follower = stage.account(f"follow{chance.randrange(5)}")
        price = stage.last[symbol] - 1
        live = stage.place(user, symbol, "sell", qty, price)
        label.order_ids.append(live.order_id)
        yield chance.randrange(200, 1_500) * MS
        stage.place(follower, symbol, "buy", qty, price, "ioc")
        yield chance.randrange(2_000, 10_000) * MS
        stage.cancel(live)
        sold += qty
