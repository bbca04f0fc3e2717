"""Whole auctions by commands, bids changed and withdrawn on the way, against the brute force."""

import random
from typing import Any

import pytest
from auction_house import SYMBOL, AuctionHouse, trades
from naive_auction import NaiveBid, auctioned

from bashu_protocol.messages import AuctionRules

OWNERS = {"anna": "one", "cy": "one", "dee": "four", "eve": "five"}
"""`ada` bids for anna's member, and cy's belongs to the same owner."""
MEMBERS = {"anna": "A", "ada": "A", "cy": "C", "dee": "D", "eve": "E"}
FLOOR, CAP = 6_995, 7_005
AUCTIONS = 300


def held(house: AuctionHouse) -> dict[str, tuple[int, int]]:
    """Return what each member has of cash and tonnes in all; nothing may be frozen."""
    found = {}
    for member in ("A", "B", "C", "D", "E"):
        cash, tonnes = house.holds(member), house.holds(member, SYMBOL)
        assert cash[1] == tonnes[1] == 0
        found[member] = (sum(cash), sum(tonnes))
    return found


def bid_at_random(
    house: AuctionHouse, chance: random.Random, auction_id: int
) -> dict[str, NaiveBid]:
    """Send bids, changes and withdrawals; return each member's last bid, as a person would list."""
    last: dict[str, NaiveBid] = {}
    for step in range(chance.randint(1, 14)):
        user = chance.choice(list(MEMBERS))
        member = MEMBERS[user]
        if chance.random() < 0.2:
            if house.withdraw(user, auction_id).rpt_seq and member in last:
                del last[member]
            continue
        price, qty = chance.randint(FLOOR, CAP), chance.randint(1, 12)
        assert house.bid(user, qty, price, auction_id).event in ("accepted", "replaced")
        last[member] = NaiveBid(OWNERS.get(user, "one"), price, qty, step)
    return last


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_auctions_give_what_the_brute_force_gives(exchange: Any, seed: int) -> None:
    """1.6 step 5: price, volume and allocation; and each party's cash and tonnes to the fen."""
    house = AuctionHouse(exchange, AuctionRules(buying=True, min_offer_qty=1), resale_ban=False)
    chance = random.Random(seed)
    fills = 0
    for _ in range(AUCTIONS):
        before = held(house)
        form: Any = chance.choice(("sell", "buy"))
        pricing: Any = chance.choice(("uniform", "pay_as_bid"))
        offered, limit = chance.randint(12, 40), chance.choice((0, 12))
        auction_id = house.start(
            offered, form=form, pricing=pricing, bidder_limit_qty=limit, limit="price",
            limit_price=FLOOR if form == "sell" else CAP,
        )  # fmt: skip
        last = bid_at_random(house, chance, auction_id)
        events = house.close(auction_id)
        expected = dict(before)
        if last:
            selling, uniform = form == "sell", pricing == "uniform"
            result = auctioned(
                list(last.values()), offered, limit or offered, selling=selling, uniform=uniform
            )
            sign = 1 if selling else -1
            for member, bid in last.items():
                qty, price = result.fills.get(bid.time, (0, 0))
                for name, way in ((member, sign), ("B", -sign)):
                    cash, tonnes = expected[name]
                    expected[name] = cash - way * qty * price, tonnes + way * qty
            assert sum(trade.qty for trade in trades(events)) == result.volume
            assert house.row(auction_id).last_px == result.marginal_price
        fills += len(trades(events))
        assert held(house) == expected
    assert fills > AUCTIONS
