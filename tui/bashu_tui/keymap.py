"""Every key of the terminal.

Digits, function keys, arrows and control keys: with a Chinese input method in Chinese mode
letters never arrive. Some terminals keep F1, F10 or F11 for themselves and editors take more, so
each trading action has two keys.
"""

from typing import Final

from msgspec import Struct
from textual.binding import Binding


class Key(Struct, frozen=True):
    """An action and its keys.

    `always` work wherever the focus is; `plain` ones only where they are not typed into a field.
    """

    id: str
    action: str
    always: str = ""
    plain: str = ""
    shown: str = ""

    def bindings(self) -> list[Binding]:
        found: list[Binding] = []
        if self.always:
            found.append(Binding(self.always, self.action, self.id, show=False, priority=True))
        if self.plain:
            found.append(Binding(self.plain, self.action, self.id, show=False))
        return found


APP_KEYS: Final = (
    Key("help", "help", "f1", "question_mark", "F1"),
    Key("cancel_all", "cancel_all", "ctrl+x,shift+f8,f20", "", "^X"),
    Key("view", "switch_view", "f9,ctrl+t", "", "F9"),
    Key("language", "switch_language", "ctrl+l", "", "^L"),
    Key("palette", "command_palette", "ctrl+p", "", "^P"),
    Key("quit", "quit", "ctrl+q", "", "^Q"),
)
TRADING_KEYS: Final = (
    Key("buy", "buy", "f2", "1", "F2"),
    Key("sell", "sell", "f3", "3", "F3"),
    Key("submit", "submit", "f4", "", "F4"),
    Key("amend", "amend", "f7", "7", "F7"),
    Key("cancel_here", "cancel_here", "f8", "8,delete", "F8"),
    Key("blotter_page", "blotter_page", "f6", "6", "F6"),
    Key("previous", "instrument(-1)", "ctrl+pageup", "left,4", "4"),
    Key("next", "instrument(1)", "ctrl+pagedown", "right,5", "5"),
    Key("recentre", "recentre", "", "space,0", "Space"),
    Key("zoom_in", "zoom(-1)", "", "plus,equals_sign", "+"),
    Key("zoom_out", "zoom(1)", "", "minus", "-"),
)
SUPERVISOR_KEYS: Final = (
    Key("halt", "act('halt')", "f2", "1", "F2"),
    Key("resume", "act('resume')", "f3", "3", "F3"),
    Key("suspend", "act('suspend')", "f4", "4", "F4"),
    Key("reinstate", "act('reinstate')", "f6", "6", "F6"),
    Key("notice", "act('notice')", "f7", "7", "F7"),
)


def bindings(keys: tuple[Key, ...]) -> list[Binding]:
    return [binding for key in keys for binding in key.bindings()]
