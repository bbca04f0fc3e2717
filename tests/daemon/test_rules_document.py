"""`docs/rules.md` names tests and rulebook keys that exist."""

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from bashu_protocol.messages import InstrumentRules, StateCommand

ROOT = Path(__file__).parents[2]
TEST = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)


def _rows() -> list[list[str]]:
    rows = []
    for line in (ROOT / "docs" / "rules.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0] != "rule":
            rows.append(cells)
    return rows


def _keys(kind: Any, prefix: str = "") -> set[str]:
    """Return the keys of a struct, those of nested ones with a dot."""
    keys = set()
    for field in msgspec.structs.fields(kind):
        keys.add(f"{prefix}{field.name}")
        for part in (field.type, *get_args(field.type)):
            if isinstance(part, type) and issubclass(part, msgspec.Struct):
                keys |= _keys(part, f"{field.name}.")
    return keys


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[0][:40])
def test_a_row_is_whole_and_what_it_names_exists(row: list[str]) -> None:
    assert len(row) == 5, row
    _rule, source, status, key, tests = row
    assert source
    assert status.startswith(("done", "parameter", "out of scope")), status
    if status.startswith("out of scope"):
        assert len(status) > len("out of scope: "), "the reason is missing"
        return
    commands = {command.__struct_config__.tag for command in get_args(StateCommand)}
    for name in re.findall(r"`([^`]+)`", key):
        assert name in {*_keys(InstrumentRules), *commands, "[sessions]"}, name
    named = re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", tests)
    assert named, "no test is named"
    for file, test in named:
        (path,) = (ROOT / "tests").rglob(file)
        assert not test or test in TEST.findall(path.read_text("utf-8")), f"{file}::{test}"


def test_the_table_has_every_section() -> None:
    text = (ROOT / "docs" / "rules.md").read_text("utf-8")
    for section in ("§1.2", "§1.3", "§1.4", "§1.5", "§1.6", "§1.7", "§4", "§5.1"):
        assert re.search(rf"^## .*\({re.escape(section)}\)$", text, re.MULTILINE), section
