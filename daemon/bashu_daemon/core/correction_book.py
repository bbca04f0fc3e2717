"""The day's proposed and executed corrections of trades."""

from typing import Final

from bashu_protocol.messages import CorrectionAction

MAX_PENDING_CORRECTIONS: Final = 100
MAX_CORRECTIONS: Final = 1_000
"""Executed ones of one day."""


class Proposal:
    """A correction that waits for a second supervisor; `price` in fen, 0 to cancel."""

    __slots__ = ("action", "author", "correction_id", "exec_id", "price", "reason")

    def __init__(
        self,
        correction_id: int,
        exec_id: int,
        action: CorrectionAction,
        price: int,
        reason: str,
        author: str,
    ) -> None:
        self.correction_id = correction_id
        self.exec_id = exec_id
        self.action: CorrectionAction = action
        self.price = price
        self.reason = reason
        self.author = author


class CorrectionBook:
    """`pending` by number; `prices` what corrected trades of the day count for, 0 for nothing."""

    __slots__ = ("last_id", "pending", "prices")

    def __init__(self) -> None:
        self.last_id = 0
        self.pending: dict[int, Proposal] = {}
        self.prices: dict[int, int] = {}

    def price(self, exec_id: int, traded: int) -> int:
        """Return the price in fen at which a trade stands, 0 if it was cancelled."""
        return self.prices.get(exec_id, traded)
