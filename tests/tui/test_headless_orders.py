"""`bashu-tui order|replace|cancel` against a real venue on the bus in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from bashu_testing import eventually
from headless_twin import Outcome, RunningTwin, run_twin

from bashu_protocol.client import Client
from bashu_protocol.messages import ExecutionReport
from bashu_tui.settings import Settings

Twin = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def twin(market: Any) -> Twin:
    """Run one command line as alice, or as another user."""

    async def run(line: str, user: str = "alice", password: str = "") -> Outcome:
        return await run_twin(market.hub, user, password or f"{user[0]}-secret", line)

    return run


async def orders_of(client: Client) -> list[tuple[str, int, int]]:
    rows = (await client.query("orders")).rows
    return [(row.cl_ord_id, row.price, row.leaves_qty) for row in rows]  # type: ignore[union-attr]  # order rows


async def test_an_order_is_placed_and_the_sentence_says_so(market: Any, twin: Twin) -> None:
    done = await twin("order buy CEA25 100 74.50 --cl-ord-id mine-1")
    assert done.code == 0
    assert done.err == ""
    assert done.out == (
        "Accepted: Buy 100 t CEA25 at 74.50; filled 0 of 100 t; order 1, number mine-1\n"
    )
    async with market.client("alice") as alice:
        assert await orders_of(alice) == [("mine-1", 7_450, 100)]


async def test_chinese_output_and_full_width_digits(market: Any, twin: Twin) -> None:
    done = await twin("order sell CEA25 １００ ７４。５０ --cl-ord-id m --lang zh")
    assert done.code == 0
    assert done.out == (
        "已接受：卖出 CEA25 100 吨，价格 74.50；已成交 0/100 吨；编号 1，委托号 m\n"
    )
    async with market.client("alice") as alice:
        assert await orders_of(alice) == [("m", 7_450, 100)]


async def test_json_is_the_protocols_report(twin: Twin) -> None:
    done = await twin("order buy CEA25 100 74.50 --cl-ord-id mine-1 --json")
    (report,) = done.objects
    assert (report["type"], report["exec_type"]) == ("execution_report", "new")
    assert (report["price"], report["order_qty"], report["cl_ord_id"]) == (7_450, 100, "mine-1")
    assert set(ExecutionReport.__struct_fields__) | {"type"} == set(report)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("order buy CEA25 100 7x", "7x"),
        ("order buy CEA25 100 74.505", "74.505"),
        ("order buy CEA25 100 -1", "-1"),
        ("order buy CEA25 1.5 74.50", "1.5"),
        ("order buy CEA25 100", "--market"),
        ("order buy CEA25 100 74.50 --market", "--market"),
        ("order buy CEA25 100 74.50 --stop x", "--stop"),
        ("order buy CEA25 100 74.50 --tif gtd", "--expire"),
        ("order buy CEA25 100 74.50 --tif day --expire 20270101", "--tif gtd"),
        ("order buy CEA25 100 74.50 --expire 20270230", "20270230"),
        ("order buy CEA25 100 74.50 --min-qty 0", "--min-qty"),
        ("replace x 1.5 74.50", "1.5"),
        ("cancel", "--all"),
        ("cancel x --all", "--symbol"),
        ("--symbol CEA25 cancel --all", "--symbol"),
    ],
)
async def test_what_cannot_be_read_is_never_sent(
    market: Any, twin: Twin, line: str, says: str
) -> None:
    before = market.venue.state_hash()
    done = await twin(line)
    assert done.code == 2
    assert says in done.err
    assert done.out == ""
    assert market.venue.state_hash() == before


@pytest.mark.parametrize(
    ("line", "code", "reason"),
    [
        ("order buy CEA25 100 99.00", "PRICE_ABOVE_LIMIT", "above today's limit"),
        ("order buy NOPE 100 74.50", "UNKNOWN_SYMBOL", "no such instrument"),
        ("order sell CEA25 90000 74.50", "INSUFFICIENT_HOLDING", "not enough tonnes"),
        ("order buy CEA25 100 74.50 --post-only", "NOT_OFFERED", "does not offer"),
        ("order buy CEA25 100 74.50 --stop 74", "NOT_OFFERED", "does not offer"),
        ("order buy CEA25 100 74.50 --expire 20270101", "NOT_OFFERED", "does not offer"),
        ("order buy CEA25 100 74.50 --display-qty 10", "NOT_OFFERED", "does not offer"),
        ("order buy CEA25 100 74.50 --client c1", "UNKNOWN_CLIENT", "no such client"),
        ("cancel nothing", "UNKNOWN_ORDER", "no such order"),
        ("replace nothing 100 74.50", "UNKNOWN_ORDER", "no such order"),
    ],
)
async def test_a_refusal_has_its_reason_and_its_code(
    twin: Twin, line: str, code: str, reason: str
) -> None:
    told = await twin(line)
    assert told.code == 1
    assert told.out == ""
    assert reason in told.err
    for_programs = await twin(line + " --json")
    assert for_programs.code == 1
    assert [found["reject_code"] for found in for_programs.objects] == [code]


async def test_the_reason_is_in_the_users_language(twin: Twin) -> None:
    done = await twin("order buy CEA25 100 99.00 --lang zh")
    assert "被拒绝" in done.err
    assert not set("abcdfghijklmnopqrstuvwxyz") & set(done.err.split("：", 1)[1].split("委托号")[0])


async def test_who_may_not_trade_is_refused(market: Any, twin: Twin) -> None:
    done = await twin("order buy CEA25 100 74.50 --json", user="sup")
    assert done.code == 1
    assert done.objects[0]["reject_code"] == "NOT_PERMITTED"


async def test_it_waits_until_the_order_is_filled(market: Any, twin: Twin) -> None:
    async with market.client("bob") as bob:
        line = "order buy CEA25 100 74.50 --cl-ord-id slow --wait 60 --json"
        waiting = asyncio.create_task(twin(line))
        await eventually(lambda: market.venue.order_rows("alice-co"))
        await bob.place("CEA25", "sell", 40, 7_450)
        await bob.place("CEA25", "sell", 60, 7_440)
        done = await waiting
    assert done.code == 0
    assert [found["exec_type"] for found in done.objects] == ["new", "trade", "trade"]
    assert [found["last_qty"] for found in done.objects] == [0, 40, 60]


async def test_a_wait_that_ends_too_early_has_a_code_of_its_own(market: Any, twin: Twin) -> None:
    done = await twin("order buy CEA25 100 74.50 --cl-ord-id slow --wait 0.2")
    assert done.code == 4
    assert "100 t of slow still work" in done.err
    assert [row.leaves_qty for row in market.venue.order_rows("alice-co")] == [100]


async def test_an_order_that_ends_at_once_is_told_to_its_end(market: Any, twin: Twin) -> None:
    async with market.client("bob") as bob:
        await bob.place("CEA25", "sell", 40, 7_450)
        done = await twin("order buy CEA25 100 74.50 --tif ioc")
        assert done.code == 0
        assert [line.split(":")[0] for line in done.out.splitlines()] == [
            "Accepted", "Filled 40 t at 74.50", "Withdrawn",
        ]  # fmt: skip
        await bob.place("CEA25", "sell", 40, 7_450)
        done = await twin("order buy CEA25 40 --market --wait 30 --json")
        assert done.code == 0
        assert done.objects[-1]["ord_status"] == "filled"
        await bob.place("CEA25", "sell", 40, 7_450)
        done = await twin("order buy CEA25 100 --market --wait 30")
        assert done.code == 4
        assert done.err == ""


async def test_the_same_number_again_is_executed_once(market: Any, twin: Twin) -> None:
    line = "order buy CEA25 100 74.50 --cl-ord-id once"
    assert (await twin(line)).code == 0
    again = await twin(line)
    assert again.code == 0
    assert "has it already" in again.out
    assert "working" in again.out
    assert len(market.venue.order_rows("alice-co")) == 1
    other = await twin("order buy CEA25 200 74.50 --cl-ord-id once")
    assert other.code == 1
    assert "another order has this number" in other.err
    refused = "order buy CEA25 100 99.00 --cl-ord-id never"
    assert [(await twin(refused)).code for _ in range(2)] == [1, 1]


async def test_the_same_number_again_goes_on_waiting(market: Any, twin: Twin) -> None:
    line = "order buy CEA25 100 74.50 --cl-ord-id once --wait 60"
    async with market.client("bob") as bob:
        assert (await twin("order buy CEA25 100 74.50 --cl-ord-id once")).code == 0
        waiting = asyncio.create_task(twin(line))
        await bob.place("CEA25", "sell", 100, 7_450)
        assert (await waiting).code == 0


async def test_an_order_is_amended(market: Any, twin: Twin) -> None:
    await twin("order buy CEA25 100 74.50 --cl-ord-id first")
    done = await twin("replace first 80 74.40 --cl-ord-id second")
    assert done.code == 0
    assert done.out.startswith("Amended: Buy 80 t CEA25 at 74.40")
    assert (await twin("replace first 80 74.40 --cl-ord-id second")).code == 0
    async with market.client("alice") as alice:
        assert await orders_of(alice) == [("second", 7_440, 80)]


async def test_one_order_is_withdrawn(market: Any, twin: Twin) -> None:
    await twin("order buy CEA25 100 74.50 --cl-ord-id first")
    done = await twin("cancel first --cl-ord-id away")
    assert done.code == 0
    assert done.out.startswith("Withdrawn: Buy 100 t CEA25 at 74.50")
    assert market.venue.order_rows("alice-co") == []
    assert (await twin("cancel first --cl-ord-id away")).code == 0
    late = await twin("cancel first")
    assert late.code == 1
    assert "not open any more" in late.err


async def test_orders_are_withdrawn_by_instrument_and_all_together(market: Any, twin: Twin) -> None:
    for symbol in ("CEA25", "CEA25", "CCER"):
        assert (await twin(f"order buy {symbol} 10 68.00")).code == 0
    here = await twin("cancel --symbol CEA25")
    assert (here.code, here.out) == (0, "Withdrawn: 2\n")
    everything = await twin("cancel --all --json")
    assert [(f["command"], f["affected"]) for f in everything.objects] == [("mass_cancel", 1)]
    assert market.venue.order_rows("alice-co") == []
    assert (await twin("cancel --symbol NOPE")).code == 1


async def test_a_wrong_password_sends_nothing(market: Any, twin: Twin) -> None:
    before = market.venue.state_hash()
    done = await twin("order buy CEA25 100 74.50 --json", password="wrong")
    assert done.code == 3
    assert [f["reason"] for f in done.objects] == ["logon_refused"]
    assert market.venue.state_hash() == before


async def test_without_an_answer_the_outcome_is_unknown(
    market: Any, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The venue takes the order, but its report does not come in time."""
    accept = Client._accept_report
    monkeypatch.setattr(Client, "_accept_report", lambda self, report: False)
    line = "order buy CEA25 100 74.50 --cl-ord-id lost --timeout 0.5"
    done = await twin(line)
    assert done.code == 3
    assert "may still be executed" in done.err
    assert "--cl-ord-id lost" in done.err
    for_programs = await twin(line + " --json")
    assert for_programs.objects == [
        {"type": "failure", "reason": "unknown_outcome", "cl_ord_id": "lost"}
    ]
    monkeypatch.setattr(Client, "_accept_report", accept)
    assert (await twin(line)).code == 0
    assert len(market.venue.order_rows("alice-co")) == 1


async def test_settings_for_viewing_allow_no_orders(market: Any, twin: Twin) -> None:
    await twin("order buy CEA25 100 74.50 --cl-ord-id before")
    settings = Settings(entry_mode="view")
    for line in ("order buy CEA25 100 74.50", "replace before 50 74.50"):
        done = await RunningTwin(market.hub, "alice", "a-secret", line, settings).end()
        assert done.code == 2
        assert "for viewing only" in done.err
    assert [row.leaves_qty for row in market.venue.order_rows("alice-co")] == [100]
    done = await RunningTwin(market.hub, "alice", "a-secret", "cancel --all", settings).end()
    assert done.code == 0
