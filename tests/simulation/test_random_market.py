"""Random commands of every kind and mode: conserved, within limits, and the same when replayed."""

from typing import get_args

import pytest
from random_market import RandomMarket, replayed

from bashu_daemon.core import Venue
from bashu_protocol.messages import StateCommand

CHUNK = 100_000


@pytest.mark.parametrize(("commands", "seed"), [(20_000, 1), (5_000, 2), (5_000, 3)])
def test_invariants_hold_and_a_replay_ends_in_the_same_state(commands: int, seed: int) -> None:
    market = RandomMarket(seed)
    for number in range(commands):
        market.step()
        if number % 20 == 0:
            market.check()
        if number % 2_500 == 0:
            market.check_snapshot()
    market.check()
    assert replayed(market.sent).state_hash() == market.venue.state_hash()


def test_every_command_is_drawn_and_can_succeed() -> None:
    market = RandomMarket(7)
    wanted = {command.__name__ for command in get_args(StateCommand)}
    accepted: set[str] = set()
    for _ in range(60_000):
        market.step()
        if market.number % 1_000 == 0:
            accepted = {name for name in wanted if market.outcomes[f"{name}: accepted"]}
            if accepted == wanted:
                break
    assert accepted == wanted, (
        f"add draws for {sorted(wanted - accepted)} to tests/support/draws.py"
    )


@pytest.mark.soak
@pytest.mark.timeout(7_200)
def test_ten_million_commands() -> None:
    """Each hundred thousand are replayed from a dump of the state before them."""
    market = RandomMarket(11)
    for _ in range(10_000_000 // CHUNK):
        begin = market.venue.dump()
        market.sent.clear()
        for number in range(CHUNK):
            market.step()
            if number % 1_000 == 0:
                market.check()
        market.check()
        assert replayed(market.sent, begin).state_hash() == market.venue.state_hash()
    print(dict(sorted(market.outcomes.items())))
    assert Venue.load(market.venue.dump()).state_hash() == market.venue.state_hash()
