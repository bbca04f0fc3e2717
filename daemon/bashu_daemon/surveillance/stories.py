"""What an alert says in plain sentences, made from the rule's own facts, in both languages.

A template is `<rule>` in the files beside; its fields are the alert's facts and its own words
(symbol, owner, accounts, count, gain, side_word, disclosure_word). `{price:yuan}` shows fen as
yuan, `{qty:t}` tonnes. What stands in square brackets is told only where none of its fields is 0 or
unknown. `listing.<word>` are the words of lists of alerts.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

from bashu_protocol.messages import Alert
from bashu_protocol.units import format_money

_FILES: Final = {"en": "en.json", "zh": "zh_CN.json"}
_WORDS: Final[dict[str, dict[str, dict[str, str]]]] = {
    "side": {"en": {"buy": "buy", "sell": "sell"}, "zh": {"buy": "买", "sell": "卖"}},
    "disclosure": {
        "en": {
            "allocation": "allocation", "verification": "result of a verification",
            "project": "project", "penalty": "penalty", "policy": "policy", "other": "other facts",
        },
        "zh": {
            "allocation": "配额分配", "verification": "核查结果", "project": "减排项目",
            "penalty": "行政处罚", "policy": "政策", "other": "其他信息",
        },
    },
}  # fmt: skip
"""What the values of some facts are called; a template has them as the fact's name and `_word`."""
_OPTIONAL: Final = re.compile(r"\[([^][]*)\]")
_LISTING: Final = "listing."
_FOLDER: Final = Path(__file__).parent / "stories"


@cache
def load(language: str) -> dict[str, str]:
    """Read the templates of one language."""
    texts: dict[str, str] = json.loads((_FOLDER / _FILES[language]).read_text("utf-8"))
    return texts


def tell(alert: Alert, template: str = "") -> dict[str, str]:
    """Return the story by language, of the rule's template or another; none without a template."""
    template = template or alert.rule
    if template not in load("en"):
        return {}
    values = {
        **alert.facts,
        "symbol": alert.symbol,
        "owner": alert.owner,
        "accounts": ", ".join(alert.members),
        "count": alert.count,
        "gain": alert.gain,
    }
    told = {}
    for language in _FILES:
        for fact, words in _WORDS.items():
            values[f"{fact}_word"] = words[language].get(str(alert.facts.get(fact)), "-")
        told[language] = _WRITER.vformat(_fitting(load(language)[template], values), (), values)
    return told


def listing_words(language: str) -> dict[str, str]:
    """Return the words of lists of alerts in one language."""
    return {
        key.removeprefix(_LISTING): word
        for key, word in load(language).items()
        if key.startswith(_LISTING)
    }


def _fitting(template: str, values: Mapping[str, Any]) -> str:
    """Leave out the parts of a template about which there is nothing to tell."""

    def part(found: re.Match[str]) -> str:
        fields = [field for _, field, _, _ in Formatter().parse(found[1]) if field]
        return found[1] if all(values.get(field) for field in fields) else ""

    return _OPTIONAL.sub(part, template)


class _Writer(Formatter):
    """Formats with two units of its own; a fact that is not there yet is a dash."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key), "-")

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, int) and format_spec == "yuan":
            return format_money(value)
        if isinstance(value, int) and format_spec == "t":
            return f"{value:,}"
        return str(value)


_WRITER: Final = _Writer()
