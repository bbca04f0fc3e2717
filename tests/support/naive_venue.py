"""A second market, written to be obviously right: lists sorted anew, balances added up anew.

It shares no code with the core but the message types. Each command returns what a user would
see: (user, exec type, order number, leaves, filled, last price, last quantity).
"""

from dataclasses import dataclass, field
from fractions import Fraction

from bashu_protocol.messages import InstrumentRules

Seen = tuple[str, str, int, int, int, int, int]


@dataclass
class NaiveOrder:
    number: int
    user: str
    name: str
    symbol: str
    side: str
    price: int
    total: int
    left: int
    filled: int
    arrival: int


@dataclass
class NaiveTrade:
    symbol: str
    buyer: str
    seller: str
    price: int
    quantity: int
    day: int


def half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


@dataclass
class NaiveVenue:
    rules: dict[str, InstrumentRules]
    owners: dict[str, str]
    """Owner of each user; a user is a member of its own here."""
    deposits: list[tuple[str, str, int]] = field(default_factory=list)
    trades: list[NaiveTrade] = field(default_factory=list)
    orders: list[NaiveOrder] = field(default_factory=list)
    names: dict[tuple[str, str], NaiveOrder] = field(default_factory=dict)
    suspended: set[str] = field(default_factory=set)
    halted: set[str] = field(default_factory=set)
    closes: dict[str, int] = field(default_factory=dict)
    day: int = 0
    clock: int = 0
    count: int = 0

    def __post_init__(self) -> None:
        self.closes = {symbol: rules.reference_price for symbol, rules in self.rules.items()}

    # What everybody can see

    def limits(self, symbol: str) -> tuple[int, int]:
        band = Fraction(self.rules[symbol].band_bps, 10_000)
        close = self.closes[symbol]
        if not band:
            return 10_000_000, 1
        return half_up(close * (1 + band)), half_up(close * (1 - band))

    def queue(self, symbol: str, side: str) -> list[NaiveOrder]:
        sign = -1 if side == "buy" else 1
        mine = [o for o in self.orders if o.symbol == symbol and o.side == side]
        return sorted(mine, key=lambda o: (sign * o.price, o.arrival))

    def depth(self, symbol: str, side: str) -> list[tuple[int, int, int]]:
        queue = self.queue(symbol, side)
        prices = list(dict.fromkeys(order.price for order in queue))
        return [
            (
                price,
                sum(o.left for o in queue if o.price == price),
                sum(o.price == price for o in queue),
            )
            for price in prices
        ]

    def balance(self, user: str, asset: str) -> tuple[int, int, int]:
        """Available, frozen, bought today: added up from the beginning of time."""
        total = sum(amount for who, what, amount in self.deposits if (who, what) == (user, asset))
        frozen = bought_today = 0
        for trade in self.trades:
            if asset == "CNY":
                total += (
                    trade.price * trade.quantity * ((trade.seller == user) - (trade.buyer == user))
                )
            elif trade.symbol == asset:
                total += trade.quantity * ((trade.buyer == user) - (trade.seller == user))
                if trade.buyer == user and trade.day == self.day and self.rules[asset].resale_ban:
                    bought_today += trade.quantity
        for order in self.orders:
            if order.user == user and asset == "CNY" and order.side == "buy":
                frozen += order.price * order.left
            if order.user == user and asset == order.symbol and order.side == "sell":
                frozen += order.left
        return total - frozen - bought_today, frozen, bought_today

    # Commands; each returns what the users are told, or None for a refusal

    def place(
        self, user: str, name: str, symbol: str, side: str, quantity: int, price: int,
        kind: str, validity: str,
    ) -> list[Seen] | None:  # fmt: skip
        rules = self.rules[symbol]
        up, down = self.limits(symbol)
        if user in self.suspended or symbol in self.halted:
            return None
        if (
            quantity <= 0
            or quantity % rules.lot
            or not (rules.min_order_qty <= quantity <= rules.max_order_qty)
        ):
            return None
        if kind == "market":
            price = up if side == "buy" else down
            if not any(self._crosses(o, side, price) for o in self.orders if o.symbol == symbol):
                return None
        elif price <= 0 or price % rules.tick or not down <= price <= up:
            return None
        reached = self._reach(user, symbol, side, price, quantity)
        if validity == "fok" and sum(q for q, _ in reached) < quantity:
            return None
        exact = kind == "market" or validity == "fok"
        cost = sum(q * p for q, p in reached) if exact else quantity * price
        if side == "buy" and cost > self.balance(user, "CNY")[0]:
            return None
        if side == "sell" and quantity > self.balance(user, symbol)[0]:
            return None
        self.count += 1
        rests = kind == "limit" and validity == "day"
        shown = 0 if kind == "market" else price
        order = NaiveOrder(
            self.count, user, name, symbol, side, shown, quantity, quantity, 0, self._tick()
        )
        self.names[user, name] = order
        seen: list[Seen] = [self._tell(order, "new")]
        return seen + self._match(order, price, rests=rests)

    def cancel(self, user: str, name: str) -> list[Seen] | None:
        order = self.names.get((user, name))
        if order is None or order not in self.orders:
            return None
        return [self._withdraw(order)]

    def replace(
        self, user: str, name: str, new_name: str, quantity: int, price: int
    ) -> list[Seen] | None:
        order = self.names.get((user, name))
        if order is None or order not in self.orders:
            return None
        rules = self.rules[order.symbol]
        up, down = self.limits(order.symbol)
        if user in self.suspended or order.symbol in self.halted:
            return None
        if quantity % rules.lot or not rules.min_order_qty <= quantity <= rules.max_order_qty:
            return None
        if price <= 0 or price % rules.tick or not down <= price <= up or quantity <= order.filled:
            return None
        left = quantity - order.filled
        if order.side == "buy":
            spare = self.balance(user, "CNY")[0] + order.price * order.left
            if price * left > spare:
                return None
        elif left > self.balance(user, order.symbol)[0] + order.left:
            return None
        keeps = price == order.price and left < order.left
        order.total, order.left, order.price = quantity, left, price
        self.names[user, new_name] = order
        seen = [self._tell(order, "replaced")]
        if keeps:
            return seen
        self.orders.remove(order)
        order.arrival = self._tick()
        return seen + self._match(order, price, rests=True)

    def mass_cancel(self, user: str, symbol: str) -> list[Seen]:
        mine = [o for o in self.orders if o.user == user and symbol in ("", o.symbol)]
        return [self._withdraw(order) for order in sorted(mine, key=lambda o: o.number)]

    def suspend(self, user: str) -> list[Seen]:
        self.suspended.add(user)
        return self.mass_cancel(user, "")

    def close_day(self) -> list[Seen]:
        everything = sorted(self.orders, key=lambda o: o.number)
        seen = [self._withdraw(order, "expired") for order in everything]
        for symbol in self.rules:
            today = [t for t in self.trades if t.symbol == symbol and t.day == self.day]
            if today:
                value = sum(t.price * t.quantity for t in today)
                self.closes[symbol] = half_up(Fraction(value, sum(t.quantity for t in today)))
        self.day += 1
        self.names.clear()
        return seen

    # Parts

    def _tick(self) -> int:
        self.clock += 1
        return self.clock

    def _crosses(self, resting: NaiveOrder, side: str, limit: int) -> bool:
        if resting.side == side:
            return False
        return resting.price <= limit if side == "buy" else resting.price >= limit

    def _opposite(self, symbol: str, side: str, limit: int) -> list[NaiveOrder]:
        queue = self.queue(symbol, "sell" if side == "buy" else "buy")
        return [order for order in queue if self._crosses(order, side, limit)]

    def _reach(
        self, user: str, symbol: str, side: str, limit: int, quantity: int
    ) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for resting in self._opposite(symbol, side, limit):
            if self.owners[resting.user] == self.owners[user]:
                if self.rules[symbol].self_trade_prevention != "cancel_resting":
                    break
                continue
            part = min(resting.left, quantity - sum(q for q, _ in found))
            if part:
                found.append((part, resting.price))
        return found

    def _match(self, order: NaiveOrder, limit: int, *, rests: bool) -> list[Seen]:
        seen: list[Seen] = []
        mode = self.rules[order.symbol].self_trade_prevention
        stopped = False
        while order.left and not stopped:
            reachable = self._opposite(order.symbol, order.side, limit)
            if not reachable:
                break
            resting = reachable[0]
            if self.owners[resting.user] == self.owners[order.user]:
                if mode != "cancel_incoming":
                    seen.append(self._withdraw(resting))
                stopped = mode != "cancel_resting"
                continue
            quantity = min(order.left, resting.left)
            for party in (order, resting):
                party.left -= quantity
                party.filled += quantity
            if not resting.left:
                self.orders.remove(resting)
            buyer, seller = (order, resting) if order.side == "buy" else (resting, order)
            self.trades.append(
                NaiveTrade(order.symbol, buyer.user, seller.user, resting.price, quantity, self.day)
            )
            seen += [
                self._tell(party, "trade", resting.price, quantity) for party in (order, resting)
            ]
        if order.left and rests and not stopped:
            self.orders.append(order)
        elif order.left:
            order.left = 0
            seen.append(self._tell(order, "canceled"))
        return seen

    def _withdraw(self, order: NaiveOrder, kind: str = "canceled") -> Seen:
        self.orders.remove(order)
        order.left = 0
        return self._tell(order, kind)

    def _tell(self, order: NaiveOrder, kind: str, price: int = 0, quantity: int = 0) -> Seen:
        return (order.user, kind, order.number, order.left, order.filled, price, quantity)
