"""Block trading against a naive second opinion, over all its commands (market_rules.md 1.2, 1.5).

After each command: the same refusal or none, the same that every member sees, the same accounts.
"""

import random
from collections import Counter
from typing import Any

import pytest
from block_market import LOT, MEMBERS, PRICE, SYMBOL, USERS, BlockMarket, outcome, told
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from naive_blocks import NaiveBlocks

from bashu_daemon.core import Venue
from bashu_daemon.core.events import Event
from bashu_protocol.messages import (
    AcceptBlock,
    CounterBlock,
    HaltInstrument,
    PostBlock,
    ReinstateMember,
    ResumeInstrument,
    StateCommand,
    SuspendMember,
    WithdrawBlock,
)

CASH, TONNES = 4 * LOT * PRICE, 4 * LOT
QUANTITIES = (LOT, LOT, LOT, LOT + 1, 2 * LOT, 2 * LOT, 3 * LOT, 5 * LOT, LOT - 1, 10 * LOT, 0)
PRICES = (*[PRICE] * 3, *[PRICE - 50] * 3, *[PRICE + 50] * 3, 4_900, 4_899, 9_100, 9_101)
NAMED = ("", "", "", "", *MEMBERS)
RARE = 12
"""What ends or stops things happens once in so many draws, else nothing would go on for long."""

users = st.sampled_from(sorted(USERS))
quantities = st.sampled_from(QUANTITIES)
prices = st.sampled_from(PRICES)
picks = st.integers(0, 999)
rarely = st.integers(0, RARE - 1)


class BlockMachine(RuleBasedStateMachine):
    """Draws moves, most of them at what stands."""

    def __init__(self) -> None:
        super().__init__()
        self.market = BlockMarket(cash=CASH, tonnes=TONNES)
        self.naive = NaiveBlocks(CASH, TONNES)
        self.outcomes: Counter[str] = Counter()
        for user, side in (("bo", "sell"), ("anna", "buy")):
            self.post(user, side, LOT, PRICE, "")

    def _try(self, user: str, command: StateCommand, expected: str) -> list[Event]:
        events = self.market.apply(user, command)
        assert outcome(events) == expected, command
        self.outcomes[f"{type(command).__name__} {expected}"] += 1
        return events

    def _number(self, user: str, pick: int) -> int:
        """Choose an id that the user may see, or now and then any."""
        members = MEMBERS if pick % 5 == 0 else (USERS[user],)
        known = {row.block_id for member in members for row in self.market.rows(member)}
        numbers = [*sorted(known), 0] if pick % 7 == 0 else sorted(known)
        return numbers[pick % len(numbers)] if numbers else 0

    @rule(
        user=users, side=st.sampled_from(["buy", "sell"]), qty=quantities, price=prices,
        named=st.sampled_from(NAMED),
    )  # fmt: skip
    def post(self, user: str, side: Any, qty: int, price: int, named: str) -> None:
        expected = self.naive.post(user, side, qty, price, named)
        self._try(user, PostBlock(self.market.id(), SYMBOL, side, qty, price, named), expected)

    @rule(user=users, pick=picks, qty=quantities, price=prices)
    def counter(self, user: str, pick: int, qty: int, price: int) -> None:
        number = self._number(user, pick)
        expected = self.naive.counter(user, number, qty, price)
        self._try(user, CounterBlock(self.market.id(), number, qty, price), expected)

    @rule(user=users, pick=picks)
    def accept(self, user: str, pick: int) -> None:
        rows = self.market.rows(USERS[user])
        rows = [row for row in rows if row.your_turn] or rows
        if not rows:
            return
        row = rows[pick % len(rows)]
        qty, price = row.order_qty, row.price + (pick % 8 == 0)
        expected = self.naive.accept(user, row.block_id, qty, price)
        self._try(user, AcceptBlock(self.market.id(), row.block_id, qty, price), expected)

    @rule(user=users, pick=picks)
    def withdraw(self, user: str, pick: int) -> None:
        number = self._number(user, pick)
        expected = self.naive.withdraw(user, number)
        self._try(user, WithdrawBlock(self.market.id(), number), expected)

    @rule(chance=rarely)
    def session(self, chance: int) -> None:
        if chance == 0 or not self.naive.open:
            self.naive.session(is_open=not self.naive.open)
            self.market.session(is_open=self.naive.open)

    @rule(chance=rarely)
    def halt_or_resume(self, chance: int) -> None:
        if chance == 0 or self.naive.halted:
            self.naive.halted = not self.naive.halted
            kind: Any = HaltInstrument if self.naive.halted else ResumeInstrument
            self._try("sue", kind(self.market.id(), SYMBOL, "x"), "")

    @rule(chance=rarely, member=st.sampled_from(sorted(MEMBERS)))
    def suspend_or_reinstate(self, chance: int, member: str) -> None:
        if member in self.naive.suspended:
            self.naive.suspended.remove(member)
            self._try("sue", ReinstateMember(self.market.id(), member, "x"), "")
        elif chance == 0:
            self.naive.suspend(member)
            self._try("sue", SuspendMember(self.market.id(), member, "x"), "")

    @rule(chance=rarely)
    def next_day(self, chance: int) -> None:
        if chance == 0 and not self.naive.halted:
            self.market.close_day()
            self.market.open_day()
            self.naive.next_day()

    @rule()
    def snapshot(self) -> None:
        """Goes on from what was dumped, negotiations under way included."""
        data = self.market.venue.dump()
        self.market.venue = Venue.load(data)
        assert self.market.venue.dump() == data

    @invariant()
    def agree(self) -> None:
        for member in MEMBERS:
            seen = [
                (row.block_id, row.kind, row.order_qty, row.price, row.your_turn)
                for row in self.market.rows(member)
            ]
            assert seen == self.naive.view(member)
            cash, tonnes = self.naive.frozen(member)
            money, holding = self.market.account(member, "CNY"), self.market.account(member, SYMBOL)
            assert (money.available, money.frozen) == (self.naive.cash[member] - cash, cash)
            assert (holding.available, holding.frozen, holding.bought_today) == (
                self.naive.tonnes[member] - tonnes, tonnes, self.naive.bought[member],
            )  # fmt: skip
        stat = self.market.venue.stat(SYMBOL)
        assert [stat.block_volume, stat.block_turnover, stat.block_count] == self.naive.traded
        assert (stat.volume, stat.last, stat.high, stat.open) == (0, 0, 0, 0)

    def teardown(self) -> None:
        """The log gives the same state again, byte for byte."""
        again = Venue()
        for user, command, now_ns in self.market.log:
            again.apply(user, command, now_ns)
        assert again.state_hash() == self.market.venue.state_hash()


def _run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        BlockMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_core_and_naive_blocks_agree() -> None:
    _run(60, 50)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_core_and_naive_blocks_agree_for_long() -> None:
    _run(2_000, 80)


def test_a_long_seeded_walk_agrees() -> None:
    chance = random.Random(4)
    machine = BlockMachine()
    for step in range(2_500):
        user, pick = chance.choice(sorted(USERS)), chance.randrange(1_000)
        qty, price = chance.choice(QUANTITIES), chance.choice(PRICES)
        roll = chance.random()
        if roll < 0.25:
            machine.post(user, chance.choice(("buy", "sell")), qty, price, chance.choice(NAMED))
        elif roll < 0.60:
            machine.counter(user, pick, qty, price)
        elif roll < 0.75:
            machine.accept(user, pick)
        elif roll < 0.87:
            machine.withdraw(user, pick)
        else:
            rare = chance.randrange(RARE)
            machine.session(rare)
            machine.halt_or_resume(chance.randrange(RARE))
            machine.suspend_or_reinstate(chance.randrange(RARE), chance.choice(sorted(MEMBERS)))
            machine.next_day(chance.randrange(RARE))
        if step % 50 == 0:
            machine.snapshot()
        machine.agree()
    machine.teardown()
    for name in (
        "PostBlock ", "CounterBlock ", "AcceptBlock ", "WithdrawBlock ",
        "CounterBlock NOT_YOUR_TURN", "CounterBlock SELF_TRADE", "CounterBlock INSUFFICIENT_CASH",
        "AcceptBlock INSUFFICIENT_HOLDING", "AcceptBlock BLOCK_TERMS_CHANGED",
        "PostBlock BOUGHT_TODAY", "WithdrawBlock NOT_PERMITTED",
    ):  # fmt: skip
        assert machine.outcomes[name] > 2, (name, machine.outcomes)


def test_a_loaded_venue_goes_on_with_the_negotiations_that_were_under_way() -> None:
    """The dumped and the loaded venue make the same events, in the same order."""
    market = BlockMarket()
    offer = market.post("anna", "sell", 2 * LOT)
    talks = [market.counter(user, offer, LOT, PRICE - 10) for user in ("bo", "dan")]
    market.counter("ada", talks[0], 3 * LOT, PRICE)
    market.post("dan", "buy", LOT, PRICE, "B")
    loaded = Venue.load(market.venue.dump())
    assert loaded.block_rows("A") == market.rows("A")
    commands: list[tuple[str, StateCommand]] = [
        ("bo", CounterBlock("g1", talks[0], LOT, PRICE - 5)),
        ("anna", AcceptBlock("g2", talks[1], LOT, PRICE - 10)),
        ("sue", SuspendMember("g3", "D", "x")),
    ]
    for user, command in commands:
        events = market.apply(user, command)
        assert loaded.apply(user, command, len(market.log)) == events
        assert told(events)
    assert loaded.state_hash() == market.venue.state_hash()
