"""Places 1,000 orders, each awaited until it is on the venue's disk.

Run: python ten_lines.py HOST PORT USER PASSWORD
"""

import asyncio
import sys
import time

from bashu_protocol.client import Client
from bashu_protocol.mqtt_transport import MqttTransport


async def main(host: str, port: str, user: str, password: str) -> None:
    async with Client(MqttTransport(host, int(port), user, password), user) as client:
        begin = time.perf_counter()
        for number in range(1_000):
            report = await client.place("CEA25", "buy", 1, 7_400 - number % 50)
            assert report.exec_type == "new", report.text
        print(f"1,000 orders in {time.perf_counter() - begin:.2f} s")
        print(f"{(await client.mass_cancel()).affected} of them withdrawn")


asyncio.run(main(*sys.argv[1:]))
