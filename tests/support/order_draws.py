"""Random commands of traders on their orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from random_setting import CLIENTS, SYMBOLS, TRADERS, Drawn

from bashu_protocol.messages import (
    ApproveOrder,
    CancelOrder,
    DeclineOrder,
    MassCancel,
    NewOrder,
    PickOrder,
    ReplaceOrder,
)

if TYPE_CHECKING:
    from random_market import RandomMarket


def limit_order(market: RandomMarket) -> Drawn:
    chance = market.chance
    symbol = chance.of(SYMBOLS)
    return chance.of(TRADERS), NewOrder(
        market.id(),
        symbol,
        chance.of(("buy", "sell")),
        chance.between(1, 300),
        market.price_near(symbol),
        "limit",
        chance.of(("day", "day", "day", "day", "ioc", "fok")),
        client_account=chance.of(CLIENTS) if chance.one_in(10) else "",
    )


def market_order(market: RandomMarket) -> Drawn:
    chance = market.chance
    side = chance.of(("buy", "sell"))
    order = NewOrder(market.id(), chance.of(SYMBOLS), side, chance.between(1, 300), 0, "market")
    return chance.of(TRADERS), order


def featured_order(market: RandomMarket) -> Drawn:
    """Draw an order with something that a plain one has not."""
    chance = market.chance
    symbol = chance.of(SYMBOLS)
    price = market.price_near(symbol)
    trade_date = market.venue.trade_date
    more: dict[str, Any] = chance.of(
        (
            {"exec_inst": "post_only"},
            {"min_qty": 20},
            {"display_qty": 10},
            {"ord_type": "stop_limit", "stop_px": market.price_near(symbol)},
            {"ord_type": "stop", "stop_px": market.price_near(symbol), "price": 0},
            {"time_in_force": "gtd", "expire_date": trade_date + chance.below(4)},
        )
    )
    order: dict[str, Any] = {
        "side": chance.of(("buy", "sell")),
        "order_qty": chance.between(1, 300),
        "price": price,
        "client_account": chance.of(CLIENTS) if chance.one_in(10) else "",
    }
    return chance.of(TRADERS), NewOrder(market.id(), symbol, **(order | more))


def pick(market: RandomMarket) -> Drawn:
    chance = market.chance
    rows = market.venue.listing_rows("CEA25")
    if not rows:
        return limit_order(market)
    row = rows[chance.below(len(rows))]
    return chance.of(TRADERS), PickOrder(market.id(), row.listing_id, chance.between(1, 50))


def cancel(market: RandomMarket) -> Drawn:
    user, original = market.known.order(market.chance)
    return user, CancelOrder(market.id(), original)


def replace(market: RandomMarket) -> Drawn:
    """Replace an order, now and then as if it were a stop order, of which few have a limit."""
    chance = market.chance
    user, original = market.known.order(chance)
    price = market.price_near(chance.of(SYMBOLS))
    stop_px = 0
    if chance.one_in(8):
        price, stop_px = chance.of((0, price)), chance.of((0, price + chance.between(-10, 10)))
    return user, ReplaceOrder(market.id(), original, chance.between(1, 400), price, stop_px)


def mass_cancel(market: RandomMarket) -> Drawn:
    chance = market.chance
    return chance.of(TRADERS), MassCancel(market.id(), chance.of(("", *SYMBOLS)))


def approval(market: RandomMarket) -> Drawn:
    """Approve or decline one of the last orders, which mostly does not wait."""
    chance, name = market.chance, market.id()
    order_id = chance.of(market.known.held or (0,))
    user = chance.of(TRADERS)
    if chance.one_in(3):
        return user, DeclineOrder(name, order_id)
    return user, ApproveOrder(name, order_id)
