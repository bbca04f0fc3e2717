"""What the tests of blocks and of auctions do alike: open the screen, fill in a form, confirm."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

from textual.pilot import Pilot

from bashu_tui.app import BashuApp
from bashu_tui.i18n import Language
from bashu_tui.screens.terms_card import TermsCard
from bashu_tui.widgets.form_field import FormField
from bashu_tui.widgets.list_panel import ListPanel

NARROW: Final = (80, 24)
Wait = Callable[[Pilot[None], Callable[[], object]], Awaitable[None]]
Desk = Callable[..., AbstractAsyncContextManager[tuple[BashuApp, Pilot[None]]]]


def desk_at(place: str, terminal: Any, wait: Wait) -> Desk:
    """Return what opens alice's terminal, or another user's, at a screen whose list has focus."""

    @asynccontextmanager
    async def open_desk(
        user: str = "alice", size: tuple[int, int] = NARROW, language: Language = "en"
    ) -> AsyncIterator[tuple[BashuApp, Pilot[None]]]:
        async with terminal(user, size=size, language=language) as (app, pilot):
            app.open_screen(place)
            await wait(
                pilot,
                lambda: (
                    getattr(app.screen, "place", "") == place
                    and app.screen.is_mounted
                    and isinstance(app.focused, ListPanel)
                ),
            )
            yield app, pilot

    return open_desk


async def card_opened(pilot: Pilot[None], app: BashuApp, wait: Wait) -> TermsCard:
    """Wait for the card, and let the press that brought it up be long ago."""
    await wait(pilot, lambda: isinstance(app.screen, TermsCard) and app.screen.is_mounted)
    card = app.screen
    assert isinstance(card, TermsCard)
    card.one_press.presses.pressed_at = float("-inf")
    return card


async def agree(pilot: Pilot[None], app: BashuApp, wait: Wait) -> None:
    """Confirm the card that is, or comes, in front."""
    card = await card_opened(pilot, app, wait)
    await pilot.press("enter")
    await wait(pilot, lambda: app.screen is not card)


async def fill(pilot: Pilot[None], fields: Sequence[FormField], *texts: str) -> None:
    """Put texts into fields, and leave the focus in the last one."""
    for field, text in zip(fields, texts, strict=True):
        field.text = text
    fields[-1].input.focus()
    await pilot.pause()


async def type_into(pilot: Pilot[None], fields: Sequence[FormField], *texts: str) -> None:
    """Type into fields as a person would."""
    for field, text in zip(fields, texts, strict=True):
        field.text = ""
        field.input.focus()
        await pilot.pause()
        await pilot.press(*["full_stop" if c == "." else c for c in text])
    await pilot.pause()
