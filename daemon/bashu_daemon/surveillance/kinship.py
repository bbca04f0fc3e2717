"""Which instruments move with each other, and how: two products, or two cities' segments.

The product comes from the rulebook; in a recorded file, which has none, from the symbol's name.
"""

from functools import lru_cache
from typing import Final, Literal

Relation = Literal["cross_product", "regional"]
Region = Literal["chengdu", "chongqing", "national", ""]

_REGIONS: Final[dict[str, Region]] = {
    "CEA": "national", "CCER": "national", "CQEA": "chongqing", "CQCER": "chongqing",
    "CDCER": "chengdu",
}  # fmt: skip
_MARKS: Final[tuple[tuple[str, Region], ...]] = (
    ("CHENGDU", "chengdu"), ("成都", "chengdu"), ("SICHUAN", "chengdu"), ("四川", "chengdu"),
    ("CHONGQING", "chongqing"), ("重庆", "chongqing"),
)  # fmt: skip
_SHORT_MARKS: Final[dict[str, Region]] = {"CD": "chengdu", "SC": "chengdu", "CQ": "chongqing"}


@lru_cache(maxsize=4_096)
def region_of(symbol: str, product: str = "") -> Region:
    """Return where an instrument belongs; empty for unknown."""
    if product in _REGIONS:
        return _REGIONS[product]
    name = symbol.upper()
    for mark, region in _MARKS:
        if mark in name:
            return region
    letters = "".join(letter if letter.isalpha() else " " for letter in name).split()
    for word in letters:
        if word in _SHORT_MARKS:
            return _SHORT_MARKS[word]
    known = [prefix for prefix in _REGIONS if name.startswith(prefix)]
    return _REGIONS[max(known, key=len)] if known else ""


def relation(one: Region, two: Region) -> Relation:
    """Return how two instruments of some regions are related."""
    return "regional" if {one, two} == {"chengdu", "chongqing"} else "cross_product"
