"""A short market with a manipulation of every family, played once."""

from functools import cache
from typing import Final

from bashu_daemon.tools.scenarios.families import FAMILIES
from bashu_daemon.tools.scenarios.trial import Plan, Recording, record

PARAMETERS: Final = {
    "frequent_cancel": {"cancels": 20},
    "order_to_trade": {"info_ratio": 3, "min_messages": 10},
    "burst_rate": {"warning_per_second": 8},
}
"""Low, so that all rules have something to find in a short market."""


@cache
def market() -> Recording:
    """Two short days with a manipulation of every family."""
    injections = [family.injection for family in FAMILIES]
    return record(Plan(seed=14, injections=injections, severity=7, days=2, day_seconds=300))
