"""`bashu-tui watch`: a stream of facts, one a line."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from bashu_testing import eventually
from headless_twin import RunningTwin

from bashu_protocol.messages import HaltInstrument, PublishNotice, ResumeInstrument

Watch = Callable[..., RunningTwin]
TIME = re.compile(r"\d\d:\d\d:\d\d ")


@pytest.fixture
def watch(market: Any) -> Watch:
    """Begin a command as alice."""

    def begin(line: str) -> RunningTwin:
        return RunningTwin(market.hub, "alice", "a-secret", line)

    return begin


async def test_every_fact_has_a_line(market: Any, watch: Watch) -> None:
    async with market.client("alice") as alice, market.client("bob") as bob:
        stream = watch("watch CEA25")
        await eventually(lambda: stream.says("CEA25: no bids, no asks"))
        await eventually(lambda: stream.says("CEA25: continuous trading"))
        await eventually(lambda: stream.says("The venue is up"))
        await bob.place("CEA25", "sell", 1_000, 7_450)
        await eventually(lambda: stream.says("CEA25: no bids, ask 74.50 for 1,000 t"))
        await alice.place("CEA25", "buy", 400, 7_450, cl_ord_id="mine")
        await eventually(lambda: stream.says("CEA25: no bids, ask 74.50 for 600 t"))
        await eventually(lambda: stream.says("CEA25: trade of 400 t at 74.50, Buy came in"))
        async with market.client("sup") as sup:
            await sup.command(HaltInstrument("h", "CEA25", "a look"))
            await sup.command(ResumeInstrument("r", "CEA25", "over"))
            await sup.command(PublishNotice("n", "Reminder", "of the deadline"))
        await eventually(lambda: stream.says("Notice: Reminder: of the deadline"))
        await stream.interrupt()
    lines = stream.lines
    assert lines[0] == "Connection: LIVE"
    # What stood at the beginning may have no time; what happened since has one.
    first = next(at for at, line in enumerate(lines) if "for 1,000 t" in line)
    assert all(TIME.match(line) for line in lines[first:])
    said = [TIME.sub("", line) for line in lines]
    order = "Buy 400 t CEA25 at 74.50"
    end = "order 2, number mine"
    assert f"Own: Accepted: {order}; filled 0 of 400 t; {end}" in said
    assert f"Own: Filled 400 t at 74.50: {order}; filled 400 of 400 t; {end}" in said
    assert any(line.startswith("Halted: CEA25: ") for line in said)


async def test_a_line_of_json_is_a_message_of_the_protocol(market: Any, watch: Watch) -> None:
    async with market.client("alice") as alice, market.client("bob") as bob:
        stream = watch("watch --json --depth 5")
        await eventually(lambda: stream.says('"symbol":"CCER"'))
        await bob.place("CEA25", "sell", 1_000, 7_450)
        await bob.place("CEA25", "sell", 1_000, 7_460)
        await eventually(lambda: stream.says("[7460,1000,1]"))
        await alice.place("CEA25", "buy", 400, 7_450)
        await eventually(lambda: stream.says("[7450,600,1]") and stream.says('"trade"'))
        await eventually(lambda: stream.says('"venue_status"'))
        await stream.interrupt()
    found = [json.loads(line) for line in stream.lines]
    assert {f["type"] for f in found} >= {
        "link", "book", "stat", "venue_status", "execution_report", "trade",
    }  # fmt: skip
    (trade,) = [f for f in found if f["type"] == "trade"]
    assert (trade["price"], trade["qty"], trade["aggressor_side"]) == (7_450, 400, "buy")
    books = [f["asks"] for f in found if f["type"] == "book" and f["symbol"] == "CEA25"]
    assert books[-1] == [[7_450, 600, 1], [7_460, 1_000, 1]]


async def test_only_the_named_instruments_are_followed(market: Any, watch: Watch) -> None:
    async with market.client("bob") as bob:
        stream = watch("watch CCER --json")
        await eventually(lambda: stream.says('"CCER"'))
        await bob.place("CEA25", "sell", 1_000, 7_450)
        await bob.place("CCER", "buy", 123, 6_800)
        await eventually(lambda: stream.says("[6800,123,1]"))
        await stream.interrupt()
    found = [json.loads(line) for line in stream.lines]
    assert {f["symbol"] for f in found if f["type"] in ("book", "stat")} == {"CCER"}


@pytest.mark.parametrize(("bound", "lines"), [("--seconds 0.2", None), ("--count 2", 2)])
async def test_it_ends_by_itself_where_that_was_asked(
    watch: Watch, bound: str, lines: int | None
) -> None:
    done = await watch(f"watch --lang zh {bound}").end()
    assert done.code == 0
    assert done.out.startswith("连接：正常\n")
    assert lines is None or len(done.out.splitlines()) == lines


async def test_an_unknown_instrument_is_refused(watch: Watch) -> None:
    done = await watch("watch CEA25 NOPE").end()
    assert done.code == 1
    assert "no such instrument" in done.err


async def test_a_broken_connection_is_said_and_made_good(market: Any, watch: Watch) -> None:
    live = '{"type":"link","state":"live"}'
    async with market.client("bob") as bob:
        stream = watch("watch CEA25 --json")
        await eventually(lambda: stream.says('"book"'))
        market.hub.stop()
        await eventually(lambda: stream.says('{"type":"link","state":"reconnecting"}'))
        market.hub.start()
        await eventually(lambda: stream.lines.count(live) == 2)
        await bob.place("CEA25", "buy", 77, 7_400)
        await eventually(lambda: stream.says("[7400,77,1]"))
        await stream.interrupt()
