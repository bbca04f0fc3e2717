"""Speed of the whole core: `Venue.apply` with every check, the ledger and the reports.

Run: python tests/bench/bench_core.py [commands]
The commands are seeded: about 55 % new orders around a random walk, 35 % cancels, 5 % replaces,
5 % crossing immediate-or-cancel orders, with 10,000 orders live. A loop over a dict and a list
in the same process is the yardstick: compare ratios, not figures, between machines.
"""

import gc
import random
import statistics
import sys
import time
from collections import Counter

import msgspec

from bashu_daemon.core import Venue
from bashu_daemon.core.events import CommandEvent, OrderEvent
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    CancelOrder,
    Deposit,
    ExecutionReport,
    InstrumentRules,
    ListInstrument,
    NewOrder,
    OpenDay,
    OrderCommand,
    ReplaceOrder,
    SetPhase,
    Side,
    StateCommand,
)
from bashu_protocol.topics import VENUE_USER

SEED = 20240101
SYMBOL = "CEA24"
MEMBERS = 50
LIVE_ORDERS = 10_000
ROUNDS = 5
BATCH = 100
START_NS = 1_700_000_000_000_000_000
SIDES: tuple[Side, Side] = ("buy", "sell")
STEPS = (-1, 1, *[0] * 30)

Sent = tuple[str, OrderCommand]


def open_venue() -> Venue:
    """Return a venue in continuous trading with `MEMBERS` members, each of an owner of its own."""
    rules = InstrumentRules(
        symbol=SYMBOL, name_zh=SYMBOL, name_en=SYMBOL, product="CEA", reference_price=7_000
    )
    commands: list[StateCommand] = [ListInstrument("list", rules)]
    for number in range(MEMBERS):
        member = f"member-{number:02}"
        commands += [
            AddMember(f"add-{member}", member, member, f"owner-{number:02}"),
            AddUser(f"user-{member}", f"user-{number:02}", member),
            Deposit(f"cash-{member}", member, "CNY", 10**15),
            Deposit(f"tonnes-{member}", member, SYMBOL, 10**10),
        ]
    commands += [OpenDay("open", 20_240_102), SetPhase("start", "continuous")]
    venue = Venue()
    for command in commands:
        outcome = venue.apply(VENUE_USER, command, START_NS)[-1]
        assert isinstance(outcome, CommandEvent)
        assert outcome.report.accepted, outcome
    return venue


class Generator:
    """Makes commands on a venue of its own, so that cancels name orders that live then."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.venue = open_venue()
        self.mid = 7_000
        self.sent: list[Sent] = []
        self.known: list[str] = []
        self.live: dict[str, ExecutionReport] = {}
        self.outcomes: Counter[str] = Counter()

    def step(self) -> None:
        rng = self.rng
        self.mid += rng.choice(STEPS)
        roll = rng.random()
        if roll < 0.05:
            side = rng.choice(SIDES)
            price = self.mid + 5 if side == "buy" else self.mid - 5
            qty = rng.randint(50, 300)
            self._send(NewOrder(self._next_id(), SYMBOL, side, qty, price, time_in_force="ioc"))
            return
        scarce = len(self.live) < LIVE_ORDERS - LIVE_ORDERS // 20
        plenty = len(self.live) > LIVE_ORDERS + LIVE_ORDERS // 20
        if scarce or (roll < 0.60 and not plenty):
            self.new_order()
        elif roll < 0.95:
            original = self._random_live()
            self._send(CancelOrder(self._next_id(), original), self._user_of(original))
        else:
            original = self._random_live()
            report = self.live[original]
            total = report.cum_qty + rng.randint(1, 99)
            replacing = ReplaceOrder(
                f"{original[:2]}-{len(self.sent):x}",
                original,
                total,
                self._price(report.side == "buy"),
            )
            self.known.append(replacing.cl_ord_id)
            self._send(replacing, self._user_of(original))

    def new_order(self) -> None:
        side = self.rng.choice(SIDES)
        cl_ord_id = self._next_id()
        self.known.append(cl_ord_id)
        qty = self.rng.randint(1, 99)
        self._send(NewOrder(cl_ord_id, SYMBOL, side, qty, self._price(side == "buy")))

    def _next_id(self) -> str:
        return f"{self.rng.randrange(MEMBERS):02}-{len(self.sent):x}"

    def _user_of(self, cl_ord_id: str) -> str:
        return f"user-{cl_ord_id[:2]}"

    def _price(self, is_buy: bool) -> int:
        away = self.rng.randint(1, 50)
        return self.mid - away if is_buy else self.mid + away

    def _random_live(self) -> str:
        while True:
            place = self.rng.randrange(len(self.known))
            cl_ord_id = self.known[place]
            if cl_ord_id in self.live:
                return cl_ord_id
            self.known[place] = self.known[-1]
            self.known.pop()

    def _send(self, command: OrderCommand, user: str = "") -> None:
        user = user or self._user_of(command.cl_ord_id)
        self.sent.append((user, command))
        for event in self.venue.apply(user, command, START_NS + len(self.sent)):
            if isinstance(event, OrderEvent):
                self._follow(event.report)

    def _follow(self, report: ExecutionReport) -> None:
        self.outcomes[report.exec_type] += 1
        if report.exec_type == "replaced":
            self.live.pop(report.orig_cl_ord_id)
        own_id = report.orig_cl_ord_id if report.exec_type == "canceled" else report.cl_ord_id
        if report.leaves_qty and report.time_in_force == "day":
            self.live[own_id or report.cl_ord_id] = report
        else:
            self.live.pop(own_id or report.cl_ord_id, None)


def mixed_commands(count: int, seed: int = SEED) -> tuple[list[Sent], list[Sent], Counter[str]]:
    """Return a ramp-up, `count` mixed commands, and what kinds of report the latter make."""
    generator = Generator(seed)
    while len(generator.live) < LIVE_ORDERS:
        generator.new_order()
    ramp = len(generator.sent)
    generator.outcomes.clear()
    while len(generator.sent) < ramp + count:
        generator.step()
    return generator.sent[:ramp], generator.sent[ramp:], generator.outcomes


def apply_seconds(ramp: list[Sent], commands: list[Sent]) -> float:
    """Time the commands, decoded batch by batch as from the wire; decoding is not counted."""
    venue = open_venue()
    apply = venue.apply
    now_ns = START_NS
    for user, command in ramp:
        apply(user, command, now_ns)
    decoder = msgspec.msgpack.Decoder(list[Sent])
    batches = [
        msgspec.msgpack.encode(commands[start : start + BATCH])
        for start in range(0, len(commands), BATCH)
    ]
    seconds = 0.0
    for payload in batches:
        batch = decoder.decode(payload)
        started = time.perf_counter()
        for user, command in batch:
            now_ns += 1_000
            apply(user, command, now_ns)
        seconds += time.perf_counter() - started
    return seconds


def yardstick_seconds(count: int) -> float:
    """Time a plain loop that keeps numbers in a dict and a list."""
    kept: dict[int, int] = {}
    queue: list[int] = []
    started = time.perf_counter()
    for number in range(count):
        kept[number] = number + 1
        queue.append(number)
        if number % 2:
            queue.pop()
            kept.pop(number)
    return time.perf_counter() - started


def snapshot_seconds(venue: Venue) -> tuple[float, float, int]:
    started = time.perf_counter()
    data = venue.dump()
    dumped = time.perf_counter()
    again = Venue.load(data)
    loaded = time.perf_counter()
    assert again.dump() == data
    return dumped - started, loaded - dumped, len(data)


def show_rate(name: str, ramp: list[Sent], commands: list[Sent]) -> None:
    count = len(commands)
    rounds = [(apply_seconds(ramp, commands), yardstick_seconds(count)) for _ in range(ROUNDS)]
    seconds = statistics.median(applied for applied, _ in rounds)
    fastest = min(applied for applied, _ in rounds)
    yardstick = statistics.median(plain for _, plain in rounds)
    ratio = statistics.median(plain / applied for applied, plain in rounds)
    print(
        f"Venue.apply, {LIVE_ORDERS:,} live, {name}: {count / seconds:,.0f} commands/s, "
        f"fastest round {count / fastest:,.0f}; yardstick {count / yardstick:,.0f} steps/s, "
        f"ratio {ratio:.3f}"
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    ramp, commands, outcomes = mixed_commands(count)
    mix = Counter(
        "ioc" if getattr(command, "time_in_force", "") == "ioc" else type(command).__name__
        for _, command in commands
    )
    print(f"mix of {count:,}: {dict(sorted(mix.items()))}")
    print(f"reports: {dict(sorted(outcomes.items()))}")
    gc.collect()
    gc.freeze()  # what the bench itself keeps is no load on the collector
    show_rate("collector on", ramp, commands)
    gc.disable()  # the core makes no reference cycles, so the daemon may do without
    show_rate("collector off", ramp, commands)
    gc.enable()
    venue = open_venue()
    for user, command in ramp + commands:
        venue.apply(user, command, START_NS)
    dumping, loading, size = snapshot_seconds(venue)
    print(
        f"snapshot after {venue.seq:,} commands of one day: {size / 1e6:.1f} MB, "
        f"dump {dumping:.2f} s, load {loading:.2f} s"
    )


if __name__ == "__main__":
    main()
