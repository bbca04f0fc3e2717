"""What an order would do, on the card before it is sent; it follows the market."""

from collections.abc import Sequence

from bashu_protocol.units import divide_half_up, format_money, format_price
from bashu_tui.cells import signed_percent, wrap
from bashu_tui.i18n import Texts
from bashu_tui.state.appraisal import Appraisal, Caution, Market, Share, appraise
from bashu_tui.state.draft import OrderDraft
from bashu_tui.state.market_view import market_of, means_of
from bashu_tui.state.positions import format_average
from bashu_tui.widgets.line_panel import LinePanel, Piece
from bashu_tui.widgets.order_words import price_words, terms_words

Said = tuple[str, str]
"""A sentence, and the name of its style in the palette."""


class OrderCard(LinePanel):
    """As high as there is to say."""

    def __init__(self, draft: OrderDraft, *, id: str, shows_lock: bool = True) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._draft = draft
        self._shows_lock = shows_lock
        self._first: tuple[int, int] | None = None
        """Last and best opposite price as they were when the card came up."""

    def repaint(self) -> None:
        width = self.size.width
        if width:
            self.styles.height = len(self.lines(width, 0))
        super().repaint()

    def on_resize(self) -> None:
        self.repaint()

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        session, draft = self.bashu.session, self._draft
        texts, palette = self.bashu.texts, self.bashu.palette
        if session is None:
            return []
        said: list[Said] = [
            (_order(draft, texts), draft.side),
            (terms_words(draft, texts), "plain"),
        ]
        market = market_of(session, draft.symbol)
        if market is not None:
            appraisal = appraise(draft, market, means_of(session, draft))
            said += _appraised(draft, market, appraisal, texts)
            said += self._moved(market, texts)
        locked = session.why_locked(draft.symbol)
        if locked is not None and self._shows_lock:
            said.append((texts(locked), "alarm"))
        return [
            [(line, getattr(palette, style))] for text, style in said for line in wrap(text, width)
        ]

    def _moved(self, market: Market, texts: Texts) -> list[Said]:
        """Say that the market is not what it was when the card came up."""
        now = (market.last, _best(market, self._draft))
        if self._first is None:
            self._first = now
        if now == self._first:
            return []
        (last, best), (last_now, best_now) = self._first, now
        if last == last_now:
            key = "confirm.best_moved"
        else:
            key = "confirm.last_moved" if best == best_now else "confirm.moved"
        said = texts(
            key, last=_price(last), last_now=_price(last_now),
            best=_price(best), best_now=_price(best_now),
        )  # fmt: skip
        return [(said, "mark")]


def _order(draft: OrderDraft, texts: Texts) -> str:
    return texts(
        "confirm.order",
        side=texts(f"side.{draft.side}"),
        qty=f"{draft.quantity:,}",
        symbol=draft.symbol,
        price=price_words(draft, texts),
    )


def _appraised(draft: OrderDraft, market: Market, appraisal: Appraisal, texts: Texts) -> list[Said]:
    value = draft.value or appraisal.fill_value
    said: list[Said] = [(texts("confirm.value", value=format_money(value)), "plain")]
    if appraisal.from_last is not None:
        said += [(line, "plain") for line in _distances(draft, market, appraisal, texts)]
    said.append((_fill(draft, market, appraisal, texts), "plain"))
    shares = "   ".join(_share(share, texts) for share in appraisal.shares)
    is_beyond = any(share.is_beyond for share in appraisal.shares)
    said.append((texts("confirm.shares", shares=shares), "warn" if is_beyond else "plain"))
    said += [(caution_words(caution, texts), "warn") for caution in appraisal.cautions]
    return said


def _distances(draft: OrderDraft, market: Market, appraisal: Appraisal, texts: Texts) -> list[str]:
    """Say how far the price is from the last and from the best opposite one."""
    assert appraisal.from_last is not None  # noqa: S101  the caller asked
    percent = signed_percent(appraisal.from_last, market.base)
    said = texts("confirm.distance", percent=percent, price=format_price(market.base))
    best = _best(market, draft)
    if appraisal.from_best is None or not best:
        return [said]
    key = "confirm.from_ask" if draft.side == "buy" else "confirm.from_bid"
    percent = signed_percent(appraisal.from_best, best)
    return [said, texts(key, percent=percent, price=format_price(best))]


def _fill(draft: OrderDraft, market: Market, appraisal: Appraisal, texts: Texts) -> str:
    if draft.ord_type in ("stop", "stop_limit"):
        return texts("confirm.waits_for_stop")
    if market.phase != "continuous":
        return texts("confirm.waits_for_uncross")
    if not appraisal.fill_qty:
        rests = draft.time_in_force in ("day", "gtd") and draft.ord_type == "limit"
        return texts("confirm.rests" if rests else "confirm.no_fill")
    average = divide_half_up(appraisal.fill_value * 100, appraisal.fill_qty)
    return texts(
        "confirm.fills",
        filled=f"{appraisal.fill_qty:,}",
        qty=f"{draft.quantity:,}",
        average=format_average(average),
    )


def _share(share: Share, texts: Texts) -> str:
    tenths = share.part * 1_000 // share.whole if share.whole else 0
    percent = f"{tenths // 10}.{tenths % 10}%" if share.whole else "-"
    return f"{texts(share.key)} {percent}"


def caution_words(caution: Caution, texts: Texts) -> str:
    percent = f"{caution.percent_bps // 100}.{caution.percent_bps % 100:02d}%"
    return "! " + texts(caution.key, percent=percent)


def _best(market: Market, draft: OrderDraft) -> int:
    opposite = market.opposite(draft.side)
    return opposite[0][0] if opposite else 0


def _price(fen: int) -> str:
    return format_price(fen) if fen else "-"
