"""Finding out what can be traded: the venue is asked, as any client would."""

import asyncio
from typing import Final

from bashu_daemon.errors import OperatorError
from bashu_daemon.tools.load.session import Session
from bashu_daemon.tools.load.workload import Instrument
from bashu_protocol import topics
from bashu_protocol.codec import MALFORMED, decode, encode
from bashu_protocol.messages import InstrumentRow, InstrumentStat, Query, QueryResult

ANSWER_SECONDS: Final = 15.0


async def find_instruments(session: Session, wanted: list[str]) -> list[Instrument]:
    """Return the instruments in continuous trading, of `wanted` where it is not empty.

    Rules and limits come from a query, the last price from the retained statistics.

    Raises:
        OperatorError: the venue did not answer, or there is nothing to trade.
    """
    rows: dict[str, InstrumentRow] = {}
    stats: dict[str, InstrumentStat] = {}
    complete = asyncio.Event()

    def on_result(result: QueryResult) -> None:
        for row in result.rows:
            if isinstance(row, InstrumentRow):
                rows[row.rules.symbol] = row
        if result.last:
            complete.set()

    def on_public(_topic: str, payload: bytes) -> None:
        try:
            found = decode(payload)
        except MALFORMED:
            return  # not ours to judge; the symbol begins at its reference
        stats.update({m.symbol: m for m in found if isinstance(m, InstrumentStat)})

    session.on_result, session.on_public = on_result, on_public
    if session.connection is not None:
        await session.connection.subscribe([topics.stat("+")])
    query = Query(f"q-{session.accounting.prefix}instruments", "instruments")
    session.publish(encode(query, "msgpack"))
    try:
        await asyncio.wait_for(complete.wait(), ANSWER_SECONDS)
    except TimeoutError as error:
        raise OperatorError("The venue did not say which instruments it lists.") from error
    finally:
        session.on_result = session.on_public = None
    return _choose(rows, stats, wanted)


def _choose(
    rows: dict[str, InstrumentRow], stats: dict[str, InstrumentStat], wanted: list[str]
) -> list[Instrument]:
    unknown = [symbol for symbol in wanted if symbol not in rows]
    if unknown:
        raise OperatorError(f"The venue lists no {', '.join(unknown)}; it lists {', '.join(rows)}.")
    chosen = []
    for symbol in wanted or rows:
        row = rows[symbol]
        if row.phase != "continuous":
            if wanted:
                raise OperatorError(f"{symbol} is not in continuous trading but {row.phase}.")
            continue
        stat = stats.get(symbol)
        mid = stat.last if stat is not None and stat.last else row.reference_price
        chosen.append(Instrument.begin(row.rules, row.limit_down, row.limit_up, mid))
    if not chosen:
        raise OperatorError("No instrument is in continuous trading.")
    return chosen
