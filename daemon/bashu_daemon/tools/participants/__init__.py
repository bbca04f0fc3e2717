"""Simulated members, trading through the public protocol like anybody else."""

from bashu_daemon.tools.participants.off_book import AuctionPlan, hold_auctions
from bashu_daemon.tools.participants.run import Participant, Tally, run_participants

__all__ = ["AuctionPlan", "Participant", "Tally", "hold_auctions", "run_participants"]
