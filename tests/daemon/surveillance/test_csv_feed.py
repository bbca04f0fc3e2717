"""Recorded rows as other people's programs write them."""

import random

import pytest
from fed_rows import HOUR_NS, Fed, row
from recorded_rows import START_NS

from bashu_daemon.surveillance.csv_fields import BadRow, order_name, trade_date
from bashu_daemon.surveillance.csv_order import in_order


@pytest.mark.parametrize(
    "price", ["70", "70.0", "70.00", " 70 ", "70.000", "70.00000001", "69.99999999999999"]
)
def test_a_price_is_read_however_it_is_written(price: str) -> None:
    fed = Fed()
    fed.take(row("new", "1", price=price))
    assert fed.order("1") == (7_000, 10, 0)


@pytest.mark.parametrize("side", ["SELL", "Sell", "s", "S", "ask", "ASK", "-1", "2"])
def test_a_side_and_an_event_are_read_in_any_case(side: str) -> None:
    fed = Fed()
    fed.take(row("NEW", "1", side, qty="10.0"))
    assert fed.market.instrument("S").asks.best == 7_000


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"price": "70.005"}, "more than two decimals"),
        ({"price": "x"}, "no price in yuan"),
        ({"price": "NaN"}, "no market yet"),
        ({"price": "-70.00"}, "not positive"),
        ({"price": "1e400"}, "no price in yuan"),
        ({"qty": "0"}, "qty is 0"),
        ({"qty": "1.5"}, "no whole number"),
        ({"qty": ""}, "no whole number"),
        ({"ts_ns": "yesterday"}, "ts_ns 'yesterday' is no whole number"),
        ({"side": "hold"}, "neither buy nor sell"),
        ({"event": "amend"}, "none of new, cancel, replace, trade"),
        ({"account": ""}, "account is empty"),
        ({"symbol": " "}, "symbol is empty"),
        ({"order_id": ""}, "order_id is empty"),
        ({"price": ""}, "no market yet"),
    ],
)
def test_what_cannot_be_read_is_said_and_changes_nothing(
    broken: dict[str, str], reason: str
) -> None:
    fed = Fed()
    with pytest.raises(BadRow, match=reason):
        fed.take(row("new", "1") | broken)
    assert not fed.market.orders
    fed.take(row("new", "1"))
    assert fed.order("1") == (7_000, 10, 0)


def test_time_may_stand_still_and_run_back_by_a_second() -> None:
    fed = Fed()
    fed.take(row("new", "1"), row("new", "2"), row("new", "3", after=-(10**9)))
    assert fed.feed.late == 1
    assert fed.order("3") == (7_000, 10, 0)
    with pytest.raises(BadRow, match="before that of the row before"):
        fed.take(row("new", "4", after=-(10**9) - 1))


def test_ids_are_of_a_symbol_and_may_begin_anew_each_day() -> None:
    fed = Fed()
    fed.take(row("new", "1"), row("new", "1", symbol="T"), row("cancel", "1", symbol="T"))
    assert fed.order("1") == (7_000, 10, 0)
    fed.take(row("new", "2"), row("cancel", "2"))
    with pytest.raises(BadRow, match="entered before"):
        fed.take(row("new", "2"))
    fed.take(row("new", "1", after=24 * HOUR_NS, qty="7"), row("new", "2", after=24 * HOUR_NS))
    assert len(fed.market.orders) == 2
    assert fed.order("1") == (7_000, 7, 0)


def test_a_trades_side_may_be_that_of_who_came_or_empty() -> None:
    for side in ("sell", ""):
        fed = Fed()
        fed.take(row("new", "1"), row("new", "2", "sell", account="b", after=1))
        fed.take(row("trade", "1", side, qty="4", counter_order_id="2", after=1))
        assert (fed.order("1")[1], fed.order("2")[1]) == (6, 6)
    with pytest.raises(BadRow, match="neither buy nor sell"):
        Fed().take(row("trade", "8", "", counter_order_id="9"))


def test_nothing_is_written_in_many_ways_and_ids_as_floats() -> None:
    fed = Fed()
    fed.take(row("new", "7.0", counter_order_id="nan"), row("new", "8", "sell", account="b"))
    fed.take(row("trade", "8", "sell", qty="4", counter_order_id="7.0", after=1))
    fed.take(row("trade", "8", "sell", qty="4", counter_order_id="0", after=2))
    assert (fed.order("7")[1], fed.order("8")[1]) == (6, 2)


def test_what_is_left_at_the_end_tells_whether_replaces_give_totals() -> None:
    fed = Fed()
    for number, total, left in (("1", "12", "8"), ("3", "12", "8")):
        fed.take(row("new", number), row("new", number + "s", "sell", account="b", qty="4"))
        fed.take(row("trade", number, qty="4", counter_order_id=number + "s"))
        fed.take(row("replace", number, qty=total))
        leaves = fed.order(number)[1]
        fed.take(row("cancel", number, qty=left))
    assert leaves == 8


def test_of_one_time_a_change_comes_before_its_trades_and_an_end_after_them() -> None:
    fed = Fed()
    fed.take(row("new", "1", price="69.00"), row("new", "2", "sell", account="b", qty="4"))
    fed.take(
        row("cancel", "1", after=1),
        row("trade", "1", qty="4", counter_order_id="2", after=1),
        row("replace", "1", price="70.00", qty="10", after=1),
    )
    assert not fed.market.orders
    assert fed.volume() == 4


@pytest.mark.parametrize("nothing", ["", "nan", "-1"])
def test_rows_of_one_time_are_put_right_whatever_stands_for_nothing(nothing: str) -> None:
    rows = [
        row("new", "1", "sell", price="70.10", counter_order_id=nothing),
        row("trade", "1", "sell", price="70.10", counter_order_id=nothing, after=1),
        row("trade", "2", account="b", price="70.10", counter_order_id=nothing, after=1),
        row("new", "2", account="b", price="70.10", counter_order_id=nothing, after=1),
        row("new", "3", price="69.00", counter_order_id=nothing, after=2),
        row("trade", "9", price="69.50", counter_order_id=nothing, after=3),
        row("replace", "3", price="69.20", counter_order_id=nothing, after=3),
    ]
    put_right = [line for _number, line in in_order(enumerate(rows))]
    assert [line["event"] for line in put_right] == [
        "new", "new", "trade", "trade", "new", "trade", "replace",
    ]  # fmt: skip
    assert [line["counter_order_id"] for line in put_right[2:4]] == ["2", "1"]


def test_rows_of_one_time_are_put_right_in_each_symbol_and_with_ids_as_floats() -> None:
    rows = [
        row("new", "7", symbol="T"),
        row("new", "8", "sell", account="b", symbol="T"),
        row("trade", "8", "sell", counter_order_id="7.0"),
        row("cancel", "7"),
        row("new", "8.0", "sell", account="b"),
        row("new", "7"),
        row("trade", "8", "sell", counter_order_id="7", symbol="T"),
    ]
    put_right = [
        (line["symbol"], line["event"], order_name(line["order_id"]))
        for _number, line in in_order(enumerate(rows))
    ]
    assert [what for symbol, *what in put_right if symbol == "T"] == [
        ["new", "7"], ["new", "8"], ["trade", "8"],
    ]  # fmt: skip
    assert [what for symbol, *what in put_right if symbol == "S"] == [
        ["new", "8"], ["new", "7"], ["trade", "8"], ["cancel", "7"],
    ]  # fmt: skip


def test_unknown_and_repeated_orders_are_bad_rows() -> None:
    fed = Fed()
    for event in ("cancel", "replace"):
        with pytest.raises(BadRow, match="order 9 is not live"):
            fed.take(row(event, "9"))
    fed.take(row("new", "1"))
    with pytest.raises(BadRow, match="entered before"):
        fed.take(row("new", "1"))


def test_a_trade_of_orders_that_the_file_does_not_hold_is_a_trade() -> None:
    fed = Fed()
    fed.take(row("trade", "before-the-file", counter_order_id="this-one-too"))
    assert fed.volume() == 10


def test_a_replace_gives_the_new_price_and_open_quantity() -> None:
    fed = Fed()
    fed.take(row("new", "1"), row("new", "2", "sell", price="70.10", account="b"))
    fed.take(row("trade", "1", qty="4", counter_order_id="9"))
    fed.take(row("replace", "1", price="70.05", qty="3"))
    assert fed.order("1") == (7_005, 3, 4)
    fed.take(row("replace", "1", price="", qty="2"), row("replace", "2", "sell", qty=""))
    assert fed.order("1") == (7_005, 2, 4)
    assert fed.order("2") == (7_000, 10, 0)


def test_an_order_without_a_price_is_one_at_the_market() -> None:
    fed = Fed()
    fed.take(row("new", "1", "sell", price="70.10"))
    fed.take(row("new", "2", price="", account="b"), row("new", "3", price="0.00", account="b"))
    for name in ("2", "3"):
        order = fed.market.orders[fed.feed.names.find("S", name)]
        assert (order.price, order.is_immediate) == (7_010, True)


@pytest.mark.parametrize("seed", range(20))
def test_a_trade_told_for_each_side_is_one(seed: int) -> None:
    """The sides' rows stand in any order among others of the same time."""
    fed = Fed()
    fed.take(
        row("new", "b1", qty=30), *(row("new", f"s{n}", "sell", account="b") for n in range(3))
    )
    rows = [
        told
        for n in range(3)
        for told in (
            row("trade", "b1", after=5, counter_order_id=f"s{n}"),
            row("trade", f"s{n}", "sell", after=5, account="b", counter_order_id="b1"),
        )
    ]
    random.Random(seed).shuffle(rows)
    fed.take(*rows)
    assert fed.volume() == 30
    assert not fed.market.orders


def test_sides_that_do_not_name_each_other_are_joined() -> None:
    fed = Fed()
    fed.take(row("new", "b1"), row("new", "s1", "sell", account="b"))
    fed.take(row("trade", "b1", after=5), row("trade", "s1", "sell", after=5, account="b"))
    assert fed.volume() == 10
    assert not fed.market.orders


def test_two_equal_trades_of_one_time_are_two() -> None:
    fed = Fed()
    fed.take(row("new", "b1", qty=20), row("new", "s1", "sell", account="b", qty=20))
    fed.take(
        row("trade", "b1", after=5, counter_order_id="s1"),
        row("trade", "b1", after=5, counter_order_id="s1"),
    )
    assert fed.volume() == 20


def test_an_order_entered_at_the_time_of_its_trade_comes_first() -> None:
    fed = Fed()
    fed.take(row("new", "s1", "sell", account="b"))
    fed.take(
        row("trade", "b1", after=5, counter_order_id="s1"),
        row("cancel", "b1", after=5),
        row("new", "b1", after=5, qty=25),
    )
    assert not fed.market.orders
    assert fed.volume() == 10


def test_a_trade_before_the_order_is_known_is_taken_off_it() -> None:
    fed = Fed()
    fed.take(row("trade", "1", qty=4), row("new", "1", after=1), row("new", "2", after=2))
    assert fed.order("1") == (7_000, 6, 4)
    fed.take(row("trade", "3", after=3), row("new", "3", after=4))
    assert fed.feed.names.find("S", "3") not in fed.market.orders
    assert fed.market.instrument("S").bids.at(7_000) == 16


def test_the_day_is_shanghais() -> None:
    fed = Fed()
    fed.take(row("new", "1"))
    assert fed.market.trade_date == 20_260_105
    midnight = 14 * HOUR_NS + HOUR_NS // 2
    fed.take(row("new", "2", after=midnight - HOUR_NS))
    assert fed.market.trade_date == 20_260_105
    fed.take(row("new", "3", after=midnight))
    assert fed.market.trade_date == 20_260_106


BLOCK = {"qty": 100_000, "price": "80.00", "mode": "block"}


def alerts_of(fed: Fed, rule: str) -> list[tuple[str, str]]:
    found = [alert for alert in fed.watch.alerts() if alert.rule == rule]
    return [(str(alert.facts["buyer"]), str(alert.facts["seller"])) for alert in found]


def listed(fed: Fed) -> None:
    fed.take(row("new", "1", "sell"), row("new", "2", account="b"))
    fed.take(row("trade", "2", account="b", counter_order_id="1"))


@pytest.mark.parametrize(
    "rows",
    [
        [row("trade", "x", account="c", counter_account="d", **BLOCK)],
        [row("trade", "x", "sell", account="d", counter_account="c", **BLOCK)],
        [row("trade", "x", account="c", **BLOCK), row("trade", "y", "sell", account="d", **BLOCK)],
        [
            row("trade", "y", "sell", account="d", counter_order_id="x", **BLOCK),
            row("trade", "x", account="c", counter_order_id="y", **BLOCK),
        ],
    ],
)
def test_a_block_is_between_two_accounts_however_it_is_told(rows: list[dict[str, str]]) -> None:
    fed = Fed()
    listed(fed)
    fed.take(*rows)
    assert alerts_of(fed, "block_pricing") == [("c", "d")]
    assert fed.volume() == 10


def test_without_the_other_side_a_block_is_nobodys_offence() -> None:
    fed = Fed()
    listed(fed)
    fed.take(row("trade", "x", account="c", **BLOCK))
    assert alerts_of(fed, "block_pricing") == []


def test_an_unknown_mode_is_a_bad_row() -> None:
    fed = Fed()
    with pytest.raises(BadRow, match="mode 'swap' is none of listing, block"):
        fed.take(row("trade", "x", account="c", mode="swap"))


def test_what_is_withdrawn_at_the_time_of_its_entry_is_immediate() -> None:
    fed = Fed()
    for number in range(600):
        after = number * 10**9
        fed.take(row("new", f"{number}", after=after), row("cancel", f"{number}", after=after))
    assert [alert.rule for alert in fed.watch.alerts()] == ["order_to_trade"]


def test_an_alert_begins_with_the_bait() -> None:
    fed = Fed()
    fed.take(
        row("new", "1", account="m", qty="40"),
        row("new", "2", side="sell", price="70.02"),
        row("new", "3", qty="400", after=1_000),
        row("new", "4", account="c", price="70.02", after=2_000),
        row("trade", "4", account="c", price="70.02", after=2_000, counter_order_id="2"),
        row("cancel", "3", after=3_000),
    )
    (alert,) = (one for one in fed.watch.alerts() if one.rule == "spoofing")
    assert (alert.first_time - START_NS, alert.last_time - START_NS) == (1_000, 3_000)
    assert {fed.feed.names.name(number) for number in alert.order_ids} == {"2", "3"}


def test_orders_in_a_crossed_book_are_judged_by_the_last_price() -> None:
    fed = Fed()
    fed.take(
        row("new", "stale", account="m", side="sell", price="69.00"),
        row("new", "bid", account="m", price="70.00"),
        row("trade", "x", account="m", price="70.00", counter_order_id="y"),
        row("new", "far", account="b", price="60.00", qty="400", after=500),
        row("new", "2", side="sell", price="70.02", after=500),
        row("new", "3", price="70.00", qty="400", after=1_000),
        row("new", "4", account="c", price="70.02", after=2_000),
        row("trade", "4", account="c", price="70.02", after=2_000, counter_order_id="2"),
        row("cancel", "3", after=3_000),
    )
    assert [alert.owner for alert in fed.watch.alerts() if alert.rule == "spoofing"] == ["a"]


@pytest.mark.parametrize(
    ("hours", "volume"),
    [((0, 0.5, 1), 30), ((0, 2, 2.5), 20), ((-12, *(n / 2 for n in range(-23, 2))), 10)],
    ids=["over midnight", "after a pause", "round the clock"],
)
def test_a_session_over_midnight_is_one_day(hours: tuple[float, ...], volume: int) -> None:
    fed = Fed()
    begin = trade_date(START_NS)[1] - HOUR_NS // 2
    for number, hour in enumerate(hours):
        after = begin + round(hour * HOUR_NS) - START_NS
        sell, buy = f"s{number}", f"b{number}"
        fed.take(
            row("new", sell, "sell", after),
            row("new", buy, "buy", after + 1),
            row("trade", buy, "buy", after + 2, counter_order_id=sell),
        )
    assert fed.volume() == volume
