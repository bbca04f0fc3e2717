"""Order to durable report, over the embedded amqtt and over Mosquitto, beside a bare MQTT echo.

Run: python tests/bench/bench_orders.py [seconds]
The venue is `bashu serve` in a process of its own; the load comes from the bare client, so that
its cost is that of the yardstick. The echo goes through the same broker in the same run.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
from bare_mqtt import BareClient, connect

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from bashu_testing import MOSQUITTO, free_port

BIN = Path(sys.executable).parent
PACK = msgspec.msgpack.encode
SYMBOL, PRICE = "CEA25", 7_460
ROUNDS = 5


class Result(NamedTuple):
    rate: float
    p50_us: float
    p99_us: float


class Window:
    """Keeps a number of requests under way for some seconds and takes their times."""

    def __init__(self, send: Callable[[int], None], size: int, each: int = 1) -> None:
        self._send, self._size, self._each = send, size, each
        self._began: dict[int, float] = {}
        self._times: list[float] = []
        self._next = 0
        self._end = 0.0
        self._done = asyncio.Event()

    async def run(self, seconds: float) -> Result:
        start = time.perf_counter()
        self._end = start + seconds
        for _ in range(self._size):
            self._launch()
        await asyncio.wait_for(self._done.wait(), seconds + 20)
        elapsed = time.perf_counter() - start
        times = sorted(self._times)
        return Result(
            len(times) * self._each / elapsed,
            statistics.median(times) * 1e6,
            times[int(len(times) * 0.99)] * 1e6,
        )

    def answered(self, number: int) -> None:
        now = time.perf_counter()
        self._times.append(now - self._began.pop(number))
        if now < self._end:
            self._launch()
        elif not self._began:
            self._done.set()

    def _launch(self) -> None:
        number = self._next
        self._next += 1
        self._began[number] = time.perf_counter()
        self._send(number)


async def echo(port: int, password: str, size: int, seconds: float) -> Result:
    """Time the round trip between two bare clients."""
    window: Window
    partner = await connect(
        port, "venue", password, lambda p: partner.publish("bashu/v1/pub/pong", p), "bench-partner"
    )
    await partner.subscribe("bashu/v1/pub/ping")
    caller = await connect(
        port, "venue", password, lambda p: window.answered(int.from_bytes(p[:8])), "bench-caller"
    )
    await caller.subscribe("bashu/v1/pub/pong")
    filler = bytes(60)
    window = Window(lambda n: caller.publish("bashu/v1/pub/ping", n.to_bytes(8) + filler), size)
    result = await window.run(seconds)
    caller.close()
    partner.close()
    return result


async def orders(port: int, password: str, size: int, batch: int, seconds: float) -> Result:
    """Time orders and cancels, alternating, so that the book stays small."""
    window: Window
    prefix = f"{os.urandom(3).hex()}-"
    decode = msgspec.msgpack.Decoder().decode
    trader: BareClient

    def on_report(payload: bytes) -> None:
        message = decode(payload)
        reports = [message] if isinstance(message[0], str) else message
        for report in reports:
            assert report[6] in ("new", "canceled"), report
            name: str = report[4]
            number, _, last = name.removeprefix(prefix).partition(".")
            if last == "last":
                window.answered(int(number))

    def send(number: int) -> None:
        commands: list[list[object]] = []
        for index in range(batch):
            last = "last" if index == batch - 1 else str(index)
            name = f"{prefix}{number}.{last}"
            if (number if batch == 1 else index) % 2 == 0:
                commands.append(["new_order", name, SYMBOL, "buy", 1, PRICE - number % 50])
            else:
                earlier = (
                    f"{prefix}{number - 1}.last" if batch == 1 else f"{prefix}{number}.{index - 1}"
                )
                commands.append(["cancel_order", name, earlier])
        payload = PACK(commands[0] if batch == 1 else commands)
        trader.publish("bashu/v1/cmd/trader", payload)

    trader = await connect(port, "trader", password, on_report, f"bench-{prefix}")
    await trader.subscribe("bashu/v1/rpt/trader")
    window = Window(send, size, batch)
    result = await window.run(seconds)
    trader.close()
    await asyncio.sleep(0.2)
    return result


def fdatasync_us(directory: Path) -> float:
    """Return the median time of a small synced append."""
    times = []
    with (directory / "sync").open("wb", buffering=0) as file:
        for _ in range(200):
            file.write(bytes(200))
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


async def measure(name: str, port: int, data: Path, seconds: float) -> None:
    """Run yardstick and venue by turns, and print medians of the rounds and of their ratios."""
    text = (data / "first-passwords.txt").read_text().splitlines()
    passwords = dict(line.split(" ", 1) for line in text)
    print(f"\n{name}, medians of {ROUNDS} rounds of {seconds:g} s")
    for size in (1, 100):
        rounds = [
            (
                fdatasync_us(data),
                await echo(port, passwords["venue"], size, seconds),
                await orders(port, passwords["trader"], size, 1, seconds),
            )
            for _ in range(ROUNDS)
        ]
        _show(size, rounds)
    batched = [await orders(port, passwords["trader"], 8, 50, seconds) for _ in range(ROUNDS)]
    print(
        f"  batches of 50: {statistics.median(r.rate for r in batched):,.0f} orders/s, p50 of a "
        f"batch {statistics.median(r.p50_us for r in batched):,.0f} us"
    )


def _show(size: int, rounds: list[tuple[float, Result, Result]]) -> None:
    median = statistics.median
    sync = median(sync for sync, _, _ in rounds)
    ratio = median(venue.rate / bare.rate for _, bare, venue in rounds)
    syncs = median((venue.p50_us - bare.p50_us) / sync for sync, bare, venue in rounds)
    echoes, venues = [bare for _, bare, _ in rounds], [venue for _, _, venue in rounds]
    print(f"  window {size}: fdatasync p50 {sync:,.0f} us")
    for title, results in (("echo", echoes), ("orders", venues)):
        print(
            f"    {title:6} {median(r.rate for r in results):7,.0f}/s  "
            f"p50 {median(r.p50_us for r in results):7,.0f} us  "
            f"p99 {median(r.p99_us for r in results):7,.0f} us"
        )
    print(f"    rate ratio {ratio:.2f}; p50 = echo + {syncs:.1f} x fdatasync")


def serve(data: Path, *arguments: str) -> subprocess.Popen[str]:
    config = data.with_suffix(".toml")
    config.write_text("commands_per_second = 0\n")
    process = subprocess.Popen(
        [BIN / "bashu", "serve", "--config", config, "--data-dir", data, *arguments],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "Serving" in line:
            return process
    raise AssertionError("the venue did not start")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    with tempfile.TemporaryDirectory() as directory:
        data, port = Path(directory) / "amqtt", free_port()
        venue = serve(data, "--listen-port", str(port))
        asyncio.run(measure("embedded amqtt", port, data, seconds))
        venue.terminate()
        venue.wait()
        if MOSQUITTO is None:
            print("\nMOSQUITTO IS NOT INSTALLED: its part was not measured")
            return
        data, port = Path(directory) / "mosquitto", free_port()
        admin = [BIN / "bashu", "admin", "broker-config", "--data-dir", data]
        subprocess.run([*admin, "--listen-port", str(port)], check=True, capture_output=True)
        broker = subprocess.Popen(
            [MOSQUITTO, "-c", data / "mosquitto" / "mosquitto.conf"], stderr=subprocess.DEVNULL
        )
        time.sleep(0.5)
        venue = serve(data, "--broker", f"mqtt://127.0.0.1:{port}")
        asyncio.run(measure("Mosquitto", port, data, seconds))
        venue.terminate()
        venue.wait()
        broker.kill()
        broker.wait()


if __name__ == "__main__":
    main()
