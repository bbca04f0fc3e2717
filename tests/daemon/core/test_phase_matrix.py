"""Every command in every phase is accepted, or refused with a stated code (issue 4).

`docs/phase_matrix.md` is the table; `tests/support/phase_matrix.py` makes it.
"""

import itertools
from pathlib import Path
from typing import get_args

import pytest
from phase_matrix import EXAMPLES, missing, table
from phase_scenes import SYMBOL, Scene, scenes

from bashu_protocol.messages import Phase
from bashu_protocol.reject_codes import RejectCode

PAGE = Path(__file__).parents[3] / "docs" / "phase_matrix.md"
CODES = {code.value for code in RejectCode if code is not RejectCode.NONE}
HEAD = 8
"""Lines above the rows."""


@pytest.fixture(scope="module")
def made() -> list[str]:
    return table().splitlines()


def test_every_command_has_an_example() -> None:
    absent = missing()
    assert not absent, (
        f"Add a line to EXAMPLES in tests/support/phase_matrix.py for: {', '.join(absent)}; "
        "then write docs/phase_matrix.md anew (that module says how)."
    )


def test_every_phase_has_a_scene() -> None:
    shown = {scene.venue.stat(scene.symbol).phase for scene in scenes()}
    assert shown == set(get_args(Phase)), "add a scene to tests/support/phase_scenes.py"


def test_the_table_is_that_of_the_venue(made: list[str]) -> None:
    shown = PAGE.read_text(encoding="utf-8").splitlines()
    differing = [
        f"{ours!r}\n  instead of {theirs!r}"
        for ours, theirs in itertools.zip_longest(made, shown)
        if ours != theirs
    ]
    assert not differing, (
        "The venue behaves otherwise than docs/phase_matrix.md says. If that is meant, write the "
        "page anew (tests/support/phase_matrix.py says how):\n" + "\n".join(differing)
    )


def test_no_cell_is_empty_and_every_command_is_accepted_somewhere(made: list[str]) -> None:
    rows = [line.strip("| ").split(" | ") for line in made[HEAD + 1 :]]
    assert len(rows) == len(EXAMPLES)
    for title, *cells in rows:
        assert set(cells) <= CODES | {"accepted"}, title
        never = title in NEVER
        assert ("accepted" in cells) is not never, f"{title} is no valid example"


NEVER = {
    # phases that no command of the registrar or a supervisor leads to
    "set_phase: to closed", "set_phase: to pre_open", "set_phase: to halted",
    "set_phase: to volatility_auction", "resume_instrument: into halted",
    # the block session is closed in every scene
    "post_block: without a session",
}  # fmt: skip


@pytest.mark.parametrize("scene", list(scenes()), ids=lambda scene: scene.title)
def test_a_refused_command_changes_nothing_but_numbers(scene: Scene) -> None:
    for example in EXAMPLES:
        if example.before:
            continue
        tried = scene.copy()
        before = views(tried)
        if tried.send(example.user, example.make(tried)) != "accepted":
            assert views(tried) == before, example.title


def views(scene: Scene) -> list[object]:
    """Return what can be seen of a venue but numbers."""
    venue = scene.venue
    members = ("A", "B")
    return [
        venue.stat(scene.symbol),
        venue.depth(SYMBOL),
        venue.symbols(),
        venue.member_rows(),
        venue.users(),
        venue.notices(),
        [venue.account_rows(member) for member in members],
        [venue.order_rows(member) for member in members],
        [venue.block_rows(member) for member in members],
    ]
