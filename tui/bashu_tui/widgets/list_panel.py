"""Base of the panels that list things of which one is chosen."""

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from bashu_tui.widgets.line_panel import LinePanel, Piece

Item = TypeVar("Item")
_WHEEL_ROWS = 3


class ListPanel(LinePanel, Generic[Item]):
    """Head and rows; arrows, the wheel or a click choose. The chosen item stays chosen by its key.

    A subclass gives `items`, `key_of`, `head` and `row`; `empty_key` is the text for no items.
    """

    can_focus = True
    empty_key = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "end(-1)", show=False),
        Binding("end", "end(1)", show=False),
        Binding("enter", "take", show=False),
    ]

    class Moved(Message):
        """Another item was chosen."""

        def __init__(self, panel: "ListPanel[Any]") -> None:
            super().__init__()
            self.panel = panel

        @property
        def control(self) -> "ListPanel[Any]":
            return self.panel

    class Taken(Moved):
        """Enter or a double click on the chosen item."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id, classes=classes)
        self.chosen_key: Hashable = None
        self._top = 0
        self._at = 0

    # What a subclass says

    def items(self) -> Sequence[Item]:
        """Return everything there is to list, in order."""
        return ()

    def key_of(self, item: Item) -> Hashable:
        """Return what identifies an item as long as it lives."""
        raise NotImplementedError

    def head(self, width: int) -> list[Piece] | None:
        """Return the line of column names, if there is one."""
        return None

    def row(self, item: Item, width: int) -> list[Piece]:
        """Return the line of an item."""
        raise NotImplementedError

    # What it does with it

    @property
    def chosen(self) -> Item | None:
        """The chosen item; the first one where none was chosen or it is gone."""
        items = self.items()
        at = self._index(items)
        return items[at] if items else None

    def choose(self, key: Hashable) -> None:
        """Choose an item by its key."""
        self.chosen_key = key
        self._tell()

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        items = self.items()
        head = self.head(width)
        made: list[Sequence[Piece]] = [] if head is None else [head]
        if not items:
            if self.empty_key:
                made.append([(self.bashu.texts(self.empty_key), self.bashu.palette.faint)])
            return made[:height]
        at = self._index(items)
        self._at, self.chosen_key = at, self.key_of(items[at])
        room = max(1, height - len(made))
        self._top = max(0, min(self._top, at, len(items) - room), at - room + 1)
        for index in range(self._top, min(len(items), self._top + room)):
            pieces = self.row(items[index], width)
            if index == at:
                pieces = [(text, self.bashu.palette.on_cursor(style)) for text, style in pieces]
                used = sum(cell_len(text) for text, _style in pieces)
                pieces.append((" " * max(0, width - used), self.bashu.palette.cursor))
            made.append(pieces)
        return made[:height]

    def action_move(self, by: int) -> None:
        items = self.items()
        if not items:
            return
        at = max(0, min(len(items) - 1, self._index(items) + by))
        self.choose(self.key_of(items[at]))

    def action_page(self, by: int) -> None:
        self.action_move(by * max(1, self.size.height - 2))

    def action_end(self, by: int) -> None:
        self.action_move(by * len(self.items()))

    def action_take(self) -> None:
        if self.items():
            self.post_message(self.Taken(self))

    def item_at(self, y: int) -> Item | None:
        """Return the item on a line of the panel."""
        items = self.items()
        index = self._top + y - (self.head(self.size.width) is not None)
        return items[index] if 0 <= index < len(items) and index >= self._top else None

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        item = self.item_at(offset.y) if offset is not None else None
        self.focus()
        if item is None:
            return
        self.choose(self.key_of(item))
        if event.chain > 1:
            self.post_message(self.Taken(self))

    def on_mouse_scroll_up(self) -> None:
        self.action_move(-_WHEEL_ROWS)

    def on_mouse_scroll_down(self) -> None:
        self.action_move(_WHEEL_ROWS)

    def _index(self, items: Sequence[Item]) -> int:
        """Find the chosen item; where it is gone, what took its place."""
        if items and self._at < len(items) and self.key_of(items[self._at]) == self.chosen_key:
            return self._at
        for index, item in enumerate(items):
            if self.key_of(item) == self.chosen_key:
                return index
        return max(0, min(self._at, len(items) - 1))

    def _tell(self) -> None:
        self.repaint()
        self.post_message(self.Moved(self))
