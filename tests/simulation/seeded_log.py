"""A seeded command log, and the state hash after it.

`python seeded_log.py N` prints the hash after N commands. Only integer arithmetic and a generator
of its own, so that every Python version makes the same log.
"""

import sys
from collections.abc import Iterator

from chance import Chance

from bashu_daemon.core import Venue
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    CancelOrder,
    CloseDay,
    Deposit,
    HaltInstrument,
    InstrumentRules,
    ListInstrument,
    MassCancel,
    NewOrder,
    OpenDay,
    ReinstateMember,
    ReplaceOrder,
    ResumeInstrument,
    SetPhase,
    StateCommand,
    SuspendMember,
)

SYMBOLS = ("CCER", "CEA25", "CQEA")
USERS = tuple(f"user{n}" for n in range(12))
DAY_LENGTH = 20_000
REMEMBERED = 20
"""So many of a user's last order ids may be cancelled or replaced."""


def commands(count: int, seed: int = 1) -> Iterator[tuple[str, StateCommand]]:
    """Yield a founded market and then `count` commands of all kinds, over several days."""
    chance = Chance(seed)
    for symbol in SYMBOLS:
        rules = InstrumentRules(
            symbol=symbol, name_zh="x", name_en="x", product="CEA", reference_price=7_000
        )
        yield "venue", ListInstrument(f"list-{symbol}", rules)
    for number, user in enumerate(USERS):
        yield "venue", AddMember(f"m-{user}", user, user, f"owner{number // 2}")
        yield "venue", AddUser(f"u-{user}", user, user)
        for asset in ("CNY", *SYMBOLS):
            yield "venue", Deposit(f"d-{asset}-{user}", user, asset, 10**12)
    yield "venue", AddMember("m-bureau", "bureau", "bureau", "bureau")
    yield "venue", AddUser("u-sup", "sup", "bureau", "supervisor")
    day = 20_260_101
    sent: dict[str, list[str]] = {user: ["none"] for user in USERS}
    for number in range(count):
        if number % DAY_LENGTH == 0:
            if number:
                yield "venue", CloseDay(f"close{number}")
            yield "venue", OpenDay(f"open{number}", day)
            yield "venue", SetPhase(f"go{number}", "continuous")
            day += 1
        user, command = _draw(chance, number, sent)
        if isinstance(command, NewOrder):
            sent[user] = [*sent[user], command.cl_ord_id][-REMEMBERED:]
        yield user, command


def _draw(chance: Chance, number: int, sent: dict[str, list[str]]) -> tuple[str, StateCommand]:
    user = USERS[chance.below(len(USERS))]
    symbol = SYMBOLS[chance.below(len(SYMBOLS))]
    name, kind = f"c{number}", chance.below(1_000)
    side = "buy" if chance.below(2) else "sell"
    price, quantity = 6_980 + chance.below(41), 1 + chance.below(300)
    earlier = sent[user][chance.below(len(sent[user]))]
    if kind < 600:
        tif = ("day", "day", "day", "ioc", "fok")[chance.below(5)]
        return user, NewOrder(name, symbol, side, quantity, price, "limit", tif)  # type: ignore[arg-type]  # drawn from the right words
    if kind < 620:
        return user, NewOrder(name, symbol, side, quantity, 0, "market")
    if kind < 850:
        return user, CancelOrder(name, earlier)
    if kind < 980:
        return user, ReplaceOrder(name, earlier, quantity, price)
    if kind < 990:
        return user, MassCancel(name, symbol)
    if kind < 995:
        halting = chance.below(10) == 0
        command = (
            HaltInstrument(name, symbol, "x") if halting else ResumeInstrument(name, symbol, "x")
        )
        return "sup", command
    if chance.below(10) == 0:
        return "sup", SuspendMember(name, user, "x")
    return "sup", ReinstateMember(name, user, "x")


def replay(count: int, seed: int = 1) -> Venue:
    """Apply the log to a new venue."""
    venue = Venue()
    for number, (user, command) in enumerate(commands(count, seed)):
        venue.apply(user, command, 1_000_000 + number)
    return venue


if __name__ == "__main__":
    final = replay(int(sys.argv[1]))
    print(final.seq, final.state_hash())
