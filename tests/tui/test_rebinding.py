"""A user's own keys: what cannot be used is refused as a whole, and said in both languages."""

from pathlib import Path
from typing import Any

import pytest

from bashu_tui import cli
from bashu_tui.i18n import Texts
from bashu_tui.keymap import KeymapError, check, is_key, problems, remark, uses

EVERYTHING_WRONG = {
    "order.buy": ("f8",),
    "order.bye": ("f2",),
    "symbol.next": ("f99",),
    "orders.cancel_all": (),
}


@pytest.mark.parametrize(
    ("overrides", "key", "values"),
    [
        ({"order.buy": ("f8",)}, "keymap.clash",
         {"key": "F8", "first": "order.buy", "second": "orders.cancel_here"}),
        ({"order.buy": ("f1",)}, "keymap.clash",
         {"key": "F1", "first": "order.buy", "second": "market.help"}),
        ({"order.buy": ("ctrl+q",)}, "keymap.clash",
         {"key": "ctrl+q", "first": "order.buy", "second": "app.quit"}),
        ({"order.bye": ("f2",)}, "keymap.unknown_near", {"name": "order.bye", "near": "order.buy"}),
        ({"xxxxxxxx": ("f2",)}, "keymap.unknown", {"name": "xxxxxxxx"}),
        ({"order.buy": ("f99",)}, "keymap.no_key", {"name": "order.buy", "key": "f99"}),
        ({"orders.cancel_all": ()}, "keymap.needed", {"name": "orders.cancel_all"}),
    ],
)  # fmt: skip
def test_keys_that_cannot_be_used_are_refused(
    overrides: dict[str, tuple[str, ...]], key: str, values: dict[str, str]
) -> None:
    found = [problem for problem in problems(overrides) if problem.key == key]
    assert any(values.items() <= problem.values.items() for problem in found)
    with pytest.raises(KeymapError):
        check(overrides)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_problems_are_said_at_once_with_the_names_of_the_actions(language: Any) -> None:
    texts = Texts(language)
    said = KeymapError(*problems(EVERYTHING_WRONG)).say(texts)
    assert len(said.split("\n")) == len(problems(EVERYTHING_WRONG)) == len(EVERYTHING_WRONG)
    for part in (
        "F8", texts("action.order.buy"), texts("action.orders.cancel_here"), "order.bye", "f99",
        texts("action.orders.cancel_all"),
    ):  # fmt: skip
        assert part in said


def test_supervisors_keys_may_be_those_of_traders() -> None:
    check({"supervisor.halt": ("f2",)})


def test_a_key_may_be_named_twice_for_one_action() -> None:
    check({"order.buy": ("f6", "f6")})


def test_a_key_that_edits_fields_is_remarked_upon() -> None:
    found = {key: remark(key) for key in ("ctrl+w", "down", "7", "f6")}
    assert found["f6"] is None
    assert [p.key for p in found.values() if p is not None] == [
        "keymap.field_loses", "keymap.widget_first", "keymap.typed_first",
    ]  # fmt: skip


def test_every_use_of_a_key_is_known() -> None:
    found = uses({"order.buy": ("f6",)})
    assert [action.id for action in found["f8"]] == ["orders.cancel_here", "supervisor.reinstate"]
    assert "order.buy" in [action.id for action in found["f6"]]
    assert "order.buy" not in [action.id for action in found.get("f2", [])]
    assert all(is_key(key) for key in found)


@pytest.mark.parametrize(("language", "word"), [("en", "must keep a key"), ("zh", "必须保留按键")])
def test_the_command_refuses_bad_keys_with_the_files_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, word: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[keys]\n"orders.cancel_all" = []\norder.buy = ["f8"]\n', "utf-8")
    assert cli.main(["--settings", str(file), "--lang", language]) == 1
    said = capsys.readouterr().err
    assert str(file) in said
    assert word in said
    assert "F8" in said
