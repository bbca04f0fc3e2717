from bashu_daemon.throttle import Throttle
from bashu_protocol.units import NS_PER_SECOND

SECOND = NS_PER_SECOND


def test_a_burst_of_a_second_passes_and_no_more() -> None:
    throttle = Throttle(100)
    assert throttle.admit("anna", 60, SECOND) == 60
    assert throttle.admit("anna", 60, SECOND) == 40
    assert throttle.admit("anna", 1, SECOND) == 0


def test_tokens_come_back_at_the_rate_and_never_beyond_the_burst() -> None:
    throttle = Throttle(100)
    assert throttle.admit("anna", 100, SECOND) == 100
    assert throttle.admit("anna", 9, SECOND + SECOND // 100 - 1) == 0
    assert throttle.admit("anna", 9, SECOND + SECOND // 100) == 1
    assert throttle.admit("anna", 1_000, 60 * SECOND) == 100


def test_whoever_is_refused_pays_nothing_and_fractions_add_up() -> None:
    throttle = Throttle(3)
    assert throttle.admit("anna", 3, 0) == 3
    admitted = [throttle.admit("anna", 1, number * SECOND // 10) for number in range(1, 101)]
    assert sum(admitted) == 30
    assert max(admitted) == 1


def test_every_user_has_a_bucket_of_its_own() -> None:
    throttle = Throttle(10)
    assert throttle.admit("flood", 1_000_000, 0) == 10
    assert throttle.admit("anna", 10, 0) == 10


def test_a_clock_that_steps_back_gives_and_takes_nothing() -> None:
    throttle = Throttle(10)
    assert throttle.admit("anna", 4, 5 * SECOND) == 4
    assert throttle.admit("anna", 9, 4 * SECOND) == 6


def test_without_a_rate_nobody_is_refused() -> None:
    throttle = Throttle(0)
    assert throttle.admit("anna", 10**9, 0) == 10**9
