"""`bashu-tui disclose|statement|bar`: what supervisors put on record for surveillance."""

from collections.abc import Awaitable, Callable
from typing import Any, get_args

import pytest
from headless_twin import Outcome, run_twin

from bashu_protocol.messages import Direction, DisclosureKind
from bashu_tui.headless.parser import DIRECTIONS, DISCLOSURE_KINDS

Twin = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def twin(market: Any) -> Twin:
    """Run one command line as a supervisor."""
    passwords = {"sup": "s-secret", "alice": "a-secret"}

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


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("disclose CEA25 policy x --at yesterday", 2, "2026-01-05 10:30"),
        ("disclose CEA25 policy x --at 1969-01-01", 2, "2026-01-05 10:30"),
        ("disclose CEA25 policy x --at 2999-01-01", 2, "2026-01-05 10:30"),
        ("disclose CEA25 policy x --at 2200-01-01", 1, "Refused"),
        ("disclose NONE policy x", 1, "no such instrument"),
        ("disclose CEA25 policy x --member nobody", 1, "no such member"),
    ],
)
async def test_what_cannot_be_put_on_record(twin: Twin, line: str, code: int, says: str) -> None:
    outcome = await twin(line)
    assert (outcome.code, outcome.out) == (code, "")
    assert says in outcome.err


async def test_a_trader_puts_nothing_on_record(twin: Twin) -> None:
    assert (await twin("statement CEA25 down alice x", user="alice")).code == 1


def test_the_words_are_those_of_the_protocol() -> None:
    assert get_args(DisclosureKind) == DISCLOSURE_KINDS
    assert get_args(Direction) == DIRECTIONS
