"""An uncross written to be obviously right: every tick is tried, every sum added up anew.

It shares no code with the core. An order is (number, side, price, tonnes, owner), in the order of
arrival; a number is never used twice.
"""

from typing import NamedTuple


class Bid(NamedTuple):
    number: int
    side: str
    price: int
    tonnes: int
    owner: str


class Outcome(NamedTuple):
    price: int
    volume: int
    surplus: int
    withdrawn: list[int]
    allocation: dict[int, int]
    """Tonnes of each order that trades, by number."""


def meets(one: Bid, other: Bid) -> bool:
    if one.side == other.side:
        return False
    buy, sell = (one, other) if one.side == "buy" else (other, one)
    return buy.price >= sell.price


def survivors(orders: list[Bid], prevention: str | None) -> list[Bid]:
    """Each order, by number, comes upon the earlier orders of its owner that are still there."""
    here: list[Bid] = []
    for newcomer in sorted(orders):
        stays = True
        while prevention is not None and stays:
            met = [old for old in here if old.owner == newcomer.owner and meets(newcomer, old)]
            if not met:
                break
            sign = 1 if newcomer.side == "buy" else -1
            first = min(met, key=lambda old: (sign * old.price, old.number))
            if prevention == "decrement":
                less = min(first.tonnes, newcomer.tonnes)
                here.remove(first)
                if first.tonnes > less:
                    here.append(first._replace(tonnes=first.tonnes - less))
                newcomer = newcomer._replace(tonnes=newcomer.tonnes - less)  # noqa: PLW2901  it is what is left of it
                stays = newcomer.tonnes > 0
            if prevention in ("cancel_resting", "cancel_both"):
                here.remove(first)
            if prevention in ("cancel_incoming", "cancel_both"):
                stays = False
        if stays:
            here.append(newcomer)
    return here


def naive_uncross(orders: list[Bid], reference: int, tick: int, prevention: str | None) -> Outcome:
    here = survivors(orders, prevention)
    numbers = {order.number for order in here}
    withdrawn = sorted(order.number for order in orders if order.number not in numbers)
    prices = [order.price for order in orders]
    found = []
    for price in range(min(prices), max(prices) + 1, tick) if prices else ():
        demand = sum(o.tonnes for o in here if o.side == "buy" and o.price >= price)
        supply = sum(o.tonnes for o in here if o.side == "sell" and o.price <= price)
        found.append((min(demand, supply), demand - supply, price))
    volume = max((row[0] for row in found), default=0)
    if volume == 0:
        return Outcome(0, 0, 0, withdrawn, {})
    found = [row for row in found if row[0] == volume]
    least = min(abs(row[1]) for row in found)
    found = [row for row in found if abs(row[1]) == least]
    if all(row[1] > 0 for row in found):
        _, surplus, price = max(found, key=lambda row: row[2])
    elif all(row[1] < 0 for row in found):
        _, surplus, price = min(found, key=lambda row: row[2])
    else:
        _, surplus, price = min(found, key=lambda row: (abs(row[2] - reference), -row[2]))
    return Outcome(price, volume, surplus, withdrawn, allocation(orders, here, price, volume))


def allocation(all_orders: list[Bid], here: list[Bid], price: int, volume: int) -> dict[int, int]:
    arrival = {order.number: place for place, order in enumerate(all_orders)}
    traded: dict[int, int] = {}
    for side, sign in (("buy", -1), ("sell", 1)):
        left = volume
        queue = sorted(
            (o for o in here if o.side == side), key=lambda o: (sign * o.price, arrival[o.number])
        )
        for order in queue:
            tonnes = min(left, order.tonnes)
            if tonnes:
                assert (order.price - price) * sign <= 0
                traded[order.number] = tonnes
                left -= tonnes
        assert left == 0
    return traded
