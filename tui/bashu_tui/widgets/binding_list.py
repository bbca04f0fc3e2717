"""All actions with their keys; one key of one action is chosen, to be changed."""

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType

from bashu_tui.cells import left
from bashu_tui.keymap import ACTIONS, PLACES, Action, keys_of, label
from bashu_tui.screens.registry import open_to
from bashu_tui.state.rebinding import MOST_KEYS
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel

_SLOT: Final = 12


class BindingList(ListPanel[Action]):
    """A line an action. Left and right choose among its keys; after the last one stands a `+`."""

    title_key = "panel.bindings"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "slot(-1)", show=False),
        Binding("right", "slot(1)", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._slot = 0

    @property
    def slot(self) -> int:
        """Which of the chosen action's keys is chosen; their count means a new one."""
        action = self.chosen
        return min(self._slot, len(self._keys(action))) if action is not None else 0

    def items(self) -> Sequence[Action]:
        session = self.bashu.session
        hidden = PLACES - {e.place for e in open_to(session.role)} if session else frozenset()
        texts = self.bashu.texts
        shown = [action for action in ACTIONS if action.place not in hidden]
        groups = [texts(f"action.{action.id}").split(texts("text.group"))[0] for action in shown]
        first = {group: at for at, group in reversed(list(enumerate(groups)))}
        order = sorted(range(len(shown)), key=lambda at: (first[groups[at]], at))
        return [shown[at] for at in order]

    def key_of(self, item: Action) -> str:
        return item.id

    def head(self, width: int) -> list[Piece]:
        texts = self.bashu.texts
        room = self._room(width)
        return [
            (left(texts("column.does"), room) + " " + texts("column.keys"), self.bashu.palette.head)
        ]

    def row(self, item: Action, width: int) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        is_own = item.id in self.bashu.settings.keys
        keys = self._keys(item)
        does = ("* " if is_own else "  ") + texts(f"action.{item.id}")
        pieces: list[Piece] = [(left(does, self._room(width)), palette.plain)]
        chosen = self.slot if item.id == self.chosen_key else -1
        for at, shown in enumerate([*map(label, keys), "+"][:MOST_KEYS]):
            text = f"[{shown}]" if at == chosen else f" {shown} "
            style = palette.faint if shown == "+" and at == len(keys) else palette.warn
            pieces.append((left(text, max(_SLOT, cell_len(text) + 1)), style))
        return pieces

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        room = self._room(self.size.width)
        if offset is not None and offset.x >= room:
            self._slot = min(MOST_KEYS - 1, (offset.x - room) // _SLOT)

    def action_slot(self, by: int) -> None:
        action = self.chosen
        if action is not None:
            most = min(MOST_KEYS - 1, len(self._keys(action)))
            self._slot = max(0, min(most, self.slot + by))
            self.repaint()

    def _keys(self, action: Action) -> tuple[str, ...]:
        return keys_of(action, self.bashu.settings.keys)

    def _room(self, width: int) -> int:
        return max(20, min(52, width - 3 * _SLOT))
