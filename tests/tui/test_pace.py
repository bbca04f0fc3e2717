"""How often the market is painted, by what it costs."""

from itertools import pairwise

import pytest

from bashu_tui.state.pace import SHARE, SLOWEST_SECONDS, Pace

TICK = 1 / 16


class Machine:
    """Clocks that a test moves."""

    def __init__(self, cost: float) -> None:
        self.now = self.spent = 0.0
        self.cost = cost
        self.pace = Pace(lambda: self.now, lambda: self.spent)

    def run(self, seconds: float) -> list[float]:
        """Ask at each tick; return when it was painted."""
        painted = []
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            if self.pace.is_due():
                painted.append(self.now)
                self.spent += self.cost
        return painted


def test_cheap_paintings_come_at_every_tick() -> None:
    assert len(Machine(cost=SHARE * TICK * 0.9).run(10)) == 160


@pytest.mark.parametrize("cost", [0.015, 0.02, 0.03])
def test_dear_ones_take_no_more_than_the_share(cost: float) -> None:
    machine = Machine(cost)
    painted = machine.run(60)
    assert machine.spent == pytest.approx(SHARE * 60, rel=0.03)
    assert max(b - a for a, b in pairwise(painted)) <= SLOWEST_SECONDS


@pytest.mark.parametrize("cost", [0.05, 1.0])
def test_the_dearest_come_at_least_four_times_a_second(cost: float) -> None:
    painted = Machine(cost).run(10)
    gaps = [b - a for a, b in pairwise(painted)]
    assert max(gaps) <= SLOWEST_SECONDS + TICK


def test_a_long_rest_saves_up_no_burst() -> None:
    machine = Machine(cost=0.02)
    machine.now += 3_600
    assert machine.pace.is_due()
    assert len(machine.run(1)) <= SHARE * (1 + SLOWEST_SECONDS) / 0.02 + 1


def test_a_process_that_is_busy_otherwise_paints_too() -> None:
    machine = Machine(cost=0.01)
    painted = []
    for _ in range(160):
        machine.now += TICK
        machine.spent += TICK
        if machine.pace.is_due():
            painted.append(machine.now)
    assert len(painted) == pytest.approx(10 / SLOWEST_SECONDS, abs=1)
