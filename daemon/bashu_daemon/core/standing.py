"""What stands of users beside their orders: sealed bids, and what they began in block trading.

Whatever withdraws a user's orders withdraws these as well: each of them could still trade.
"""

from collections.abc import Callable

from bashu_daemon.core.auction_results import withdraw_bids
from bashu_daemon.core.blocks import withdraw_blocks
from bashu_daemon.core.directory import User
from bashu_daemon.core.state import State


def withdraw_standing(state: State, fits: Callable[[User, str], bool], text: str) -> int:
    """Withdraw what stands of the users that fit, with its symbol; return how many."""
    return withdraw_bids(state, fits, text) + withdraw_blocks(state, fits, text)


def has_standing(state: State, user: User) -> bool:
    """Whether a user has a sealed bid, or has begun a block or a negotiation that stands."""
    blocks = state.blocks
    return (
        any(offer.poster.user is user for offer in blocks.offers.values())
        or any(negotiation.other.user is user for negotiation in blocks.negotiations.values())
        or any(
            bid.user is user
            for auction in state.auction_room.live()
            for bid in auction.bids.values()
        )
    )
