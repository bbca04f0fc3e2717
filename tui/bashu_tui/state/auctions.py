"""One-way auctions as one member sees them, and the call auctions' outlook.

Bids are sealed: of other members' bids there is nothing to know before the cut-off. What an
auction is comes from the venue's last answer; a report or a notice calls for the next one.
"""

from collections import deque
from typing import Final, Literal

from msgspec import Struct

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AnyMessage,
    AuctionReport,
    AuctionRow,
    AuctionState,
    BidReport,
    InstrumentStat,
    LogonAck,
    Notice,
    Phase,
    Side,
)
from bashu_tui.state.blocks import opposite
from bashu_tui.state.modes import CALL_PHASES

HISTORY: Final = 200
_ORDER: Final[dict[AuctionState, int]] = {
    "open": 0, "scheduled": 1, "applied": 2, "completed": 3, "void": 3, "canceled": 3,
}  # fmt: skip

AuctionAction = Literal["bid", "withdraw"]


class Deadline(Struct, frozen=True):
    """What an auction waits for, and when that is announced to be; 0 where no time is."""

    what: Literal["opens", "closes", ""]
    at: int = 0


class Auctions:
    """The view model. `is_old` says that the venue has to be asked again."""

    def __init__(self) -> None:
        self.rows: dict[int, AuctionRow] = {}
        self.is_old = False
        self.call_since: dict[str, int] = {}
        """When each symbol's call phase began, for those that are in one; 0 if not seen."""
        self._phases: dict[str, Phase] = {}
        self._unseen: set[str] = set()
        self._reports: dict[int, deque[BidReport]] = {}

    def listed(self) -> list[AuctionRow]:
        """Return all auctions: open ones, coming ones, applications, and the past, newest first."""
        return sorted(
            self.rows.values(),
            key=lambda row: (
                _ORDER[row.state],
                (row.closes_at if row.state == "open" else row.opens_at) or 2**63
                if row.state in ("open", "scheduled")
                else 0,
                -row.auction_id,
            ),
        )

    def bids_of(self, auction_id: int) -> list[BidReport]:
        """Return what happened to one's own bid since the terminal began, the latest first."""
        return list(self._reports.get(auction_id, ()))

    async def reload(self, client: Client) -> None:
        """Ask the venue for all auctions."""
        self.is_old = False  # what comes while the answer is on its way makes it old again
        try:
            rows = (await client.query("auctions")).rows
        except BaseException:
            self.is_old = True
            raise
        self.rows = {row.auction_id: row for row in rows if isinstance(row, AuctionRow)}
        for stat in client.feed.stats.values():  # it may have come before there was a listener
            self._take_phase(stat)

    def hear(self, message: AnyMessage) -> set[str]:
        """Take one message of the client."""
        if isinstance(message, BidReport):
            reports = self._reports.setdefault(message.auction_id, deque(maxlen=HISTORY))
            reports.appendleft(message)
            self.is_old = True
            return {"auctions"}
        if isinstance(message, AuctionReport) or (
            isinstance(message, Notice) and message.kind == "auction"
        ):
            self.is_old = True
            return {"auctions"}
        if isinstance(message, InstrumentStat):
            self._take_phase(message)
        elif isinstance(message, LogonAck):
            self._unseen = set(self._phases)
        return set()

    def _take_phase(self, stat: InstrumentStat) -> None:
        before = self._phases.get(stat.symbol)
        was_away = stat.symbol in self._unseen
        self._unseen.discard(stat.symbol)
        self._phases[stat.symbol] = stat.phase
        if stat.phase not in CALL_PHASES:
            self.call_since.pop(stat.symbol, None)
        elif before != stat.phase:
            is_seen = before is not None and not was_away
            self.call_since[stat.symbol] = stat.transact_time if is_seen else 0


def bidder_side(row: AuctionRow) -> Side:
    """Return what a bidder does: buys in the selling form, sells in the buying form."""
    return opposite(row.form)


def deadline(row: AuctionRow) -> Deadline:
    """Return what comes next for an auction."""
    if row.state == "scheduled":
        return Deadline("opens", row.opens_at)
    if row.state == "open":
        return Deadline("closes", row.closes_at)
    return Deadline("")


def actions(row: AuctionRow, member: str) -> frozenset[AuctionAction]:
    """Return what a member may do now in an auction; the venue has the last word."""
    if row.state != "open" or row.member == member:
        return frozenset()
    return frozenset({"bid", "withdraw"} if row.bid is not None else {"bid"})


def countdown(until: int, now: int) -> str:
    """Show the time until a moment, `1:02:03` or `4:05`; `0:00` when it is past."""
    seconds = max(0, -((now - until) // 1_000_000_000))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
