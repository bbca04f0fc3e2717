"""What drives the sessions: the two loops, and the events of the special profiles."""

import asyncio
import random
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from typing import Final

from bashu_daemon.tools.load.alarm import Alarm
from bashu_daemon.tools.load.session import Session
from bashu_daemon.tools.load.workload import Instrument

TOGETHER_NS: Final = 200_000
"""What is due within that time leaves together: at high rates waking up costs more."""
LONGEST_NS: Final = 50_000_000
"""The end of the load is noticed so soon."""
MOST_A_TURN: Final = 100
"""Messages sent before the loop may read again: 1 to 2 ms."""
WALK_SECONDS: Final = 0.1


class Sending:
    """Whether load is still to be sent."""

    def __init__(self) -> None:
        self.goes_on = True


async def open_loop(
    times: Iterator[int],
    pick: Callable[[], Session],
    sending: Sending,
    lateness_ns: "array[int]",
) -> None:
    """Send a message at each time (ns from now), whatever the venue does."""
    begin = time.perf_counter_ns()
    due = begin + next(times)
    alarm = Alarm()
    try:
        while sending.goes_on:
            for _ in range(MOST_A_TURN):
                now = time.perf_counter_ns()
                if due > now:
                    break
                pick().send(due)
                lateness_ns.append(now - due)
                due = begin + next(times)
            now = time.perf_counter_ns()
            if due <= now:
                await asyncio.sleep(0)  # behind: the loop has to read as well
            else:
                await alarm.wait_until(min(max(due, now + TOGETHER_NS), now + LONGEST_NS), now)
    finally:
        alarm.close()


def picker(sessions: Sequence[Session], chance: random.Random | None) -> Callable[[], Session]:
    """Choose the user of each arrival: at random, or in turn."""
    if chance is not None:
        return lambda: chance.choice(sessions)
    turns = cycle(sessions)
    return lambda: next(turns)


def close_loop(sessions: Sequence[Session], window: int, sending: Sending) -> None:
    """Have each session keep `window` messages under way from now on."""
    for session in sessions:
        session.on_answers = _refiller(session, window, sending)
        session.on_answers()


def _refiller(session: Session, window: int, sending: Sending) -> Callable[[], None]:
    pending = session.accounting.pending
    room = (window - 1) * session.batch
    loop = asyncio.get_running_loop()

    def refill() -> None:
        for _ in range(MOST_A_TURN):
            if len(pending) > room or not sending.goes_on or not session.may_send:
                return
            session.send(time.perf_counter_ns())
        loop.call_soon(refill)

    return refill


async def mass_cancel_storm(
    sessions: Sequence[Session], every_seconds: float, sending: Sending
) -> None:
    while True:
        await asyncio.sleep(every_seconds)
        if not sending.goes_on:
            return
        for session in sessions:
            session.mass_cancel()


async def churn(
    sessions: Sequence[Session], mean_seconds: float, chance: random.Random, sending: Sending
) -> None:
    """Break a random session's connection, so that each is broken every `mean_seconds`."""
    while True:
        await asyncio.sleep(chance.expovariate(len(sessions) / mean_seconds))
        if not sending.goes_on:
            return
        chance.choice(sessions).drop()


async def walk(instruments: Sequence[Instrument], chance: random.Random) -> None:
    while True:
        await asyncio.sleep(WALK_SECONDS)
        for instrument in instruments:
            instrument.walk(chance)
