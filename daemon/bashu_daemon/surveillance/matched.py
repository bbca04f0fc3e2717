"""Trades in which two orders met as if they had been meant for each other.

Shared by the rules about pre-arranged and circular trading: both orders were entered soon one
after the other, are of nearly one size, and nearly all of both traded in this one match.
"""

from bashu_daemon.surveillance.seen import Traded


def is_matched(event: Traded, match_percent: int, gap_ns: int) -> bool:
    """Tell whether a listing trade of two different groups joined two such orders."""
    buy, sell = event.buy, event.sell
    if buy is None or sell is None or event.mode != "listing" or buy.group == sell.group:
        return False
    if event.qty * 100 < match_percent * max(buy.qty, sell.qty):
        return False
    return abs(buy.placed_at - sell.placed_at) <= gap_ns
