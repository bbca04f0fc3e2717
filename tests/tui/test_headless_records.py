"""`bashu-tui disclose|statement|bar|link`: what supervisors put on record for surveillance."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, get_args

import pytest
from headless_twin import Outcome, run_twin

from bashu_protocol.messages import DeclaredLinkKind, Direction, DisclosureKind
from bashu_tui.headless.parser import DIRECTIONS, DISCLOSURE_KINDS, LINK_KINDS

Twin = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def twin(market: Any) -> Twin:
    """Run one command line as a supervisor."""
    passwords = {"sup": "s-secret", "alice": "a-secret", "bob": "b-secret", "reg": "r-secret"}

    async def run(line: str, user: str = "sup") -> Outcome:
        return await run_twin(market.hub, user, passwords[user], line)

    return run


async def test_what_is_put_on_record_is_said(twin: Twin) -> None:
    disclosed = await twin("disclose CEA25 verification Result --at 2026-01-05T09:30")
    assert (disclosed.code, disclosed.out) == (0, "On record\n")
    stated = await twin("statement CEA25 up alice Rumour --lang zh")
    assert (stated.code, stated.out) == (0, "已登记\n")
    (report,) = (await twin("bar somebody Staff --json")).objects
    assert (report["type"], report["command"]) == ("command_report", "bar_person")
    assert (await twin("bar somebody Staff")).code == 1
    assert (await twin("bar somebody Left --lift")).code == 0


async def test_links_are_declared_and_listed(twin: Twin) -> None:
    assert "No links" in (await twin("links")).out
    assert (await twin("link alice-co control li Finding")).out == "On record\n"
    (report,) = (await twin("link alice-co device box-7 Seen --json")).objects
    assert (report["type"], report["command"]) == ("command_report", "declare_link")
    rows = (await twin("links --json")).objects
    found = [(row["type"], row["member"], row["kind"], row["name"]) for row in rows]
    assert found == [("link", "alice-co", "control", "li"), ("link", "alice-co", "device", "box-7")]
    assert "实际控制" in (await twin("links --lang zh")).out


async def test_who_is_linked_trades_with_themselves(twin: Twin, market: Any) -> None:
    async def meet() -> None:
        assert (await twin("order sell CEA25 10 74.63", user="alice")).code == 0
        assert (await twin("order buy CEA25 10 74.63 --wait 10", user="bob")).code == 0

    async with market.client("sup") as supervisor:

        async def self_trades() -> list[int]:
            alerts = (await supervisor.query("alerts")).alerts
            return [alert.count for alert in alerts if alert.rule == "self_trade"]

        await meet()
        for member in ("alice-co", "bob-co"):
            assert (await twin(f"link {member} control li Finding", user="reg")).code == 0
        assert await self_trades() == []
        await meet()
        async with asyncio.timeout(10):
            while await self_trades() != [1]:  # noqa: ASYNC110  the venue is asked anew
                await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("disclose CEA25 policy x --at yesterday", 2, "2026-01-05 10:30"),
        ("disclose CEA25 policy x --at 1969-01-01", 2, "2026-01-05 10:30"),
        ("disclose CEA25 policy x --at 2999-01-01", 2, "2026-01-05 10:30"),
        ("disclose CEA25 policy x --at 2200-01-01", 1, "Refused"),
        ("disclose NONE policy x", 1, "no such instrument"),
        ("disclose CEA25 policy x --member nobody", 1, "no such member"),
        ("link nobody control li x", 1, "no such member"),
        ("link alice-co/ control li x", 1, "no such member"),
        ("link alice-co/nobody control li x", 1, "client"),
    ],
)
async def test_what_cannot_be_put_on_record(twin: Twin, line: str, code: int, says: str) -> None:
    outcome = await twin(line)
    assert (outcome.code, outcome.out) == (code, "")
    assert says in outcome.err


async def test_a_trader_puts_nothing_on_record(twin: Twin) -> None:
    assert (await twin("statement CEA25 down alice x", user="alice")).code == 1
    assert (await twin("link alice-co control li x", user="alice")).code == 1
    assert (await twin("links", user="alice")).code == 1


def test_the_words_are_those_of_the_protocol() -> None:
    assert get_args(DisclosureKind) == DISCLOSURE_KINDS
    assert get_args(Direction) == DIRECTIONS
    assert get_args(DeclaredLinkKind) == LINK_KINDS
