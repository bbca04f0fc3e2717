"""Everything that happened in this session, in the order in which the terminal saw it.

It is what this terminal sent and was told, not the venue's record: that is the journal, and the
day's fills are the statement's. At most `LIMIT` entries are kept; the oldest leave first, and how
many left is said.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, Literal

from msgspec import Struct

from bashu_protocol.client import Client
from bashu_protocol.link import LinkState
from bashu_protocol.messages import (
    AnyMessage,
    AuctionReport,
    BidReport,
    BlockReport,
    Command,
    CommandReport,
    ExecType,
    ExecutionReport,
    LogonAck,
    MassCancel,
    Notice,
    QueryResult,
    Reject,
)
from bashu_tui.clock import now_ns, timer_ns
from bashu_tui.state.subjects import Subject

LIMIT: Final = 5_000
"""Entries that a session keeps, about 4 MB."""
_REMEMBERED_SENDS: Final = 1_000

Kind = Literal["order", "fill", "off_book", "notice", "link", "command"]
KINDS: Final[tuple[Kind, ...]] = ("order", "fill", "off_book", "notice", "link", "command")

_EXECUTIONS: Final[dict[ExecType, str]] = {
    "new": "accepted", "pending_new": "pending", "trade": "fill", "canceled": "cancelled",
    "replaced": "amended", "rejected": "refused", "expired": "expired", "restated": "restated",
    "triggered": "triggered", "trade_cancel": "trade_cancelled", "trade_correct": "repriced",
}  # fmt: skip
_FILLS: Final = frozenset({"fill", "trade_cancelled", "repriced"})
_ORDER_COMMANDS: Final = frozenset(
    {"new_order", "cancel_order", "replace_order", "pick_order", "approve_order", "decline_order"}
    | {"mass_cancel"}
)
_OFF_BOOK_COMMANDS: Final = frozenset(
    {"post_block", "counter_block", "accept_block", "withdraw_block", "apply_auction"}
    | {"place_bid", "withdraw_bid"}
)


class Entry(Struct, frozen=True):
    """One thing that happened. Its text is `log.<event>`; price in fen, quantity in tonnes."""

    number: int
    """Counts from 1 without a gap."""
    time_ns: int
    """By the terminal's clock."""
    kind: Kind
    event: str
    symbol: str = ""
    side: str = ""
    quantity: int = 0
    price: int = 0
    venue_time_ns: int = 0
    """By the venue's clock; 0 for what the terminal itself did or noticed."""
    order_id: int = 0
    """Of the order, block or auction."""
    exec_id: int = 0
    cl_ord_id: str = ""
    reject_code: str = ""
    text: str = ""
    """In the venue's own words: a reason, or a notice's title."""
    body: str = ""
    """A notice's text."""
    waited_us: int = -1
    """How long an answer took since the command was sent; -1 where that is not known."""


class Filter(Struct, frozen=True):
    """Which entries are wanted; empty fields want all."""

    kind: str = ""
    symbol: str = ""
    text: str = ""


class SessionBlotter:
    """A part of the session's view model; it hears what is sent as well, and the link."""

    def __init__(
        self,
        client: Client,
        clock_ns: Callable[[], int] = now_ns,
        subject_of: Callable[[Command], Subject] = lambda _command: Subject(),
    ) -> None:
        """`subject_of` tells what a command is about that says it by a number only."""
        self.entries: deque[Entry] = deque(maxlen=LIMIT)
        """The oldest first."""
        self.count = 0
        """How many there were; those that are not kept any more are the oldest."""
        self._clock_ns = clock_ns
        self._subject_of = subject_of
        self._sent_at: dict[str, int] = {}
        self._last_notice = 0
        self._since_ns = 0
        """When the session began, by the venue's clock: older notices are not of the session."""
        client.listen_sent(self.note_sent)
        client.link.listen(self.note_link)
        if client.logon is not None:
            self._take_logon(client.logon)

    @property
    def forgotten(self) -> int:
        """How many entries had to leave."""
        return self.count - len(self.entries)

    def symbols(self) -> list[str]:
        return sorted({entry.symbol for entry in self.entries if entry.symbol})

    async def reload(self, client: Client) -> None:
        """Nothing: what happened cannot be asked for; reports that were missed come again."""

    def hear(self, message: AnyMessage) -> set[str]:
        """Take one message of the client."""
        before = self.count
        if isinstance(message, ExecutionReport):
            self._take_execution(message)
        elif isinstance(message, CommandReport):
            self._take_command(message)
        elif isinstance(message, BlockReport | BidReport | AuctionReport):
            self._take_off_book(message)
        elif isinstance(message, Reject):
            self._add(
                "command", "refused", cl_ord_id=message.cl_ord_id, text=message.text,
                reject_code=message.reject_code.value, waited_us=self._waited(message.cl_ord_id),
            )  # fmt: skip
        elif isinstance(message, Notice):
            self._take_notices([message])
        elif isinstance(message, QueryResult) and message.what == "notices" and message.last:
            self._take_notices(sorted(message.notices, key=lambda notice: notice.notice_id))
        elif isinstance(message, LogonAck):
            self._take_logon(message)
        return {"session blotter"} if self.count != before else set()

    def note_sent(self, command: Command) -> None:
        """Take a command that is being sent."""
        tag = str(command.__struct_config__.tag)
        kind: Kind = "command"
        if tag in _ORDER_COMMANDS:
            kind = "order"
        elif tag in _OFF_BOOK_COMMANDS:
            kind = "off_book"
        cl_ord_id = getattr(command, "cl_ord_id", "")
        if len(self._sent_at) >= _REMEMBERED_SENDS:
            del self._sent_at[next(iter(self._sent_at))]
        self._sent_at[cl_ord_id] = timer_ns()
        block_or_auction = getattr(command, "block_id", 0) or getattr(command, "auction_id", 0)
        about = self._subject_of(command)
        self._add(
            kind, f"sent.{tag}",
            symbol=getattr(command, "symbol", about.symbol),
            side=getattr(command, "side", about.side),
            quantity=getattr(command, "order_qty", 0),
            price=getattr(command, "price", 0),
            order_id=getattr(command, "order_id", 0) or block_or_auction,
            cl_ord_id=cl_ord_id,
            text=getattr(command, "reason", "") or getattr(command, "orig_cl_ord_id", ""),
        )  # fmt: skip

    def note_link(self, state: LinkState) -> None:
        """Take a change of the link to the venue."""
        self._add("link", f"link.{state}")

    def _take_logon(self, logon: LogonAck) -> None:
        self._since_ns = self._since_ns or logon.transact_time
        self._add("link", "logged_on", text=logon.user, venue_time_ns=logon.transact_time)

    def _take_execution(self, report: ExecutionReport) -> None:
        event = _EXECUTIONS[report.exec_type]
        is_fill = event in _FILLS
        quantity = report.last_qty if is_fill else report.order_qty
        if event in ("cancelled", "expired"):
            quantity -= report.cum_qty
        self._add(
            "fill" if is_fill else "order", event,
            symbol=report.symbol,
            side=report.side,
            quantity=quantity,
            price=report.last_px if is_fill else report.price,
            venue_time_ns=report.transact_time,
            order_id=report.order_id,
            exec_id=report.exec_id,
            cl_ord_id=report.cl_ord_id,
            reject_code=report.reject_code.value,
            text=report.text,
            waited_us=-1 if is_fill else self._waited(report.cl_ord_id),
        )  # fmt: skip

    def _take_command(self, report: CommandReport) -> None:
        kind: Kind = "command"
        if report.command in _ORDER_COMMANDS:
            kind = "order"
        elif report.command in _OFF_BOOK_COMMANDS:
            kind = "off_book"
        event = "done" if report.accepted else "refused"
        if report.accepted and report.command == MassCancel.__struct_config__.tag:
            event = "mass_cancelled"
        self._add(
            kind, event,
            quantity=report.affected if event == "mass_cancelled" else 0,
            venue_time_ns=report.transact_time,
            cl_ord_id=report.cl_ord_id,
            reject_code=report.reject_code.value,
            text=report.text,
            waited_us=self._waited(report.cl_ord_id),
        )  # fmt: skip

    def _take_off_book(self, report: BlockReport | BidReport | AuctionReport) -> None:
        prefix = {BlockReport: "block", BidReport: "bid", AuctionReport: "auction"}[type(report)]
        fills = report.event in ("traded", "filled", "partially_filled", "completed")
        price, quantity = getattr(report, "price", 0), report.order_qty
        if not isinstance(report, BlockReport) and fills:
            price, quantity = report.last_px, report.cum_qty
        number = report.block_id if isinstance(report, BlockReport) else report.auction_id
        counterparty = report.counterparty if isinstance(report, BlockReport) else ""
        self._add(
            "fill" if fills else "off_book", f"{prefix}.{report.event}",
            symbol=report.symbol,
            side=report.side,
            quantity=quantity,
            price=price,
            venue_time_ns=report.transact_time,
            order_id=number,
            exec_id=getattr(report, "exec_id", 0),
            cl_ord_id=report.cl_ord_id,
            text=report.text or counterparty,
            waited_us=self._waited(report.cl_ord_id),
        )  # fmt: skip

    def _take_notices(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            if notice.notice_id > self._last_notice and notice.transact_time >= self._since_ns:
                self._last_notice = notice.notice_id
                self._add(
                    "notice", f"notice.{notice.kind}", symbol=notice.symbol, text=notice.title,
                    body=notice.body, venue_time_ns=notice.transact_time,
                )  # fmt: skip

    def _waited(self, cl_ord_id: str) -> int:
        """Return the time from sending to this first answer, in microseconds."""
        sent_at = self._sent_at.pop(cl_ord_id, None)
        return -1 if sent_at is None else (timer_ns() - sent_at) // 1_000

    def _add(
        self,
        kind: Kind,
        event: str,
        *,
        symbol: str = "",
        side: str = "",
        quantity: int = 0,
        price: int = 0,
        venue_time_ns: int = 0,
        order_id: int = 0,
        exec_id: int = 0,
        cl_ord_id: str = "",
        reject_code: str = "",
        text: str = "",
        body: str = "",
        waited_us: int = -1,
    ) -> None:
        self.count += 1
        self.entries.append(
            Entry(
                self.count, self._clock_ns(), kind, event, symbol, side, quantity, price,
                venue_time_ns, order_id, exec_id, cl_ord_id, reject_code, text, body, waited_us,
            )
        )  # fmt: skip
