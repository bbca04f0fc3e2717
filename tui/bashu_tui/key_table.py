"""The table of the usual keys in docs/terminal.md: `python -m bashu_tui.key_table docs/terminal.md`
writes it anew.
"""  # noqa: D205  one sentence

import sys
from pathlib import Path
from typing import Final

from bashu_tui.i18n import Texts
from bashu_tui.keymap import ACTIONS, label

BEGIN: Final = "<!-- keys: made by python -m bashu_tui.key_table docs/terminal.md -->"
END: Final = "<!-- end of keys -->"


def key_table() -> str:
    """Return the table as Markdown, from marker to marker."""
    texts = Texts("en")
    names = {
        "app": "everywhere", "market": "all screens", "trader": "all screens of a trader",
        "tool": f"{texts('screen.settings')}, {texts('screen.bindings')}",
    }  # fmt: skip
    lines = [BEGIN, "", "| screen | keys | does | name in the settings |", "|---|---|---|---|"]
    places = dict.fromkeys(["trader", "market", "app", *(action.place for action in ACTIONS)])
    for place in places:
        for action in ACTIONS:
            if action.place == place:
                where = names.get(place) or texts(f"screen.{place}")
                keys = " ".join(f"`{label(key)}`" for key in action.keys)
                does = texts(f"action.{action.id}").replace("|", "\\|")
                lines.append(f"| {where} | {keys} | {does} | `{action.id}` |")
    return "\n".join([*lines, "", END])


def with_table(page: str) -> str:
    """Return a page with the table in place of what stands between the markers.

    Raises:
        ValueError: there is no pair of markers in it.
    """
    before, begin, rest = page.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        message = f"there is no {BEGIN} ... {END} in the page"
        raise ValueError(message)
    return before + key_table() + after


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_table(path.read_text("utf-8")), "utf-8")
