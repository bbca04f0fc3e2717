"""Self-trades, and those that the book prevented, within one beneficial owner.

Source: SHFE, INE, DCE, CZCE and CFFEX count five a day in one contract, accounts under common
control taken together (reference/surveillance.md A1 #1). The book's self-trade prevention makes a
literal self-trade impossible, so prevented ones count; a literal one would be a defect of the
venue and is a violation at once.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from bashu_daemon.core.events import DayOpened, SelfTradePrevented, TradeEvent
from bashu_daemon.surveillance.finding import (
    NOTHING,
    Finding,
    Handler,
    Kind,
    percent,
    read_parameters,
)

DEFAULTS: Final = {"violation_count": 5}
_STATE = msgspec.msgpack.Decoder(list[tuple[str, str, int, int]])


class SelfTrade:
    """Counts by owner and instrument over one trading day."""

    name = "self_trade"
    version = 1

    def __init__(self, given: dict[str, int]) -> None:
        self._violation_count = read_parameters(self.name, DEFAULTS, given)["violation_count"]
        self._counts: dict[tuple[str, str], list[int]] = {}
        """By owner and symbol: how often, and how many tonnes."""

    def handlers(self) -> Mapping[Kind, Handler]:
        return {
            SelfTradePrevented: self._on_prevented,
            TradeEvent: self._on_trade,
            DayOpened: self._on_day,
        }

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(
            [(owner, symbol, *row) for (owner, symbol), row in sorted(self._counts.items())]
        )

    def load(self, data: bytes) -> None:
        self._counts = {
            (owner, symbol): [count, quantity]
            for owner, symbol, count, quantity in _STATE.decode(data)
        }

    def _on_day(self, event: DayOpened) -> Sequence[Finding]:
        self._counts.clear()
        return NOTHING

    def _on_prevented(self, event: SelfTradePrevented) -> Sequence[Finding]:
        count, quantity = self._count(event.owner, event.symbol, event.qty)
        finding = Finding(
            episode=f"{event.owner}/{event.symbol}",
            severity="violation" if count >= self._violation_count else "info",
            score=percent(count, self._violation_count),
            symbol=event.symbol,
            owner=event.owner,
            members=sorted({event.incoming_member, event.resting_member}),
            seq=event.seq,
            transact_time=event.transact_time,
            order_ids=(event.resting_order_id, event.incoming_order_id),
            count=count,
            facts={
                "prevented": count,
                "threshold": self._violation_count,
                "last_price": event.price,
                "quantity": quantity,
            },
        )
        return (finding,)

    def _on_trade(self, event: TradeEvent) -> Sequence[Finding]:
        if event.buy_owner != event.sell_owner:
            return NOTHING
        count, quantity = self._count(event.buy_owner, event.symbol, event.qty)
        finding = Finding(
            episode=f"{event.buy_owner}/{event.symbol}",
            severity="violation",
            score=100,
            symbol=event.symbol,
            owner=event.buy_owner,
            members=(),
            seq=event.seq,
            transact_time=event.transact_time,
            order_ids=(event.buy_order_id, event.sell_order_id),
            exec_ids=(event.exec_id,),
            count=count,
            facts={"traded": count, "last_price": event.price, "quantity": quantity},
        )
        return (finding,)

    def _count(self, owner: str, symbol: str, quantity: int) -> tuple[int, int]:
        row = self._counts.setdefault((owner, symbol), [0, 0])
        row[0] += 1
        row[1] += quantity
        return row[0], row[1]
