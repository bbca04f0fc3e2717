"""Block trading as simply as it can be said: what is frozen is summed up anew at each look."""

from dataclasses import dataclass, field

from block_market import LOT, MEMBERS, PRICE, USERS

LOWER, UPPER = PRICE * 7 // 10, PRICE * 13 // 10
LARGEST = 9 * LOT


@dataclass
class Talk:
    """A negotiation: its last terms, and whether the poster proposed them."""

    number: int
    member: str
    qty: int
    price: int
    by_poster: bool


@dataclass
class Posted:
    number: int
    member: str
    side: str
    qty: int
    price: int
    named: str
    talks: list[Talk] = field(default_factory=list)


class NaiveBlocks:
    """The second opinion: totals of cash and tonnes, and a list of offers."""

    def __init__(self, cash: int, tonnes: int) -> None:
        self.cash = dict.fromkeys(MEMBERS, cash)
        self.tonnes = dict.fromkeys(MEMBERS, tonnes)
        """Without what was bought today."""
        self.bought = dict.fromkeys(MEMBERS, 0)
        self.offers: list[Posted] = []
        self.numbers = 0
        self.open = True
        self.halted = False
        self.suspended: set[str] = set()
        self.traded = [0, 0, 0]
        """Tonnes, fen and number of the day's blocks."""

    def frozen(self, member: str) -> tuple[int, int]:
        """Return what all standing proposals of a member take: fen and tonnes."""
        cash = tonnes = 0
        for offer in self.offers:
            binding = [(offer.qty, offer.price)] if offer.member == member else []
            binding += [
                (talk.qty, talk.price)
                for talk in offer.talks
                if member == (offer.member if talk.by_poster else talk.member)
            ]
            if not binding:
                continue
            if self._side(offer, member) == "buy":
                cash += max(qty * price for qty, price in binding)
            else:
                tonnes += max(qty for qty, _ in binding)
        return cash, tonnes

    def _side(self, offer: Posted, member: str) -> str:
        if offer.member == member:
            return offer.side
        return "sell" if offer.side == "buy" else "buy"

    def _find(self, member: str, number: int) -> tuple[Posted, Talk | None] | None:
        for offer in self.offers:
            own = next((talk for talk in offer.talks if talk.member == member), None)
            if offer.number == number and (offer.member == member or offer.named in ("", member)):
                return offer, own
            for talk in offer.talks:
                if talk.number == number and member in (offer.member, talk.member):
                    return offer, talk
        return None

    def _blocked(self, member: str) -> str:
        if member in self.suspended:
            return "MEMBER_SUSPENDED"
        if self.halted:
            return "INSTRUMENT_HALTED"
        return "" if self.open else "BLOCK_SESSION_CLOSED"

    def _bad_terms(self, qty: int, price: int) -> str:
        if qty <= 0:
            return "INVALID_QTY"
        if qty < LOT:
            return "QTY_TOO_SMALL"
        if qty > LARGEST:
            return "QTY_TOO_LARGE"
        if price > UPPER:
            return "PRICE_ABOVE_LIMIT"
        return "PRICE_BELOW_LIMIT" if price < LOWER else ""

    def _uncovered(self, member: str, side: str, qty: int, price: int, offer: Posted | None) -> str:
        """Judge by all that the member has but what its other offers and negotiations bind."""
        cash, tonnes = self.frozen(member)
        if offer is not None:
            self.offers.remove(offer)
            cash, tonnes = self.frozen(member)
            self.offers.append(offer)
            self.offers.sort(key=lambda posted: posted.number)
        if side == "buy":
            return "" if qty * price <= self.cash[member] - cash else "INSUFFICIENT_CASH"
        free = self.tonnes[member] - tonnes
        if qty <= free:
            return ""
        return "BOUGHT_TODAY" if qty <= free + self.bought[member] else "INSUFFICIENT_HOLDING"

    def post(self, user: str, side: str, qty: int, price: int, named: str) -> str:
        member = USERS[user]
        code = self._blocked(member) or self._bad_terms(qty, price)
        if not code and named in self.suspended:
            code = "MEMBER_SUSPENDED"
        if not code and named and MEMBERS[named] == MEMBERS[member]:
            code = "SELF_TRADE"
        code = code or self._uncovered(member, side, qty, price, None)
        if not code:
            self.numbers += 1
            self.offers.append(Posted(self.numbers, member, side, qty, price, named))
        return code

    def _answer(self, member: str, offer: Posted, talk: Talk | None) -> str:
        """Return why a member may not answer what stands."""
        code = self._blocked(member)
        if code:
            return code
        proposer = offer.member if talk is None or talk.by_poster else talk.member
        if proposer == member:
            return "NOT_YOUR_TURN"
        if talk is None and MEMBERS[offer.member] == MEMBERS[member]:
            return "SELF_TRADE"
        return ""

    def counter(self, user: str, number: int, qty: int, price: int) -> str:
        member = USERS[user]
        found = self._find(member, number)
        if found is None:
            return "UNKNOWN_BLOCK"
        offer, talk = found
        side = self._side(offer, member)
        code = (
            self._answer(member, offer, talk)
            or self._bad_terms(qty, price)
            or self._uncovered(member, side, qty, price, offer)
        )
        if code:
            return code
        if talk is None:
            self.numbers += 1
            talk = Talk(self.numbers, member, 0, 0, by_poster=False)
            offer.talks.append(talk)
        talk.qty, talk.price, talk.by_poster = qty, price, offer.member == member
        return ""

    def accept(self, user: str, number: int, qty: int, price: int) -> str:
        member = USERS[user]
        found = self._find(member, number)
        if found is None:
            return "UNKNOWN_BLOCK"
        offer, talk = found
        code = self._answer(member, offer, talk)
        terms = talk or offer
        if not code and (qty, price) != (terms.qty, terms.price):
            code = "BLOCK_TERMS_CHANGED"
        code = code or self._uncovered(member, self._side(offer, member), qty, price, offer)
        if code:
            return code
        self.offers.remove(offer)
        other = talk.member if talk else member
        buyer, seller = (offer.member, other) if offer.side == "buy" else (other, offer.member)
        self.cash[buyer] -= qty * price
        self.cash[seller] += qty * price
        self.tonnes[seller] -= qty
        self.bought[buyer] += qty
        for index, added in enumerate((qty, qty * price, 1)):
            self.traded[index] += added
        return ""

    def withdraw(self, user: str, number: int) -> str:
        member = USERS[user]
        found = self._find(member, number)
        if found is None:
            return "UNKNOWN_BLOCK"
        offer, talk = found
        if talk is not None:
            offer.talks.remove(talk)
        elif offer.member == member:
            self.offers.remove(offer)
        else:
            return "NOT_PERMITTED"
        return ""

    def suspend(self, member: str) -> None:
        self.suspended.add(member)
        self.offers = [offer for offer in self.offers if offer.member != member]
        for offer in self.offers:
            offer.talks = [talk for talk in offer.talks if talk.member != member]

    def session(self, *, is_open: bool) -> None:
        self.open = is_open
        if not is_open:
            self.offers.clear()

    def next_day(self) -> None:
        self.session(is_open=not self.halted or self.open)
        self.offers.clear()
        self.traded = [0, 0, 0]
        for member, qty in self.bought.items():
            self.tonnes[member] += qty
            self.bought[member] = 0

    def view(self, member: str) -> list[tuple[int, str, int, int, bool]]:
        """Return (id, kind, quantity, price, whose turn) of what a member sees, by id."""
        seen = []
        for offer in self.offers:
            own = any(talk.member == member for talk in offer.talks)
            if offer.member == member:
                seen.append((offer.number, "own_offer", offer.qty, offer.price, False))
            elif offer.named in ("", member):
                seen.append((offer.number, "offer", offer.qty, offer.price, not own))
            for talk in offer.talks:
                if member in (offer.member, talk.member):
                    turn = talk.by_poster == (talk.member == member)
                    seen.append((talk.number, "negotiation", talk.qty, talk.price, turn))
        return sorted(seen)
