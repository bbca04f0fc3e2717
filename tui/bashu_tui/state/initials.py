"""The first letters of Chinese words in pinyin, by which Chinese users search lists.

The 3,755 common characters of GB 2312 (level 1) stand in the order of their pinyin, so the first
letter follows from a character's code. Rarer characters have no letter here.
"""

from bisect import bisect_right
from typing import Final

_FIRST_CODES: Final = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8,
    0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1, 0xD7FA,
)  # fmt: skip
"""Of the first character of each letter, and of what follows the last one."""
_LETTERS: Final = "abcdefghjklmnopqrstwxyz"


def initials(text: str) -> str:
    """Return the letters of a text: those of Chinese characters, and the Latin ones and digits."""
    return "".join(map(_initial, text))


def _initial(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    try:
        code = int.from_bytes(character.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return ""
    at = bisect_right(_FIRST_CODES, code) - 1
    return _LETTERS[at] if 0 <= at < len(_LETTERS) else ""
