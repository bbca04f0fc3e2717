"""How many messages are usual of late: a group's own, and those of all the others.

Counted are this minute and the one before, so that the pace is over one to two minutes.
"""

from msgspec import Struct, field

from bashu_protocol.units import NS_PER_MINUTE, NS_PER_SECOND


class Counted(Struct, array_like=True):
    """Messages of one group, or of the market, by minute."""

    minute: int = 0
    """The latest with a message, counted from the epoch."""
    latest: int = 0
    """In that minute."""
    before: int = 0
    """In the one before it."""

    def add(self, minute: int) -> bool:
        """Count one more; return whether it is the first of its minute."""
        if minute == self.minute:
            self.latest += 1
            return False
        self.before = self.latest if minute == self.minute + 1 else 0
        self.minute, self.latest = minute, 1
        return True

    def since_the_minute_before(self, minute: int) -> int:
        """Count those of a minute, to which there is none later, and of the one before."""
        if minute == self.minute:
            return self.latest + self.before
        return self.latest if minute == self.minute + 1 else 0


class Pace(Struct, array_like=True):
    """The messages of a market, and of how many groups they were."""

    messages: Counted = field(default_factory=Counted)
    groups: Counted = field(default_factory=Counted)
    """One for each group and minute."""
    began: int = 0
    """The time of the first message, in ns; 0 before it."""

    def add(self, row: Counted, time: int) -> None:
        """Count a message of a group whose own count is given."""
        minute = time // NS_PER_MINUTE
        self.messages.add(minute)
        if row.add(minute):
            self.groups.add(minute)
        self.began = self.began or time

    def is_known(self, time: int) -> bool:
        """Whether a minute was seen, before which nothing is usual."""
        return time - self.began >= NS_PER_MINUTE

    def of_group(self, row: Counted, time: int, apart: int) -> int:
        """Return a group's messages in 1,000 seconds, leaving so many out."""
        counted = row.since_the_minute_before(time // NS_PER_MINUTE) - apart
        return self._rate(max(0, counted), time)

    def of_others(self, row: Counted, time: int) -> int:
        """Return the messages of all other groups in 1,000 seconds."""
        minute = time // NS_PER_MINUTE
        counted = self.messages.since_the_minute_before(minute)
        return self._rate(counted - row.since_the_minute_before(minute), time)

    def others(self) -> int:
        """Return how many other groups there are of late, one at least."""
        return max(1, self.groups.latest - 1, self.groups.before - 1)

    def _rate(self, counted: int, time: int) -> int:
        start = max(self.began, (time // NS_PER_MINUTE - 1) * NS_PER_MINUTE)
        return counted * 1_000 * NS_PER_SECOND // max(NS_PER_SECOND, time - start)
