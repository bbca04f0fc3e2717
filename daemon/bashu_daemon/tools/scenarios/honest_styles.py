"""Honest markets of several styles: what surveillance is to be quiet on.

Nobody in them manipulates; each has members whose conduct looks like manipulation of some kind.
"""

import random
from typing import Final

from msgspec import Struct

from bashu_daemon.tools.scenarios.honest import (
    FairValue,
    crowd,
    deadline_buyer,
    disconnecting_trader,
    immediate_trader,
    learning,
    market_maker,
    noise_trader,
    pegger,
    trend_follower,
    value_trader,
)
from bashu_daemon.tools.scenarios.honest_algos import (
    compliance_seller,
    drift,
    grid_keeper,
    killed_now_and_then,
    public_news,
    requoter,
    slicer,
)
from bashu_daemon.tools.scenarios.stage import Script, Stage
from bashu_daemon.tools.scenarios.trial import Crowd, Plan


def busy(stage: Stage, fair: FairValue, symbol: str) -> list[Script]:
    """Declared and undeclared makers, some of whom withdraw and enter anew, and quick traders."""
    name = stage.account
    declared = [name(f"dm{i}", kind="market_maker") for i in range(2)]
    return [
        learning(stage, fair, symbol),
        market_maker(stage, declared[0], symbol, fair, spread=6, size=300, levels=5),
        market_maker(stage, declared[1], symbol, fair, spread=8, size=500, levels=3),
        market_maker(stage, name("um1"), symbol, fair, spread=10, size=200, levels=6),
        requoter(stage, name("um2"), symbol, fair, spread=8, size=250),
        requoter(stage, name("um3"), symbol, fair, spread=14, size=600),
        *_noise(stage, symbol, count=14, mean_ms=2_500, size=80),
        *_value(stage, fair, symbol, count=4, size=80),
        trend_follower(stage, name("tf1"), symbol, size=100),
        immediate_trader(stage, name("im1"), symbol, size=150),
    ]


def thin(stage: Stage, fair: FairValue, symbol: str) -> list[Script]:
    """One maker far from the middle; some ten seconds between two trades."""
    name = stage.account
    return [
        learning(stage, fair, symbol),
        market_maker(stage, name("mm1"), symbol, fair, spread=50, size=60, levels=2),
        *_noise(stage, symbol, count=10, mean_ms=60_000, size=50),
        value_trader(stage, name("vt1"), symbol, fair, size=30, edge=60),
        deadline_buyer(stage, name("db1"), symbol, size=15),
    ]


def deadline(stage: Stage, fair: FairValue, symbol: str) -> list[Script]:
    """Many must buy before a deadline, some sell what they have left, and the price rises."""
    name = stage.account
    return [
        *_two_makers(stage, fair, symbol, second_size=700),
        *(deadline_buyer(stage, name(f"db{i}"), symbol, size=40 + 40 * i) for i in range(8)),
        *(
            compliance_seller(stage, name(f"cs{i}"), symbol, size=100 + 80 * i, mean_ms=9_000)
            for i in range(5)
        ),
        *_noise(stage, symbol, count=6, mean_ms=7_000, size=100),
        *_value(stage, fair, symbol, count=2, size=90),
    ]


def broken_off(stage: Stage, fair: FairValue, symbol: str) -> list[Script]:
    """Connections break and kill switches are pulled: everything of a member goes at once."""
    name = stage.account
    users = [name(f"dc{i}") for i in range(5)]
    return [
        *_two_makers(stage, fair, symbol),
        *(
            disconnecting_trader(stage, user, symbol, size=80 + 60 * i)
            for i, user in enumerate(users)
        ),
        killed_now_and_then(stage, [*users, "mm2"]),
        *_noise(stage, symbol, count=8, mean_ms=6_000, size=90),
        *_value(stage, fair, symbol, count=2, size=80),
        immediate_trader(stage, name("im1"), symbol, size=150),
    ]


def programs(stage: Stage, fair: FairValue, symbol: str) -> list[Script]:
    """Programs that withdraw most of what they enter: pegs, slices of large orders, grids."""
    name = stage.account
    return [
        *_two_makers(stage, fair, symbol),
        *(
            pegger(stage, name(f"pg{i}"), symbol, size=80 + 70 * i, mean_ms=700 + 600 * i)
            for i in range(3)
        ),
        *(
            slicer(stage, name(f"sl{i}"), symbol, size=60 + 60 * i, slices=12, mean_ms=2_000)
            for i in range(4)
        ),
        *(grid_keeper(stage, name(f"gr{i}"), symbol, size=100, levels=4 + i) for i in range(2)),
        *_noise(stage, symbol, count=8, mean_ms=6_000, size=100),
        *_value(stage, fair, symbol, count=2, size=80),
        immediate_trader(stage, name("im1"), symbol, size=150),
    ]


def trend(stage: Stage, fair: FairValue, symbol: str) -> list[Script]:
    """The usual crowd while the value goes up or down for a quarter of an hour at a time."""
    chance = random.Random(stage.chance.random())
    return [*crowd(stage, fair, symbol), drift(fair, chance, mean_fen_per_minute=12)]


def news(stage: Stage, fair: FairValue, symbol: str) -> list[Script]:
    """The usual crowd while news that is known to all makes the value jump."""
    return [*crowd(stage, fair, symbol), public_news(stage, symbol, fair)]


def _two_makers(
    stage: Stage, fair: FairValue, symbol: str, *, second_size: int = 600
) -> list[Script]:
    return [
        learning(stage, fair, symbol),
        market_maker(stage, stage.account("mm1"), symbol, fair, spread=8, size=300, levels=4),
        market_maker(
            stage, stage.account("mm2"), symbol, fair, spread=12, size=second_size, levels=3
        ),
    ]


def _noise(stage: Stage, symbol: str, *, count: int, mean_ms: int, size: int) -> list[Script]:
    return [
        noise_trader(
            stage, stage.account(f"n{i}"), symbol,
            mean_ms=mean_ms + mean_ms * i // 8, size=size // 2 + size * i // count,
        )
        for i in range(count)
    ]  # fmt: skip


def _value(stage: Stage, fair: FairValue, symbol: str, *, count: int, size: int) -> list[Script]:
    return [
        value_trader(stage, stage.account(f"vt{i}"), symbol, fair, size=size + 30 * i)
        for i in range(count)
    ]


class Style(Struct, frozen=True, kw_only=True):
    """One kind of honest market."""

    name: str
    crowd: Crowd
    days: int = 1
    day_seconds: int = 3_600
    symbols: tuple[str, ...] = ("CEA25",)

    def plan(self, seed: int) -> Plan:
        """Return the market that shows it."""
        return Plan(
            seed=seed, days=self.days, day_seconds=self.day_seconds, symbols=self.symbols,
            crowd=self.crowd,
        )  # fmt: skip


STYLES: Final = (
    Style(name="usual", crowd=crowd, day_seconds=7_200),
    Style(name="busy, declared and undeclared makers", crowd=busy, day_seconds=7_200),
    Style(name="thin", crowd=thin, days=5, day_seconds=14_400),
    Style(name="many days", crowd=crowd, days=12, day_seconds=600),
    Style(name="two cities", crowd=crowd, symbols=("CDCER", "CQCER")),
    Style(name="deadline buying", crowd=deadline, day_seconds=7_200),
    Style(name="kill switches, broken connections", crowd=broken_off, day_seconds=7_200),
    Style(name="programs that withdraw much", crowd=programs, day_seconds=7_200),
    Style(name="trends", crowd=trend, day_seconds=7_200),
    Style(name="public news", crowd=news, day_seconds=7_200),
)
