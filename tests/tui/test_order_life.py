"""What became of an order that was sent, by the venue's reports alone."""

from typing import Any

import pytest
from msgspec.structs import replace

from bashu_protocol.messages import CommandReport, ExecutionReport
from bashu_protocol.reject_codes import RejectCode
from bashu_tui.state.draft import OrderDraft
from bashu_tui.state.order_life import KEPT, OrderLife, OrderLives

DRAFT = OrderDraft("CEA25", "buy", 100, 7_450)
REPORT = ExecutionReport(
    1, 1, 0, "a-1", 7, "new", "new", "CEA25", "buy", 7_450, 100, 100, 0
)  # fmt: skip


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def sent(name: str = "a-1", draft: OrderDraft = DRAFT) -> tuple[OrderLives, OrderLife, Clock]:
    clock = Clock()
    lives = OrderLives(clock)
    return lives, lives.begin(draft, name), clock


def heard(lives: OrderLives, **changes: Any) -> set[str]:
    return lives.hear(replace(REPORT, **changes))


def trade(lives: OrderLives, qty: int, cum_qty: int, price: int = 7_450) -> set[str]:
    return heard(
        lives, exec_type="trade", last_qty=qty, last_px=price, cum_qty=cum_qty,
        leaves_qty=100 - cum_qty,
    )  # fmt: skip


def test_an_order_is_sent_accepted_and_filled() -> None:
    lives, life, clock = sent()
    assert life.stage == "sending"
    assert lives.in_flight() == [life]
    clock.now = 0.0042
    assert heard(lives) == {"lives"}
    assert (life.stage, life.taken_ms, life.order_id) == ("new", 4, 7)
    assert not lives.in_flight()
    clock.now = 9.0
    trade(lives, 60, 60)
    assert (life.stage, life.cum_qty, life.taken_ms) == ("partially_filled", 60, 4)
    trade(lives, 40, 100, 7_440)
    assert (life.stage, life.last_px) == ("filled", 7_440)
    assert life.traded_value == 60 * 7_450 + 40 * 7_440
    assert life.has_ended


@pytest.mark.parametrize(
    ("kind", "stage"),
    [("canceled", "canceled"), ("expired", "expired"), ("pending_new", "pending_new"),
     ("triggered", "triggered"), ("replaced", "new"), ("restated", "new")],
)  # fmt: skip
def test_every_report_leads_to_its_stage(kind: Any, stage: str) -> None:
    lives, life, _clock = sent()
    heard(lives)
    heard(lives, exec_type=kind)
    assert life.stage == stage


def test_a_stop_waits_until_it_is_triggered() -> None:
    draft = OrderDraft("CEA25", "buy", 100, ord_type="stop", stop_px=7_500)
    lives, life, _clock = sent(draft=draft)
    heard(lives, ord_type="stop", stop_px=7_500)
    assert life.stage == "waiting"
    heard(lives, exec_type="triggered", ord_type="stop")
    assert life.stage == "triggered"


def test_a_triggered_stop_limit_never_waits_again() -> None:
    draft = OrderDraft("CEA25", "buy", 100, 7_450, ord_type="stop_limit", stop_px=7_440)
    lives, life, _clock = sent(draft=draft)
    terms = {"ord_type": "stop_limit", "stop_px": 7_440}
    heard(lives, **terms)
    heard(lives, exec_type="replaced", **terms)
    assert life.stage == "waiting"
    heard(lives, exec_type="triggered", **terms)
    for price in (7_451, 7_452):
        heard(lives, exec_type="replaced", price=price, **terms)
        assert (life.stage, life.price) == ("new", price)


def test_an_approved_order_works() -> None:
    lives, life, _clock = sent()
    heard(lives, exec_type="pending_new", ord_status="pending_new")
    assert life.stage == "pending_new"
    heard(lives)
    assert life.stage == "new"


def test_a_refusal_says_why() -> None:
    lives, life, _clock = sent()
    code = RejectCode.INSUFFICIENT_CASH
    heard(lives, exec_type="rejected", order_id=0, reject_code=code)
    assert (life.stage, life.reject_code, life.has_ended) == ("rejected", code, True)


def test_why_the_rest_was_withdrawn_is_kept() -> None:
    lives, life, _clock = sent()
    heard(lives)
    heard(lives, exec_type="canceled", leaves_qty=0, reject_code=RejectCode.BEYOND_REACH)
    assert (life.stage, life.reject_code) == ("canceled", RejectCode.BEYOND_REACH)


def test_a_refused_amendment_ends_nothing() -> None:
    lives, life, _clock = sent()
    heard(lives)
    heard(lives, cl_ord_id="a-2", exec_type="rejected", reject_code=RejectCode.INVALID_PRICE)
    assert life.stage == "new"
    heard(lives, exec_type="rejected", reject_code=RejectCode.DUPLICATE_CL_ORD_ID)
    assert life.stage == "new"


def test_an_amended_order_is_followed_under_its_new_name() -> None:
    lives, life, _clock = sent()
    heard(lives)
    heard(lives, cl_ord_id="a-2", exec_type="replaced", price=7_440, order_qty=90, leaves_qty=90)
    assert (life.price, life.order_qty, life.was_amended) == (7_440, 90, True)
    heard(lives, cl_ord_id="a-2", exec_type="canceled", leaves_qty=0)
    assert life.stage == "canceled"


def test_an_unknown_outcome_stays_unknown_until_the_truth_comes() -> None:
    lives, life, clock = sent()
    lives.grow_late(life)
    assert life.stage == "late"
    assert lives.in_flight() == [life]
    clock.now = 61.5
    heard(lives)
    assert (life.stage, life.taken_ms) == ("new", 61_500)
    lives.grow_late(life)
    assert life.stage == "new"


def test_what_the_venue_could_not_read_is_refused() -> None:
    lives, life, _clock = sent()
    lives.refuse(life, RejectCode.THROTTLED)
    assert (life.stage, life.reject_code) == ("rejected", RejectCode.THROTTLED)


def test_reports_about_others_change_nothing() -> None:
    lives, life, _clock = sent()
    assert heard(lives, cl_ord_id="other", order_id=99) == set()
    assert lives.hear(CommandReport(1, 1, 0, "a-1", "mass_cancel", accepted=True)) == set()
    assert life.stage == "sending"


def test_a_corrected_trade_is_no_stage_of_the_order() -> None:
    lives, life, _clock = sent()
    trade(lives, 100, 100)
    assert heard(lives, exec_type="trade_cancel") == set()
    assert life.stage == "filled"


def test_several_are_followed_and_only_the_last_are_kept() -> None:
    lives, first, _clock = sent()
    second = lives.begin(DRAFT, "a-2")
    heard(lives, cl_ord_id="a-2", order_id=8)
    assert (first.stage, second.stage) == ("sending", "new")
    assert lives.last is second
    for number in range(3, KEPT + 3):
        lives.begin(DRAFT, f"a-{number}")
    assert len(lives.recent) == KEPT
    assert first not in lives.recent
