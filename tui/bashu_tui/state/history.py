"""What happened besides fills: ends of orders, refusals and notices."""

from collections import deque
from typing import Final

from msgspec import Struct

from bashu_protocol.client import Client
from bashu_protocol.messages import AnyMessage, ExecutionReport, Notice, OrdType

_KEPT: Final = 500


class HistoryLine(Struct, frozen=True):
    """An order's end, a refusal, or a notice."""

    transact_time: int
    symbol: str
    side: str
    price: int
    quantity: int
    kind: str
    """A text key."""
    reject_code: str = ""
    notice: Notice | None = None
    number: int = 0
    """Counts what happened in this session, in no order of time."""
    ord_type: OrdType = "limit"
    filled: int = 0
    text: str = ""
    """The venue's own words."""


class History:
    """The newest first. Only notices can be asked for; missed reports come again by themselves."""

    def __init__(self) -> None:
        self.lines: deque[HistoryLine] = deque(maxlen=_KEPT)
        self.notices: deque[Notice] = deque(maxlen=_KEPT)
        self._notice_ids: set[int] = set()
        self._happened = 0

    def hear(self, message: AnyMessage) -> set[str]:
        if isinstance(message, ExecutionReport):
            return self._take_report(message)
        if isinstance(message, Notice):
            return self._take_notice(message)
        return set()

    async def reload(self, client: Client) -> None:
        for notice in (await client.query("notices")).notices:
            self._take_notice(notice)
        latest_first = sorted(self.lines, key=lambda line: -line.transact_time)
        self.lines = deque(latest_first, maxlen=_KEPT)

    def _take_report(self, report: ExecutionReport) -> set[str]:
        if report.exec_type == "rejected" and report.side:
            return self._note(report, report.order_qty)
        if report.exec_type in ("canceled", "expired"):
            return self._note(report, report.order_qty - report.cum_qty)
        return set()

    def _note(self, report: ExecutionReport, quantity: int) -> set[str]:
        self._happened += 1
        self.lines.appendleft(
            HistoryLine(
                report.transact_time, report.symbol, report.side, report.price, quantity,
                f"status.{report.exec_type}", report.reject_code.value, None, self._happened,
                report.ord_type, report.cum_qty, report.text,
            )
        )  # fmt: skip
        return {"history"}

    def _take_notice(self, notice: Notice) -> set[str]:
        if notice.notice_id in self._notice_ids:
            return set()
        self._notice_ids.add(notice.notice_id)
        self.notices.appendleft(notice)
        self.lines.appendleft(
            HistoryLine(
                notice.transact_time, notice.symbol, "", 0, 0, f"notice.{notice.kind}",
                notice=notice, number=-notice.notice_id,
            )
        )  # fmt: skip
        return {"notices", "history"}
