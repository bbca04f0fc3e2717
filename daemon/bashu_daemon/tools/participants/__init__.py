"""Simulated members, trading through the public protocol like anybody else."""

from bashu_daemon.tools.participants.run import Participant, Tally, run_participants

__all__ = ["Participant", "Tally", "run_participants"]
