"""Manipulation of a call auction: orders far off that move the indicative price and are withdrawn.

Source: reference/surveillance.md A1 #12 and SSE STAR 2019, item 1 (虚假申报, opening call auction):
orders 5 % and more off the reference, on the side that moves the price; half of them withdrawn; an
order to the other side; an indicative price that went 5 % their way. How much of that move the
orders must have made, and how long after the auction the other side still counts, are ours. The
indicative price with the orders and without them is found by the venue's own uncross, when what is
entered or withdrawn grew by a tenth, which bounds the work. Instruments, or streams, without call
auctions give it nothing to do.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.core.sessions import CALL_PHASES
from bashu_daemon.core.uncross import find_price
from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import (
    Amended,
    PhaseMoved,
    Placed,
    Seen,
    Traded,
    Withdrawn,
)
from bashu_protocol.units import NS_PER_SECOND


class _Row(Struct, array_like=True):
    """What a group did far off on one side, in the auction that is on or was last."""

    sign: int
    nearest: int
    """The price of its far orders that is nearest to the reference."""
    first_id: int
    submitted: int = 0
    withdrawn: int = 0
    priced_submitted: int = 0
    priced_withdrawn: int = 0
    """As they were when the indicative price was last found."""
    with_price: int = 0
    without_price: int = 0
    """The indicative prices where the orders moved it most."""
    reverse: int = 0
    """Tonnes entered to the other side after the first of them."""
    reverse_traded: int = 0
    reverse_value: int = 0
    order_ids: list[int] = []
    reverse_ids: list[int] = []
    exec_ids: list[int] = []
    accounts: list[str] = []


class _Auction(Struct, array_like=True):
    reference: int
    ends: int = 0
    """When the other side no longer counts, ns; 0 while the auction is on."""
    rows: dict[str, _Row] = {}
    """By side and group."""


class _State(Struct):
    auctions: dict[str, _Auction] = {}
    """The one that is on, or was last and matters still, by instrument."""


class AuctionManipulation(Rule[_State]):
    """One episode for each group and auction."""

    name = "auction_manipulation"
    defaults = {  # noqa: RUF012  as in self_trade
        "off_percent": 5,
        "withdrawn_percent": 50,
        "moved_percent": 5,
        "own_percent": 50,
        "reverse_minutes": 10,
        "min_qty": 100,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {
            PhaseMoved: self._on_phase,
            Placed: self._on_placed,
            Amended: self._on_amended,
            Withdrawn: self._on_withdrawn,
            Traded: self._on_trade,
        }

    def _on_phase(self, event: PhaseMoved) -> Sequence[Finding]:
        auctions = self.state.auctions
        if event.phase in CALL_PHASES:
            if event.previous not in CALL_PHASES:
                day = self.market.instrument(event.symbol).day
                auctions[event.symbol] = _Auction(day.last or day.reference)
        elif event.previous in CALL_PHASES and event.symbol in auctions:
            auction = auctions[event.symbol]
            auction.ends = event.time + self.limits["reverse_minutes"] * 60 * NS_PER_SECOND
            if not auction.rows:
                del auctions[event.symbol]
        return NOTHING

    def _auction(self, symbol: str, time: int) -> _Auction | None:
        auction = self.state.auctions.get(symbol)
        if auction is not None and auction.ends and time > auction.ends:
            del self.state.auctions[symbol]
            return None
        return auction

    def _is_far(self, auction: _Auction, price: int, sign: int) -> bool:
        off = (price - auction.reference) * sign * 100
        return off >= self.limits["off_percent"] * auction.reference > 0

    def _on_placed(self, event: Placed) -> Sequence[Finding]:
        if not self.state.auctions:
            return NOTHING
        order = event.order
        auction = self._auction(order.symbol, event.time)
        if auction is None:
            return NOTHING
        if not auction.ends and self._is_far(auction, order.price, order.sign):
            self._submit(auction, order, order.leaves)
        row = auction.rows.get(_key(-order.sign, order.group))
        # To the other side of a far order: a sale below its price, a purchase above.
        if row is None or (order.price - row.nearest) * row.sign > 0:
            return NOTHING
        row.reverse += order.leaves
        remember(row.reverse_ids, order.order_id)
        _join(row, order.account)
        return self._judge(event.seq, event.time, order.symbol, order.group, row)

    def _on_amended(self, event: Amended) -> Sequence[Finding]:
        if not self.state.auctions:
            return NOTHING
        order = event.order
        auction = self._auction(order.symbol, event.time)
        if auction is None or auction.ends:
            return NOTHING
        was = event.old_leaves if self._is_far(auction, event.old_price, order.sign) else 0
        is_ = order.leaves if self._is_far(auction, order.price, order.sign) else 0
        if is_ > was:
            self._submit(auction, order, is_ - was)
        elif was > is_:
            return self._take_back(
                auction, order, event.old_price, was - is_, event.seq, event.time
            )
        return NOTHING

    def _on_withdrawn(self, event: Withdrawn) -> Sequence[Finding]:
        if not self.state.auctions or event.cause not in ("asked", "mass"):
            return NOTHING
        order = event.order
        auction = self._auction(order.symbol, event.time)
        if auction is None or auction.ends or not self._is_far(auction, order.price, order.sign):
            return NOTHING
        return self._take_back(auction, order, order.price, event.qty, event.seq, event.time)

    def _submit(self, auction: _Auction, order: Order, qty: int) -> None:
        key = _key(order.sign, order.group)
        row = auction.rows.get(key)
        if row is None:
            row = auction.rows[key] = _Row(order.sign, order.price, order.order_id)
        elif (row.nearest - order.price) * row.sign > 0:
            row.nearest = order.price
        row.submitted += qty
        remember(row.order_ids, order.order_id)
        _join(row, order.account)
        if row.submitted * 10 >= row.priced_submitted * 11:
            row.priced_submitted = row.submitted
            self._price(auction, order, row, order.price, 0)

    def _take_back(
        self, auction: _Auction, order: Order, price: int, qty: int, seq: int, time: int
    ) -> Sequence[Finding]:
        row = auction.rows.get(_key(order.sign, order.group))
        if row is None:
            return NOTHING
        row.withdrawn += qty
        if row.withdrawn * 10 >= row.priced_withdrawn * 11:
            row.priced_withdrawn = row.withdrawn
            self._price(auction, order, row, price, qty)
        return self._judge(seq, time, order.symbol, order.group, row)

    def _price(self, auction: _Auction, order: Order, row: _Row, price: int, gone: int) -> None:
        """Find the indicative price with the group's far orders and without them.

        `gone` are tonnes at `price` that were withdrawn just then and count as with them.
        """
        instrument, reference = self.market.instrument(order.symbol), auction.reference
        bids, asks = instrument.bids.levels(), instrument.asks.levels()
        mine, theirs = (bids, asks) if row.sign > 0 else (asks, bids)
        for other in self.market.own(order.group, order.symbol).orders.values():
            if other.sign == row.sign and (
                other is order or self._is_far(auction, other.price, row.sign)
            ):
                mine[other.price] -= other.leaves
        without = {level: qty for level, qty in mine.items() if qty > 0}
        drawn = dict(without)
        for other in self.market.own(order.group, order.symbol).orders.values():
            if other.sign == row.sign and self._is_far(auction, other.price, row.sign):
                drawn[other.price] = drawn.get(other.price, 0) + other.leaves
        if gone:
            drawn[price] = drawn.get(price, 0) + gone
        with_price = _indicative(row.sign, drawn, theirs, reference)
        if with_price and (not row.with_price or (with_price - row.with_price) * row.sign > 0):
            row.with_price = with_price
            row.without_price = _indicative(row.sign, without, theirs, reference) or reference

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if not self.state.auctions or event.mode not in ("listing", "call_auction"):
            return NOTHING
        auction = self._auction(event.symbol, event.time)
        if auction is None:
            return NOTHING
        found: list[Finding] = []
        for sign in (1, -1):
            group = event.group(sign)
            row = auction.rows.get(_key(-sign, group))
            if row is None or event.order_id(sign) not in row.reverse_ids:
                continue
            row.reverse_traded += event.qty
            row.reverse_value += event.qty * event.price
            remember(row.exec_ids, event.exec_id)
            found += self._judge(event.seq, event.time, event.symbol, group, row)
        return found or NOTHING

    def _judge(self, seq: int, time: int, symbol: str, group: str, row: _Row) -> Sequence[Finding]:
        limits, auction = self.limits, self.state.auctions[symbol]
        reference, sign = auction.reference, row.sign
        moved = (row.with_price - reference) * sign if row.with_price else 0
        own = (row.with_price - row.without_price) * sign
        if (
            not row.reverse
            or row.withdrawn < limits["min_qty"]
            or row.withdrawn * 100 < limits["withdrawn_percent"] * row.submitted
            or moved * 100 < limits["moved_percent"] * reference
            or own * 100 < limits["own_percent"] * moved
        ):
            return NOTHING
        average = row.reverse_value // row.reverse_traded if row.reverse_traded else 0
        gain = row.reverse_traded * max(0, (average - row.without_price) * sign)
        finding = Finding(
            episode=f"{_key(sign, group)}/{symbol}/{row.first_id}",
            severity="violation" if row.reverse_traded else "warning",
            score=min(100, 60 + own * 200 // max(1, reference) + (20 if gain else 0)),
            symbol=symbol,
            owner=group,
            members=row.accounts,
            seq=seq,
            transact_time=time,
            order_ids=[*row.order_ids[-EVIDENCE:], *row.reverse_ids[-EVIDENCE:]],
            exec_ids=row.exec_ids[-EVIDENCE:],
            gain=gain,
            facts={
                "side": "buy" if sign > 0 else "sell",
                "entered_qty": row.submitted,
                "withdrawn_percent": percent(row.withdrawn, row.submitted),
                "reference_price": reference,
                "with_price": row.with_price,
                "without_price": row.without_price,
                "reverse_qty": row.reverse,
                "reverse_traded": row.reverse_traded,
                "reverse_price": average,
            },
        )
        return (finding,)


def _key(sign: int, group: str) -> str:
    return ("+" if sign > 0 else "-") + group


def _join(row: _Row, account: str) -> None:
    if account not in row.accounts:
        row.accounts = sorted([*row.accounts, account])


def _indicative(sign: int, mine: dict[int, int], theirs: dict[int, int], reference: int) -> int:
    """Return the price of an uncross of what crosses, in fen; 0 where nothing does."""
    bids, asks = (mine, theirs) if sign > 0 else (theirs, mine)
    if not bids or not asks:
        return 0
    lowest, highest = min(asks), max(bids)
    return find_price(
        {price: qty for price, qty in bids.items() if price >= lowest},
        {price: qty for price, qty in asks.items() if price <= highest},
        reference,
        1,
    )[0]
