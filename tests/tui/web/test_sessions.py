"""Logins are bounded in time and number, and end together with what runs under them."""

import pytest

from bashu_tui.web.sessions import TooManySessions, WebSessions
from bashu_tui.web.settings import Limits

LIMITS = Limits(session_seconds=100, idle_seconds=10, sessions=4, sessions_per_user=2)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(clock: Clock) -> WebSessions:
    return WebSessions(LIMITS, clock)


def test_tokens_are_random_and_long(sessions: WebSessions) -> None:
    one, other = sessions.begin("anna", "x"), sessions.begin("anna", "x")
    assert len({one.token, other.token, one.form_token, other.form_token}) == 4
    assert min(map(len, (one.token, one.form_token))) >= 43


def test_a_login_ends_when_nobody_is_there(sessions: WebSessions, clock: Clock) -> None:
    session = sessions.begin("anna", "x")
    clock.now = 9
    assert sessions.find(session.token) is session
    sessions.hear(session)
    clock.now = 18
    assert sessions.find(session.token) is session
    clock.now = 19
    assert sessions.find(session.token) is None


def test_a_page_that_polls_does_not_keep_a_login_alive(sessions: WebSessions, clock: Clock) -> None:
    session = sessions.begin("anna", "x")
    for clock.now in range(10):
        assert sessions.find(session.token) is session
    clock.now = 10
    assert sessions.find(session.token) is None


def test_a_login_ends_even_if_somebody_is_always_there(sessions: WebSessions, clock: Clock) -> None:
    session = sessions.begin("anna", "x")
    for clock.now in range(100):
        sessions.hear(session)
        assert sessions.find(session.token) is session
    clock.now = 100
    assert sessions.find(session.token) is None


def test_what_runs_under_a_login_ends_with_it_once(sessions: WebSessions, clock: Clock) -> None:
    ended: list[str] = []
    for name, end in (("left", sessions.end), ("swept", None)):
        session = sessions.begin(name, "x")
        session.endings.add(lambda name=name: ended.append(name))
        if end is not None:
            end(session)
            end(session)
    clock.now = 11
    sessions.sweep()
    sessions.sweep()
    assert ended == ["left", "swept"]
    assert len(sessions) == 0


def test_a_further_login_of_a_user_ends_its_oldest(sessions: WebSessions) -> None:
    first, second, third = (sessions.begin("anna", "x") for _ in range(3))
    assert sessions.find(first.token) is None
    assert sessions.find(second.token) is second
    assert sessions.find(third.token) is third


def test_a_full_server_takes_nobody(sessions: WebSessions, clock: Clock) -> None:
    for user in ("anna", "bo", "carl", "dora"):
        sessions.begin(user, "x")
    with pytest.raises(TooManySessions):
        sessions.begin("emil", "x")
    clock.now = 11
    assert sessions.begin("emil", "x").user == "emil"


def test_no_token_finds_nothing(sessions: WebSessions) -> None:
    sessions.begin("anna", "x")
    assert sessions.find("") is None
    assert sessions.find("x" * 43) is None
