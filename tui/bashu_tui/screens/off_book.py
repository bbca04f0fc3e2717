"""What the screens of blocks and auctions share: sending, withdrawing, asking from time to time."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import work

from bashu_protocol.client import CommandRefused
from bashu_protocol.messages import Command, CommandReport, Side
from bashu_protocol.messages.base import Message as Report
from bashu_protocol.requests import CommandTimeout
from bashu_protocol.transport import ConnectionLost
from bashu_protocol.units import format_money, format_price
from bashu_tui.cells import signed_percent
from bashu_tui.screens.base import MarketScreen
from bashu_tui.screens.terms_card import TermsCard
from bashu_tui.state.modes import may_trade
from bashu_tui.state.session import Session
from bashu_tui.widgets.form_field import FormField
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.outcome import Outcome

LATE_SECONDS = 5.0
"""After this an answer is late, which is said; it is waited for all the same."""
LONGEST_WAIT_SECONDS = 86_400.0
Said = tuple[str, dict[str, object]]
"""A text key and its values."""


class OffBookScreen(MarketScreen):
    """A list, the chosen thing's detail, a form, and what became of the last action."""

    ask_seconds: ClassVar[float]
    """How often the venue is asked for what no message tells, while the screen is in front."""

    def __init__(self) -> None:
        super().__init__()
        self._sending: Command | None = None
        """What is on its way, and not late."""

    def on_mount(self) -> None:
        self.set_interval(self.ask_seconds, self._ask_now_and_then)
        session = self.bashu.session
        never = may_trade(session) if session is not None else None
        if never is not None:
            self.outcome.say(never, "alarm")

    def repaint_all(self) -> None:
        super().repaint_all()
        for field in self.query(FormField):
            field.repaint()

    # Told by the screens

    def mark_old(self, session: Session) -> None:
        """Have the venue asked anew for what the screen shows."""

    # Whether

    @property
    def why_locked(self) -> str | None:
        """The text key of why nothing may be sent now; None if something may."""
        session = self.bashu.session
        return session.why_locked() if session is not None else "locked.link"

    @property
    def outcome(self) -> Outcome:
        return self.query_one(Outcome)

    def refuse_locked(self) -> bool:
        """Say why nothing may be sent, if so."""
        why = self.why_locked
        if why is not None:
            self.outcome.say(why, "alarm")
        elif self._sending is not None:
            self.outcome.say("off_book.wait", "warn")
        return why is not None or self._sending is not None

    # Sending

    def confirm(
        self,
        title_key: str,
        make: Callable[[int], list[Sequence[Piece]]],
        command: Command,
        done: Callable[[Report], Said],
    ) -> None:
        """Show a card, and send the command if it is agreed to."""

        def decided(send: bool | None) -> None:
            if send and not self.refuse_locked():
                self.send(command, done)

        self.outcome.say("")  # what was wrong before is mended
        self.app.push_screen(TermsCard(title_key, make, len(make(60))), decided)

    @work(group="off book")
    async def send(self, command: Command, done: Callable[[Report], Said]) -> None:
        """Send a command and say what the venue answers; `done` words an acceptance."""
        session = self.bashu.session
        if session is None:
            return
        self._sending = command
        self.outcome.say("off_book.sending")
        try:
            answer = await self._late_or_not(session, command)
        finally:
            self._end_of(command)
        if answer is not None:
            key, values = done(answer)
            self.outcome.say(key, "good", **values)

    @work(group="off book withdraw")
    async def take_back(self, command: Command, done: Callable[[Report], Said]) -> None:
        """Send a withdrawal: never locked, never asked twice, whatever else is on its way."""
        session = self.bashu.session
        answer = await self._late_or_not(session, command) if session is not None else None
        if answer is not None:
            key, values = done(answer)
            self.outcome.say(key, "plain", **values)

    async def _late_or_not(self, session: Session, command: Command) -> Report | None:
        """Await the venue's answer however long it takes; None if it was no acceptance."""
        request = session.client.request(command, Report, LONGEST_WAIT_SECONDS)
        waiting = asyncio.ensure_future(request)
        try:
            done, _ = await asyncio.wait({waiting}, timeout=LATE_SECONDS)
            if not done:
                self._end_of(command)
                self.outcome.say("off_book.unknown", "alarm")
            answer = await waiting
        except (CommandTimeout, ConnectionLost):
            self.outcome.say("off_book.unknown", "alarm")
            return None
        except CommandRefused as refused:
            self._say_refusal(refused.reject.reject_code.value)
            return None
        finally:
            waiting.cancel()
        if isinstance(answer, CommandReport) and not answer.accepted:
            self._say_refusal(answer.reject_code.value)
            return None
        return answer

    def _end_of(self, command: Command) -> None:
        """Let the next command be sent, unless another than this one is on its way."""
        if self._sending is command:
            self._sending = None

    def _say_refusal(self, code: str) -> None:
        self.outcome.say("off_book.refused", "warn", why=f"reject.{code}")

    # The keys that every trader's screen has

    def action_cancel_here(self) -> None:
        self._cancel(self.bashu.symbol)

    def action_cancel_all(self) -> None:
        self._cancel("")

    @work(group="off book withdraw")
    async def _cancel(self, symbol: str) -> None:
        """Withdraw one's own orders, blocks and bids; never asks, never locked."""
        session = self.bashu.session
        if session is None:
            return
        try:
            report = await session.client.mass_cancel(symbol, timeout=LONGEST_WAIT_SECONDS)
        except (CommandTimeout, CommandRefused, ConnectionLost):
            self.outcome.say("off_book.unknown", "alarm")
            return
        if report.accepted:
            self.outcome.say("off_book.cancelled", "plain", count=report.affected)
        else:
            self._say_refusal(report.reject_code.value)

    # Wording

    def distance(self, symbol: str, price: int) -> str:
        """Show how far a price is from the last price of the listing; empty without one."""
        session = self.bashu.session
        stat = session.stat(symbol) if session is not None else None
        last = (stat.last or stat.reference_price) if stat is not None else 0
        return signed_percent(price - last, last) if last else ""

    def terms_lines(self, side: Side, qty: int, symbol: str, price: int) -> list[Sequence[Piece]]:
        """Word what is proposed, its value, and how far it is from the market, for a card."""
        texts, palette = self.bashu.texts, self.bashu.palette
        style = palette.buy if side == "buy" else palette.sell
        lines: list[Sequence[Piece]] = [
            [(texts("off_book.terms", side=texts(f"side.{side}"), qty=f"{qty:,}", symbol=symbol,
                    price=format_price(price)), style)],
            [(texts("off_book.value", value=format_money(price * qty)), palette.plain)],
        ]  # fmt: skip
        percent = self.distance(symbol, price)
        if percent:
            lines.append([(texts("off_book.distance", percent=percent), palette.plain)])
        return lines

    def _ask_now_and_then(self) -> None:
        session = self.bashu.session
        if session is not None and session.is_live and self.is_current:
            self.mark_old(session)


def symbol_options(symbols: Sequence[str]) -> list[tuple[str, str]]:
    """Return the options of a choice of instruments."""
    return [(symbol, symbol) for symbol in symbols] or [("", "off_book.no_symbol")]
