"""The one rule of what may be sent, and the modes that end by themselves."""

from collections.abc import Collection
from typing import Any

import pytest
from msgspec import Struct

from bashu_protocol.messages import Permission, Phase
from bashu_tui.state.modes import (
    ENTRY_PHASES,
    IDLE_SECONDS,
    LONGEST_DELAY_SECONDS,
    Modes,
    Presses,
    may_enter,
)


class Asker(Struct):
    role: str = "trader"
    permissions: Collection[Permission] = ("view", "enter")
    is_live: bool = True
    phase: Phase | None = "continuous"

    def known_phase(self, symbol: str) -> Phase | None:
        return self.phase


def test_a_trader_in_an_open_market_may_enter() -> None:
    assert may_enter(Asker(), "armed", "CEA25") is None
    assert may_enter(Asker(), "one_click", "CEA25") is None


@pytest.mark.parametrize("phase", sorted(ENTRY_PHASES))
def test_every_phase_of_entry_is_open(phase: Phase) -> None:
    assert may_enter(Asker(phase=phase), "armed", "CEA25") is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"role": "supervisor"}, "locked.role"),
        ({"role": "auditor"}, "locked.role"),
        ({"permissions": ("view", "approve")}, "locked.permission"),
        ({"permissions": ()}, "locked.permission"),
        ({"is_live": False}, "locked.link"),
        ({"phase": None}, "locked.book"),
        ({"phase": "halted"}, "locked.halted"),
        ({"phase": "pause"}, "locked.phase"),
        ({"phase": "closed"}, "locked.phase"),
    ],
)
def test_each_reason_has_its_text(changes: dict[str, Any], why: str) -> None:
    assert may_enter(Asker(**changes), "armed", "CEA25") == why
    assert may_enter(Asker(**changes), "one_click", "CEA25") == why


def test_nothing_leaves_in_the_mode_of_looking_only() -> None:
    assert may_enter(Asker(), "view", "CEA25") == "locked.view"
    assert may_enter(Asker(), "view") == "locked.view"


def test_without_a_session_nothing_may_be_sent() -> None:
    assert may_enter(None, "armed") == "locked.link"


def test_without_a_symbol_the_phase_does_not_count() -> None:
    assert may_enter(Asker(phase="closed"), "armed") is None
    assert may_enter(Asker(phase=None, is_live=False), "armed") == "locked.link"


def test_others_have_phases_of_their_own() -> None:
    assert may_enter(Asker(phase="pause"), "armed", "CEA25", ("pause",)) is None


@pytest.mark.parametrize(("said", "first"), [
    ("view", "view"), ("armed", "armed"), ("one_click", "armed"),
])  # fmt: skip
def test_one_click_is_never_the_first_mode(said: Any, first: str) -> None:
    assert Modes(said).mode == first


def one_click() -> Modes:
    modes = Modes("armed", 100)
    modes.choose("one_click", 0.0)
    return modes


def test_one_click_sends_at_once_up_to_its_cap() -> None:
    modes = one_click()
    assert modes.sends_at_once(100)
    assert not modes.sends_at_once(101)
    modes.choose("armed", 0.0)
    assert not modes.sends_at_once(1)


def test_one_click_ends_when_nobody_is_there() -> None:
    modes = one_click()
    assert not modes.tick(IDLE_SECONDS)
    modes.touched(IDLE_SECONDS)
    assert not modes.tick(2 * IDLE_SECONDS)
    assert modes.tick(2 * IDLE_SECONDS + 1)
    assert (modes.mode, modes.fell_back) == ("armed", "mode.fell.idle")
    assert not modes.tick(3 * IDLE_SECONDS)


@pytest.mark.parametrize("state", ["stale", "reconnecting", "venue_down", "closed"])
def test_one_click_ends_with_the_link(state: Any) -> None:
    modes = one_click()
    assert not modes.link_moved("live")
    assert modes.link_moved(state)
    assert (modes.mode, modes.fell_back) == ("armed", "mode.fell.link")


def test_one_click_ends_with_a_halt() -> None:
    modes = one_click()
    assert not modes.phase_moved("pause")
    assert modes.phase_moved("halted")
    assert modes.mode == "armed"


def test_what_ends_one_click_leaves_the_other_modes() -> None:
    for mode in ("view", "armed"):
        modes = Modes("armed", 100)
        modes.choose(mode, 0.0)  # type: ignore[arg-type]  # one of both
        assert not modes.link_moved("stale")
        assert not modes.phase_moved("halted")
        assert not modes.tick(10 * IDLE_SECONDS)
        assert modes.mode == mode


def test_a_new_choice_forgets_why_one_click_ended() -> None:
    modes = one_click()
    modes.link_moved("stale")
    modes.choose("one_click", 0.0)
    assert modes.fell_back == ""


def test_a_held_key_is_one_press_whenever_it_begins_to_repeat() -> None:
    for delay in (0.26, 0.5, 1.0, 1.9):
        presses = Presses()
        assert presses.pressed(0.0) == "new"
        assert presses.pressed(delay) == "doubtful"
        after = [presses.pressed(delay + 0.033 * count) for count in range(1, 50)]
        assert set(after) == {"repeated"}


def test_a_key_pressed_anew_after_a_while_is_a_new_press() -> None:
    presses = Presses()
    presses.pressed(0.0)
    assert presses.pressed(LONGEST_DELAY_SECONDS) == "new"
    assert presses.pressed(LONGEST_DELAY_SECONDS + 0.1) == "repeated"
