"""The day's trades and bars in the terminal: the venue's answer, and what comes after it."""

from typing import Any

from bashu_protocol.messages import BarRow, PublicTrade, TradeCorrection, TradeRow
from bashu_protocol.units import NS_PER_MINUTE
from bashu_tui.state.market_history import MarketHistory

SYMBOL = "CEA25"


def live(exec_id: int, price: int, qty: int = 1, minute: int = 0, mode: Any = "listing") -> Any:
    return PublicTrade(
        SYMBOL, exec_id, 1, exec_id, minute * NS_PER_MINUTE, exec_id, price, qty, "buy", mode
    )


def row(exec_id: int, price: int, qty: int = 1, **more: Any) -> TradeRow:
    return TradeRow(exec_id, SYMBOL, 0, price, qty, "buy", "listing", **more)


def bar(minute: int, prices: tuple[int, int, int, int], volume: int, last: int) -> BarRow:
    return BarRow(SYMBOL, minute * NS_PER_MINUTE, *prices, volume, 0, 1, last)


def correction(exec_id: int, price: int, previous: int) -> TradeCorrection:
    action: Any = "adjust" if price else "cancel"
    return TradeCorrection(SYMBOL, 9, 1, 9, 0, exec_id, action, price, previous, 1)


def shown(history: MarketHistory, minutes: int = 1, count: int = 99) -> list[tuple[int, ...]]:
    return [
        (b.start_ns // NS_PER_MINUTE, b.open, b.high, b.low, b.close, b.volume)
        for b in history.bars(SYMBOL, minutes, count)
    ]


def test_what_comes_is_counted_from_the_first_trade_on() -> None:
    history = MarketHistory()
    for number, price in enumerate((70, 72, 69, 71), start=1):
        assert history.hear(live(number, price)) == {"market_history"}
    assert shown(history) == [(0, 70, 72, 69, 71, 4)]
    assert [trade.exec_id for trade in history.trades(SYMBOL)] == [4, 3, 2, 1]


def test_an_answer_and_what_came_meanwhile_make_one_day() -> None:
    history = MarketHistory()
    history.hear(live(3, 75))
    history.hear(live(4, 76, minute=1))
    answer = [row(1, 70), row(2, 71), row(3, 75)]
    history.take(SYMBOL, list(answer), [bar(0, (70, 75, 70, 75), 3, 3)])
    assert [trade.exec_id for trade in history.trades(SYMBOL)] == [4, 3, 2, 1]
    assert shown(history) == [(0, 70, 75, 70, 75, 3), (1, 76, 76, 76, 76, 1)]


def test_blocks_are_in_the_tape_and_in_no_bar() -> None:
    history = MarketHistory()
    history.hear(live(1, 70))
    history.hear(live(2, 50, 100_000, mode="block"))
    assert shown(history) == [(0, 70, 70, 70, 70, 1)]
    assert len(history.trades(SYMBOL)) == 2


def test_minutes_are_put_together() -> None:
    history = MarketHistory()
    for number, (minute, price) in enumerate(
        [(0, 70), (1, 75), (4, 68), (5, 71), (9, 72), (10, 73)], start=1
    ):
        history.hear(live(number, price, minute=minute))
    assert shown(history, 5) == [
        (0, 70, 75, 68, 68, 3), (5, 71, 72, 71, 72, 2), (10, 73, 73, 73, 73, 1),
    ]  # fmt: skip
    assert shown(history, 5, 2) == [(5, 71, 72, 71, 72, 2), (10, 73, 73, 73, 73, 1)]


def test_a_correction_marks_the_trade_and_asks_for_the_bars_again() -> None:
    history = MarketHistory()
    history.take(SYMBOL, [row(1, 70), row(2, 99)], [bar(0, (70, 99, 70, 99), 2, 2)])
    history._loaded.add(SYMBOL)
    assert not history.wants(SYMBOL)
    history.hear(correction(2, 0, 99))
    assert history.wants(SYMBOL)
    assert [trade.standing_px for trade in history.trades(SYMBOL)] == [0, 70]
    # An answer that was on its way does not undo it.
    history.take(SYMBOL, [row(1, 70), row(2, 99)], [bar(0, (70, 70, 70, 70), 1, 2)])
    assert [trade.correction for trade in history.trades(SYMBOL)] == ["cancel", ""]
    assert shown(history) == [(0, 70, 70, 70, 70, 1)]


def test_a_minute_of_cancelled_trades_is_no_bar_and_may_come_back() -> None:
    history = MarketHistory()
    history.take(SYMBOL, [row(1, 99, correction="cancel")], [bar(0, (0, 0, 0, 0), 0, 1)])
    assert shown(history) == []
    history.hear(live(2, 70))
    assert shown(history) == [(0, 70, 70, 70, 70, 1)]


async def test_after_a_break_the_day_is_asked_for_again() -> None:
    history = MarketHistory()
    history._loaded.add(SYMBOL)
    await history.reload(None)  # type: ignore[arg-type]  # it asks nothing by itself
    assert history.wants(SYMBOL)
    assert not history.wants("")
