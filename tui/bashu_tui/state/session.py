"""All that the screens show, kept from the client's messages; no Textual in here."""

import time
from collections import deque
from collections.abc import Collection, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final, Literal

from msgspec import structs

from bashu_protocol.client import Client
from bashu_protocol.link import LinkState
from bashu_protocol.messages import (
    AccountRow,
    Alert,
    AnyMessage,
    AuditBatch,
    AuditEvent,
    BookDelta,
    BookSnapshot,
    ExecutionReport,
    InstrumentRow,
    InstrumentStat,
    LogonAck,
    MemberRow,
    PartyReport,
    Permission,
    Phase,
    VenueStatus,
)
from bashu_tui.state.alert_store import AlertStore
from bashu_tui.state.auctions import Auctions
from bashu_tui.state.blocks import Blocks
from bashu_tui.state.fills import Fills
from bashu_tui.state.history import History
from bashu_tui.state.limits import Limits
from bashu_tui.state.market_history import MarketHistory
from bashu_tui.state.modes import EntryMode, Modes, may_enter, may_trade
from bashu_tui.state.notice_marks import NoticeMarks
from bashu_tui.state.order_life import OrderLives
from bashu_tui.state.orders import Orders
from bashu_tui.state.part import Part
from bashu_tui.state.positions import Position, positions
from bashu_tui.state.price_alerts import PriceAlerts
from bashu_tui.state.queue import Queue
from bashu_tui.state.session_blotter import SessionBlotter
from bashu_tui.state.subjects import subject
from bashu_tui.state.together import together

HISTORY: Final = 500
COLLEAGUES_SECONDS: Final = 10
"""How often to ask what colleagues did; they share the account, and nothing tells of it."""
APPROVER_SECONDS: Final = 3
"""The same for who is to approve their orders."""


class Session:
    """The view model of one logged-on user. `changed` collects what has to be painted anew."""

    def __init__(
        self, client: Client, folder: Path | None = None, modes: Modes | None = None
    ) -> None:
        """`folder` is where the user's own files about this venue are; None for none at all."""
        self.client = client
        self.modes = modes or Modes()
        self.limits = Limits()
        self.fills = Fills(client.user)
        self.lives = OrderLives()
        self.instruments: dict[str, InstrumentRow] = {}
        self.orders = Orders(client.user)
        self.history = History()
        self.queue = Queue(client.feed)
        self.market_history = MarketHistory()
        self.accounts: dict[str, AccountRow] = {}
        self.alerts: dict[int, Alert] = {}
        self.audit: deque[AuditEvent] = deque(maxlen=HISTORY)
        self.members: dict[str, MemberRow] = {}
        self.status: VenueStatus | None = None
        self.changed: set[str] = {"all"}
        self.account_is_old = True
        self.needs_reload = False
        """Whether the link was down since the venue was last asked for everything."""
        alerts_file = None if folder is None else AlertStore(folder / "price_alerts.json")
        self.price_alerts = PriceAlerts(client, alerts_file)
        self.session_blotter = SessionBlotter(
            client,
            subject_of=lambda command: subject(command, self.orders, self.blocks, self.auctions),
        )
        self.notice_marks = NoticeMarks(None if folder is None else folder / "read_notices.json")
        self.blocks = Blocks()
        self.auctions = Auctions()
        self._private: tuple[Part, ...] = (self.orders, self.fills, self.queue)
        """What the venue tells only those who may view their member's affairs."""
        self._parts: tuple[Part, ...] = (
            self.lives, self.history, self.price_alerts, self.session_blotter,
            self.market_history, self.blocks, self.auctions,
        )  # fmt: skip
        self._interruptions = 0
        self._instruments_are_old = False
        self.member_is_old = False
        self._member_age = 0
        self._positions: tuple[object, dict[str, Position]] = (None, {})
        self._resting: dict[int, str] = {}
        """The member of each order that the event stream showed to rest."""
        client.listen(self.hear)
        client.link.listen(self._link_moved)

    @property
    def link_state(self) -> LinkState:
        return self.client.link.state

    @property
    def link_face(self) -> LinkState | Literal["catching_up"]:
        """The link as a person should see it: live only once nothing is missing."""
        link = self.client.link
        if link.state == "live" and (link.has_gap or self.needs_reload):
            return "catching_up"
        return link.state

    @property
    def is_live(self) -> bool:
        return self.link_face == "live"

    @property
    def role(self) -> str:
        return self.client.logon.role if self.client.logon is not None else "trader"

    @property
    def member(self) -> str:
        return self.client.logon.member if self.client.logon is not None else ""

    @property
    def now(self) -> int:
        """The venue's time in nanoseconds, as its last heartbeat told it."""
        return self.status.transact_time if self.status is not None else time.time_ns()

    @property
    def permissions(self) -> Collection[Permission]:
        return self.limits.permissions

    @property
    def may_view(self) -> bool:
        """Whether the venue shows this user its member's orders, fills and account."""
        return self.role != "trader" or "view" in self.permissions

    @property
    def mode(self) -> EntryMode:
        """How orders are sent; who may send none looks only."""
        return self.modes.mode if may_trade(self) is None else "view"

    def why_locked(self, symbol: str = "", permission: Permission = "enter") -> str | None:
        """Return the text key of why nothing may be sent now; None if something may.

        Every way of sending asks here first; `may_enter` says what counts without a symbol.
        """
        return may_enter(self, self.modes.mode, symbol, permission=permission)

    def known_phase(self, symbol: str) -> Phase | None:
        stat = self.stat(symbol)
        is_current = self.client.feed.book(symbol).is_current
        return stat.phase if stat is not None and is_current else None

    @property
    def positions(self) -> Mapping[str, Position]:
        """What is held of each instrument, and what the day's trades in it came to."""
        last = {symbol: stat.last for symbol, stat in self.client.feed.stats.items()}
        basis = (self.fills.version, tuple(self.accounts.values()), last)
        if basis != self._positions[0]:
            self._positions = (basis, positions(self.accounts, self.fills.of.values(), last))
        return self._positions[1]

    @property
    def symbols(self) -> list[str]:
        return sorted(self.instruments)

    def stat(self, symbol: str) -> InstrumentStat | None:
        return self.client.feed.stats.get(symbol)

    def resting_in(self, symbol: str) -> int:
        """Return how many orders the published book of an instrument holds."""
        book = self.client.feed.book(symbol)
        return sum(orders for _price, _qty, orders in [*book.bids, *book.asks])

    def resting_of(self, member: str) -> int:
        """Return how many of a member's orders were seen to rest; there may be older ones."""
        return sum(1 for owner in self._resting.values() if owner == member)

    async def reload(self) -> None:
        """Ask the venue for the truth: instruments, orders, fills, account and the rest.

        Raises:
            CommandTimeout, CommandRefused: one was not answered; `needs_reload` stays as it was.
        """
        interruptions = self._interruptions
        client = self.client
        await together(
            self._reload_instruments(), self.limits.reload(client), self._reload_supervision()
        )
        # What else the venue answers depends on the permissions, which are among the limits.
        self.blocks.may_view = self.may_view
        parts = (*self._parts, *self._private) if self.may_view else self._parts
        await together(self.reload_account(), *(part.reload(client) for part in parts))
        self.needs_reload = interruptions != self._interruptions
        self.changed.add("all")

    @property
    def off_book_is_old(self) -> bool:
        """Whether blocks, auctions or limits changed in a way that the messages do not tell."""
        return self._instruments_are_old or self.blocks.is_old or self.auctions.is_old

    async def reload_off_book(self) -> None:
        """Ask for what is old of blocks, auctions and instruments."""
        questions: list[Coroutine[Any, Any, None]] = []
        if self._instruments_are_old:
            questions.append(self._reload_instruments())
        questions += [p.reload(self.client) for p in (self.blocks, self.auctions) if p.is_old]
        await together(*questions)
        self.changed.update(("blocks", "auctions"))

    async def _reload_instruments(self) -> None:
        self._instruments_are_old = False  # what comes meanwhile makes it old again
        try:
            rows = (await self.client.query("instruments")).rows
        except BaseException:
            self._instruments_are_old = True
            raise
        self.instruments = {r.rules.symbol: r for r in rows if isinstance(r, InstrumentRow)}

    async def _reload_supervision(self) -> None:
        if self.role == "supervisor":
            await together(self._reload_alerts(), self._reload_members())

    async def _reload_alerts(self) -> None:
        alerts = (await self.client.query("alerts")).alerts
        self.alerts = {alert.alert_id: alert for alert in alerts}

    async def _reload_members(self) -> None:
        rows = (await self.client.query("members")).rows
        self.members = {r.member: r for r in rows if isinstance(r, MemberRow)}

    def tick(self) -> None:
        """A second has passed."""
        self._member_age += 1
        often = COLLEAGUES_SECONDS if "approve" not in self.permissions else APPROVER_SECONDS
        if self.is_live and self._member_age >= often:
            self.member_is_old = True

    async def reload_member(self) -> None:
        """Ask for what colleagues may have changed: nothing tells this user of it."""
        self.member_is_old, self._member_age = False, 0
        await self.limits.reload(self.client)
        parts: tuple[Part, ...] = (self.orders, self.fills) if self.may_view else ()
        await together(self.reload_account(), *(part.reload(self.client) for part in parts))
        self.changed.update(("orders", "fills", "limits"))

    async def reload_account(self) -> None:
        self.account_is_old = False  # what comes meanwhile makes it old again
        if not self.may_view:
            return
        try:
            rows = (await self.client.query("account")).rows
        except BaseException:
            self.account_is_old = True
            raise
        self.accounts = {row.asset: row for row in rows if isinstance(row, AccountRow)}
        self.changed.add("account")

    def take_changes(self) -> set[str]:
        """Return what changed since the last call."""
        changed, self.changed = self.changed, set()
        return changed

    def hear(self, message: AnyMessage) -> None:
        """Take one message of the client."""
        for part in (*self._private, *self._parts):
            self.changed |= part.hear(message)
        if isinstance(message, BookDelta | BookSnapshot):
            self.changed.add("book")
        elif isinstance(message, InstrumentStat):
            self._take_stat(message)
        elif isinstance(message, ExecutionReport):
            self.account_is_old = self.account_is_old or message.exec_type != "rejected"
        elif isinstance(message, VenueStatus):
            self.status = message
            self.changed.add("status")
        elif isinstance(message, Alert):
            known = self.alerts.get(message.alert_id)
            if known is None or known.update < message.update:
                self.alerts[message.alert_id] = message
                self.changed.add("alerts")
        elif isinstance(message, AuditBatch):
            for event in message.events:
                self._take_audit(event)
            self.changed.add("audit")
        elif isinstance(message, PartyReport):  # what a block or a bid freezes
            self.account_is_old = True
        elif isinstance(message, LogonAck):
            self.needs_reload = True

    def _take_stat(self, stat: InstrumentStat) -> None:
        row = self.instruments.get(stat.symbol)
        if row is not None and (row.limit_up, row.limit_down, row.reference_price) != (
            stat.limit_up, stat.limit_down, stat.reference_price,
        ):  # fmt: skip
            self.instruments[stat.symbol] = structs.replace(
                row, phase=stat.phase, trade_date=stat.trade_date, limit_up=stat.limit_up,
                limit_down=stat.limit_down, reference_price=stat.reference_price,
            )  # fmt: skip
            self._instruments_are_old = True  # the limits of blocks are in no message
        if self.modes.phase_moved(stat.phase):
            self.changed.add("mode")
        self.changed.add("stat")

    def _take_audit(self, event: AuditEvent) -> None:
        self.audit.appendleft(event)
        if event.event in ("new", "trade", "replaced", "canceled", "expired"):
            if event.leaves_qty:
                self._resting[event.order_id] = event.member
            else:
                self._resting.pop(event.order_id, None)

    def _link_moved(self, state: LinkState) -> None:
        self.modes.link_moved(state)
        if state != "live":
            self.needs_reload = True
            self._interruptions += 1
        self.changed.add("all")


def local_time(transact_time: int) -> str:
    """Show a time of day in the terminal's own zone."""
    return time.strftime("%H:%M:%S", time.localtime(transact_time // 1_000_000_000))
