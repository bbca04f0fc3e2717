"""Recorded rows given to surveillance one by one."""

from typing import Any

from recorded_rows import COLUMNS, START_NS

from bashu_daemon.surveillance.csv_feed import CsvFeed
from bashu_daemon.surveillance.csv_order import in_order
from bashu_daemon.surveillance.groups import Link
from bashu_daemon.surveillance.market import Market
from bashu_daemon.surveillance.watch import Watch

HOUR_NS = 3_600 * 10**9


def row(
    event: str, order_id: str, side: str = "buy", after: int = 0, **more: Any
) -> dict[str, str]:
    values = {
        "ts_ns": START_NS + after, "account": "a", "symbol": "S", "event": event,
        "order_id": order_id, "side": side, "price": "70.00", "qty": "10", "counter_order_id": "",
    } | more  # fmt: skip
    return {name: str(values[name]) for name in (*COLUMNS.split(","), *more)}


class Fed:
    def __init__(self, links: tuple[Link, ...] = ()) -> None:
        self.watch = Watch({})
        self.feed = CsvFeed(self.watch, links)

    def take(self, *rows: dict[str, str]) -> None:
        for _number, one in in_order(enumerate(rows)):
            self.feed.take(one)

    @property
    def market(self) -> Market:
        return self.watch.market

    def order(self, name: str) -> tuple[int, int, int]:
        """Price, tonnes left and tonnes filled of a live order."""
        order = self.market.orders[self.feed.names.find("S", name)]
        return order.price, order.leaves, order.filled

    def volume(self) -> int:
        return self.market.instrument("S").day.volume

    def prevented(self) -> int:
        return sum(alert.count for alert in self.watch.alerts() if alert.rule == "self_trade")
