"""The ledger: double entry, freezing, the same-day resale ban, and conservation."""

import random
from typing import Any

import pytest

from bashu_daemon.core.ledger import CASH, MAX_SUPPLY, Account, Ledger
from bashu_protocol.messages import AccountRow, CancelOrder, Deposit, NewOrder, ReplaceOrder
from bashu_protocol.reject_codes import RejectCode


def test_an_accepted_order_freezes_what_it_needs(exchange: Any) -> None:
    """market_rules.md 1.4, rows 1 and 2."""
    exchange.order("anna", "buy", 100, 6_900)
    assert exchange.account("A", "CNY") == AccountRow("A", "CNY", 10**10 - 690_000, 690_000, 0)
    exchange.order("bo", "sell", 100, 7_000)
    assert exchange.account("B", "CEA24") == AccountRow("B", "CEA24", 999_900, 100, 0)


def test_a_better_price_costs_only_itself(exchange: Any) -> None:
    exchange.order("anna", "sell", 100, 6_900)
    exchange.order("bo", "buy", 150, 7_000)
    spent = 100 * 6_900
    assert exchange.account("B", "CNY") == AccountRow(
        "B", "CNY", 10**10 - spent - 50 * 7_000, 50 * 7_000, 0
    )
    assert exchange.account("A", "CNY").available == 10**10 + spent


def test_proceeds_of_a_sale_buy_the_same_day(new_exchange: Any) -> None:
    """market_rules.md 1.4, row 6 (unconfirmed there, and so in no rulebook key)."""
    exchange = new_exchange(max_order_qty=2_000_000)
    exchange.order("anna", "buy", 1_428_571, 7_000, cl_ord_id="all")
    (refused,) = exchange.order("anna", "buy", 1, 7_000)
    assert refused.reject_code == RejectCode.INSUFFICIENT_CASH
    exchange.order("bo", "buy", 1, 7_100)
    exchange.order("anna", "sell", 1, 7_100)
    assert exchange.order("anna", "buy", 1, 7_000)[0].exec_type == "new"


def test_what_was_bought_today_is_sold_from_the_next_day_on(exchange: Any) -> None:
    """Bought today, not sold today: market_rules.md 1.4, row 5; key resale_ban."""
    exchange.run(Deposit("out", "B", "CEA24", -1_000_000))
    exchange.order("anna", "sell", 100, 7_000)
    exchange.order("bo", "buy", 100, 7_000)
    assert exchange.account("B", "CEA24") == AccountRow("B", "CEA24", 0, 0, 100)
    (banned,) = exchange.order("bo", "sell", 100, 7_000)
    assert banned.reject_code == RejectCode.BOUGHT_TODAY
    (too_much,) = exchange.order("bo", "sell", 101, 7_000)
    assert too_much.reject_code == RejectCode.INSUFFICIENT_HOLDING
    exchange.close_day()
    assert exchange.account("B", "CEA24") == AccountRow("B", "CEA24", 100, 0, 0)
    exchange.open_day(20240103)
    assert exchange.order("bo", "sell", 100, 7_000)[0].exec_type == "new"


def test_a_maker_that_buys_is_banned_too(exchange: Any) -> None:
    exchange.order("bo", "buy", 100, 7_000)
    exchange.order("anna", "sell", 100, 7_000)
    assert exchange.account("B", "CEA24").bought_today == 100


def test_without_the_ban_a_purchase_is_available_at_once(new_exchange: Any) -> None:
    exchange = new_exchange(resale_ban=False)
    exchange.order("anna", "sell", 100, 7_000)
    exchange.order("bo", "buy", 50, 7_000)
    exchange.order("cy", "buy", 10, 6_990)
    exchange.order("bo", "sell", 10, 6_990)
    assert exchange.account("B", "CEA24") == AccountRow("B", "CEA24", 1_000_040, 0, 0)
    assert exchange.account("C", "CEA24") == AccountRow("C", "CEA24", 1_000_010, 0, 0)


@pytest.mark.parametrize(
    ("asset", "amount", "code"),
    [
        ("CNY", 0, RejectCode.INVALID_VALUE),
        ("CNY", -(10**10) - 1, RejectCode.INSUFFICIENT_CASH),
        ("CEA24", -1_000_001, RejectCode.INSUFFICIENT_HOLDING),
        ("CNY", 2**63 - 1, RejectCode.INVALID_VALUE),
        ("CNY", -(2**63), RejectCode.INSUFFICIENT_CASH),
        ("CEA99", 1, RejectCode.UNKNOWN_SYMBOL),
    ],
)
def test_refused_deposits(exchange: Any, asset: str, amount: int, code: RejectCode) -> None:
    before = exchange.venue.ledger_totals()
    assert exchange.command("venue", Deposit("d", "A", asset, amount)).reject_code == code
    assert exchange.venue.ledger_totals() == before


def test_what_exists_of_an_asset_stays_within_63_bits(exchange: Any) -> None:
    total = 3 * 10**10
    assert exchange.command("venue", Deposit("d1", "A", CASH, MAX_SUPPLY - total)).accepted
    over = exchange.command("venue", Deposit("d2", "B", CASH, 1))
    assert over.reject_code == RejectCode.INVALID_VALUE
    assert exchange.venue.ledger_totals()[CASH]["external"] == -MAX_SUPPLY


def test_frozen_money_cannot_be_withdrawn(exchange: Any) -> None:
    exchange.order("anna", "buy", 100, 6_900)
    taken = exchange.command("venue", Deposit("d", "A", CASH, -(10**10)))
    assert taken.reject_code == RejectCode.INSUFFICIENT_CASH


def test_a_breach_of_the_ledger_stops_the_venue() -> None:
    account = Account(CASH, available=5)
    with pytest.raises(AssertionError):
        account.freeze(6)
    with pytest.raises(AssertionError):
        Account(CASH, frozen=5).release(6)
    ledger = Ledger()
    ledger.add_member("A")
    ledger.accounts["A"][CASH].available = 1
    with pytest.raises(AssertionError, match="not conserved"):
        ledger.verify()
    ledger.external[CASH] = -1
    ledger.verify()
    ledger.accounts["A"][CASH].available = -1
    ledger.accounts["A"][CASH].frozen = 2
    with pytest.raises(AssertionError, match="A has"):
        ledger.verify()


@pytest.mark.parametrize("seed", range(4))
def test_frozen_balances_are_exactly_what_the_resting_orders_need(
    new_exchange: Any, seed: int
) -> None:
    exchange = new_exchange(
        self_trade_prevention=("cancel_incoming", "cancel_resting", "cancel_both")[seed % 3]
    )
    rng = random.Random(seed)
    names = ["n0"]
    for number in range(300):
        user = rng.choice(("anna", "ada", "bo", "cy"))
        price = rng.randint(6_990, 7_010)
        name = f"n{number}"
        roll = rng.random()
        if roll < 0.6:
            in_force = rng.choice(("day", "day", "ioc", "fok"))
            ord_type = rng.choice(("limit", "limit", "limit", "market"))
            side = rng.choice(("buy", "sell"))
            exchange.apply(
                user,
                NewOrder(name, "CEA24", side, rng.randint(1, 50), price, ord_type, in_force),  # type: ignore[arg-type]  # drawn literals
            )
        elif roll < 0.8:
            exchange.apply(user, ReplaceOrder(name, rng.choice(names), rng.randint(1, 60), price))
        else:
            exchange.apply(user, CancelOrder(name, rng.choice(names)))
        names.append(name)
        for member in "ABC":
            rows = exchange.venue.order_rows(member)
            cash = sum(r.price * r.leaves_qty for r in rows if r.side == "buy")
            tonnes = sum(r.leaves_qty for r in rows if r.side == "sell")
            assert exchange.account(member, CASH).frozen == cash
            assert exchange.account(member, "CEA24").frozen == tonnes
    assert exchange.venue.stat("CEA24").trade_count > 20
    exchange.venue._state.ledger.verify()
