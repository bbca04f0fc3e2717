"""What the cards over the screens share: the way back, the mouse, and the key for help."""

import time
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen, ScreenResultType

from bashu_tui.keymap import keys_of
from bashu_tui.screens.help import HELP, HelpScreen
from bashu_tui.screens.one_press import OnePress
from bashu_tui.widgets.choice_line import ChoiceLine

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

TEXT_WIDTH: Final = 60
"""Cells inside a card; see `.card` in app.tcss."""


class ExplainedScreen(Screen[ScreenResultType]):
    """A screen outside the keymap; the text `help.widget.<name>` says what its keys do."""

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    def on_mount(self) -> None:
        for key in keys_of(HELP, self.bashu.settings.keys):
            self._bindings.bind(key, "help", show=False)

    def action_help(self) -> None:
        """Say what has the focus, and what this is."""
        focused = self.focused
        chain = focused.ancestors_with_self if focused is not None else [self]
        self.app.push_screen(HelpScreen("", tuple(map(type, chain))), self.help_closed)

    def help_closed(self, _nothing: None) -> None:
        """Help is gone again."""


class Card(ModalScreen[ScreenResultType], ExplainedScreen[ScreenResultType]):
    """Dismissed with None by Esc. A click on a choice runs the action that it is named after.

    Textual's style sheets see the first base alone, so the modal screen comes first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+b", "back", show=False)]

    def action_back(self) -> None:
        self.dismiss(None)

    async def on_choice_line_picked(self, event: ChoiceLine.Picked) -> None:
        await self.run_action(event.name)


class AskingCard(Card[ScreenResultType]):
    """A card before something binding. A key that is held down does not confirm.

    Enter may have brought the card up, or closed the help over it, and be the same press still.
    """

    def __init__(self) -> None:
        super().__init__()
        self.one_press = OnePress(self, time.monotonic())

    def help_closed(self, _nothing: None) -> None:
        self.one_press.presses.pressed(time.monotonic())
