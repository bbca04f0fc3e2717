"""Every order, from its number to what became of it."""

import msgspec
import pytest

from bashu_daemon.tools.load.accounting import (
    COMMAND_ACCEPTED,
    COMMAND_REJECT_CODE,
    REJECTED_CL_ORD_ID,
    REJECTED_CODE,
    Accounting,
    Outcome,
    Report,
    decode_reports,
)
from bashu_protocol.codec import encode_batch
from bashu_protocol.messages import CommandReport, ExecutionReport, Reject
from bashu_protocol.reject_codes import RejectCode

PREFIX = "abc-"


def execution(rpt_seq: int, number: int, exec_type: str = "new", **more: object) -> ExecutionReport:
    values = {
        "rpt_seq": rpt_seq, "seq": 1, "transact_time": 1, "cl_ord_id": f"{PREFIX}{number}",
        "order_id": 1, "exec_type": exec_type, "ord_status": "new", "symbol": "CEA25",
        "side": "buy", "price": 7000, "order_qty": 5, "leaves_qty": 5, "cum_qty": 0, **more,
    }  # fmt: skip
    return ExecutionReport(**values)


def wire(*messages: object) -> list[Report]:
    return decode_reports(encode_batch(messages, "msgpack"))


@pytest.fixture
def accounting() -> Accounting:
    found = Accounting(PREFIX, keep_digests=True)
    found.last_rpt_seq = 0
    found.first_rpt_seq = 1
    for number in range(4):
        found.add(("new_order", f"{PREFIX}{number}"), 1_000 * number)
    return found


def test_the_positions_are_those_of_the_messages() -> None:
    (command,) = wire(CommandReport(1, 1, 1, "x", "mass_cancel", True, 3, RejectCode.THROTTLED))
    assert command[COMMAND_ACCEPTED] is True
    assert command[COMMAND_REJECT_CODE] == "THROTTLED"
    (reject,) = wire(Reject("x", RejectCode.UNREADABLE, "text"))
    assert (reject[REJECTED_CL_ORD_ID], reject[REJECTED_CODE]) == ("x", "UNREADABLE")


@pytest.mark.parametrize("count", [1, 2, 15, 16, 400])
def test_a_payload_is_one_message_or_many(count: int) -> None:
    reports = wire(*(execution(number, 0) for number in range(count)))
    assert [report[1] for report in reports] == list(range(count))
    assert all(report[0] == "execution_report" for report in reports)


def test_an_array_of_more_than_65535_reports_is_read() -> None:
    many = [["reject", "x", "THROTTLED", ""]] * 70_000
    assert len(decode_reports(msgspec.msgpack.encode(many))) == 70_000


def test_the_first_report_answers_an_order_and_later_ones_do_not(accounting: Accounting) -> None:
    new, trade, filled = wire(
        execution(1, 2),
        execution(2, 2, "trade", leaves_qty=1),
        execution(3, 2, "trade", leaves_qty=0),
    )
    assert accounting.take_execution(new, 5_000) == 2
    assert list(accounting.latencies_ns) == [3_000]
    assert accounting.take_execution(trade, 9_000) == -1
    assert not accounting.closed[2]
    assert accounting.take_execution(filled, 9_000) == -1
    assert accounting.closed[2]
    assert (accounting.accepted, accounting.trades) == (1, 2)
    assert list(accounting.latencies_ns) == [3_000]
    assert sorted(accounting.pending) == [0, 1, 3]


def test_rejects_count_by_code_and_only_the_unexpected_against_the_run(
    accounting: Accounting,
) -> None:
    codes = (RejectCode.ORDER_NOT_OPEN, RejectCode.INSUFFICIENT_CASH)
    for number, code in enumerate(codes):
        (report,) = wire(execution(number + 1, number, "rejected", reject_code=code))
        accounting.take_execution(report, 1)
    (throttled,) = wire(Reject(f"{PREFIX}2", RejectCode.THROTTLED, ""))
    accounting.take_reject(throttled)
    assert accounting.rejected == {"ORDER_NOT_OPEN": 1, "INSUFFICIENT_CASH": 1}
    assert accounting.refused == {"THROTTLED": 1}
    assert accounting.unexpected_rejects == 1
    assert list(accounting.outcomes) == [
        Outcome.REJECTED, Outcome.REJECTED, Outcome.REFUSED, Outcome.UNANSWERED
    ]  # fmt: skip
    assert accounting.answered == 3


def test_a_reject_of_no_known_order_is_unexpected(accounting: Accounting) -> None:
    (reject,) = wire(Reject("", RejectCode.UNREADABLE, ""))
    accounting.take_reject(reject)
    assert accounting.unexpected_rejects == 1
    assert accounting.answered == 0


def test_an_answer_that_comes_again_counts_once(accounting: Accounting) -> None:
    first, again = wire(
        execution(1, 0), execution(2, 0, "rejected", reject_code=RejectCode.ALREADY_RECEIVED)
    )
    accounting.take_execution(first, 1)
    accounting.take_execution(again, 2)
    assert (accounting.accepted, accounting.rejected.total()) == (1, 0)


def test_a_mass_cancel_is_answered_by_its_command_report_only(accounting: Accounting) -> None:
    number = accounting.next_number()
    accounting.add(("mass_cancel", f"{PREFIX}{number}"), 10)
    canceled, done = wire(
        execution(1, number, "canceled", leaves_qty=0),
        CommandReport(2, 1, 1, f"{PREFIX}{number}", "mass_cancel", True, 1),
    )
    accounting.take_execution(canceled, 20)
    assert number in accounting.pending
    accounting.take_command_report(done, 30)
    assert number not in accounting.pending
    assert list(accounting.mass_cancels_ns) == [20]
    assert not accounting.latencies_ns


def test_reports_of_other_runs_touch_nothing(accounting: Accounting) -> None:
    (report,) = wire(execution(1, 0, cl_ord_id="other-0"))
    assert accounting.take_execution(report, 1) == -1
    assert len(accounting.pending) == 4


def test_numbers_must_follow_one_another(accounting: Accounting) -> None:
    one, three, two = wire(execution(1, 0), execution(3, 1), execution(2, 2))
    assert accounting.is_next(one)
    assert not accounting.is_next(one)
    assert not accounting.is_next(three)
    assert accounting.is_next(two)
    assert accounting.is_next(three)
    assert accounting.digests is not None
    assert list(accounting.digests) == [hash(report) for report in (one, two, three)]
