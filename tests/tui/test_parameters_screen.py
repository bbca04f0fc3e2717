"""Two supervisors change a parameter of surveillance, through the keys, at a real venue."""

from typing import Any

import pytest
from textual.widgets import Input

from bashu_protocol.messages import (
    ConfirmParameterChange,
    EnterSurveillanceRule,
    ParameterChangeRow,
    ProposeParameterChange,
    SurveillanceRuleRow,
)
from bashu_tui.screens.parameter_card import ParameterCard
from bashu_tui.state.parameters import parameter_lines, read_value
from bashu_tui.widgets.outcome import Outcome
from bashu_tui.widgets.parameter_list import ParameterList


@pytest.fixture
async def rules(market: Any) -> None:
    """Two rules on record."""
    async with market.client("reg") as registrar:
        for entry in (
            EnterSurveillanceRule(
                "e1", "spoofing", {"enabled": 1, "min_qty": 500}, {"CCER": {"min_qty": 50}}
            ),
            EnterSurveillanceRule("e2", "burst_rate", {"enabled": 1}, {}, False),
        ):
            assert (await registrar.command(entry)).accepted


async def opened(app: Any, pilot: Any, wait: Any) -> ParameterList:
    app.open_screen("parameters")
    await wait(pilot, lambda: app.screen.place == "parameters" and app.screen.is_mounted)
    found: ParameterList = app.screen.query_one(ParameterList)
    await wait(pilot, lambda: len(found.items()) >= 4)
    return found


def said(app: Any) -> str:
    return str(app.screen.query_one(Outcome).key)


async def fill(app: Any, pilot: Any, wait: Any, **values: str) -> None:
    """Fill the card and send it."""
    await wait(pilot, lambda: isinstance(app.screen, ParameterCard) and app.screen.is_mounted)
    for name, value in values.items():
        app.screen.query_one(f"#{name}", Input).value = value
    field = app.screen.query_one("#reason", Input)
    field.focus()
    await wait(pilot, lambda: app.focused is field)
    await pilot.press("enter")


@pytest.mark.acts("parameters.propose", "parameters.confirm")
@pytest.mark.parametrize(("propose", "confirm"), [("f2", "f4"), ("1", "4")])
async def test_one_proposes_and_another_confirms(
    terminal: Any, market: Any, wait: Any, rules: None, second_supervisor: str,
    propose: str, confirm: str,
) -> None:  # fmt: skip
    async with terminal("sup") as (app, pilot), terminal(second_supervisor) as (other, others):
        panel = await opened(app, pilot, wait)
        panel.choose(("spoofing", "", "min_qty"))
        await pilot.press(propose)
        await fill(app, pilot, wait, value="1,200", symbol="cea25", reason="too loud")
        await wait(pilot, lambda: said(app) == "parameters.proposed")
        (change,) = market.venue.parameter_changes()
        assert (change.symbol, change.previous, change.value) == ("CEA25", 500, 1_200)
        await wait(pilot, lambda: panel.items()[0].change == change)
        panel.choose(("spoofing", "CEA25", "min_qty"))
        await pilot.press(confirm)
        await wait(pilot, lambda: said(app) == "sup.refused")
        theirs = await opened(other, others, wait)
        assert theirs.items()[0].change == change
        theirs.choose(theirs.items()[0].key)
        await others.press(confirm)
        await wait(others, lambda: said(other) == "parameters.confirmed")
        (rule,) = (r for r in market.venue.surveillance_rules() if r.rule == "spoofing")
        assert rule.symbols["CEA25"] == {"min_qty": 1_200}
        # Who proposed it sees it without asking.
        await wait(pilot, lambda: all(line.change is None for line in panel.items()))
        assert ("spoofing", "CEA25", "min_qty") in [line.key for line in panel.items()]


@pytest.mark.acts("parameters.decline")
async def test_a_value_of_an_instrument_is_cleared_and_a_change_declined(
    terminal: Any, market: Any, wait: Any, rules: None
) -> None:
    async with terminal("sup", language="zh") as (app, pilot):
        panel = await opened(app, pilot, wait)
        panel.choose(("spoofing", "CCER", "min_qty"))
        await pilot.press("enter")
        await fill(app, pilot, wait, value="", reason="不再需要")
        await wait(pilot, lambda: said(app) == "parameters.proposed")
        (change,) = market.venue.parameter_changes()
        assert (change.clear, change.previous, change.value) == (True, 50, 500)
        await wait(pilot, lambda: panel.items()[0].change == change)
        panel.choose(panel.items()[0].key)
        await pilot.press("f9")
        await wait(pilot, lambda: said(app) == "parameters.declined")
        assert market.venue.parameter_changes() == []


async def test_what_is_not_complete_is_not_sent(
    terminal: Any, market: Any, wait: Any, shown: Any, rules: None
) -> None:
    async with terminal("sup") as (app, pilot):
        panel = await opened(app, pilot, wait)
        panel.choose(("burst_rate", "", "enabled"))
        await pilot.press("f4")  # nothing waits
        await pilot.press("f2")
        await wait(pilot, lambda: isinstance(app.screen, ParameterCard) and app.screen.is_mounted)
        assert app.screen.query_one("#symbol", Input).disabled
        for value, reason, says in (
            ("0", "", "parameters.no_reason"),
            ("off", "why", "headless.not_whole"),
            ("", "why", "entry.empty"),
        ):
            await fill(app, pilot, wait, value=value, reason=reason)
            await wait(pilot, lambda says=says: app.texts(says) in shown(app))
        await pilot.press("escape")
        await wait(pilot, lambda: app.screen.place == "parameters")
        assert market.venue.parameter_changes() == []


async def test_what_the_venue_refuses_is_said(terminal: Any, wait: Any, rules: None) -> None:
    async with terminal("sup") as (app, pilot):
        panel = await opened(app, pilot, wait)
        panel.choose(("spoofing", "", "min_qty"))
        await pilot.press("f2")
        await fill(app, pilot, wait, value="5", symbol="GOLD", reason="why")
        await wait(pilot, lambda: said(app) == "sup.refused")


async def test_a_change_by_others_is_seen(
    terminal: Any, market: Any, wait: Any, rules: None, second_supervisor: str
) -> None:
    async with terminal("sup") as (app, pilot), market.client(second_supervisor) as other:
        panel = await opened(app, pilot, wait)
        proposal = ProposeParameterChange("p", "burst_rate", "enabled", 0, "too loud")
        assert (await other.command(proposal)).accepted
        await wait(pilot, lambda: panel.items()[0].change is not None)
        assert (await other.command(ConfirmParameterChange("c", 1, approve=False))).accepted
        await wait(pilot, lambda: panel.items()[0].change is None)


def test_lines() -> None:
    own = {"S": {"a": 3}}
    rules = [
        SurveillanceRuleRow("x", 4, {"enabled": 1, "a": 2}, own, True),
        SurveillanceRuleRow("y", 1, {"enabled": 1}, {}, False),
    ]
    waits = ParameterChangeRow(7, "x", "T", "a", 9, 2, False, "sup", "why", 5)
    lines = parameter_lines([*rules, waits])
    assert [(line.key, line.value, line.is_own) for line in lines] == [
        (("x", "T", "a"), 2, False), (("x", "", "enabled"), 1, False), (("x", "", "a"), 2, False),
        (("x", "S", "a"), 3, True), (("y", "", "enabled"), 1, False),
    ]  # fmt: skip
    assert [line.change for line in lines if line.change] == [waits]
    assert (read_value("１,200").value, read_value("1.5").value) == (1_200, None)
