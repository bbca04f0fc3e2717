"""A volatility interruption from the order that causes it to the daemon's own end of it."""

from pathlib import Path
from typing import Any

from bashu_testing import SYMBOL, Harness, eventually

from bashu_protocol.messages import (
    CloseDay,
    InstrumentRules,
    InstrumentStat,
    ListInstrument,
    Notice,
    OpenDay,
    PublicTrade,
    SetPhase,
    VolatilityRules,
)

FAR_DATE = 20_991_231
"""So that the schedule leaves the day to this test."""


async def test_it_begins_with_an_order_and_ends_by_itself(tmp_path: Path) -> None:
    harness = Harness("memory", tmp_path)
    await harness.start_bus()
    await harness.start_venue()
    seen: list[Any] = []
    rules = InstrumentRules(
        symbol=SYMBOL,
        name_zh="x",
        name_en="x",
        product="CEA",
        reference_price=7_000,
        volatility=VolatilityRules(dynamic_bps=100, auction_seconds=1),
    )
    try:
        async with (
            harness.client("anna") as anna,
            harness.client("bo") as bo,
            harness.client("reg") as reg,
        ):
            anna.listen(seen.append)
            await reg.command(CloseDay("close"))
            await reg.command(ListInstrument("rules", rules))
            await reg.command(OpenDay("open", FAR_DATE))
            await reg.command(SetPhase("go", "continuous"))
            await bo.place(SYMBOL, "sell", 10, 7_070)
            await bo.place(SYMBOL, "sell", 10, 7_071)
            order = await anna.place(SYMBOL, "buy", 15, 7_100)
            assert order.ord_status == "new"
            await eventually(lambda: len(notices(seen)) == 2)
            await eventually(lambda: any(is_final(m) for m in seen))
            trades = [(m.price, m.qty, m.mode) for m in seen if isinstance(m, PublicTrade)]
            assert trades == [(7_070, 10, "listing"), (7_071, 5, "call_auction")]
            assert [m.kind for m in notices(seen)] == ["volatility", "volatility"]
            assert notices(seen)[1].author == "venue"
    finally:
        await harness.stop()


def notices(seen: list[Any]) -> list[Notice]:
    return [message for message in seen if isinstance(message, Notice)]


def is_final(message: Any) -> bool:
    """Whether it is the day's numbers after the uncross."""
    return isinstance(message, InstrumentStat) and (
        (message.phase, message.last, message.volume, message.indicative_price)
        == ("continuous", 7_071, 15, 0)
    )
