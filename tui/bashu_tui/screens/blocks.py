"""Block trading: offers of others and one's own, negotiations, and the form for terms."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from bashu_protocol.messages import (
    AcceptBlock,
    BlockReport,
    Command,
    CounterBlock,
    PostBlock,
    WithdrawBlock,
)
from bashu_protocol.messages.base import Message as Report
from bashu_tui.cells import wrap
from bashu_tui.screens.off_book import OffBookScreen, Said
from bashu_tui.state.blocks import BlockAction, BlockLine
from bashu_tui.state.session import Session
from bashu_tui.widgets.action_row import ActionRow
from bashu_tui.widgets.block_detail import BlockDetail
from bashu_tui.widgets.block_form import BlockForm
from bashu_tui.widgets.block_list import BlockList
from bashu_tui.widgets.form_field import FormField
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.outcome import Outcome
from bashu_tui.widgets.status_bar import StatusBar


class BlocksScreen(OffBookScreen):
    """A list, the chosen line's detail, and a form; side by side where there is room."""

    CSS_PATH = "blocks.tcss"
    place = "blocks"
    ask_seconds: ClassVar[float] = 2.0

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="body"):
            yield BlockList(id="block-list")
            with Vertical(id="block-side-panel"):
                yield BlockDetail(lambda: self.chosen, self.distance, id="block-detail")
                yield BlockForm(self.distance, id="block-form")
                yield ActionRow(
                    ["blocks.offer", "blocks.counter", "blocks.accept", "blocks.withdraw"],
                    self._possible, id="block-actions",
                )  # fmt: skip
                yield Outcome(id="block-outcome")

    def on_mount(self) -> None:
        self.query_one(BlockForm).begin_offer(self.bashu.symbol)
        self.query_one(BlockList).focus()

    @property
    def chosen(self) -> BlockLine | None:
        return self.query_one(BlockList).chosen

    def mark_old(self, session: Session) -> None:
        session.blocks.is_old = True

    def repaint_all(self) -> None:
        super().repaint_all()
        self.query_one(BlockForm).repaint()

    def apply_changes(self, changed: set[str]) -> None:
        if "all" in changed:
            self.repaint_all()
            return
        if changed & {"blocks", "stat", "mode", "limits"}:
            self.query_one(BlockList).repaint()
            self._show_chosen()
        if changed & {"stat", "blocks"}:
            self.query_one(BlockForm).repaint()
        if changed & {"status", "stat", "mode", "blocks"}:
            self.query_one(StatusBar).repaint()

    def symbol_changed(self) -> None:
        self.repaint_all()

    def on_list_panel_moved(self) -> None:
        self._show_chosen()

    def on_list_panel_taken(self) -> None:
        self.action_accept()

    def on_form_field_submitted(self, event: FormField.Submitted) -> None:
        event.stop()
        self.action_send()

    # Keys

    def action_offer(self) -> None:
        self._open_form(None)

    def action_counter(self) -> None:
        line = self._chosen_for("counter")
        if line is not None:
            self._open_form(line)

    def action_back(self) -> None:
        """Leave the form; what was typed in it stays."""
        self.remove_class("-form")
        self.query_one(BlockList).focus()

    def action_send(self) -> None:
        """Check the form and show the card; a counter-proposal is one to the terms of the form."""
        session, form = self.bashu.session, self.query_one(BlockForm)
        if session is None or self.refuse_locked():
            return
        problem, terms = form.problem(), form.terms()
        if problem is not None or terms is None:
            label, why = problem or ("ticket.qty", "")
            self.outcome.say("text.because", "warn", what=label, why=why)
            return
        name = session.client.new_cl_ord_id()
        line, side, symbol = form.countered, form.side, form.symbol
        command: Command
        if line is None:
            command = PostBlock(name, symbol, side, *terms, form.counterparty)
            title, to = "blocks.card.offer", form.counterparty
        else:
            command = CounterBlock(name, line.block_id, *terms)
            title, to = "blocks.card.counter", line.counterparty

        def make(width: int) -> list[Sequence[Piece]]:
            texts = self.bashu.texts
            unnamed = texts("blocks.card.to_all" if line is None else "blocks.card.unnamed")
            other = texts("blocks.card.to", member=to) if to else unnamed
            quantity, price = terms
            return [
                *self.terms_lines(side, quantity, symbol, price),
                *([(text, self.bashu.palette.plain)] for text in wrap(other, width)),
            ]

        self.confirm(title, make, command, self._sent)

    def action_accept(self) -> None:
        """Take the terms that are shown; if they change meanwhile the venue refuses."""
        session, line = self.bashu.session, self._chosen_for("accept")
        if session is None or line is None or self.refuse_locked():
            return
        command = AcceptBlock(
            session.client.new_cl_ord_id(), line.block_id, line.order_qty, line.price
        )

        def make(width: int) -> list[Sequence[Piece]]:
            texts, palette = self.bashu.texts, self.bashu.palette
            other = texts("blocks.card.with", member=line.counterparty or texts("blocks.unnamed"))
            return [
                *self.terms_lines(line.side, line.order_qty, line.symbol, line.price),
                [(other, palette.plain)],
                *([(text, palette.warn)] for text in wrap(texts("blocks.card.binds"), width)),
            ]

        self.confirm("blocks.card.accept", make, command, self._sent)

    def action_withdraw(self) -> None:
        """Take back one's own offer or leave a negotiation: at once, without a card."""
        session, line = self.bashu.session, self._chosen_for("withdraw")
        if session is not None and line is not None:
            command = WithdrawBlock(session.client.new_cl_ord_id(), line.block_id)
            self.take_back(command, self._sent)

    # How

    def _open_form(self, line: BlockLine | None) -> None:
        form = self.query_one(BlockForm)
        if line is None:
            chosen = self.chosen
            form.begin_offer(chosen.symbol if chosen is not None else self.bashu.symbol)
        else:
            form.begin_counter(line)
        self.add_class("-form")
        form.fields[0].input.focus()

    def _chosen_for(self, action: BlockAction) -> BlockLine | None:
        """Return the chosen line if the action fits it; else say that it does not."""
        line = self.chosen
        if line is None:
            self.outcome.say("blocks.none_chosen")
        elif action not in line.actions:
            self.outcome.say(f"blocks.cannot.{action}", "warn")
        else:
            return line
        return None

    def _possible(self) -> list[str]:
        """Return the ids of what can be done with the chosen line."""
        line = self.chosen
        actions = line.actions if line is not None else frozenset()
        possible = [f"blocks.{action}" for action in actions]
        if self.why_locked is not None:
            return [name for name in possible if name == "blocks.withdraw"]
        return ["blocks.offer", *possible]

    def _show_chosen(self) -> None:
        self.query_one(BlockDetail).repaint()
        self.query_one("#block-actions", ActionRow).repaint()

    def _sent(self, answer: Report) -> Said:
        """Word what the venue accepted, and leave the form that led to it."""
        if not isinstance(answer, BlockReport):
            return "off_book.done", {}
        if answer.event in ("posted", "countered"):
            self.query_one(BlockForm).clear()
            self.remove_class("-form")
            blocks = self.query_one(BlockList)
            blocks.expect(answer.block_id)
            blocks.focus()
        return f"blocks.done.{answer.event}", {"id": answer.block_id}
