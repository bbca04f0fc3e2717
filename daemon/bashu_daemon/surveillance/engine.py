"""Surveillance of the venue: its events in, alerts out; its state can be kept and restored."""

from collections.abc import Iterable, Mapping

from bashu_daemon.core.events import Event
from bashu_daemon.surveillance.alerts import MAX_ALERTS
from bashu_daemon.surveillance.groups import Link
from bashu_daemon.surveillance.parameters import Given
from bashu_daemon.surveillance.venue_feed import VenueFeed
from bashu_daemon.surveillance.watch import Watch
from bashu_protocol.messages import Alert


class Engine:
    """All rules over the venue's events.

    No clock and no randomness: the same events give the same alerts, also after a restart. The
    parameters are those of the start until the events say others, unless `takes_recorded` is
    false, which asks what the market would look like by the given ones.

    Raises on making:
        WrongParameter: the rulebook names a rule or parameter that does not exist.
    """

    def __init__(
        self,
        parameters: Mapping[str, Given],
        links: Iterable[Link] = (),
        max_alerts: int = MAX_ALERTS,
        *,
        takes_recorded: bool = True,
    ) -> None:
        self.watch = Watch(parameters, links, max_alerts=max_alerts)
        self._feed = VenueFeed(self.watch, takes_recorded=takes_recorded)

    def on_events(self, events: Iterable[Event]) -> list[Alert]:
        """Take events in order.

        Returns the alerts that are new or grew enough to be told (docs/decisions.md), each once
        and as it is after the last event.
        """
        take = self._feed.take
        for event in events:
            take(event)
        return self.watch.take_changed()

    def alerts(self) -> list[Alert]:
        """Return the alerts that are kept, oldest first."""
        return self.watch.alerts()

    def dump(self) -> bytes:
        """Return the state in canonical bytes."""
        return self.watch.dump()

    def load(self, data: bytes) -> None:
        """Go on from a dumped state; a rule that it does not know begins anew."""
        self.watch.load(data)
