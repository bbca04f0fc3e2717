"""Profiles: what a run does and what it has to reach, as TOML."""

from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct, field

from bashu_daemon.errors import OperatorError

PROFILES: Final = Path(__file__).parent / "profiles"

Mode = Literal["open", "closed"]
Arrivals = Literal["poisson", "constant"]
Positive = Annotated[int, Meta(ge=1)]
Count = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(gt=0)]
Milliseconds = Annotated[float, Meta(gt=0)]


class Mix(Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of the commands. A cancel or replace without an own order becomes a new order."""

    new: Count = 55
    cancel: Count = 35
    replace: Count = 5
    crossing_ioc: Count = 5

    def __post_init__(self) -> None:
        if self.new == 0:
            raise ValueError("mix.new must be positive: there is nothing else to begin with")


class Burst(Struct, frozen=True, forbid_unknown_fields=True):
    """Orders on top of the arrivals, all within a moment, as when an auction opens."""

    every_seconds: Seconds
    orders: Positive
    within_ms: Milliseconds


class MassCancelStorm(Struct, frozen=True, forbid_unknown_fields=True):
    """All users withdraw all their orders at the same moment, again and again."""

    every_seconds: Seconds


class Flooder(Struct, frozen=True, forbid_unknown_fields=True):
    """Further users who send as fast as they can, beside the measured ones.

    `window` bounds the messages that one of them has under way: what is unanswered piles up in
    the broker, whose own limit would end the flood otherwise.
    """

    users: Positive = 1
    window: Positive = 2_000
    batch: Positive = 1


class SlowConsumer(Struct, frozen=True, forbid_unknown_fields=True):
    """A reader of all market data that stops reading its socket for a while.

    It reads for the first part of the run, stops for `stopped_seconds`, and reads again.
    """

    stopped_seconds: Seconds


class Churn(Struct, frozen=True, forbid_unknown_fields=True):
    """Each user's connection is broken at random, on average so often."""

    mean_seconds: Seconds


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """What a run has to reach to pass. Percentiles are those of the measured users.

    Nothing may be lost, whatever a profile says: see `Result`.
    """

    p50_ms: Milliseconds | None = None
    p99_ms: Milliseconds | None = None
    p999_ms: Milliseconds | None = None
    max_ms: Milliseconds | None = None
    min_rate: Count | None = None
    """Answered orders a second."""
    unanswered: Count = 0
    throttled: Count = 0
    unexpected_rejects: Count = 0
    gaps: Count = 0
    """Jumps in `rpt_seq` that a broken connection does not explain."""
    mass_cancel_p99_ms: Milliseconds | None = None
    stopped_p99_ratio: Annotated[float, Meta(gt=0)] | None = None
    """The p99 while the slow consumer stands still, over the p99 before."""


class Profile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of load.

    In the open loop orders arrive at `rate` whatever the venue does, and latency counts from the
    moment at which an order was meant to leave. In the closed loop each user keeps `window`
    messages under way.
    """

    name: Annotated[str, Meta(min_length=1)]
    description: str = ""
    mode: Mode = "open"
    arrivals: Arrivals = "poisson"
    rate: Positive = 1_000
    """Orders a second, of all measured users together; open loop only."""
    window: Positive = 1
    """Messages under way a user; closed loop only."""
    seconds: Seconds = 30.0
    warm_up_seconds: Annotated[float, Meta(ge=0)] = 2.0
    """Load before the measured part: accounted for, but not timed."""
    drain_seconds: Seconds = 15.0
    """How long answers are awaited after the last order."""
    users: Positive = 20
    batch: Annotated[int, Meta(ge=1, le=1_000)] = 1
    """Orders a message."""
    symbols: list[str] = field(default_factory=list)
    """Empty for all that are in continuous trading."""
    live_orders: Positive = 200
    """Resting orders a user; beyond it cancels take the place of new orders."""
    seed: int = 1
    mix: Mix = Mix()
    limits: Limits = Limits()
    burst: Burst | None = None
    mass_cancel_storm: MassCancelStorm | None = None
    flooder: Flooder | None = None
    slow_consumer: SlowConsumer | None = None
    churn: Churn | None = None
    venue: dict[str, Any] = field(default_factory=dict)
    """Settings of `bashu serve` that a self-contained run begins it with."""

    def __post_init__(self) -> None:
        slow = self.slow_consumer
        if slow is not None and self.seconds <= slow.stopped_seconds + 1:
            raise ValueError("seconds must exceed slow_consumer.stopped_seconds by more than 1")
        if self.mode == "closed" and self.churn is not None:
            raise ValueError("churn needs the open loop: a broken connection stops a window")


def profile_names() -> list[str]:
    """Return the profiles that are shipped."""
    return sorted(path.stem for path in PROFILES.glob("*.toml"))


def load_profile(name_or_path: str) -> Profile:
    """Read a shipped profile by its name, or a file by its path.

    Raises:
        OperatorError: there is none, or it is wrong; the sentence names file and key.
    """
    path = PROFILES / f"{name_or_path}.toml"
    if name_or_path not in profile_names():
        path = Path(name_or_path)
        if not path.is_file():
            names = ", ".join(profile_names())
            raise OperatorError(
                f"There is no profile or file {name_or_path!r}; the profiles are {names}."
            )
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Profile)
    except OSError as error:
        raise OperatorError(f"Cannot read the profile {path}: {error.strerror}.") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise OperatorError(f"The profile {path} is wrong: {error}.") from error


def override(profile: Profile, changes: dict[str, Any]) -> Profile:
    """Lay a command's options over a profile; `None` leaves what the profile says.

    Raises:
        OperatorError: a value is out of its range.
    """
    settings = msgspec.to_builtins(profile)
    settings.update({name: value for name, value in changes.items() if value is not None})
    try:
        return msgspec.convert(settings, Profile)
    except (msgspec.ValidationError, ValueError) as error:
        raise OperatorError(f"The settings of the run are wrong: {error}.") from error
