"""The venue as a deterministic state machine: no input, no output, no clock, no randomness."""

from bashu_daemon.core.venue import Venue

__all__ = ["Venue"]
