"""Working orders from the venue's list and the reports since then."""

from typing import Any

import pytest
from msgspec.structs import replace

from bashu_protocol.messages import ExecutionReport, OrderRow, QueryResult
from bashu_tui.state.orders import Orders

NEW = ExecutionReport(
    1, 5, 10, "a-1", 7, "new", "new", "CEA25", "buy", 7_450, 100, 100, 0
)  # fmt: skip
STOP = replace(NEW, ord_type="stop_limit", stop_px=7_440)
ROW = OrderRow(7, "a-1", "alice", "CEA25", "buy", 7_450, 100, 100, 0, "limit", "day", 10)


class Venue:
    """Answers the query for orders."""

    def __init__(self, seq: int, *rows: OrderRow) -> None:
        self.result = QueryResult("q", "orders", seq, list(rows))

    async def query(self, what: str) -> QueryResult:
        assert what == "orders"
        return self.result


def heard(*reports: ExecutionReport) -> Orders:
    orders = Orders("alice")
    for report in reports:
        assert orders.hear(report) == {"orders"}
    return orders


async def listed(*rows: OrderRow, seq: int = 9) -> Orders:
    orders = Orders("alice")
    await orders.reload(Venue(seq, *rows))  # type: ignore[arg-type]  # a venue of one answer
    return orders


def test_an_order_is_there_while_something_is_left_of_it() -> None:
    orders = heard(NEW, replace(NEW, exec_type="trade", ord_status="partially_filled",
                                leaves_qty=60, cum_qty=40))  # fmt: skip
    (order,) = orders.within("CEA25")
    assert (order.leaves_qty, order.cum_qty, order.status) == (60, 40, "partially_filled")
    assert orders.within("CCER") == []
    orders.hear(replace(NEW, exec_type="trade", leaves_qty=0, cum_qty=100))
    assert not orders


def test_a_refusal_leaves_the_order_as_it_is() -> None:
    orders = heard(NEW, replace(NEW, exec_type="rejected", price=7_460, leaves_qty=0))
    assert orders[7].price == 7_450


@pytest.mark.parametrize(
    ("reports", "waits"),
    [
        ([STOP], True),
        ([STOP, replace(STOP, exec_type="replaced", stop_px=7_445)], True),
        ([STOP, replace(STOP, exec_type="triggered")], False),
        ([STOP, replace(STOP, exec_type="triggered"), replace(STOP, exec_type="replaced")], False),
        ([NEW], False),
    ],
)
def test_a_stop_order_waits_until_it_is_triggered(
    reports: list[ExecutionReport], waits: bool
) -> None:
    assert heard(*reports)[7].is_waiting is waits


@pytest.mark.parametrize(
    ("terms", "shown"),
    [
        ({}, {}),
        ({"exec_inst": "post_only"}, {"is_post_only": True}),
        ({"time_in_force": "gtd", "expire_date": 20_261_215},) * 2,
        ({"min_qty": 40},) * 2,
        ({"display_qty": 20},) * 2,
        ({"client_account": "mill-7"},) * 2,
        ({"ord_type": "stop_limit", "stop_px": 7_440, "waiting": True},
         {"ord_type": "stop_limit", "stop_px": 7_440, "is_waiting": True}),
    ],
)  # fmt: skip
async def test_the_list_and_the_report_tell_the_same_of_an_order(
    terms: dict[str, Any], shown: dict[str, Any]
) -> None:
    row = replace(ROW, **terms)
    report = replace(NEW, **{name: value for name, value in terms.items() if name != "waiting"})
    (from_list,) = (await listed(row)).values()
    assert from_list == heard(report)[7]
    for name, value in shown.items():
        assert getattr(from_list, name) == value


async def test_a_colleagues_and_a_held_order_are_told_apart() -> None:
    orders = await listed(ROW, replace(ROW, order_id=8, user="ann", pending=True))
    assert [(o.own, o.user, o.status) for o in orders.values()] == [
        (True, "alice", "new"), (False, "ann", "pending_new"),
    ]  # fmt: skip


async def test_reports_that_are_newer_than_the_list_count() -> None:
    orders = heard(replace(NEW, seq=4), replace(NEW, seq=6, order_id=8))
    await orders.reload(Venue(5))  # type: ignore[arg-type]  # a venue of one answer
    assert list(orders) == [8]
