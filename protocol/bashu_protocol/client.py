"""The asynchronous client: a user's session with a method for each usual command."""

from bashu_protocol.link import LinkState
from bashu_protocol.messages import (
    CancelOrder,
    Command,
    CommandReport,
    ExecutionReport,
    MassCancel,
    NewOrder,
    OrdType,
    Query,
    QueryResult,
    QueryWhat,
    ReplaceOrder,
    Side,
    TimeInForce,
)
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.requests import CommandTimeout
from bashu_protocol.session import DEFAULT_TIMEOUT_SECONDS, CommandRefused, Session
from bashu_protocol.transport import ConnectionLost, LogonRefused


class Client(Session):
    """A session (its arguments are there) that trades, supervises and asks.

    What has no method of its own goes by `request`, with the class of its answer, or by `send`.
    """

    async def place(
        self,
        symbol: str,
        side: Side,
        order_qty: int,
        price: int = 0,
        *,
        ord_type: OrdType = "limit",
        time_in_force: TimeInForce = "day",
        cl_ord_id: str | None = None,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> ExecutionReport:
        """Place an order and return the first report about it (`new` or `rejected`)."""
        name = cl_ord_id or self.new_cl_ord_id()
        order = NewOrder(name, symbol, side, order_qty, price, ord_type, time_in_force)
        return await self._execution(order, timeout)

    async def replace(
        self,
        orig_cl_ord_id: str,
        order_qty: int,
        price: int,
        *,
        cl_ord_id: str | None = None,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> ExecutionReport:
        """Change an order; `order_qty` is the new total."""
        name = cl_ord_id or self.new_cl_ord_id()
        return await self._execution(ReplaceOrder(name, orig_cl_ord_id, order_qty, price), timeout)

    async def cancel(
        self,
        orig_cl_ord_id: str,
        *,
        cl_ord_id: str | None = None,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> ExecutionReport:
        """Withdraw an order."""
        name = cl_ord_id or self.new_cl_ord_id()
        return await self._execution(CancelOrder(name, orig_cl_ord_id), timeout)

    async def mass_cancel(
        self,
        symbol: str = "",
        *,
        cl_ord_id: str | None = None,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> CommandReport:
        """Withdraw all own orders, or those in one symbol."""
        return await self.command(
            MassCancel(cl_ord_id or self.new_cl_ord_id(), symbol), timeout=timeout
        )

    async def command(
        self, command: Command, *, timeout: float = DEFAULT_TIMEOUT_SECONDS
    ) -> CommandReport:
        """Send a supervisor's or registrar's command, or a mass cancel, and await its report."""
        return await self.request(command, CommandReport, timeout)

    async def query(
        self,
        what: QueryWhat,
        symbol: str = "",
        since: int = 0,
        *,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> QueryResult:
        """Ask for the present state; an answer in several parts is returned as one."""
        query = Query(self.new_cl_ord_id(), what, symbol, since)
        return await self.request(query, QueryResult, timeout)

    async def _execution(
        self, command: NewOrder | ReplaceOrder | CancelOrder, timeout: float
    ) -> ExecutionReport:
        return await self.request(command, ExecutionReport, timeout)


__all__ = [
    "Client",
    "CommandRefused",
    "CommandTimeout",
    "ConnectionLost",
    "LinkState",
    "LogonRefused",
    "RejectCode",
]
