"""A client that remembers what it was told, for tests of the modes beside the order book."""

from typing import TypeVar

from bashu_testing import eventually

from bashu_protocol.client import Client
from bashu_protocol.messages import AnyMessage, Command, CommandReport, PartyReport

T = TypeVar("T")


class Ear:
    """What one client was told."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.heard: list[AnyMessage] = []
        client.listen(self.heard.append)

    async def answer(self, command: Command) -> PartyReport | CommandReport:
        """Send a command and wait for its own report."""
        await self.client.send([command])
        name = command.cl_ord_id  # type: ignore[union-attr]  # these commands have one
        await eventually(lambda: name in [report.cl_ord_id for report in self.reports()])
        return next(report for report in self.reports() if report.cl_ord_id == name)

    def reports(self) -> list[PartyReport | CommandReport]:
        return [m for m in self.heard if isinstance(m, PartyReport | CommandReport)]

    def numbers(self) -> list[int]:
        return [report.rpt_seq for report in self.reports()]

    def all_of(self, kind: type[T]) -> list[T]:
        """Return all messages of one kind, in order."""
        return [message for message in self.heard if isinstance(message, kind)]
