"""Block offers and the negotiations on them, with what each side has frozen."""

from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.guard import Position
from bashu_daemon.core.ledger import CASH
from bashu_protocol.messages import Side


class Commitment:
    """One side of a block: who acts for it, and what it holds frozen for it.

    `frozen` is in fen for the buying side, in tonnes for the selling one. `buying` is the tonnes
    that the buying side may come to hold, which the bound on its holding counts.
    """

    __slots__ = ("account", "buying", "cash", "frozen", "holding", "side", "symbol", "user")

    def __init__(self, user: User, symbol: str, side: Side) -> None:
        accounts = user.member.accounts
        self.user = user
        self.side: Side = side
        self.cash = accounts[CASH]
        self.holding = accounts[symbol]
        self.account = self.cash if side == "buy" else self.holding
        self.symbol = symbol
        self.frozen = 0
        self.buying = 0

    @property
    def member(self) -> Member:
        return self.user.member

    def need(self, price: int, qty: int) -> int:
        """Return what terms take of this side: fen for the buyer, tonnes for the seller."""
        return price * qty if self.side == "buy" else qty

    def hold(self, amount: int, qty: int) -> None:
        """Have exactly `amount` frozen from now on, for up to `qty` tonnes."""
        if amount > self.frozen:
            self.account.freeze(amount - self.frozen)
        else:
            self.account.release(self.frozen - amount)
        self.frozen = amount
        self.count_buying(qty)

    def count_buying(self, qty: int) -> None:
        if self.side == "buy":
            position = self.member.positions.get(self.symbol)
            if position is None:
                position = self.member.positions[self.symbol] = Position()
            position.buying += qty - self.buying
            assert position.buying >= 0
            self.buying = qty


class Offer:
    """A posted block. It trades once, with whoever agrees first; so one commitment covers all."""

    __slots__ = (
        "block_id",
        "counterparty",
        "negotiations",
        "order_qty",
        "poster",
        "price",
        "symbol",
        "transact_time",
    )

    def __init__(
        self,
        block_id: int,
        symbol: str,
        poster: Commitment,
        order_qty: int,
        price: int,
        counterparty: str,
        transact_time: int,
    ) -> None:
        self.block_id = block_id
        self.symbol = symbol
        self.poster = poster
        self.order_qty = order_qty
        self.price = price
        self.counterparty = counterparty
        self.transact_time = transact_time
        self.negotiations: dict[str, Negotiation] = {}
        """By the other member's name, in the order of their ids."""

    def concerns(self, member: str) -> bool:
        """Whether a member may see the offer: it is its own, or made to it or to all."""
        return self.counterparty in ("", member) or self.poster.member.member == member

    def exposure(self) -> tuple[int, int]:
        """Return the most that any of the poster's standing proposals takes, and most tonnes."""
        terms = [(self.price, self.order_qty)]
        terms += [
            (negotiation.price, negotiation.order_qty)
            for negotiation in self.negotiations.values()
            if negotiation.by_poster
        ]
        amount = max(self.poster.need(price, qty) for price, qty in terms)
        return amount, max(qty for _, qty in terms)


class Negotiation:
    """A dialogue of the poster and one other member on an offer; one proposal stands.

    `poster_named`: the poster has moved in it itself, or named the other; until then the other
    does not learn who posted.
    """

    __slots__ = (
        "block_id",
        "by_poster",
        "offer",
        "order_qty",
        "other",
        "poster_named",
        "price",
        "transact_time",
    )

    def __init__(self, block_id: int, offer: Offer, other: Commitment) -> None:
        self.block_id = block_id
        self.offer = offer
        self.other = other
        self.by_poster = True
        self.order_qty = offer.order_qty
        self.price = offer.price
        self.poster_named = bool(offer.counterparty)
        self.transact_time = offer.transact_time

    def side_of(self, member: Member) -> Commitment:
        return self.offer.poster if self.offer.poster.member is member else self.other

    def awaits(self, member: Member) -> bool:
        """Whether it is a party's turn: the standing proposal is the other's."""
        return self.by_poster == (self.other.member is member)


class BlockBook:
    """All standing offers and negotiations by id, oldest first."""

    __slots__ = ("counts", "negotiations", "offers")

    def __init__(self) -> None:
        self.offers: dict[int, Offer] = {}
        self.negotiations: dict[int, Negotiation] = {}
        self.counts: dict[str, int] = {}
        """How many offers and negotiations each member has begun, those that stand."""

    def add_offer(self, offer: Offer) -> None:
        self.offers[offer.block_id] = offer
        self._count(offer.poster, 1)

    def add_negotiation(self, negotiation: Negotiation) -> None:
        self.negotiations[negotiation.block_id] = negotiation
        negotiation.offer.negotiations[negotiation.other.member.member] = negotiation
        self._count(negotiation.other, 1)

    def remove_negotiation(self, negotiation: Negotiation) -> None:
        del self.negotiations[negotiation.block_id]
        del negotiation.offer.negotiations[negotiation.other.member.member]
        self._count(negotiation.other, -1)

    def remove_offer(self, offer: Offer) -> list[Negotiation]:
        """Take out an offer and return its negotiations, which are taken out with it."""
        negotiations = list(offer.negotiations.values())
        for negotiation in negotiations:
            self.remove_negotiation(negotiation)
        del self.offers[offer.block_id]
        self._count(offer.poster, -1)
        return negotiations

    def find(self, member: str, block_id: int) -> tuple[Offer, Negotiation | None] | None:
        """Return what an id means to a member, or None where it may not know of it.

        To another than the poster an offer's id means its own negotiation on it, if there is one.
        """
        negotiation = self.negotiations.get(block_id)
        if negotiation is not None:
            offer = negotiation.offer
            parties = (offer.poster.member.member, negotiation.other.member.member)
            return (offer, negotiation) if member in parties else None
        found = self.offers.get(block_id)
        if found is None or not found.concerns(member):
            return None
        return found, found.negotiations.get(member)

    def _count(self, side: Commitment, change: int) -> None:
        member = side.member.member
        count = self.counts.get(member, 0) + change
        if count:
            self.counts[member] = count
        else:
            del self.counts[member]
