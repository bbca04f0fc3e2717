"""Commands that wait for their answer, by `cl_ord_id`."""

import asyncio

from bashu_protocol.messages import Command, NumberedReport, QueryResult, Reject

Answer = NumberedReport | QueryResult | Reject


class CommandTimeout(Exception):  # noqa: N818  the field's word
    """No answer in time. The command may still be executed; its report will come."""


class Requests:
    """The unanswered commands of a session, in the order in which they were sent."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[Command, asyncio.Future[Answer]]] = {}
        self._parts: dict[str, QueryResult] = {}

    def add(self, command: Command) -> "asyncio.Future[Answer]":
        """Note a command and return the future of its answer.

        Raises:
            ValueError: a command with this id is waiting already.
        """
        name = _name(command)
        if name in self._waiting:
            raise ValueError(f"a command {name!r} is waiting for its answer already")
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[name] = (command, future)
        return future

    def answer(self, cl_ord_id: str, answer: Answer) -> None:
        """Resolve the command of that id; later reports about it find nobody waiting."""
        waiting = self._waiting.pop(cl_ord_id, None)
        if waiting is not None and not waiting[1].done():
            waiting[1].set_result(answer)

    def answer_part(self, result: QueryResult) -> None:
        """Collect a query's parts; the last one resolves it."""
        if result.cl_ord_id not in self._waiting:
            return
        before = self._parts.pop(result.cl_ord_id, None)
        if before is not None:
            result = QueryResult(
                result.cl_ord_id,
                result.what,
                result.seq,
                before.rows + result.rows,
                result.last,
                before.alerts + result.alerts,
                before.notices + result.notices,
            )
        if result.last:
            self.answer(result.cl_ord_id, result)
        else:
            self._parts[result.cl_ord_id] = result

    def unanswered(self) -> list[Command]:
        """Return what has to be sent again after a broken connection."""
        self._parts.clear()
        return [command for command, _future in self._waiting.values()]

    def give_up(self, reason: str) -> None:
        """The session ends: whoever waits is told so."""
        for _command, future in self._waiting.values():
            if not future.done():
                future.set_exception(CommandTimeout(reason))
                future.exception()
        self._waiting.clear()


def _name(command: Command) -> str:
    name: str = getattr(command, "cl_ord_id", "")
    return name
