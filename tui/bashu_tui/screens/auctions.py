"""One-way auctions: what is announced, sealed bids, results; and the call auctions' outlook."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from bashu_protocol.messages import AuctionReport, AuctionRow, BidReport, PlaceBid, WithdrawBid
from bashu_protocol.messages.base import Message as Report
from bashu_protocol.units import format_price
from bashu_tui.cells import wrap
from bashu_tui.screens.off_book import OffBookScreen, Said
from bashu_tui.state.auctions import AuctionAction, actions, bidder_side
from bashu_tui.state.session import Session
from bashu_tui.widgets.action_row import ActionRow
from bashu_tui.widgets.application_form import ApplicationForm
from bashu_tui.widgets.auction_detail import AuctionDetail
from bashu_tui.widgets.auction_list import AuctionList
from bashu_tui.widgets.bid_form import BidForm
from bashu_tui.widgets.call_outlook import CallOutlook
from bashu_tui.widgets.form_field import FormField
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.outcome import Outcome
from bashu_tui.widgets.status_bar import StatusBar

MOST_CALLS: Final = 4
"""Lines of the call auctions, so that the list keeps its place."""


class AuctionsScreen(OffBookScreen):
    """A list, the chosen auction's detail, a form; the call auctions below the list."""

    CSS_PATH = "auctions.tcss"
    place = "auctions"
    ask_seconds: ClassVar[float] = 5.0

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="body"):
            with Vertical(id="auction-left"):
                yield AuctionList(id="auction-list")
                yield CallOutlook(id="call-outlook")
            with Vertical(id="auction-right"):
                yield AuctionDetail(lambda: self.chosen, id="auction-detail")
                yield BidForm(id="bid-form")
                yield ApplicationForm(id="apply-form-panel")
                yield ActionRow(
                    ["auctions.bid", "auctions.withdraw", "auctions.apply"],
                    self._possible, id="auction-actions",
                )  # fmt: skip
                yield Outcome(id="auction-outcome")

    def on_mount(self) -> None:
        self.query_one(BidForm).begin(self.chosen)
        self.query_one(AuctionList).focus()

    @property
    def chosen(self) -> AuctionRow | None:
        return self.query_one(AuctionList).chosen

    def mark_old(self, session: Session) -> None:
        session.auctions.is_old = True

    def repaint_all(self) -> None:
        super().repaint_all()
        self.query_one(BidForm).repaint()
        self.query_one(ApplicationForm).repaint()
        self._show_calls()

    def apply_changes(self, changed: set[str]) -> None:
        if "all" in changed:
            self.repaint_all()
            return
        if changed & {"auctions", "status", "mode", "limits"}:
            self.query_one(AuctionList).repaint()
            self._show_chosen()
        if "auctions" in changed:
            form = self.query_one(BidForm)
            if not form.auction_id:
                form.begin(self.chosen)
            form.repaint()
        if changed & {"stat", "status"}:
            self._show_calls()
            self.query_one(StatusBar).repaint()

    def symbol_changed(self) -> None:
        self.repaint_all()

    def on_list_panel_moved(self) -> None:
        self.query_one(BidForm).begin(self.chosen)
        self._show_chosen()

    def on_list_panel_taken(self) -> None:
        self.action_bid()

    def on_form_field_submitted(self, event: FormField.Submitted) -> None:
        event.stop()
        self.action_send()

    # Keys

    def action_bid(self) -> None:
        row = self._chosen_for("bid")
        if row is None:
            return
        form = self.query_one(BidForm)
        form.begin(row)
        self._open("-bid")
        form.fields[0].input.focus()

    def action_apply(self) -> None:
        form = self.query_one(ApplicationForm)
        chosen = self.chosen
        form.begin(chosen.symbol if chosen is not None else self.bashu.symbol)
        self._open("-apply")
        form.quantity.input.focus()

    def action_back(self) -> None:
        """Leave the form; what was typed in it stays."""
        self._open("")
        self.query_one(AuctionList).focus()

    def action_send(self) -> None:
        """Check the form that is open, and show the card."""
        if self.refuse_locked():
            return
        if self.has_class("-apply"):
            self._send_application()
        else:
            self._send_bid()

    def action_withdraw(self) -> None:
        """Take one's member's bid back: at once, without a card."""
        session, row = self.bashu.session, self._chosen_for("withdraw")
        if session is not None and row is not None:
            command = WithdrawBid(session.client.new_cl_ord_id(), row.auction_id)
            self.take_back(command, self._sent)

    # How

    def _send_bid(self) -> None:
        session, form = self.bashu.session, self.query_one(BidForm)
        row, terms, problem = form.auction, form.terms(), form.problem()
        if session is None or row is None:
            self.outcome.say("auctions.none_chosen")
        elif "bid" not in actions(row, session.member):
            self.outcome.say("auctions.cannot.bid", "warn")
        elif problem is not None or terms is None:
            label, why = problem or ("ticket.qty", "")
            self.outcome.say("text.because", "warn", what=label, why=why)
        else:
            command = PlaceBid(session.client.new_cl_ord_id(), row.auction_id, *terms)
            title = "auctions.card.change" if row.bid is not None else "auctions.card.bid"
            self.confirm(title, self._bid_lines(row, *terms), command, self._sent)

    def _bid_lines(
        self, row: AuctionRow, qty: int, price: int
    ) -> Callable[[int], list[Sequence[Piece]]]:
        def make(width: int) -> list[Sequence[Piece]]:
            texts, palette = self.bashu.texts, self.bashu.palette
            said = texts("auctions.sealed_own")
            if row.bid is not None:
                said += " " + texts("auctions.replaces")
            return [
                *self.terms_lines(bidder_side(row), qty, row.symbol, price),
                *([(part, palette.warn)] for part in wrap(said, width)),
            ]

        return make

    def _send_application(self) -> None:
        session, form = self.bashu.session, self.query_one(ApplicationForm)
        if session is None:
            return
        problem = form.problem()
        command = form.application(session.client.new_cl_ord_id())
        if problem is not None or command is None:
            label, why = problem or ("blocks.symbol", "off_book.no_symbol")
            self.outcome.say("text.because", "warn", what=label, why=why)
            return

        def make(width: int) -> list[Sequence[Piece]]:
            texts, palette = self.bashu.texts, self.bashu.palette
            what = texts(
                f"auctions.what.own_{command.form}", qty=f"{command.order_qty:,}",
                symbol=command.symbol,
            )  # fmt: skip
            limit = texts(f"auctions.limit.{command.limit}.{command.form}",
                          price=format_price(command.limit_price))  # fmt: skip
            pricing = texts(f"auctions.pricing.{command.pricing}")
            note = texts("auctions.apply_note")
            style = palette.sell if command.form == "sell" else palette.buy
            said = [(what, style), (pricing, palette.plain), (limit, palette.plain)]
            said.append((note, palette.faint))
            return [[(part, kind)] for text, kind in said for part in wrap(text, width)]

        self.confirm("auctions.card.apply", make, command, self._sent)

    def _open(self, name: str) -> None:
        self.set_class(name == "-bid", "-bid")
        self.set_class(name == "-apply", "-apply")

    def _chosen_for(self, action: AuctionAction) -> AuctionRow | None:
        """Return the chosen auction if the action fits it; else say that it does not."""
        row, session = self.chosen, self.bashu.session
        if row is None or session is None:
            self.outcome.say("auctions.none_chosen")
        elif action not in actions(row, session.member):
            self.outcome.say(f"auctions.cannot.{action}", "warn")
        else:
            return row
        return None

    def _possible(self) -> list[str]:
        """Return the ids of what can be done with the chosen auction."""
        row, session = self.chosen, self.bashu.session
        allowed = actions(row, session.member) if row is not None and session is not None else ()
        possible = [f"auctions.{action}" for action in allowed]
        if self.why_locked is not None:
            return [name for name in possible if name == "auctions.withdraw"]
        return [*possible, "auctions.apply"]

    def _show_chosen(self) -> None:
        self.query_one(AuctionDetail).repaint()
        self.query_one("#auction-actions", ActionRow).repaint()

    def _show_calls(self) -> None:
        outlook = self.query_one(CallOutlook)
        count = len(outlook.stats())
        self.set_class(count > 0, "-calls")
        outlook.styles.height = min(count, MOST_CALLS) + 3 if count else 3
        outlook.repaint()

    def _sent(self, answer: Report) -> Said:
        """Word what the venue accepted, and leave the form that led to it."""
        if isinstance(answer, BidReport):
            if answer.event in ("accepted", "replaced"):
                self.action_back()
            qty, price = f"{answer.order_qty:,}", format_price(answer.price)
            values: dict[str, object] = {"id": answer.auction_id, "qty": qty, "price": price}
            return f"auctions.done.{answer.event}", values
        if isinstance(answer, AuctionReport):
            self.query_one(ApplicationForm).clear()
            self.action_back()
            self.query_one(AuctionList).expect(answer.auction_id)
            return "auctions.done.applied", {"id": answer.auction_id}
        return "off_book.done", {}
