"""The core against a naive second market, over every command."""

import random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from twin_market import OWNERS, RULES, TwinMarket

users = st.sampled_from(sorted(OWNERS))
symbols = st.sampled_from(sorted(RULES))
sides = st.sampled_from(["buy", "sell"])
quantities = st.sampled_from([1, 7, 10, 30, 50, 100, 250, 500, 501, 0, -5, 2**40])
prices = st.one_of(
    st.integers(990, 1_010).map(lambda p: p - p % 5),
    st.sampled_from([899, 900, 995, 1_000, 1_005, 1_100, 1_101, 0, -1, 10**8]),
)


class CoreMachine(RuleBasedStateMachine):
    """Draws commands of all kinds, valid and not."""

    def __init__(self) -> None:
        super().__init__()
        self.market = TwinMarket()
        self.names: list[tuple[str, str]] = [("u1", "nothing")]

    @rule(
        user=users, symbol=symbols, side=sides, quantity=quantities, price=prices,
        kind=st.sampled_from(["limit", "limit", "limit", "market"]),
        validity=st.sampled_from(["day", "day", "day", "ioc", "fok"]),
    )  # fmt: skip
    def place(
        self, user: str, symbol: str, side: str, quantity: int, price: int, kind: str, validity: str
    ) -> None:
        name = self.market.place(user, symbol, side, quantity, price, kind, validity)
        self.names.append((user, name))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        self.market.cancel(*data.draw(st.sampled_from(self.names)))

    @rule(data=st.data(), quantity=quantities, price=prices)
    def replace(self, data: st.DataObject, quantity: int, price: int) -> None:
        user, name = data.draw(st.sampled_from(self.names))
        self.names.append((user, self.market.replace(user, name, quantity, price)))

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        self.market.repeat(*data.draw(st.sampled_from(self.names)))

    @rule(user=users, symbol=st.sampled_from(["", *RULES]))
    def mass_cancel(self, user: str, symbol: str) -> None:
        self.market.mass_cancel(user, symbol)

    @rule(symbol=symbols)
    def halt(self, symbol: str) -> None:
        self.market.halt(symbol)

    @rule(symbol=symbols)
    def resume(self, symbol: str) -> None:
        self.market.resume(symbol)

    @rule(user=users)
    def suspend(self, user: str) -> None:
        self.market.suspend(user)

    @rule(user=users)
    def reinstate(self, user: str) -> None:
        self.market.reinstate(user)

    @rule()
    def notice(self) -> None:
        self.market.notice()

    @rule(
        user=users,
        asset=st.sampled_from(["CNY", *RULES]),
        amount=st.sampled_from([1_000, -1_000, 0, -(10**9), 50_000]),
    )
    def deposit(self, user: str, asset: str, amount: int) -> None:
        self.market.deposit(user, asset, amount)

    @rule()
    def next_day(self) -> None:
        self.market.next_day()
        # Ids may be used again, so the model has forgotten them.
        self.names = [("u1", "nothing")]

    @rule()
    def snapshot(self) -> None:
        self.market.check_snapshot()

    @invariant()
    def agree(self) -> None:
        self.market.check()

    def teardown(self) -> None:
        self.market.check_replay()


def _run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        CoreMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_core_and_naive_market_agree() -> None:
    _run(100, 60)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_core_and_naive_market_agree_for_long() -> None:
    _run(3_000, 100)


@pytest.mark.parametrize(
    ("commands", "seed"),
    [(10_000, 1), (10_000, 2), pytest.param(200_000, 3, marks=pytest.mark.soak)],
)
@pytest.mark.timeout(3_600)
def test_a_long_seeded_day_agrees(commands: int, seed: int) -> None:
    chance = random.Random(seed)
    market = TwinMarket()
    names: list[tuple[str, str]] = []
    for step in range(commands):
        user = chance.choice(sorted(OWNERS))
        what = chance.random()
        if what < 0.62 or not names:
            symbol = chance.choice(sorted(RULES))
            price = 1_000 + 5 * chance.randint(-6, 6)
            kind = "market" if chance.random() < 0.08 else "limit"
            tif = chance.choice(["day", "day", "day", "day", "ioc", "fok"])
            side = chance.choice(["buy", "sell"])
            quantity = 10 * chance.randint(1, 12)
            names.append((user, market.place(user, symbol, side, quantity, price, kind, tif)))
        elif what < 0.80:
            market.cancel(*chance.choice(names[-60:]))
        elif what < 0.95:
            owner, name = chance.choice(names[-60:])
            price = 1_000 + 5 * chance.randint(-6, 6)
            names.append((owner, market.replace(owner, name, 10 * chance.randint(1, 12), price)))
        elif what < 0.97:
            market.mass_cancel(user, chance.choice(["", *RULES]))
        elif what < 0.98:
            symbol = chance.choice(sorted(RULES))
            market.halt(symbol)
            market.resume(symbol)
        elif what < 0.985:
            market.suspend(user)
            market.reinstate(user)
        elif what < 0.99:
            market.check_snapshot()
        if step % 500 == 499:
            market.next_day()
            names.clear()
        if step % 20 == 0:
            market.check()
    assert len(market.naive.trades) > commands // 10
    market.check()
    market.check_replay()
