"""Block trading against a naive second opinion, over all its commands (market_rules.md 1.2, 1.5).

After each command: the same refusal or none, the same that every member sees, the same accounts.
"""

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
users = st.sampled_from(sorted(USERS))
sides = st.sampled_from(["buy", "sell"])
quantities = st.sampled_from([LOT, LOT, LOT + 1, 2 * LOT, 3 * LOT, 5 * LOT, LOT - 1, 10 * LOT, 0])
prices = st.sampled_from([PRICE, PRICE, PRICE - 50, PRICE + 50, 4_900, 4_899, 9_100, 9_101])


class BlockMachine(RuleBasedStateMachine):
    """Draws moves, most of them at what stands."""

    def __init__(self) -> None:
        super().__init__()
        self.market = BlockMarket(cash=CASH, tonnes=TONNES)
        self.naive = NaiveBlocks(CASH, TONNES)

    def _try(self, user: str, command: StateCommand, expected: str) -> list[Event]:
        events = self.market.apply(user, command)
        assert outcome(events) == expected, command
        return events

    def _number(self, data: st.DataObject) -> int:
        known = [row.block_id for member in MEMBERS for row in self.market.rows(member)]
        return data.draw(st.sampled_from([*sorted(set(known)), 0]))

    @rule(
        user=users, side=sides, qty=quantities, price=prices,
        named=st.sampled_from(["", "", *MEMBERS]),
    )  # fmt: skip
    def post(self, user: str, side: Any, qty: int, price: int, named: str) -> None:
        expected = self.naive.post(user, side, qty, price, named)
        self._try(user, PostBlock(self.market.id(), SYMBOL, side, qty, price, named), expected)

    @rule(user=users, data=st.data(), qty=quantities, price=prices)
    def counter(self, user: str, data: st.DataObject, qty: int, price: int) -> None:
        number = self._number(data)
        expected = self.naive.counter(user, number, qty, price)
        self._try(user, CounterBlock(self.market.id(), number, qty, price), expected)

    @rule(user=users, data=st.data(), other=st.sampled_from([0, 0, 0, 1]))
    def accept(self, user: str, data: st.DataObject, other: int) -> None:
        rows = [row for row in self.market.rows(USERS[user]) if row.your_turn]
        rows = rows or self.market.rows(USERS[user])
        if not rows:
            return
        row = data.draw(st.sampled_from(rows))
        qty, price = row.order_qty, row.price + other
        expected = self.naive.accept(user, row.block_id, qty, price)
        self._try(user, AcceptBlock(self.market.id(), row.block_id, qty, price), expected)

    @rule(user=users, data=st.data())
    def withdraw(self, user: str, data: st.DataObject) -> None:
        number = self._number(data)
        expected = self.naive.withdraw(user, number)
        self._try(user, WithdrawBlock(self.market.id(), number), expected)

    @rule()
    def session(self) -> None:
        self.naive.session(is_open=not self.naive.open)
        self.market.session(is_open=self.naive.open)

    @rule()
    def halt_or_resume(self) -> None:
        self.naive.halted = not self.naive.halted
        kind: Any = HaltInstrument if self.naive.halted else ResumeInstrument
        self._try("sue", kind(self.market.id(), SYMBOL, "x"), "")

    @rule(member=st.sampled_from(sorted(MEMBERS)))
    def suspend_or_reinstate(self, member: str) -> None:
        if member in self.naive.suspended:
            self.naive.suspended.remove(member)
            self._try("sue", ReinstateMember(self.market.id(), member, "x"), "")
        else:
            self.naive.suspend(member)
            self._try("sue", SuspendMember(self.market.id(), member, "x"), "")

    @rule()
    def next_day(self) -> None:
        if self.naive.halted:
            self.halt_or_resume()
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
    _run(40, 40)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_core_and_naive_blocks_agree_for_long() -> None:
    _run(2_000, 80)


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
