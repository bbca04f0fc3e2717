"""Withdrawing one's own orders: from every screen, in every mode, at one key, and never locked."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual import work
from textual.screen import Screen

from bashu_protocol.client import CommandRefused
from bashu_protocol.messages import CommandReport, ExecutionReport
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.requests import CommandTimeout
from bashu_protocol.transport import ConnectionLost

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

LATE_SECONDS = 5.0
"""After this an answer is late, which is said; it is waited for all the same."""
LONGEST_WAIT_SECONDS = 86_400.0
Answer = TypeVar("Answer")
Report = TypeVar("Report", ExecutionReport, CommandReport)


class WithdrawingScreen(Screen[None]):
    """Says what became of a withdrawal in a note; a screen with a place for it overrides that."""

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    def tell(self, key: str, style: str, **values: object) -> None:
        """Say what became of something; style is a name of the palette's.

        A value that is itself a text key, such as a reject code's, is translated too.
        """
        if not self.app.is_running:  # an answer came while the terminal is closing
            return
        texts = self.bashu.texts
        shown = {field: texts.get(str(value), str(value)) for field, value in values.items()}
        is_bad = style in ("alarm", "warn")
        self.notify(texts(key, **shown), severity="warning" if is_bad else "information")

    def refused(self, code: RejectCode) -> None:
        self.tell("ticket.rejected", "warn", why=f"reject.{code.value}")

    def action_cancel_here(self) -> None:
        self.cancel(self.bashu.symbol)

    def action_cancel_all(self) -> None:
        self.cancel("")

    @work(group="cancel")
    async def cancel(self, symbol: str) -> None:
        """Withdraw all of one's own, or what is in one instrument."""
        session = self.bashu.session
        if session is None:
            return
        self._on_its_way()
        report = await self.answer_of(
            session.client.mass_cancel(symbol, timeout=LONGEST_WAIT_SECONDS), self._is_late
        )
        if report is None:
            return
        if report.affected:
            self.tell("ticket.cancelled", "plain", count=report.affected)
        else:
            self.tell("ticket.none_mine" if symbol else "ticket.none_at_all", "faint")

    @work(group="cancel")
    async def cancel_one(self, cl_ord_id: str) -> None:
        session = self.bashu.session
        if session is None:
            return
        self._on_its_way()
        report = await self.answer_of(
            session.client.cancel(cl_ord_id, timeout=LONGEST_WAIT_SECONDS), self._is_late
        )
        if report is not None:
            self.tell("ticket.cancelled", "plain", count=1)

    async def answer_of(
        self, answer: Coroutine[Any, Any, Report], is_late: Callable[[], None]
    ) -> Report | None:
        """Await the venue's report; a refusal is said, and None returned. So is what stays open."""
        try:
            report = await self.late_or_not(answer, is_late)
        except CommandRefused as refused:
            self.refused(refused.reject.reject_code)
        except (CommandTimeout, ConnectionLost):  # the session was closed
            is_late()
        else:
            if not report.reject_code:
                return report
            self.refused(report.reject_code)
        return None

    async def late_or_not(
        self, answer: Coroutine[Any, Any, Answer], is_late: Callable[[], None]
    ) -> Answer:
        """Await the venue's answer however long it takes; call `is_late` when it takes long."""
        waiting = asyncio.ensure_future(answer)
        try:
            done, _ = await asyncio.wait({waiting}, timeout=LATE_SECONDS)
            if not done:
                is_late()
            return await waiting
        finally:
            waiting.cancel()

    def _is_late(self) -> None:
        self.tell("ticket.cancel_late", "alarm")

    def _on_its_way(self) -> None:
        """Without a live link the client sends it again, under its number, after the next logon."""
        session = self.bashu.session
        if session is not None and not session.is_live:
            self.tell("ticket.cancel_waits", "alarm")
