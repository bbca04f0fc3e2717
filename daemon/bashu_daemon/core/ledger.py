"""Double-entry accounts: cash in fen, carbon instruments in tonnes.

Each member has one account per asset with three buckets. What exists of an asset came from its
external account, which goes negative by as much; so every asset sums to 0 at all times. Every
posting takes an amount from one bucket and puts the same into another, and no bucket of a member
ever falls below 0: a breach is a bug, and stops the venue by an assertion.
"""

from typing import Final, Protocol

CASH: Final = "CNY"

MAX_SUPPLY: Final = 2**62
"""What may exist of one asset, so that every balance and sum stays within 63 bits."""


class Account:
    """A member's holding of one asset: fen for cash, tonnes otherwise."""

    __slots__ = ("asset", "available", "bought_today", "frozen")

    def __init__(
        self, asset: str, available: int = 0, frozen: int = 0, bought_today: int = 0
    ) -> None:
        self.asset = asset
        self.available = available
        self.frozen = frozen
        self.bought_today = bought_today

    def freeze(self, amount: int) -> None:
        """Set aside what an order needs (market_rules.md 1.4: an accepted order locks it)."""
        self.available -= amount
        self.frozen += amount
        assert self.available >= 0 <= amount

    def release(self, amount: int) -> None:
        """Give back what an order no longer needs."""
        self.frozen -= amount
        self.available += amount
        assert self.frozen >= 0 <= amount

    def end_day(self) -> None:
        """Make what was bought today sellable from the next day on."""
        self.available += self.bought_today
        self.bought_today = 0


class Party(Protocol):
    """One side of a trade: where its cash and its tonnes of the instrument lie."""

    cash: Account
    holding: Account


def settle_buy(taker: Party, maker: Party, cost: int, qty: int, *, resale_ban: bool) -> None:
    """Book a trade in which the incoming order buys: available cash against frozen tonnes.

    The seller's proceeds are available at once. The buyer's tonnes are `bought_today` under the
    resale ban, else available.
    """
    taker.cash.available -= cost
    maker.cash.available += cost
    maker.holding.frozen -= qty
    if resale_ban:
        taker.holding.bought_today += qty
    else:
        taker.holding.available += qty
    assert taker.cash.available >= 0 <= maker.holding.frozen


def settle_sell(taker: Party, maker: Party, cost: int, qty: int, *, resale_ban: bool) -> None:
    """Book a trade in which the incoming order sells: available tonnes against frozen cash."""
    maker.cash.frozen -= cost
    taker.cash.available += cost
    taker.holding.available -= qty
    if resale_ban:
        maker.holding.bought_today += qty
    else:
        maker.holding.available += qty
    assert taker.holding.available >= 0 <= maker.cash.frozen


def settle_frozen(
    buyer: Party, seller: Party, reserved: int, cost: int, qty: int, *, resale_ban: bool
) -> None:
    """Book a trade of two resting orders or bids: frozen cash against frozen tonnes.

    `reserved` is what the buyer froze for `qty`; what exceeds the cost is given back.
    """
    buyer.cash.frozen -= reserved
    buyer.cash.available += reserved - cost
    seller.cash.available += cost
    seller.holding.frozen -= qty
    if resale_ban:
        buyer.holding.bought_today += qty
    else:
        buyer.holding.available += qty
    assert 0 <= cost <= reserved
    assert buyer.cash.frozen >= 0 <= seller.holding.frozen


def reverse_trade(
    buyer: dict[str, Account], seller: dict[str, Account], symbol: str, cost: int, qty: int
) -> None:
    """Book a trade back: tonnes to the seller, its cash to the buyer, out of what is free.

    The buyer's tonnes come out of what it bought today first. The seller's may be sold again.
    """
    holding = buyer[symbol]
    from_bought = min(qty, holding.bought_today)
    holding.bought_today -= from_bought
    holding.available -= qty - from_bought
    seller[symbol].available += qty
    assert holding.available >= 0
    pay(seller[CASH], buyer[CASH], cost)


def pay(payer: Account, payee: Account, amount: int) -> None:
    """Book available cash from one account to another; fen."""
    payer.available -= amount
    payee.available += amount
    assert payer.available >= 0 <= amount


class Ledger:
    """All accounts, by member and asset; `external` holds each asset's other side."""

    __slots__ = ("accounts", "external")

    def __init__(self) -> None:
        self.accounts: dict[str, dict[str, Account]] = {}
        self.external: dict[str, int] = {CASH: 0}

    def add_member(self, member: str) -> dict[str, Account]:
        """Open a member's accounts, one per asset."""
        accounts = self.accounts[member] = {asset: Account(asset) for asset in self.external}
        return accounts

    def add_asset(self, asset: str) -> None:
        """Open every member's account of a new asset."""
        self.external[asset] = 0
        for accounts in self.accounts.values():
            accounts[asset] = Account(asset)

    def deposit(self, account: Account, amount: int) -> None:
        """Book `amount` in from outside; negative books it out."""
        self.external[account.asset] -= amount
        account.available += amount
        assert account.available >= 0
        assert -MAX_SUPPLY <= self.external[account.asset] <= 0

    def totals(self) -> dict[str, dict[str, int]]:
        """Sum every asset's buckets; the four numbers of an asset add up to 0."""
        totals = {
            asset: {"available": 0, "frozen": 0, "bought_today": 0, "external": external}
            for asset, external in self.external.items()
        }
        for accounts in self.accounts.values():
            for asset, account in accounts.items():
                total = totals[asset]
                total["available"] += account.available
                total["frozen"] += account.frozen
                total["bought_today"] += account.bought_today
        return totals

    def verify(self) -> None:
        """Raise AssertionError unless every asset is conserved and no bucket is negative."""
        for asset, total in self.totals().items():
            assert sum(total.values()) == 0, f"{asset} is not conserved: {total}"
        for member, accounts in self.accounts.items():
            for asset, account in accounts.items():
                buckets = (account.available, account.frozen, account.bought_today)
                assert min(buckets) >= 0, f"{member} has {buckets} of {asset}"
