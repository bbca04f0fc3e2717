"""How the simulated members trade: pure functions of a view, with a seeded generator."""

import random
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from bashu_daemon.tools.participants.view import Action, Cancel, Place, View
from bashu_protocol.messages import Side

LEVELS: Final = 6
PLACED_A_TURN: Final = 2
"""Orders that a maker places on each side in one turn."""
MAX_RESTING: Final = 4


class FairValue:
    """A slow walk around the reference that one market maker believes in."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._offsets: dict[str, int] = {}

    def of(self, view: View) -> int:
        """Return the next value in fen: a step of a few fen, drawn back to the reference."""
        offset = self._offsets.get(view.symbol, 0)
        width = max(1, view.reference // 5000)
        offset += self._chance.randint(-width, width) - offset // 40
        self._offsets[view.symbol] = offset
        return view.clamp(view.reference + offset)


class Mind(Struct):
    """What a strategy keeps between two turns."""

    chance: random.Random
    fair: FairValue
    target: dict[str, int]
    turns: int = 0


def market_maker(view: View, mind: Mind) -> list[Action]:
    """Quote both sides around its fair value, leaning against its inventory.

    A maker waits for others: it takes no quote of the other side, and fills up what was taken.
    """
    chance = mind.chance
    fair = mind.fair.of(view)
    half = max(1, fair // 3000)
    lean = -max(-half, min(half, (view.holding - 400_000) // 100_000))
    centre = view.clamp(fair + lean)
    actions: list[Action] = []
    for side, sign, opposite in (("buy", -1, view.best_ask), ("sell", 1, view.best_bid)):
        own = [order for order in view.orders if order.side == side]
        far = [o for o in own if not half <= (o.price - centre) * sign <= half * (LEVELS + 3)]
        actions += [Cancel(order.cl_ord_id) for order in far[:2]]
        prices = {order.price for order in own if order not in far}
        placed = 0
        for level in range(LEVELS):
            distance = half * (level + 1) + chance.randint(0, half - 1)
            price = view.clamp(centre + sign * distance)
            if opposite and (price - opposite) * sign <= 0:
                price = view.clamp(opposite + sign * (level + 1) * view.tick)
            if len(prices) < LEVELS and price not in prices:
                quantity = chance.randrange(100, 1_500, 50) * (1 + level // 2)
                if side == "sell" and quantity > view.available:
                    break  # today's purchases are not for sale
                actions.append(Place(view.symbol, _side(side), quantity, price))
                prices.add(price)
                placed += 1
                if placed == PLACED_A_TURN:
                    break
    return actions


def compliance_buyer(view: View, mind: Mind) -> list[Action]:
    """Buy towards the need, more urgently with every turn."""
    missing = mind.target.get(view.symbol, 0) - view.holding
    working = sum(order.leaves_qty for order in view.orders)
    if missing - working <= 0 or not view.best_ask:
        return _tidy(view)
    quantity = min(missing - working, mind.chance.randrange(50, 900, 10))
    urgent = mind.chance.randrange(100) < min(70, 20 + mind.turns // 10)
    if urgent:
        return [Place(view.symbol, "buy", quantity, view.best_ask, immediate=True)]
    if len(view.orders) >= MAX_RESTING:
        return _tidy(view)
    behind = mind.chance.randint(0, max(1, view.reference // 1500))
    return [Place(view.symbol, "buy", quantity, view.clamp((view.best_bid or view.last) - behind))]


def surplus_seller(view: View, mind: Mind) -> list[Action]:
    """Sell what is not needed, mostly by waiting, sometimes by hitting the bid."""
    surplus = view.available - mind.target.get(view.symbol, 0)
    if surplus <= 0:
        return _tidy(view)
    quantity = min(surplus, mind.chance.randrange(50, 800, 10))
    if view.best_bid and mind.chance.randrange(100) < 35:
        return [Place(view.symbol, "sell", quantity, view.best_bid, immediate=True)]
    if len(view.orders) >= MAX_RESTING:
        return _tidy(view)
    ahead = mind.chance.randint(0, max(1, view.reference // 1500))
    return [Place(view.symbol, "sell", quantity, view.clamp((view.best_ask or view.last) + ahead))]


def momentum_fund(view: View, mind: Mind) -> list[Action]:
    """Follow a move away from the reference for a while, fade a large one."""
    if not view.best_bid or not view.best_ask:
        return []
    move = view.last - view.reference
    large = abs(move) > view.reference // 150
    side: Side = "buy" if (move > 0) != large else "sell"
    if mind.chance.randrange(100) < 30:
        side = "sell" if side == "buy" else "buy"
    quantity = mind.chance.randrange(20, 600, 10)
    if side == "sell" and view.available < quantity:
        return []
    price = view.best_ask if side == "buy" else view.best_bid
    return [Place(view.symbol, side, quantity, price, immediate=True)]


def careless_group(view: View, mind: Mind) -> list[Action]:
    """Trade both ways in two accounts of one owner, so that self-trade prevention steps in."""
    if view.symbol not in ("CEA25", "CCER") or not view.best_bid or not view.best_ask:
        return []
    if mind.chance.randrange(100) < 60:
        return _tidy(view)
    side: Side = mind.chance.choice(("buy", "sell"))
    quantity = mind.chance.randrange(20, 200, 10)
    if side == "sell" and view.available < quantity:
        return []
    middle = view.clamp((view.best_bid + view.best_ask) // 2)
    return [Place(view.symbol, side, quantity, middle)]


STRATEGIES: Final[dict[str, Callable[[View, Mind], list[Action]]]] = {
    "market_maker": market_maker,
    "compliance_buyer": compliance_buyer,
    "surplus_seller": surplus_seller,
    "momentum_fund": momentum_fund,
    "careless_group": careless_group,
}


def _side(text: str) -> Side:
    return "buy" if text == "buy" else "sell"


def _tidy(view: View) -> list[Action]:
    """Withdraw the oldest order once there are several."""
    return [Cancel(view.orders[0].cl_ord_id)] if len(view.orders) > 1 else []
