"""Guessing passwords is slowed down, without locking a person out everywhere."""

import pytest

from bashu_tui.web import failures
from bashu_tui.web.failures import FailedLogins
from bashu_tui.web.settings import Limits

LIMITS = Limits(
    failures_per_pair=2, failures_per_user=4, failures_per_address=5, failure_seconds=60
)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_few_failures_of_a_user_from_one_address_make_it_wait() -> None:
    clock = Clock()
    failed = FailedLogins(LIMITS, clock)
    assert [failed.attempt("a", "anna") for _ in range(3)] == [0, 0, 60]
    assert failed.attempt("b", "anna") == 0, "elsewhere the person still gets in"
    assert failed.attempt("a", "bo") == 0
    clock.now = 59.5
    assert failed.attempt("a", "anna") == 1
    clock.now = 60
    assert failed.attempt("a", "anna") == 0


def test_many_addresses_that_guess_one_user_are_slowed_down_together() -> None:
    failed = FailedLogins(LIMITS, Clock())
    assert [failed.attempt(f"a{n}", "anna") for n in range(5)] == [0, 0, 0, 0, 60]


def test_one_address_that_tries_many_users_is_slowed_down() -> None:
    failed = FailedLogins(LIMITS, Clock())
    assert [failed.attempt("a", f"u{n}") for n in range(6)] == [0, 0, 0, 0, 0, 60]


def test_a_login_that_succeeds_counts_nowhere_and_forgets_the_persons_failures() -> None:
    failed = FailedLogins(LIMITS, Clock())
    for _ in range(20):
        assert failed.attempt("a", "anna") == 0
        failed.forgive("a", "anna")
    assert failed.attempt("a", "anna") == 0
    assert failed.attempt("a", "anna") == 0
    assert failed.attempt("a", "anna") == 60


def test_a_right_password_of_ones_own_does_not_clear_the_failures_at_others() -> None:
    failed = FailedLogins(LIMITS, Clock())
    for number in range(5):
        assert failed.attempt("a", "mallory") == 0
        failed.forgive("a", "mallory")
        assert failed.attempt("a", f"u{number}") == 0
    assert failed.attempt("a", "mallory") == 60


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "MAX_KEYS", 30)
    failed = FailedLogins(LIMITS, Clock())
    for number in range(200):
        failed.attempt(f"a{number}", f"u{number}")
    assert len(failed._times) == 30
