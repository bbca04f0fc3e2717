"""Profile files: what is shipped can be read, what is wrong is named."""

from pathlib import Path

import pytest

from bashu_daemon.errors import OperatorError
from bashu_daemon.tools.load.profile import load_profile, override, profile_names

REQUIRED = {
    "steady", "open_auction_burst", "mass_cancel_storm", "flooder", "slow_consumer",
    "reconnect_churn",
}  # fmt: skip


def test_the_profiles_of_the_issue_are_shipped() -> None:
    assert set(profile_names()) >= REQUIRED


@pytest.mark.parametrize("name", profile_names())
def test_each_shipped_profile_bears_its_name_and_has_limits(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert profile.description
    limits = profile.limits
    assert limits.unanswered == 0
    assert any((limits.p99_ms, limits.min_rate, limits.stopped_p99_ratio))


def test_a_profile_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('name = "own"\nrate = 7\n[limits]\np99_ms = 2.5\n')
    assert load_profile(str(path)).limits.p99_ms == 2.5


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('name = "x"\ncolour = 1\n', "colour"),
        ('name = "x"\n[limits]\np95_ms = 1\n', "p95_ms"),
        ('name = "x"\nrate = 0\n', "rate"),
        ('name = "x"\nbatch = 1001\n', "batch"),
        ('name = "x"\n[mix]\nnew = 0\n', "mix.new"),
        ('name = "x"\nseconds = 5\n[slow_consumer]\nstopped_seconds = 5\n', "stopped_seconds"),
        ('name = "x"\nmode = "closed"\n[churn]\nmean_seconds = 5\n', "churn"),
        ('name = "x', "x.toml"),
    ],
)  # fmt: skip
def test_a_wrong_profile_is_named_with_its_key(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text)
    with pytest.raises(OperatorError, match="x.toml is wrong") as raised:
        load_profile(str(path))
    assert says in str(raised.value)


def test_an_unknown_name_lists_the_profiles() -> None:
    with pytest.raises(OperatorError, match="steady"):
        load_profile("no_such_profile")


def test_options_override_and_are_checked_like_the_file() -> None:
    profile = override(load_profile("steady"), {"rate": 5, "users": None, "symbols": ["CCER"]})
    assert (profile.rate, profile.users, profile.symbols) == (5, 20, ["CCER"])
    with pytest.raises(OperatorError, match="users"):
        override(profile, {"users": 0})
