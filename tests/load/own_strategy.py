"""A strategy of one's own under load: many quotes under way at a time, timed with a histogram.

It quotes both sides of one instrument around the last price, replaces its quotes as the price
moves, and prints how long the venue took.

Run: python own_strategy.py HOST PORT USER PASSWORD [SECONDS]
"""

import asyncio
import sys
import time

from hdrh.histogram import HdrHistogram

from bashu_protocol.client import Client
from bashu_protocol.messages import AnyMessage, InstrumentStat, Side
from bashu_protocol.mqtt_transport import MqttTransport

SYMBOL = "CEA25"
QUOTES = 10
"""On each side, all under way at the same time."""


class Quoter:
    """One quote that is placed and then replaced again and again."""

    def __init__(self, client: Client, side: Side, depth: int, times: HdrHistogram) -> None:
        self._client, self._side, self._depth, self._times = client, side, depth, times
        self._live = ""

    async def run(self, until: float) -> None:
        sign = -1 if self._side == "buy" else 1
        while time.monotonic() < until:
            stat = self._client.feed.stats[SYMBOL]
            price = (stat.last or stat.reference_price) + sign * (5 + self._depth)
            price = max(stat.limit_down, min(stat.limit_up, price))
            begin = time.perf_counter_ns()
            if self._live:
                report = await self._client.replace(self._live, 10, price)
            else:
                report = await self._client.place(SYMBOL, self._side, 10, price)
            self._times.record_value((time.perf_counter_ns() - begin) // 1_000)
            # What has traded in the meantime cannot be replaced: begin anew.
            self._live = report.cl_ord_id if report.exec_type in ("new", "replaced") else ""


async def main(host: str, port: str, user: str, password: str, seconds: str = "5") -> None:
    times = HdrHistogram(1, 60_000_000, 3)
    transport = MqttTransport(host, int(port), user, password)
    client = Client(transport, user, symbols=[SYMBOL], cancel_on_disconnect=True)
    knows_price = asyncio.Event()

    def listen(message: AnyMessage) -> None:
        if isinstance(message, InstrumentStat):
            knows_price.set()

    client.listen(listen)
    async with client:
        await knows_price.wait()  # retained: it comes with the subscription
        until = time.monotonic() + float(seconds)
        sides: tuple[Side, Side] = ("buy", "sell")
        quoters = [Quoter(client, side, d, times) for side in sides for d in range(QUOTES)]
        await asyncio.gather(*(quoter.run(until) for quoter in quoters))
        await client.mass_cancel()
    print(f"{times.get_total_count()} commands answered")
    for percent in (50, 90, 99, 99.9):
        print(f"p{percent:g}: {times.get_value_at_percentile(percent) / 1_000:.2f} ms")


asyncio.run(main(*sys.argv[1:]))
