"""Orders of one side that were entered one soon after the other, and what became of them.

What makes a ladder bait is decided by the rule about layering.
"""

from typing import Final

from msgspec import Struct

MAX_LAYERS: Final = 64
"""Orders of one ladder."""


class Layer(Struct, array_like=True):
    """One order. Price in fen, quantity in tonnes as entered."""

    price: int
    qty: int
    account: str
    placed_at: int
    number: int = 0
    """Among the instrument's orders of the day."""


class Ladder(Struct, array_like=True):
    """Orders of one side that were entered one soon after the other."""

    last: int
    usual: int
    """Thousandths of a tonne that the group usually had on this side when it began."""
    layers: dict[int, Layer] = {}
    entered: int = 0
    """Tonnes of all its orders."""
    peak: int = 0
    """The most prices at which it stood at once."""
    stood: int = 0
    """Tonnes that the group had on this side when it stood so."""
    against: int = 0
    """Tonnes that the group had on the other side then."""
    withdrawn: int = 0
    filled: int = 0
    first_withdrawn: int = 0
    last_withdrawn: int = 0
    opposite: int = 0
    opposite_value: int = 0
    opposite_ids: list[int] = []
    accounts: list[str] = []
    exec_ids: list[int] = []
    other_side: int = 0
    """Tonnes that the group entered on the other side between its first order and its last."""
    other_side_since: int = 0
    """Tonnes that it entered there after the last."""
    came_meanwhile: int = 0
    """Orders that came to the market from the first withdrawal to the last."""
    first_number: int = 0
    """How many orders of the day there were at the first withdrawal."""
    is_traded_against: bool = False
    """Whether the group traded on the other side at all while it stood, or just afterwards."""
    trades_before: int = 0
    """Of the group's day, when it began."""
    is_attempt: bool = False
    """Whether it was told as one."""

    @property
    def last_number(self) -> int:
        """Which of the instrument's orders of the day its last one is."""
        return next(reversed(self.layers.values())).number

    @property
    def began(self) -> int:
        """When the first of its orders came."""
        return next(iter(self.layers.values())).placed_at

    @property
    def is_unmixed(self) -> bool:
        """Whether hardly any order of others came between its first and last, in and out."""
        layers = list(self.layers.values())
        came = layers[-1].number - layers[0].number
        return came <= 2 * len(layers) and self.came_meanwhile <= len(layers)
