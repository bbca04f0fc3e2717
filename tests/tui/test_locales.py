"""Both languages have every text, with the same values to fill in and the right script."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import bashu_tui
from bashu_protocol.reject_codes import RejectCode
from bashu_tui.i18n import Language, Texts, default_language, load

SOURCE = Path(bashu_tui.__file__).parent
HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
# What a Chinese sentence may hold in Latin letters: keys, addresses, the other language's name.
ALLOWED = {
    "bashu", "tui", "keys", "TOML", "UTF", "Tab", "Enter", "Esc",
    "Space", "ctrl", "shift", "mqtt", "host", "English",
    *(f"F{n}" for n in range(1, 13)), "l", "q", "x", "a", "t", "o", "r", "s", "e", "n",
}  # fmt: skip


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_both_languages_have_the_same_keys() -> None:
    assert load("en").keys() == load("zh").keys()


def test_both_languages_fill_in_the_same_values() -> None:
    english, chinese = load("en"), load("zh")
    differing = [k for k in english if placeholders(english[k]) != placeholders(chinese[k])]
    assert not differing


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_text_is_empty(language: Language) -> None:
    assert not [key for key, text in load(language).items() if not text.strip()]


def test_english_texts_hold_no_chinese() -> None:
    # The other language's name stands in its own script.
    stray = [k for k, text in load("en").items() if HAN.search(text.replace("中文", ""))]
    assert not stray


def test_chinese_texts_hold_no_english() -> None:
    stray = {}
    for key, text in load("zh").items():
        words = set(re.findall(r"[A-Za-z][A-Za-z0-9]*", re.sub(r"\{\w+\}", "", text)))
        if words - ALLOWED:
            stray[key] = words - ALLOWED
    assert not stray


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_reject_code_has_a_sentence(language: Language) -> None:
    codes = {f"reject.{code.value}" for code in RejectCode if code is not RejectCode.NONE}
    assert codes <= load(language).keys()


def test_every_key_in_the_source_exists() -> None:
    """Each plain string that is looked up is a key; built ones are covered by the screens."""
    looked_up = [
        node.args[0].value
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and _is_lookup(node.func)
    ]
    assert looked_up
    missing = set(looked_up) - load("en").keys()
    assert not missing


def _is_lookup(function: ast.expr) -> bool:
    return (isinstance(function, ast.Name) and function.id == "texts") or (
        isinstance(function, ast.Attribute) and function.attr == "texts"
    )


def test_chinese_stands_only_in_the_locale_files() -> None:
    # `entry.py` names the full stop that an input method sends; it is input, not a text.
    found = [
        path.name
        for path in SOURCE.rglob("*.py")
        if re.search(r"[\u3400-\u9fff]", path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN"}, "zh"),
        ({}, "en"),
    ],
)
def test_language_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: Language
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert default_language() == expected


def test_a_text_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        Texts("en")("no.such.text")
