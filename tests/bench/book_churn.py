"""Makes the book of an instrument change at a rate, by orders; says what market data carried.

Usage: python book_churn.py PORT PASSWORDS_FILE CHANGES_PER_SECOND
It fills the book and prints `ready`. A line on its input starts the changes, the next one ends
them; then it prints one JSON object with the rates that arrived as market data, and so on.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Final

import msgspec
from bare_mqtt import BareClient, connect

SYMBOL: Final = "CEA25"
MIDDLE: Final = 7_463
LEVELS: Final = 50
"""Of each side: as many as the venue publishes."""
BEST_QTY: Final = 43_217
"""Of the best bid and offer before the changes begin: words that nothing else on screen has."""
FILL_SECONDS: Final = 10.0
TURN_SECONDS: Final = 0.01
TRADES_PER_SECOND: Final = 10
PACK = msgspec.msgpack.encode


class Churn:
    """Goes round all levels, adding an order to each, and then withdrawing them again."""

    def __init__(self, changes_per_second: int) -> None:
        self._rate = changes_per_second
        self._prefix = os.urandom(3).hex()
        self._sent = self._traded = 0
        self.deltas = self.changes = self.trades = self.refused = 0
        self.filled = asyncio.Event()
        self.maker: BareClient
        self.taker: BareClient

    def fill(self) -> None:
        """Put one order on each level."""
        orders = []
        for at in range(LEVELS):
            qty = BEST_QTY if at == 0 else 900 + 37 * at
            for side, price in (("buy", MIDDLE - 1 - at), ("sell", MIDDLE + 1 + at)):
                orders.append(["new_order", f"{self._prefix}-{side}{at}", SYMBOL, side, qty, price])
        self.maker.publish("bashu/v1/cmd/maker-shu", PACK(orders))

    async def run(self, stop: asyncio.Event) -> None:
        began = time.perf_counter()
        sent = trades = 0
        while not stop.is_set():
            elapsed = time.perf_counter() - began
            due = int(elapsed * self._rate) - sent
            if due > 0:
                self.maker.publish(
                    "bashu/v1/cmd/maker-shu", PACK([self._next() for _ in range(due)])
                )
                sent += due
            if int(elapsed * TRADES_PER_SECOND) > trades:
                trades += 1
                self._traded += 1
                name = f"{self._prefix}-t{self._traded}"
                order = ["new_order", name, SYMBOL, "buy", 1, MIDDLE + 1, "limit", "ioc"]
                self.taker.publish("bashu/v1/cmd/fund", PACK([order]))
            await asyncio.sleep(TURN_SECONDS)

    def on_market_data(self, payload: bytes) -> None:
        found = json.loads(payload)
        for message in found if isinstance(found, list) else [found]:
            if message["type"] == "delta":
                self.filled.set()
                self.deltas += 1
                self.changes += len(message["changes"])
            elif message["type"] == "trade":
                self.trades += 1

    def on_report(self, payload: bytes) -> None:
        message = msgspec.msgpack.decode(payload)
        for report in [message] if isinstance(message[0], str) else message:
            self.refused += report[0] == "execution_report" and report[6] == "rejected"

    def _next(self) -> list[Any]:
        turn, at = divmod(self._sent, 2 * LEVELS)
        self._sent += 1
        level, is_sell = divmod(at, 2)
        name = f"{self._prefix}-{turn // 2}.{at}"
        if turn % 2:
            return ["cancel_order", f"{name}x", name]
        price = MIDDLE + 1 + level if is_sell else MIDDLE - 1 - level
        return ["new_order", name, SYMBOL, "sell" if is_sell else "buy", 100, price]


async def main(port: int, passwords: dict[str, str], changes_per_second: int) -> None:
    churn = Churn(changes_per_second)
    for user in ("maker-shu", "fund"):
        client = await connect(
            port, user, passwords[user], churn.on_report, f"churn-{os.urandom(4).hex()}"
        )
        await client.subscribe(f"bashu/v1/rpt/{user}")
        if user == "fund":
            churn.taker = client
        else:
            churn.maker = client
    ear = await connect(port, "fund", passwords["fund"], churn.on_market_data, "churn-ear")
    for topic in ("delta", "trade"):
        await ear.subscribe(f"bashu/v1/md/{SYMBOL}/{topic}")
    churn.fill()
    await asyncio.wait_for(churn.filled.wait(), FILL_SECONDS)
    await asyncio.sleep(1.5)  # until the retained book shows it, too
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await one_run(churn)), flush=True)


async def one_run(churn: Churn) -> dict[str, float]:
    """Change the book until the next line; returns what arrived a second, by name."""
    churn.deltas = churn.changes = churn.trades = churn.refused = 0
    began = time.perf_counter()
    stop = asyncio.Event()
    running = asyncio.create_task(churn.run(stop))
    await asyncio.to_thread(sys.stdin.readline)
    seconds = time.perf_counter() - began
    stop.set()
    await running
    names = ("deltas", "changes", "trades", "refused")
    return {name: getattr(churn, name) / seconds for name in names}


if __name__ == "__main__":
    words = dict(line.split(" ", 1) for line in Path(sys.argv[2]).read_text().splitlines())
    asyncio.run(main(int(sys.argv[1]), words, int(sys.argv[3])))
