"""What the call auctions would give now: indicative price, volume and what is left over."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len

from bashu_protocol.messages import InstrumentStat
from bashu_protocol.units import NS_PER_SECOND, format_price
from bashu_tui.cells import left, right
from bashu_tui.state.auctions import countdown
from bashu_tui.state.modes import CALL_PHASES
from bashu_tui.widgets.line_panel import LinePanel, Piece

_AFTER: Final = ("call_auction_no_cancel", "continuous")
"""What follows a call phase by the calendar."""
_FAR_NS: Final = 3_600 * NS_PER_SECOND


class CallOutlook(LinePanel):
    """A line for each instrument in a call phase, with the time until the uncross."""

    title_key = "panel.call_auctions"

    def stats(self) -> list[InstrumentStat]:
        """Return the statistics of the instruments in a call phase."""
        session = self.bashu.session
        stats = session.client.feed.stats if session is not None else {}
        return [stat for _symbol, stat in sorted(stats.items()) if stat.phase in CALL_PHASES]

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        texts, palette = self.bashu.texts, self.bashu.palette
        stats = self.stats()
        if not stats:
            return [[(left(texts("call.none"), width), palette.faint)]]
        head = left(texts("column.symbol"), 8) + right(texts("call.price"), 10)
        head += right(texts("call.qty"), 11) + "  " + left(texts("call.surplus"), 20)
        head += left(texts("call.ends"), max(0, width - 51))
        made: list[Sequence[Piece]] = [[(head, palette.head)]]
        made += [self._row(stat, width) for stat in stats]
        return made[:height]

    def _row(self, stat: InstrumentStat, width: int) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        if stat.indicative_price:
            price, qty = format_price(stat.indicative_price), f"{stat.indicative_qty:,}"
        else:
            price, qty = "-", "0"
        surplus = stat.indicative_surplus
        key = "call.balanced" if not surplus else "call.buyers" if surplus > 0 else "call.sellers"
        over = texts(key, qty=f"{abs(surplus):,}")
        style = palette.plain if not surplus else palette.buy if surplus > 0 else palette.sell
        change = palette.direction(
            stat.indicative_price - stat.reference_price if stat.indicative_price else 0
        )
        return [
            (left(stat.symbol, 8), palette.plain),
            (right(price, 10), change),
            (right(qty, 11) + "  ", palette.plain),
            (left(over, 20), style),
            (left(self._end(stat, max(0, width - 51)), max(0, width - 51)), palette.warn),
        ]

    def _end(self, stat: InstrumentStat, room: int) -> str:
        """Count down to the end of the call phase, where it is known."""
        session = self.bashu.session
        if session is None:
            return ""
        texts = self.bashu.texts
        status, row = session.status, session.instruments.get(stat.symbol)
        ends_at, after = 0, "continuous"
        if stat.phase == "volatility_auction":
            began = session.auctions.call_since.get(stat.symbol, 0)
            volatility = row.rules.volatility if row is not None else None
            if began and volatility is not None:
                ends_at = began + volatility.auction_seconds * NS_PER_SECOND
        elif status is not None and status.next_phase in _AFTER:
            ends_at, after = status.next_phase_time, status.next_phase
        if not 0 < ends_at - session.now < _FAR_NS:  # a phase that was set by hand
            return ""
        time = countdown(ends_at, session.now)
        said = texts("call.until", time=time, phase=texts(f"phase.{after}"))
        return said if cell_len(said) <= room else time
