"""A small market with surveillance over it."""

import random
from typing import Any

from bashu_daemon.core import Venue
from bashu_daemon.core.events import Event
from bashu_daemon.surveillance.engine import Engine
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    Alert,
    CancelOrder,
    CloseDay,
    Deposit,
    InstrumentRules,
    ListInstrument,
    NewOrder,
    OpenDay,
    SetPhase,
    StateCommand,
)

SYMBOL = "CEA25"
SECOND = 1_000_000_000
TONNES = 300_000
"""What each holds at first: no large holding."""
OWNERS = {"a": "oa", "b": "ob", "b2": "ob", "maker": "om", "c": "oc"}
STORM_PARAMETERS = {
    "frequent_cancel": {"cancels": 20},
    "order_to_trade": {"info_ratio": 3, "min_messages": 10},
    "burst_rate": {"warning_per_second": 8, "own_multiple": 0, "others_multiple": 1},
}


class Watched:
    """A market with surveillance over it; each command a second after the last unless said."""

    def __init__(self, parameters: dict[str, dict[str, int]] | None = None, **terms: Any) -> None:
        self.venue = Venue()
        self.engine = Engine(parameters or {})
        self.now_ns = 0
        self.count = 0
        self.events: list[list[Event]] = []
        self.commands: list[tuple[str, StateCommand, int]] = []
        self.published: list[Alert] = []
        rules = InstrumentRules(
            symbol=SYMBOL, name_zh="x", name_en="x", product="CEA", reference_price=7_000, **terms
        )
        self.send("venue", ListInstrument("list", rules))
        for user, owner in OWNERS.items():
            self.send("venue", AddMember(f"m-{user}", user, user, owner))
            self.send("venue", AddUser(f"u-{user}", user, user))
            self.send("venue", Deposit(f"c-{user}", user, "CNY", 10**13))
            self.send("venue", Deposit(f"t-{user}", user, SYMBOL, TONNES))
        self.day = 20_260_105
        self.open()

    def open(self) -> None:
        self.send("venue", OpenDay(f"open{self.day}", self.day))
        self.send("venue", SetPhase(f"go{self.day}", "continuous"))
        self.day += 1

    def next_day(self) -> None:
        self.send("venue", CloseDay(f"close{self.day}"))
        self.open()

    def send(self, user: str, command: StateCommand, after_ns: int = SECOND) -> list[Event]:
        self.now_ns += after_ns
        self.commands.append((user, command, self.now_ns))
        events = self.venue.apply(user, command, self.now_ns)
        self.events.append(events)
        self.published += self.engine.on_events(events)
        return events

    def order(
        self, user: str, side: Any, qty: int, price: int, after_ns: int = SECOND, **more: Any
    ) -> str:
        self.count += 1
        name = f"o{self.count}"
        self.send(user, NewOrder(name, SYMBOL, side, qty, price, **more), after_ns)
        return name

    def cancel(self, user: str, name: str, after_ns: int = SECOND) -> None:
        self.count += 1
        self.send(user, CancelOrder(f"x{self.count}", name), after_ns)

    def stuff(self, user: str, orders: int) -> None:
        """Enter orders and withdraw each at once, a message a millisecond."""
        for _ in range(orders):
            name = self.order(user, "buy", 1, 6_500, SECOND // 1_000)
            self.cancel(user, name, SECOND // 1_000)

    def alerts(self, rule: str) -> list[Alert]:
        return [alert for alert in self.engine.alerts() if alert.rule == rule]


def storm(seed: int, count: int) -> Watched:
    """Draw a day in which every rule has something to find."""
    market = Watched(STORM_PARAMETERS)
    chance = random.Random(seed)
    names: list[tuple[str, str]] = []
    for number in range(count):
        if number % 50 == 49:
            market.stuff("a", 8)
        user = chance.choice(sorted(OWNERS))
        after = chance.choice([1_000_000, 50_000_000, SECOND])
        if chance.random() < 0.6 or not names:
            price = chance.choice([7_000, 7_000, 6_999, 7_001, 7_700, 6_300])
            side = chance.choice(["buy", "sell"])
            names.append((user, market.order(user, side, chance.randint(1, 1_500), price, after)))
        else:
            owner, name = names.pop(chance.randrange(len(names)))
            market.cancel(owner, name, after)
    return market
