"""The member's fills of the day, each once, with what supervisors corrected."""

from typing import Literal

from msgspec import Struct

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AnyMessage,
    BidReport,
    BlockReport,
    ExecutionReport,
    FillRow,
    InstrumentStat,
    Side,
    TradeMode,
)
from bashu_protocol.units import divide_half_up

Told = ExecutionReport | BlockReport | BidReport


class Fill(Struct):
    """One fill; price in fen, quantity in tonnes."""

    exec_id: int
    order_id: int
    symbol: str
    side: Side
    price: int
    quantity: int
    transact_time: int
    user: str
    correction: Literal["", "cancel", "adjust"] = ""
    corrected_price: int = 0
    mode: TradeMode = "listing"

    @property
    def counted_price(self) -> int:
        """The price that it counts for now."""
        return self.corrected_price if self.correction == "adjust" else self.price

    @property
    def counted_quantity(self) -> int:
        return 0 if self.correction == "cancel" else self.quantity


class Fills:
    """By the number of the trade and the side: a member may be on both."""

    def __init__(self, user: str) -> None:
        self.of: dict[tuple[int, Side], Fill] = {}
        self.version = 0
        """Changes with every change."""
        self._user = user
        self._trade_date = 0
        self._heard: list[Told] = []

    def latest_first(self) -> list[Fill]:
        return sorted(self.of.values(), key=lambda f: (-f.transact_time, -f.exec_id))

    def average(self, order_id: int) -> int:
        """Return what an order traded at so far, in hundredths of a fen; 0 if it did not."""
        own = [f for f in self.of.values() if f.order_id == order_id]
        quantity = sum(f.counted_quantity for f in own)
        value = sum(f.counted_quantity * f.counted_price for f in own)
        return divide_half_up(value * 100, quantity) if quantity else 0

    def hear(self, message: AnyMessage) -> set[str]:
        if isinstance(message, InstrumentStat):
            return self._take_date(message.trade_date)
        if isinstance(message, ExecutionReport | BlockReport | BidReport) and self._take(message):
            self._heard.append(message)
            return {"fills"}
        return set()

    async def reload(self, client: Client) -> None:
        """Ask for all of them, colleagues' too; what came meanwhile stays."""
        answer = await client.query("fills")
        self.of = {(r.exec_id, r.side): _fill(r) for r in answer.rows if isinstance(r, FillRow)}
        self._heard = [report for report in self._heard if report.seq > answer.seq]
        for report in self._heard:
            self._take(report)
        self.version += 1

    def _take(self, report: Told) -> bool:
        if not isinstance(report, ExecutionReport):
            return self._take_off_book(report)
        if not report.side or report.exec_type not in ("trade", "trade_cancel", "trade_correct"):
            return False
        self.version += 1
        key = (report.exec_id, report.side)
        if report.exec_type == "trade":
            self.of[key] = Fill(
                report.exec_id, report.order_id, report.symbol, report.side, report.last_px,
                report.last_qty, report.transact_time, self._user,
            )  # fmt: skip
        elif key in self.of:
            fill = self.of[key]
            fill.correction = "cancel" if report.exec_type == "trade_cancel" else "adjust"
            fill.corrected_price = 0 if fill.correction == "cancel" else report.last_px
        return True

    def _take_off_book(self, report: BlockReport | BidReport) -> bool:
        """A block, or what a sealed bid got; what the venue lists later says whose it was."""
        if not report.exec_id:
            return False
        self.version += 1
        user = self._user if report.cl_ord_id else ""
        if isinstance(report, BlockReport):
            number, price, quantity = report.block_id, report.price, report.order_qty
            mode: TradeMode = "block"
        else:
            number, price, quantity, mode = 0, report.last_px, report.cum_qty, "auction"
        self.of[report.exec_id, report.side] = Fill(
            report.exec_id, number, report.symbol, report.side, price, quantity,
            report.transact_time, user, mode=mode,
        )  # fmt: skip
        return True

    def _take_date(self, trade_date: int) -> set[str]:
        """The fills of yesterday are not those of the day."""
        if trade_date <= self._trade_date:
            return set()
        begins = self._trade_date > 0
        self._trade_date = trade_date
        if not begins:
            return set()
        self.of.clear()
        self._heard.clear()
        self.version += 1
        return {"fills"}


def _fill(row: FillRow) -> Fill:
    return Fill(
        row.exec_id, row.order_id, row.symbol, row.side, row.last_px, row.last_qty,
        row.transact_time, row.user, row.correction, row.corrected_px, row.mode,
    )  # fmt: skip
