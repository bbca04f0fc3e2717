"""The day's averages and results: integers, exact sums, and nothing made up."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bashu_protocol.messages import (
    AccountRow,
    ExecutionReport,
    FillRow,
    InstrumentStat,
    QueryResult,
    Side,
)
from bashu_tui.state.fills import Fill, Fills
from bashu_tui.state.positions import Position, format_average, positions


def fill(side: Side, price: int, quantity: int, number: int = 1, **changes: Any) -> Fill:
    return Fill(number, number, "CEA25", side, price, quantity, number, "alice", **changes)


def day(*fills: Fill, last: int = 0) -> Position:
    return positions({}, fills, {"CEA25": last})["CEA25"]


def test_averages_are_rounded_half_up_to_a_hundredth_of_a_fen() -> None:
    position = day(fill("buy", 7_450, 1), fill("buy", 7_451, 2, 2), fill("sell", 7_460, 3, 3))
    assert position.average_bought == 745_067  # 7450.666...
    assert position.average_sold == 746_000
    assert format_average(position.average_bought) == "74.5067"
    assert format_average(5) == "0.0005"


def test_a_purchase_is_marked_to_the_last_price() -> None:
    position = day(fill("buy", 7_450, 100), last=7_460)
    assert (position.net_qty, position.mark_price) == (100, 7_450)
    assert (position.realised, position.unrealised, position.day_result) == (0, 1_000, 1_000)


def test_a_sale_gains_when_the_price_falls() -> None:
    position = day(fill("sell", 7_450, 100), last=7_440)
    assert (position.net_qty, position.mark_price) == (-100, 7_450)
    assert (position.realised, position.unrealised) == (0, 1_000)


def test_what_was_bought_and_sold_is_realised() -> None:
    position = day(fill("buy", 7_450, 100), fill("sell", 7_470, 60, 2), last=7_460)
    assert position.realised == 60 * 20
    assert position.unrealised == 40 * 10
    assert position.day_result == 1_600


def test_a_closed_day_has_no_mark() -> None:
    position = day(fill("buy", 7_450, 100), fill("sell", 7_440, 100, 2), last=7_460)
    assert (position.mark_price, position.net_qty) == (0, 0)
    assert (position.realised, position.unrealised) == (-1_000, 0)


@given(
    st.lists(
        st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1, 10_000), st.integers(1, 10**5)),
        min_size=1,
    ),
    st.integers(1, 10_000),
)
def test_realised_and_unrealised_add_up(trades: list[Any], last: int) -> None:
    fills = [fill(side, price, qty, at) for at, (side, price, qty) in enumerate(trades)]
    position = day(*fills, last=last)
    cash = sum((qty if side == "sell" else -qty) * price for side, price, qty in trades)
    tonnes = sum(qty if side == "buy" else -qty for side, _price, qty in trades)
    assert position.realised + position.unrealised == cash + tonnes * last


def test_holdings_stand_with_the_trades() -> None:
    accounts = {
        "CNY": AccountRow("m", "CNY", 1_000, 0, 0),
        "CCER": AccountRow("m", "CCER", 5, 6, 7),
    }
    made = positions(accounts, [fill("buy", 7_450, 1)], {})
    assert list(made) == ["CCER", "CEA25"]
    assert made["CCER"].held_qty == 18
    assert made["CEA25"].bought_qty == 1


def test_a_cancelled_trade_counts_nothing_and_a_repriced_one_anew() -> None:
    position = day(
        fill("buy", 7_450, 100, correction="cancel"),
        fill("buy", 7_450, 10, 2, correction="adjust", corrected_price=7_400),
    )
    assert (position.bought_qty, position.bought_value) == (10, 74_000)


REPORT = ExecutionReport(
    1, 5, 9, "a-1", 7, "trade", "filled", "CEA25", "buy", 7_450, 10, 0, 10, 7_450, 10, 31
)  # fmt: skip


class Venue:
    """Answers the query for fills."""

    def __init__(self, seq: int, *rows: FillRow) -> None:
        self.result = QueryResult("q", "fills", seq, list(rows))

    async def query(self, what: str) -> QueryResult:
        assert what == "fills"
        return self.result


ROW = FillRow(30, 6, "b-1", "colleague", "CEA25", "sell", 7_400, 5, 8)


def test_reports_of_trades_are_fills() -> None:
    fills = Fills("alice")
    assert fills.hear(REPORT) == {"fills"}
    assert fills.hear(REPORT) == {"fills"}
    assert [(f.exec_id, f.quantity, f.user) for f in fills.latest_first()] == [(31, 10, "alice")]


async def test_a_reload_brings_colleagues_and_keeps_what_came_later() -> None:
    fills = Fills("alice")
    fills.hear(REPORT)
    await fills.reload(Venue(4, ROW))  # type: ignore[arg-type]  # a venue of one answer
    assert [f.exec_id for f in fills.latest_first()] == [31, 30]
    await fills.reload(Venue(5, ROW))  # type: ignore[arg-type]  # the same
    assert [f.exec_id for f in fills.latest_first()] == [30]


@pytest.mark.parametrize(
    ("kind", "last_px", "counts"), [("trade_cancel", 7_450, (0, 7_450)),
                                    ("trade_correct", 7_400, (10, 7_400))],
)  # fmt: skip
def test_a_correction_marks_the_fill(kind: Any, last_px: int, counts: tuple[int, int]) -> None:
    fills = Fills("alice")
    fills.hear(REPORT)
    changed = ExecutionReport(
        2, 6, 10, "a-1", 7, kind, "filled", "CEA25", "buy", 7_450, 10, 0, 10, last_px, 10, 31
    )  # fmt: skip
    assert fills.hear(changed) == {"fills"}
    (corrected,) = fills.latest_first()
    assert (corrected.counted_quantity, corrected.counted_price) == counts
    assert corrected.price == 7_450


def test_a_new_day_begins_without_fills() -> None:
    def stat(trade_date: int) -> InstrumentStat:
        return InstrumentStat(
            "CEA25", 1, 1, 0, trade_date, "closed", 7_463, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        )

    fills = Fills("alice")
    fills.hear(stat(20_260_101))
    fills.hear(REPORT)
    assert fills.hear(stat(20_260_101)) == set()
    assert len(fills.latest_first()) == 1
    assert fills.hear(stat(20_260_102)) == {"fills"}
    assert not fills.latest_first()
