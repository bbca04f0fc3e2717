"""A client that keeps a venue busy, whatever becomes of the venue."""

import asyncio
import random

from bashu_testing import PASSWORDS, SYMBOL, eventually

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AnyMessage,
    CancelOrder,
    CommandReport,
    ExecutionReport,
    NewOrder,
    Reject,
)
from bashu_protocol.mqtt_transport import MqttTransport
from bashu_protocol.transport import ConnectionLost

MAX_UNANSWERED = 500


class Trader:
    """A client that trades at random and keeps every report that it received."""

    def __init__(self, user: str, port: int, seed: int) -> None:
        self.client = Client(
            MqttTransport("127.0.0.1", port, user, PASSWORDS[user]), user, last_rpt_seq=0,
            chance=random.Random(f"{seed}/{user}"),
        )  # fmt: skip
        self.client.listen(self._hear)
        self.received: list[ExecutionReport | CommandReport] = []
        self._chance = random.Random(f"{seed}/{user}/orders")
        self._open: list[str] = []
        self._unanswered: set[str] = set()

    def _hear(self, message: AnyMessage) -> None:
        if isinstance(message, ExecutionReport | CommandReport):
            self.received.append(message)
        if isinstance(message, ExecutionReport | CommandReport | Reject):
            self._unanswered.discard(message.cl_ord_id)

    async def trade(self) -> None:
        """Keep the venue busy, but no busier than the machine: what is unanswered is bounded."""
        while True:
            await eventually(lambda: len(self._unanswered) < MAX_UNANSWERED)
            batch: list[NewOrder | CancelOrder] = []
            for _ in range(self._chance.randint(1, 6)):
                name = self.client.new_cl_ord_id()
                if self._open and self._chance.random() < 0.3:
                    order = self._open.pop(self._chance.randrange(len(self._open)))
                    batch.append(CancelOrder(name, order))
                    continue
                side = "buy" if self._chance.random() < 0.5 else "sell"
                price = 7_000 + self._chance.randint(-15, 15)
                batch.append(NewOrder(name, SYMBOL, side, self._chance.randint(1, 30), price))
                self._open.append(name)
            self._unanswered.update(command.cl_ord_id for command in batch)
            try:
                await self.client.send(batch)
            except ConnectionLost:
                self._unanswered.difference_update(command.cl_ord_id for command in batch)
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.004)
