"""The chosen auction: its terms, its times, one's own bid, and after the cut-off its result."""

from collections.abc import Callable, Sequence

from rich.style import Style

from bashu_protocol.messages import AuctionRow, BidReport
from bashu_protocol.units import format_money, format_price
from bashu_tui.cells import left, right, wrap
from bashu_tui.state.auctions import countdown, deadline
from bashu_tui.state.bounds import bid_quantity
from bashu_tui.state.session import local_time
from bashu_tui.state.venue_words import in_words
from bashu_tui.widgets.line_panel import LinePanel, Piece


class AuctionDetail(LinePanel):
    """Of the auction that `chosen` gives. Nothing of others' bids is known before the cut-off."""

    title_key = "panel.auction"

    def __init__(
        self,
        chosen: Callable[[], AuctionRow | None],
        *,
        id: str,  # noqa: A002  Textual's own word
    ) -> None:
        super().__init__(id=id)
        self._chosen = chosen

    def title(self) -> str:
        row = self._chosen()
        if row is None:
            return super().title()
        return self.bashu.texts("auctions.number", id=row.auction_id)

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        texts, palette = self.bashu.texts, self.bashu.palette
        row = self._chosen()
        if row is None:
            return [[(text, palette.faint)] for text in wrap(texts("auctions.choose"), width)]
        sentences = [*self._terms(row), *self._times(row), *self._own(row), *self._result(row)]
        made: list[Sequence[Piece]] = []
        for text, style in sentences:
            made += [[(part, style)] for part in wrap(text, width)]
        return [*made, *self._history(row, height - len(made))][:height]

    def _terms(self, row: AuctionRow) -> list[Piece]:
        texts, palette, session = self.bashu.texts, self.bashu.palette, self.bashu.session
        style = palette.buy if row.form == "sell" else palette.sell
        is_own = session is not None and bool(row.member) and row.member == session.member
        if is_own:
            style = palette.sell if row.form == "sell" else palette.buy
        key = f"auctions.what.{'own_' if is_own else ''}{row.form}"
        what = texts(key, qty=f"{row.order_qty:,}", symbol=row.symbol)
        pricing = texts(f"auctions.pricing.{row.pricing}")
        made: list[Piece] = [(what, style), (pricing, palette.plain)]
        if row.paid_allocation:
            made.append((texts("auctions.paid_allocation"), palette.warn))
        if row.cap:
            instrument = session.instruments.get(row.symbol) if session is not None else None
            bounds = bid_quantity(row, instrument)
            made.append((
                texts("auctions.bounds", low=format_price(row.floor), high=format_price(row.cap),
                      least=f"{bounds.low:,}", most=f"{bounds.high:,}", lot=f"{bounds.step:,}"),
                palette.plain,
            ))  # fmt: skip
        return made

    def _times(self, row: AuctionRow) -> list[Piece]:
        texts, palette, session = self.bashu.texts, self.bashu.palette, self.bashu.session
        state = texts(f"auctions.state.{row.state}")
        style: Style = palette.good if row.state == "open" else palette.plain
        due = deadline(row)
        if due.what and due.at and session is not None:
            left_over = countdown(due.at, session.now)
            when = texts(f"auctions.{due.what}_at", time=local_time(due.at), left=left_over)
            state = texts("text.because", what=state, why=when)
        elif row.text:
            why = in_words(row.text, texts)  # which may begin with the state
            is_said = why.casefold().startswith(state.casefold())
            state = why if is_said else texts("text.because", what=state, why=why)
        return [(state, style)]

    def _own(self, row: AuctionRow) -> list[Piece]:
        texts, palette, bid = self.bashu.texts, self.bashu.palette, row.bid
        made: list[Piece] = []
        if bid is not None:
            own = texts(
                "auctions.bid", qty=f"{bid.order_qty:,}", price=format_price(bid.price),
                time=local_time(bid.transact_time), user=bid.user,
            )  # fmt: skip
            made.append((own, palette.warn if row.state == "open" else palette.plain))
        elif row.state == "open":
            made.append((texts("auctions.no_bid"), palette.faint))
        if row.state in ("scheduled", "open"):
            made.append((texts("auctions.sealed"), palette.faint))
        return made

    def _result(self, row: AuctionRow) -> list[Piece]:
        """Say what came of it, for all and for oneself."""
        if row.state != "completed":
            return []
        texts, palette, bid = self.bashu.texts, self.bashu.palette, row.bid
        result = texts(
            "auctions.result", qty=f"{row.cum_qty:,}", price=format_price(row.last_px),
            value=format_money(row.turnover), bids=row.bids,
        )  # fmt: skip
        made: list[Piece] = [(result, palette.plain)]
        if bid is not None and bid.cum_qty:
            fill = texts(
                "auctions.fill", qty=f"{bid.cum_qty:,}", of=f"{bid.order_qty:,}",
                price=format_price(bid.last_px), value=format_money(bid.cum_qty * bid.last_px),
            )  # fmt: skip
            made.append((fill, palette.good))
        elif bid is not None:
            made.append((texts("auctions.no_fill"), palette.warn))
        return made

    def _history(self, row: AuctionRow, room: int) -> list[Sequence[Piece]]:
        """Show what happened to one's own bid, the latest first."""
        texts, palette, session = self.bashu.texts, self.bashu.palette, self.bashu.session
        reports = session.auctions.bids_of(row.auction_id) if session is not None else []
        if room < 3 or not reports:
            return []
        head = left(texts("column.time"), 10) + left(texts("column.event"), 18)
        head += right(texts("column.qty"), 11) + right(texts("column.price"), 9)
        made: list[Sequence[Piece]] = [[], [(head, palette.head)]]
        made += [[(self._step(report), palette.plain)] for report in reports[: room - 2]]
        return made

    def _step(self, report: BidReport) -> str:
        shown = left(local_time(report.transact_time), 10)
        shown += left(self.bashu.texts(f"auctions.event.{report.event}"), 18)
        return shown + right(f"{report.order_qty:,}", 11) + right(format_price(report.price), 9)
