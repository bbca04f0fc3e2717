"""From an event to its alert at a supervisor, over Mosquitto, at 2,000 orders a second.

Run: python tests/bench/bench_alerts.py [seconds]
The venue is `bashu serve` in a process of its own, with all rules of its rulebook. One trader sends
orders and cancels in an even flow, and meets its own orders now and then, so that alerts begin
and grow all the time. The yardstick is what the trader's own reports take in the same run. An
alert's `last_time` is the venue's clock at the command that it tells of.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bare_mqtt import connect
from bench_orders import BIN, MOSQUITTO, PACK, PRICE, SYMBOL, free_port, serve

from bashu_protocol import topics
from bashu_protocol.codec import decode
from bashu_protocol.messages import Alert, ExecutionReport

RATE = 2_000
EACH = 20
"""Commands of one message."""
REACH_MS = 250
SUPERVISOR = "sup-chengdu"


def commands(number: int) -> list[list[object]]:
    """Return one message: new orders, their cancels, and one that meets an own order."""
    made: list[list[object]] = []
    for index in range(0, EACH - 4, 2):
        name = f"o{number}.{index}"
        made.append(["new_order", name, SYMBOL, "buy", 10 + number % 90, PRICE - 10 - index])
        made.append(["cancel_order", f"c{number}.{index}", name])
    made.append(["new_order", f"r{number}", SYMBOL, "buy", 10, PRICE - number % 5])
    made.append(["new_order", f"w{number}", SYMBOL, "sell", 10, PRICE - number % 5])
    made.append(["cancel_order", f"x{number}", f"r{number}"])
    made.append(["cancel_order", f"y{number}", f"w{number}"])
    return made


async def measure(port: int, data: Path, seconds: float) -> None:
    text = (data / "first-passwords.txt").read_text().splitlines()
    passwords = dict(line.split(" ", 1) for line in text)
    delays: list[float] = []
    rules: dict[str, int] = {}
    reports: list[float] = []

    def on_alert(payload: bytes) -> None:
        now = time.time_ns()
        for message in decode(payload):
            if isinstance(message, Alert):
                delays.append((now - message.last_time) / 1e6)
                rules[message.rule] = rules.get(message.rule, 0) + 1

    def on_report(payload: bytes) -> None:
        now = time.time_ns()
        reports.extend(
            (now - message.transact_time) / 1e6
            for message in decode(payload)
            if isinstance(message, ExecutionReport)
        )

    watcher = await connect(port, SUPERVISOR, passwords[SUPERVISOR], on_alert, "bench-watch")
    await watcher.subscribe(topics.ALERT)
    trader = await connect(port, "trader", passwords["trader"], on_report, "bench-trade")
    await trader.subscribe(topics.report("trader"))
    began = time.perf_counter()
    number = 0
    while time.perf_counter() < began + seconds:
        while number < (time.perf_counter() - began) * RATE / EACH:
            trader.publish("bashu/v1/cmd/trader", PACK(commands(number)))
            number += 1
        await asyncio.sleep(EACH / RATE / 2)
    rate = number * EACH / (time.perf_counter() - began)
    await asyncio.sleep(1.0)
    trader.close()
    watcher.close()
    if not delays:
        raise SystemExit(f"no alert came; {len(reports)} reports did")
    delays.sort()
    p99 = delays[int(len(delays) * 0.99)]
    print(
        f"{rate:,.0f} orders/s for {seconds:g} s: {len(delays):,} alerts told, event to alert p50 "
        f"{statistics.median(delays):.1f} ms, p99 {p99:.1f} ms, most {delays[-1]:.1f} ms; "
        f"{'within' if p99 <= REACH_MS else 'ABOVE'} {REACH_MS} ms"
    )
    reports.sort()
    print(
        f"  the yardstick, event to the trader's own report: p50 {statistics.median(reports):.1f} "
        f"ms, p99 {reports[int(len(reports) * 0.99)]:.1f} ms, most {reports[-1]:.1f} ms"
    )
    print("  " + ", ".join(f"{rule} {count}" for rule, count in sorted(rules.items())))


def main() -> None:
    if MOSQUITTO is None:
        print("MOSQUITTO IS NOT INSTALLED: nothing was measured")
        return
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    with tempfile.TemporaryDirectory() as directory:
        data, port = Path(directory) / "venue", free_port()
        admin = [BIN / "bashu", "admin", "broker-config", "--data-dir", data]
        subprocess.run([*admin, "--listen-port", str(port)], check=True, capture_output=True)
        broker = subprocess.Popen(
            [MOSQUITTO, "-c", data / "mosquitto" / "mosquitto.conf"], stderr=subprocess.DEVNULL
        )
        time.sleep(0.5)
        venue = serve(data, "--broker", f"mqtt://127.0.0.1:{port}")
        try:
            asyncio.run(measure(port, data, seconds))
        finally:
            venue.terminate()
            venue.wait()
            broker.kill()
            broker.wait()


if __name__ == "__main__":
    main()
