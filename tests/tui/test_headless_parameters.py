"""`bashu-tui parameters|propose|confirm`: supervisors change what surveillance judges by."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from headless_twin import Outcome, run_twin

from bashu_protocol.messages import EnterSurveillanceRule

Twin = Callable[..., Awaitable[Outcome]]


@pytest.fixture
async def twin(market: Any, second_supervisor: str) -> Twin:
    """Run one command line as a supervisor, with one rule on record."""
    passwords = {"sup": "s-secret", second_supervisor: "s-secret-2", "alice": "a-secret"}
    async with market.client("reg") as registrar:
        values = {"enabled": 1, "min_qty": 500}
        name = registrar.new_cl_ord_id()
        entry = EnterSurveillanceRule(name, "spoofing", values, {"CCER": {"min_qty": 50}})
        assert (await registrar.command(entry)).accepted

    async def run(line: str, user: str = "sup") -> Outcome:
        return await run_twin(market.hub, user, passwords[user], line)

    return run


async def test_a_change_is_proposed_listed_and_confirmed_by_another(twin: Twin) -> None:
    before = await twin("parameters")
    assert before.out.splitlines() == [
        "Rule      Symbol  Parameter  Value  Version",
        "spoofing  all     enabled        1        1",
        "spoofing  all     min_qty      500        1",
        "spoofing  CCER    min_qty       50        1",
    ]
    proposed = await twin("propose spoofing min_qty 1,200 --reason quiet --symbol CEA25")
    assert (proposed.code, proposed.out) == (
        0, "Proposed: change 1 waits for another supervisor\n",
    )  # fmt: skip
    waits = (await twin("parameters --rule spoofing")).out.splitlines()[-1]
    assert waits.startswith(
        "Change 1 waits: spoofing min_qty, CEA25: 500 to 1,200, proposed by sup at "
    )
    assert waits.endswith(": quiet")
    refused = await twin("confirm 1")
    assert (refused.code, refused.out) == (1, "")
    assert "another supervisor must confirm it" in refused.err
    confirmed = await twin("confirm 1", user="sup2")
    assert (confirmed.code, confirmed.out) == (0, "In force from here on: change 1\n")
    (rule,) = (await twin("parameters --json")).objects
    assert (rule["type"], rule["version"]) == ("surveillance_rule", 2)
    assert rule["symbols"] == {"CCER": {"min_qty": 50}, "CEA25": {"min_qty": 1_200}}


async def test_a_change_is_declined_and_a_value_cleared(twin: Twin) -> None:
    assert (await twin("propose spoofing enabled 0 --reason quiet")).code == 0
    declined = await twin("confirm 1 --decline --lang zh")
    assert (declined.code, declined.out) == (0, "已否决：第 1 号变更\n")
    assert (await twin("propose spoofing min_qty --clear --symbol CCER --reason odd")).code == 0
    assert (await twin("confirm 2", user="sup2")).code == 0
    (rule,) = (await twin("parameters --json")).objects
    assert (rule["parameters"], rule["symbols"]) == ({"enabled": 1, "min_qty": 500}, {})


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("propose spoofing min_qty 1.5 --reason x", "1.5"),
        ("propose spoofing min_qty -1 --reason x", "-1"),
        ("propose spoofing min_qty --reason x", "--clear"),
        ("propose spoofing min_qty 5 --clear --reason x", "--clear"),
        ("confirm first", "first"),
    ],
)
async def test_what_cannot_be_read_is_not_sent(twin: Twin, line: str, says: str) -> None:
    done = await twin(line)
    assert done.code == 2
    assert says in done.err


@pytest.mark.parametrize(
    ("line", "user", "says"),
    [
        ("propose gossip min_qty 5 --reason x", "sup", "no such rule or parameter"),
        ("confirm 9", "sup", "no such change waits"),
        ("propose spoofing min_qty 5 --reason x", "alice", "may not do that"),
        ("parameters", "alice", "may not do that"),
    ],
)
async def test_what_the_venue_refuses(twin: Twin, line: str, user: str, says: str) -> None:
    done = await twin(line, user)
    assert done.code == 1
    assert says in done.err
