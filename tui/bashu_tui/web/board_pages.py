"""The public board: a page that reads well without scripts, and the same for programs."""

import asyncio
import datetime as dt
import secrets
from typing import Final

import msgspec
from aiohttp import web
from markupsafe import Markup

from bashu_protocol.units import format_price
from bashu_tui.i18n import Language, Texts
from bashu_tui.state.venue_words import in_words
from bashu_tui.web.board_state import Board, PublicNotice, Quote
from bashu_tui.web.site import SITE, Site

SHANGHAI: Final = dt.timezone(dt.timedelta(hours=8))
NOTHING: Final = "–"
MINUS: Final = "-"

Key = tuple[int, Language]


class _Rendered:
    """The last rendering in each language: a crowd costs no more than one."""

    def __init__(self) -> None:
        self.name = secrets.token_hex(4)
        """Of this server's run: another one counts its revisions anew."""
        self._kept: dict[Language, tuple[int, str]] = {}

    def text(self, site: Site, language: Language) -> tuple[int, str]:
        now = asyncio.get_running_loop().time()
        site.board.link_state(now)
        revision = site.board.revision
        kept = self._kept.get(language)
        if kept is None or kept[0] != revision:
            kept = self._kept[language] = (revision, _render(site, language, now))
        return kept


RENDERED: Final = web.AppKey("rendered", _Rendered)


def new_rendered() -> _Rendered:
    return _Rendered()


async def show_board(request: web.Request) -> web.Response:
    """The whole page."""
    site = _with_board(request)
    language = site.language(request)
    _revision, text = request.app[RENDERED].text(site, language)
    return site.page(request, "board.html", live=Markup(text))  # noqa: S704  rendered by the same templates, escaped there


async def show_live_part(request: web.Request) -> web.Response:
    """The part that changes; 304 if the reader has it."""
    site = _with_board(request)
    language = site.language(request)
    rendered = request.app[RENDERED]
    revision, text = rendered.text(site, language)
    tag = f'"{rendered.name}-{revision}-{language}"'
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers={"ETag": tag})
    return web.Response(text=text, content_type="text/html", headers={"ETag": tag})


async def board_json(request: web.Request) -> web.Response:
    """The same for programs: prices and money in fen, quantities in tonnes, times in ns."""
    site = _with_board(request)
    board = site.board.board(asyncio.get_running_loop().time())
    return web.Response(body=msgspec.json.encode(board), content_type="application/json")


def _with_board(request: web.Request) -> Site:
    site = request.app[SITE]
    if not site.settings.board:
        raise web.HTTPNotFound(text="This server has no public board.")
    return site


def _render(site: Site, language: Language, now: float) -> str:
    texts = Texts(language)
    board = site.board.board(now)
    return site.templates.get_template("board_live.html").render(
        t=texts,
        language=language,
        board=board,
        trade_date=_date(board.venue.trade_date),
        next_phase=_next_phase(texts, board),
        rows=[_row(texts, quote) for quote in board.instruments],
        notices=[_notice(texts, notice) for notice in board.notices],
    )


def _next_phase(texts: Texts, board: Board) -> str:
    venue = board.venue
    if not venue.next_phase:
        return ""
    phase = texts(f"phase.{venue.next_phase}")
    when = dt.datetime.fromtimestamp(venue.next_phase_time / 1e9, SHANGHAI)
    today = _date(venue.trade_date)
    pattern = "%H:%M" if when.strftime("%Y-%m-%d") == today else "%Y-%m-%d %H:%M"
    return texts("board.next", phase=phase, time=when.strftime(pattern))


def _row(texts: Texts, quote: Quote) -> dict[str, str]:
    """An instrument's line, formatted; a rise and a fall have a sign and a word as well."""
    direction = "flat"
    change = percent = NOTHING
    if quote.change is not None:
        direction = "up" if quote.change > 0 else "down" if quote.change < 0 else "flat"
        sign = {"up": "+", "down": MINUS, "flat": ""}[direction]
        change = sign + format_price(abs(quote.change))
        percent = sign + _percent(abs(quote.change), quote.reference_price)
    product = quote.symbol.rstrip("0123456789")
    return {
        "symbol": quote.symbol,
        "name": texts.get(f"board.product.{product}", ""),
        "direction": direction,
        "direction_word": texts(f"board.{direction}"),
        "last": _price(quote.last),
        "change": change,
        "percent": percent,
        "bid": _price(quote.bid),
        "bid_qty": f"{quote.bid_qty:,}" if quote.bid else "",
        "ask": _price(quote.ask),
        "ask_qty": f"{quote.ask_qty:,}" if quote.ask else "",
        "high": _price(quote.high),
        "low": _price(quote.low),
        "volume": f"{quote.volume + quote.auction_volume:,}",
        "block_volume": f"{quote.block_volume:,}" if quote.block_volume else NOTHING,
        "phase": texts(f"phase.{quote.phase}"),
        "phase_kind": quote.phase,
    }


def _notice(texts: Texts, notice: PublicNotice) -> dict[str, str]:
    headline = texts(
        f"notice.{notice.kind}",
        title=in_words(notice.title, texts),
        symbol=notice.symbol,
        member=notice.member,
    )
    return {
        "time": _moment(notice.transact_time, "%Y-%m-%d %H:%M:%S"),
        "machine_time": _moment(notice.transact_time, "%Y-%m-%dT%H:%M:%S+08:00"),
        "headline": headline,
        "symbol": "" if notice.symbol in headline else notice.symbol,
        "body": in_words(notice.body, texts),
    }


def _price(fen: int) -> str:
    return format_price(fen) if fen else NOTHING


def _percent(change: int, reference: int) -> str:
    """Return a share in percent with two decimals, ties away from zero."""
    if reference <= 0:
        return NOTHING
    hundredths = (2 * change * 10_000 + reference) // (2 * reference)
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def _moment(time_ns: int, pattern: str) -> str:
    if not time_ns:
        return ""
    return dt.datetime.fromtimestamp(time_ns // 1_000_000_000, SHANGHAI).strftime(pattern)


def _date(trade_date: int) -> str:
    text = str(trade_date)
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if trade_date else ""
