"""The price alerts of a session: they see the market only while it is live."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct, structs

from bashu_protocol.client import Client
from bashu_protocol.link import LinkState
from bashu_protocol.messages import (
    AnyMessage,
    BookDelta,
    BookSnapshot,
    InstrumentRow,
    InstrumentStat,
    Phase,
    PublicTrade,
)
from bashu_tui.clock import now_ns
from bashu_tui.state.alert_rules import PriceAlert, Reading, holds, judge, reading_of
from bashu_tui.state.alert_store import MAX_ALERTS, AlertStore, StoreError

_LOOK_AGAIN_NS: Final = 1_000_000_000


class Firing(Struct, frozen=True):
    """An alert that fired, as it was then."""

    alert: PriceAlert


class PriceAlerts:
    """A part of the session's view model. `check` is called when it is time to look."""

    def __init__(
        self, client: Client, store: AlertStore | None, clock_ns: Callable[[], int] = now_ns
    ) -> None:
        self.alerts: dict[int, PriceAlert] = {}
        self.problem: StoreError | None = None
        """Why the alerts could not be read or written, until they can be."""
        self._client = client
        self._store = store
        self._clock_ns = clock_ns
        self._touched: set[str] = set()
        self._extremes: dict[str, tuple[int, int]] = {}
        self._phases: dict[str, Phase] = {}
        self._unsaved = False
        self._looked_ns = 0
        client.link.listen(self._link_moved)
        self._read()
        self._touch_all()

    def listed(self) -> list[PriceAlert]:
        """Return the alerts by instrument, and then as they were made."""
        return sorted(self.alerts.values(), key=lambda alert: (alert.symbol, alert.alert_id))

    @property
    def is_full(self) -> bool:
        return len(self.alerts) >= MAX_ALERTS

    def add(self, alert: PriceAlert) -> PriceAlert:
        """Keep a new alert, under a number of its own.

        Raises:
            ValueError: there are `MAX_ALERTS` already.
        """
        self._read_if_newer()
        if self.is_full:
            raise ValueError(f"there are {MAX_ALERTS} alerts already")
        number = max([self._clock_ns(), *(known + 1 for known in self.alerts)])
        kept = structs.replace(alert, alert_id=number)
        self.alerts[number] = kept
        self._changed(kept.symbol)
        return kept

    def edit(self, alert: PriceAlert) -> None:
        """Put an alert's new terms in place of its old ones, armed anew."""
        self._read_if_newer()
        self.alerts[alert.alert_id] = structs.replace(alert, armed=True)
        self._changed(alert.symbol)

    def arm(self, alert_id: int, *, armed: bool) -> None:
        """Arm an alert again, or put it to sleep."""
        self._read_if_newer()
        if alert_id in self.alerts:
            self.alerts[alert_id].armed = armed
            self._changed(self.alerts[alert_id].symbol)

    def delete(self, alert_id: int) -> PriceAlert | None:
        """Forget an alert and return it."""
        self._read_if_newer()
        gone = self.alerts.pop(alert_id, None)
        if gone is not None:
            self._changed("")
        return gone

    def hear(self, message: AnyMessage) -> set[str]:
        """Take one message of the client."""
        if isinstance(message, InstrumentStat | BookDelta | BookSnapshot):
            self._touched.add(message.symbol)
        elif isinstance(message, PublicTrade) and message.mode in ("listing", "call_auction"):
            low, high = self._extremes.get(message.symbol, (message.price, message.price))
            self._extremes[message.symbol] = (min(low, message.price), max(high, message.price))
            self._touched.add(message.symbol)
        return set()

    async def reload(self, client: Client) -> None:
        """Nothing: the alerts are on this machine."""

    def check(self, instruments: dict[str, InstrumentRow], *, is_live: bool) -> list[Firing]:
        """Let the alerts see what changed since the last time; return those that fired."""
        self._look_at_the_file()
        if not is_live:
            return []
        touched, self._touched = self._touched, set()
        fired: list[Firing] = []
        now_ns = self._clock_ns()
        is_changed = False
        for symbol in sorted(touched):
            reading = self.reading(symbol, instruments)
            if reading is None:
                continue
            before = self._phases.get(symbol)
            self._phases[symbol] = reading.phase or "closed"
            self._extremes.pop(symbol, None)
            for alert in self.alerts.values():
                if alert.symbol != symbol:
                    continue
                was_armed = alert.armed
                if judge(alert, reading, before, now_ns):
                    fired.append(Firing(structs.replace(alert)))
                    is_changed = True
                is_changed |= alert.armed != was_armed
        if is_changed:
            self._save()
        return fired

    def reading(self, symbol: str, instruments: dict[str, InstrumentRow]) -> Reading | None:
        """Return what the market shows of an instrument; None where nothing live was heard."""
        stat = self._client.feed.stats.get(symbol)
        if stat is None:
            return None
        row = instruments.get(symbol)
        reading = reading_of(stat, row.rules.tick if row is not None else 1)
        low, high = self._extremes.get(symbol, (None, None))
        if low is not None and high is not None:
            last = reading.last
            low, high = (low, high) if last is None else (min(low, last), max(high, last))
        book = self._client.feed.book(symbol)
        bid = ask = None
        if book.is_current:
            bids, asks = book.bids, book.asks
            bid = bids[0][0] if bids else None
            ask = asks[0][0] if asks else None
        return structs.replace(reading, low=low, high=high, bid=bid, ask=ask)

    def holds_now(self, alert: PriceAlert, instruments: dict[str, InstrumentRow]) -> bool:
        """Whether a condition holds already, so that the alert would fire at once."""
        reading = self.reading(alert.symbol, instruments)
        return reading is not None and alert.watch != "phase" and holds(alert, reading)

    def _link_moved(self, state: LinkState) -> None:
        """Look at everything after an interruption; trades that were missed are not seen."""
        if state == "live":
            self._touch_all()
        elif state != "stale":  # a silent venue that speaks again leaves no gap
            self._extremes.clear()

    def _touch_all(self) -> None:
        self._touched.update(alert.symbol for alert in self.alerts.values())

    def _changed(self, symbol: str) -> None:
        if symbol:
            self._touched.add(symbol)
        self._save()

    def _save(self) -> None:
        try:
            if self._store is not None:
                self._store.save(self.listed())
        except StoreError as error:
            self.problem = error
            self._unsaved = True
        else:
            self.problem = None
            self._unsaved = False

    def _look_at_the_file(self) -> None:
        """Once in a while: write what could not be written, read what another terminal wrote."""
        now_ns = self._clock_ns()
        if now_ns - self._looked_ns < _LOOK_AGAIN_NS:
            return
        self._looked_ns = now_ns
        if self._unsaved:
            self._save()
        else:
            self._read_if_newer()

    def _read(self) -> None:
        try:
            if self._store is not None:
                self.alerts = {alert.alert_id: alert for alert in self._store.load()}
        except StoreError as error:
            self.problem = error

    def _read_if_newer(self) -> None:
        """Another terminal of the same user may have changed the file."""
        if self._store is not None and not self._unsaved and self._store.is_newer():
            self._read()
