"""Who sold to whom in an instrument, by hour, day and week: the flows in which rings are sought.

Bounded: so many pairs in each window, so many trades remembered of each pair, so many days.
"""

from collections.abc import Iterator

from msgspec import Struct

from bashu_daemon.surveillance.seen import Traded

KEPT_TRADES = 8
"""Trades remembered of each pair and direction in a window, for the evidence."""
MOST_PAIRS = 4_000
"""Pairs in a window; what begins later is not counted."""
DAYS = 7


class Flow(Struct, array_like=True):
    """What one group sold to another in a window. Tonnes."""

    deals: int = 0
    """Trades between different orders of both: many fills of one order are one deal."""
    meetings: int = 0
    """Of orders that were meant for each other (`matched.py`)."""
    qty: int = 0
    last_sell: int = 0
    last_buy: int = 0
    began: int = 0
    first_price: int = 0
    trades: list[tuple[int, int, int]] = []
    """Seller's order, buyer's order, trade."""
    accounts: list[str] = []


class Dealt(Struct, array_like=True):
    """What one group did in a window, with anybody."""

    deals: int = 0
    meetings: int = 0

    def join(self, other: "Dealt") -> None:
        """Add a later window's."""
        self.deals += other.deals
        self.meetings += other.meetings


class Window(Struct, array_like=True):
    """The flows of one stretch of time, by seller and buyer."""

    began: int = 0
    pairs: int = 0
    flows: dict[str, dict[str, Flow]] = {}
    groups: dict[str, Dealt] = {}
    deals: int = 0
    meetings: int = 0

    def dealt(self, group: str) -> Dealt:
        """Return what a group did."""
        found = self.groups.get(group)
        if found is None:
            found = self.groups[group] = Dealt()
        return found

    def meet(self, seller: str, buyer: str) -> None:
        """Count a meeting, of which a trade has been counted."""
        flow = self.flows.get(seller, {}).get(buyer)
        if flow is not None:
            flow.meetings += 1
            self.meetings += 1
            self.dealt(seller).meetings += 1
            self.dealt(buyer).meetings += 1

    def add(self, event: Traded) -> None:
        """Count a trade."""
        sold = self.flows.get(event.sell_group)
        if sold is None:
            sold = self.flows[event.sell_group] = {}
        flow = sold.get(event.buy_group)
        if flow is None:
            if self.pairs >= MOST_PAIRS:
                return
            self.pairs += 1
            flow = sold[event.buy_group] = Flow(began=event.time, first_price=event.price)
        flow.qty += event.qty
        sell, buy = event.sell_id, event.buy_id
        if sell != flow.last_sell and buy != flow.last_buy:
            flow.deals += 1
            self.deals += 1
            self.dealt(event.sell_group).deals += 1
            self.dealt(event.buy_group).deals += 1
            accounts = flow.accounts
            if event.sell_account not in accounts:
                accounts.append(event.sell_account)
            if event.buy_account not in accounts:
                accounts.append(event.buy_account)
        flow.last_sell, flow.last_buy = sell, buy
        trades = flow.trades
        trades.append((sell, buy, event.exec_id))
        if len(trades) >= 2 * KEPT_TRADES:
            del trades[:KEPT_TRADES]

    def join(self, other: "Window") -> None:
        """Add a later window's flows."""
        self.deals += other.deals
        self.meetings += other.meetings
        for group, dealt in other.groups.items():
            self.dealt(group).join(dealt)
        for seller, buyer, flow in other.each():
            sold = self.flows.setdefault(seller, {})
            mine = sold.get(buyer)
            if mine is None:
                if self.pairs >= MOST_PAIRS:
                    continue
                self.pairs += 1
                mine = sold[buyer] = Flow(began=flow.began, first_price=flow.first_price)
            mine.deals += flow.deals
            mine.meetings += flow.meetings
            mine.qty += flow.qty
            mine.trades = [*mine.trades, *flow.trades][-KEPT_TRADES:]
            mine.accounts = list(dict.fromkeys((*mine.accounts, *flow.accounts)))

    def each(self) -> Iterator[tuple[str, str, Flow]]:
        """Yield seller, buyer and flow."""
        for seller, sold in self.flows.items():
            for buyer, flow in sold.items():
                yield seller, buyer, flow
