"""`watch`: a stream of facts, one a line, so that a screen reader can follow."""

import asyncio
from argparse import Namespace

from bashu_protocol.client import Client
from bashu_protocol.feed import BookView
from bashu_protocol.link import LinkState
from bashu_protocol.messages import (
    AnyMessage,
    BookDelta,
    BookSnapshot,
    InstrumentStat,
    Notice,
    NumberedReport,
    PublicTrade,
    TradeCorrection,
    VenueStatus,
)
from bashu_tui.headless import sentences
from bashu_tui.headless.outcome import ExitCode, LinkMoved, TradesMissed
from bashu_tui.headless.printing import Fact, Printer, moment
from bashu_tui.i18n import Texts


class Watcher:
    """Turns the session's messages into lines; what says nothing new makes none."""

    def __init__(self, client: Client, depth: int, texts: Texts) -> None:
        self.lines: asyncio.Queue[tuple[str, Fact]] = asyncio.Queue()
        self._client = client
        self._depth = depth
        self._texts = texts
        self._books: dict[str, tuple[object, object]] = {}
        self._phases: dict[str, tuple[object, ...]] = {}
        self._notices: set[int] = set()
        self._calendar: tuple[object, ...] = ()
        self._missed_trades = client.feed.missed_trades

    def begin(self) -> None:
        """Say how things stand, then listen."""
        feed = self._client.feed
        self._link_moved(self._client.link.state)
        for stat in feed.stats.values():
            self.hear(stat)
        for view in feed.books.values():
            self._book(view, 0)
        self._client.listen(self.hear)
        self._client.link.listen(self._link_moved)

    def hear(self, message: AnyMessage) -> None:
        """Take one message of the client."""
        texts = self._texts
        if isinstance(message, BookDelta | BookSnapshot):
            self._book(self._client.feed.book(message.symbol), message.transact_time)
        elif isinstance(message, PublicTrade | TradeCorrection):
            self._trade(message)
        elif isinstance(message, InstrumentStat):
            now = (message.phase, message.indicative_price, message.indicative_qty)
            if self._phases.get(message.symbol) != now:
                self._phases[message.symbol] = now
                self._say(message.transact_time, sentences.phase(texts, message), message)
        elif isinstance(message, NumberedReport):
            said = texts("headless.own", what=sentences.own_report(texts, message))
            self._say(message.transact_time, said, message)
        elif isinstance(message, Notice) and message.notice_id not in self._notices:
            self._notices.add(message.notice_id)  # the last ones come again after a reconnect
            self._say(message.transact_time, sentences.notice(texts, message), message)
        elif isinstance(message, VenueStatus):
            plan = (message.state, message.epoch, message.next_phase, message.next_phase_time)
            if self._calendar != plan:
                self._calendar = plan
                self._say(message.transact_time, sentences.venue(texts, message), message)

    def _trade(self, message: PublicTrade | TradeCorrection) -> None:
        missed = self._client.feed.missed_trades - self._missed_trades
        if missed:
            self._missed_trades += missed
            said = self._texts("headless.trades_missed", count=missed)
            self._say(message.transact_time, said, TradesMissed(missed))
        if isinstance(message, PublicTrade):
            said = sentences.public_trade(self._texts, message)
        else:
            said = sentences.trade_correction(self._texts, message)
        self._say(message.transact_time, said, message)

    def _book(self, view: BookView, transact_time: int) -> None:
        bids, asks = view.bids[: self._depth], view.asks[: self._depth]
        if not view.is_current or self._books.get(view.symbol) == (bids, asks):
            return
        self._books[view.symbol] = (bids, asks)
        book = BookSnapshot(view.symbol, view.md_seq, view.epoch, transact_time, bids, asks)
        self._say(transact_time, sentences.top_of_book(self._texts, book), book)

    def _link_moved(self, state: LinkState) -> None:
        said = self._texts("headless.link", state=self._texts(f"link.{state}"))
        self._say(0, said, LinkMoved(state))

    def _say(self, transact_time: int, sentence: str, fact: Fact) -> None:
        line = f"{moment(transact_time)} {sentence}" if transact_time else sentence
        self.lines.put_nowait((line, fact))


async def run(client: Client, options: Namespace, texts: Texts, printer: Printer) -> ExitCode:
    """Write lines until the time is over, so many are written, or the broker refuses the user."""
    for symbol in options.symbols:  # one that is not listed is refused
        await client.query("instruments", symbol, timeout=options.timeout)
    watcher = Watcher(client, options.depth, texts)
    watcher.begin()
    written = 0
    try:
        async with asyncio.timeout(options.seconds):
            while options.count is None or written < options.count:
                sentence, fact = await watcher.lines.get()
                printer.fact(sentence, fact)
                written += 1
                if isinstance(fact, LinkMoved) and fact.state == "refused":
                    return ExitCode.UNKNOWN
    except TimeoutError:
        pass  # `--seconds` are over
    return ExitCode.DONE
