"""The rulebook's `[sessions]`: hours of a trading day, and which days are trading days."""

import datetime as dt
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

Seconds = Annotated[int, Meta(ge=1, le=86_400)]
_MINUTES_OF_A_DAY: Final = 24 * 60


class Window(Struct, frozen=True, order=True):
    """A session of a day, in minutes after midnight; `end` is the first minute after it."""

    begin: int
    end: int


class DemoDay(Struct, frozen=True, forbid_unknown_fields=True):
    """A trading day of minutes, so that its phases can be watched. Blocks trade after the pause."""

    pre_open_seconds: Seconds = 4
    call_auction_seconds: Annotated[int, Meta(ge=0, le=86_400)] = 0
    """0 for none; in its last third nothing can be cancelled."""
    morning_seconds: Seconds = 150
    pause_seconds: Seconds = 6
    afternoon_seconds: Seconds = 210
    night_seconds: Seconds = 6


class Sessions(Struct, frozen=True, forbid_unknown_fields=True):
    """Hours and trading days. Times are `HH:MM` of the time zone, sessions `HH:MM-HH:MM`.

    The defaults are the national market's: Monday to Friday 09:30-11:30 and 13:00-15:00, blocks
    13:00-15:00, closed on public holidays and on days that the exchange announces
    (market_rules.md 1.2).
    """

    time_zone: str = "Asia/Shanghai"
    listing: tuple[str, ...] = ("09:30-11:30", "13:00-15:00")
    block: tuple[str, ...] = ("13:00-15:00",)
    pre_open: str = ""
    """When the day begins, without orders yet; empty: with the first auction or session."""
    call_auction: str = ""
    """When order entry for the opening auction begins, where an instrument has one; the first
    session begins with its uncross. Empty for none."""
    call_auction_no_cancel: str = ""
    """When its last part begins, without cancels; empty for none."""
    holidays: Literal["china", "none"] = "china"
    """Public holidays by the State Council's notices, or weekends alone."""
    closed_days: tuple[dt.date, ...] = ()
    """Days without trading that the exchange announced."""
    open_days: tuple[dt.date, ...] = ()
    """Days with trading that the exchange announced, be they weekends or holidays."""
    complete_years: tuple[int, ...] = ()
    """Years whose holidays are all in `closed_days`, so that no library is asked."""
    demo: DemoDay = DemoDay()

    def __post_init__(self) -> None:
        """Raises ValueError saying which key is wrong and what would be right."""
        _zone(self.time_zone)
        listing = _windows("listing", self.listing)
        if not listing:
            raise ValueError('`listing` needs a session such as "09:30-11:30"')
        if self.call_auction_no_cancel and not self.call_auction:
            raise ValueError("`call_auction_no_cancel` needs `call_auction`, which it is a part of")
        begin = listing[0].begin
        earliest = 0
        for key in ("pre_open", "call_auction", "call_auction_no_cancel"):
            text = getattr(self, key)
            if text:
                minute = _minute(key, text)
                if not earliest <= minute < listing[0].begin:
                    raise ValueError(f"`{key}` {text} must be before the first session, in order")
                begin, earliest = min(begin, minute), minute + 1
        block = _windows("block", self.block)
        if block and block[0].begin < begin:
            raise ValueError(f"`block` {self.block[0]} begins before the day does")
        both = sorted(set(self.closed_days) & set(self.open_days))
        if both:
            raise ValueError(f"{both[0]} is in `closed_days` and in `open_days`: keep one")

    def zone(self) -> ZoneInfo:
        return _zone(self.time_zone)

    def listing_windows(self) -> list[Window]:
        return _windows("listing", self.listing)

    def block_windows(self) -> list[Window]:
        return _windows("block", self.block)

    def minute(self, key: Literal["pre_open", "call_auction", "call_auction_no_cancel"]) -> int:
        """Return one of the times before the first session; -1 if there is none."""
        text: str = getattr(self, key)
        return _minute(key, text) if text else -1


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        text = f'`time_zone` "{name}" is not known here; the market\'s is "Asia/Shanghai"'
        raise ValueError(text) from error


def _windows(key: str, texts: tuple[str, ...]) -> list[Window]:
    windows: list[Window] = []
    for text in texts:
        begin, dash, end = text.partition("-")
        if not dash:
            raise ValueError(f'`{key}` has "{text}", not a session such as "09:30-11:30"')
        window = Window(_minute(key, begin), _minute(key, end))
        if window.begin >= window.end:
            raise ValueError(f'`{key}` has "{text}", which ends before it begins')
        if windows and window.begin <= windows[-1].end:
            raise ValueError(f'`{key}` has "{text}" not after "{texts[len(windows) - 1]}"')
        windows.append(window)
    return windows


def _minute(key: str, text: str) -> int:
    hour, colon, minute = text.partition(":")
    parts = (hour, minute)
    if colon and all(len(part) == 2 and part.isascii() and part.isdigit() for part in parts):
        minutes = int(hour) * 60 + int(minute)
        if int(minute) < 60 and minutes < _MINUTES_OF_A_DAY:
            return minutes
    raise ValueError(f'`{key}` has "{text}", not a time from 00:00 to 23:59 such as "09:30"')
