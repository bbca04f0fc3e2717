"""Block trading as one member sees it: offers, negotiations, whose turn it is, what was traded.

What stands is what the venue's last answer says; a report calls for the next answer, and gives
the history of terms. Offers to all are in no report: a screen that shows them asks from time to
time.
"""

from collections import deque
from typing import Final, Literal

from msgspec import Struct, structs

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AnyMessage,
    BlockEventKind,
    BlockKind,
    BlockReport,
    BlockRow,
    FillRow,
    InstrumentStat,
    LogonAck,
    Side,
)

ENDINGS: Final[frozenset[BlockEventKind]] = frozenset({"traded", "withdrawn", "expired", "ended"})
HISTORY: Final = 200

BlockAction = Literal["accept", "counter", "withdraw"]
By = Literal["own", "other", "venue", ""]
"""Who moved; empty where the reports do not say."""


class Terms(Struct, frozen=True):
    """One step of a negotiation."""

    transact_time: int
    event: BlockEventKind
    by: By
    price: int
    order_qty: int
    text: str = ""


class BlockLine(Struct, frozen=True):
    """An offer or a negotiation; `side` is what one's own member does or would do in it."""

    block_id: int
    offer_id: int
    kind: BlockKind
    symbol: str
    side: Side
    price: int
    order_qty: int
    your_turn: bool
    counterparty: str
    transact_time: int
    ended: BlockEventKind | Literal[""] = ""
    text: str = ""
    """Why it ended, where the venue said so."""

    @property
    def value(self) -> int:
        """Fen."""
        return self.price * self.order_qty

    @property
    def actions(self) -> frozenset[BlockAction]:
        """What one's own member may do with it, given an open block session."""
        allowed: set[BlockAction] = set()
        if self.ended:
            return frozenset()
        if self.your_turn:
            allowed |= {"accept", "counter"}
        if self.kind != "offer":
            allowed.add("withdraw")
        return frozenset(allowed)


class BlockFill(Struct, frozen=True):
    """A block that one's own member traded."""

    exec_id: int
    block_id: int
    transact_time: int
    symbol: str
    side: Side
    price: int
    qty: int
    counterparty: str
    """Empty where the terminal did not see it trade."""


class BlockWindow(Struct, frozen=True):
    """The block session of an instrument. `since` is 0 where its change was not seen."""

    is_open: bool
    since: int = 0


class Blocks:
    """The view model. `is_old` says that the venue has to be asked again."""

    def __init__(self) -> None:
        self.lines: dict[int, BlockLine] = {}
        """What stands, by id."""
        self.ended: deque[BlockLine] = deque(maxlen=HISTORY)
        """What ended since the terminal began, the latest first."""
        self.fills: deque[BlockFill] = deque(maxlen=HISTORY)
        """The latest first."""
        self.windows: dict[str, BlockWindow] = {}
        self.is_old = False
        self.turns_begun = 0
        """How often it became one's own turn since the terminal began."""
        self._history: dict[int, list[Terms]] = {}
        self._has_fills = False
        self.may_view = True
        """Whether the venue answers a query for fills."""
        self._unseen: set[str] = set()
        """Symbols whose session may have changed while the link was down."""

    def standing(self) -> list[BlockLine]:
        """Return what stands: where it is one's own turn first, then the newest first."""
        lines = self.lines.values()
        return sorted(lines, key=lambda line: (not _is_turn(line), line.kind == "offer",
                                               -line.transact_time, -line.block_id))  # fmt: skip

    def past(self) -> list[BlockLine]:
        """Return what has ended, the latest first: today's trades even from before the terminal."""
        known = {line.block_id for line in self.ended}
        trades = [_traded_line(fill) for fill in self.fills if fill.block_id not in known]
        return [*self.ended, *trades]

    def my_turns(self) -> list[BlockLine]:
        """Return what waits for one's own member alone: negotiations, and offers made to it."""
        return [line for line in self.lines.values() if _is_turn(line)]

    def find(self, block_id: int) -> BlockLine | None:
        """Return what stands or has ended under an id."""
        line = self.lines.get(block_id)
        if line is None:
            line = next((line for line in self.past() if line.block_id == block_id), None)
        return line

    def terms_of(self, line: BlockLine) -> list[Terms]:
        """Return the history of a line's terms, the offer's own first."""
        steps = list(self._history.get(line.block_id, ()))
        if line.offer_id != line.block_id:
            steps = self._history.get(line.offer_id, [])[:1] + steps
        return steps

    def window(self, symbol: str) -> BlockWindow:
        return self.windows.get(symbol, BlockWindow(is_open=False))

    async def reload(self, client: Client) -> None:
        """Ask the venue for what stands."""
        self.is_old = False  # what comes while the answer is on its way makes it old again
        try:
            rows = (await client.query("blocks")).rows
        except BaseException:
            self.is_old = True
            raise
        self.lines = {row.block_id: _line(row) for row in rows if isinstance(row, BlockRow)}
        for line in self.lines.values():
            self._complete(line)
        for stat in client.feed.stats.values():  # it may have come before there was a listener
            self._take_stat(stat)
        if self.may_view and not self._has_fills:
            self._has_fills = True
            for fill in (await client.query("fills")).rows:
                if isinstance(fill, FillRow) and fill.mode == "block":
                    self._add_fill(_fill(fill))

    def hear(self, message: AnyMessage) -> set[str]:
        """Take one message of the client; "block turn": it became one's own turn."""
        if isinstance(message, BlockReport):
            return self._take_report(message)
        if isinstance(message, InstrumentStat):
            return self._take_stat(message)
        if isinstance(message, LogonAck):
            self._unseen = set(self.windows)
        return set()

    def _take_report(self, report: BlockReport) -> set[str]:
        self.is_old = True
        self._note(report.block_id, Terms(
            report.transact_time, report.event, _mover(report), report.price, report.order_qty,
            report.text,
        ))  # fmt: skip
        if report.event in ENDINGS:
            known = self.lines.get(report.block_id)
            self.ended.appendleft(_ended_line(report, known))
        if report.event == "traded":
            fill = BlockFill(
                report.exec_id, report.block_id, report.transact_time, report.symbol, report.side,
                report.price, report.order_qty, report.counterparty,
            )  # fmt: skip
            self._add_fill(fill)
        if report.your_turn:
            self.turns_begun += 1
            return {"blocks", "block turn"}
        return {"blocks"}

    def _take_stat(self, stat: InstrumentStat) -> set[str]:
        known = self.windows.get(stat.symbol)
        was_away = stat.symbol in self._unseen
        self._unseen.discard(stat.symbol)
        if known is not None and known.is_open == stat.block_session:
            return set()
        since = 0 if known is None or was_away else stat.transact_time
        self.windows[stat.symbol] = BlockWindow(stat.block_session, since)
        self.is_old = self.is_old or known is not None
        return {"blocks"}

    def _complete(self, line: BlockLine) -> None:
        """Note terms of which there was no report: those from before the terminal began."""
        steps = self._history.get(line.block_id, [])
        if steps and steps[-1].transact_time >= line.transact_time:
            return  # known, or older than a report that overtook the answer
        event: BlockEventKind = "countered"
        by: By = "other" if line.your_turn else "own"
        if line.kind != "negotiation":
            by = "own" if line.kind == "own_offer" else "other"
            event = "posted" if by == "own" else "offered"
        self._note(line.block_id, Terms(line.transact_time, event, by, line.price, line.order_qty))

    def _add_fill(self, fill: BlockFill) -> None:
        if all(known.exec_id != fill.exec_id for known in self.fills):
            self.fills.appendleft(fill)

    def _note(self, block_id: int, terms: Terms) -> None:
        self._history.setdefault(block_id, []).append(terms)


def opposite(side: Side) -> Side:
    return "sell" if side == "buy" else "buy"


def _is_turn(line: BlockLine) -> bool:
    return line.your_turn and (line.kind == "negotiation" or line.counterparty != "")


def _line(row: BlockRow) -> BlockLine:
    side = opposite(row.side) if row.kind == "offer" else row.side
    return BlockLine(
        row.block_id, row.offer_id, row.kind, row.symbol, side, row.price, row.order_qty,
        row.your_turn, row.counterparty, row.transact_time,
    )  # fmt: skip


def _fill(row: FillRow) -> BlockFill:
    return BlockFill(
        row.exec_id, row.order_id, row.transact_time, row.symbol, row.side, row.last_px,
        row.last_qty, "",
    )  # fmt: skip


def _traded_line(fill: BlockFill) -> BlockLine:
    return BlockLine(
        fill.block_id, fill.block_id, "negotiation", fill.symbol, fill.side, fill.price, fill.qty,
        False, fill.counterparty, fill.transact_time, "traded",
    )  # fmt: skip


def _ended_line(report: BlockReport, known: BlockLine | None) -> BlockLine:
    kind: BlockKind = "negotiation"
    if known is not None:
        kind = known.kind
    elif report.block_id == report.offer_id and report.event != "traded":
        kind = "own_offer"
    line = BlockLine(
        report.block_id, report.offer_id, kind, report.symbol, report.side, report.price,
        report.order_qty, False, report.counterparty, report.transact_time,
    )  # fmt: skip
    return structs.replace(line, ended=report.event, text=report.text)


def _mover(report: BlockReport) -> By:
    if report.cl_ord_id or report.event == "posted":
        return "own"
    if report.event == "offered":
        return "other"
    if report.event == "countered":
        return "other" if report.your_turn else "own"
    return "venue" if report.event in ("expired", "ended") else ""
