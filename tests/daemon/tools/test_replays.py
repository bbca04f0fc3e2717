"""Replays of real markets: they agree, and they notice if one value is changed."""

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bashu_daemon.errors import OperatorError
from bashu_daemon.tools.daily_feed import FeedDay, blocks_of, read_feed, trades_of
from bashu_daemon.tools.replay_cea import Replay, replay_cea
from bashu_daemon.tools.replay_lobster import replay_lobster

SHARED = Path(os.environ.get("BASHU_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
CEA = SHARED / "cea_daily_2021_2024.csv"
MESSAGES = SHARED / "lobster_aapl_message_10.csv"
BOOKS = SHARED / "lobster_aapl_orderbook_10.csv"
needs_data = pytest.mark.skipif(
    not CEA.exists(), reason=f"THE REAL DATA IS ABSENT ({SHARED}): the replays did not run"
)
HEAD = "date,subject,open,high,low,close,last_close,listing_vol,listing_amt,block_vol,block_amt\n"


@needs_data
def test_every_day_of_the_national_market_is_said_to_agree() -> None:
    out = io.StringIO()
    assert replay_cea(CEA, out) == 0
    assert out.getvalue().count("1539 of 1539") == 8
    assert "563 with block trades" in out.getvalue()


@needs_data
def test_every_day_of_the_national_market_agrees() -> None:
    result = Replay().run(read_feed(CEA))
    assert result.differences == []
    assert (result.days_with_trades, result.days_without) == (1_267, 272)
    counts = {tuple(count) for (symbol, _), count in result.compared.items() if symbol == "CEA"}
    assert counts == {(840, 840)}


@needs_data
@pytest.mark.parametrize("column", ["open", "high", "low", "close", "last_close"])
def test_one_changed_value_is_noticed(tmp_path: Path, column: str) -> None:
    with CEA.open(newline="") as file:
        rows = list(csv.DictReader(file))[:200]
    # An official value that contradicts the rest; the volume and amount stay.
    changed = rows[150]
    if column in ("open", "high", "low"):
        rows[150] = {**changed, "listing_vol": "0", "listing_amt": "0"}
    else:
        rows[150] = {**changed, column: f"{float(changed[column]) + 0.01:.2f}"}
    path = tmp_path / "feed.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    out = io.StringIO()
    assert replay_cea(path, out) == 1
    assert changed["date"] in out.getvalue()


def feed_of(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "feed.csv"
    path.write_text(HEAD + "".join(f"{line}\n" for line in lines))
    return path


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("20210716,CEA,48,48,48,48,,10,481,,", "official 10 t for 481.00 yuan, computed no trades"),
        ("20210716,CEA,60,60,60,60,,10,600,,", "official one at 60.00, computed The price"),
        ("20210716,CEA,48,49,48,48,,0,0,,", "high: official 49.00, computed 0.00"),
        # blocks: below the threshold, beyond the band, one of no whole price, money without tonnes
        ("20210716,CEA,48,48,48,48,,10,480,99999,4799952", "block volume: official 99999 t"),
        ("20210716,CEA,48,48,48,48,,10,480,100000,6241000", "block amount: official 6241000.00"),
        ("20210716,CEA,48,48,48,48,,10,480,100000,4800000.01", "no one or two blocks can have"),
        ("20210716,CEA,48,48,48,48,,10,480,0,4800000", "no blocks can have these numbers"),
    ],
)
def test_a_day_that_cannot_be_made_again_is_a_difference(
    tmp_path: Path, day: str, says: str
) -> None:
    out = io.StringIO()
    following = "20210719,CEA,48,48,48,48,48,10,480,,"
    assert replay_cea(feed_of(tmp_path, day, following), out) == 1
    assert says in out.getvalue()


@needs_data
def test_lobster_agrees_and_a_changed_level_is_noticed(tmp_path: Path) -> None:
    out = io.StringIO()
    assert replay_lobster(MESSAGES, BOOKS, out) == 0
    assert "998 of 998" in out.getvalue()
    lines = MESSAGES.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if n > 400 and line.split(",")[1] == "1")
    time, kind, order_id, size, price, side = lines[at].split(",")
    lines[at] = ",".join([time, kind, order_id, str(int(size) + 1), price, side])
    changed = tmp_path / "messages.csv"
    changed.write_text("\n".join(lines))
    out = io.StringIO()
    assert replay_lobster(changed, BOOKS, out) == 1
    assert f"message {at + 1}:" in out.getvalue()


@given(
    trades=st.lists(
        st.tuples(st.integers(4_000, 9_000), st.integers(1, 500_000)), min_size=1, max_size=30
    )
)
def test_a_day_that_happened_can_always_be_made_again(trades: list[tuple[int, int]]) -> None:
    prices = [price for price, _ in trades]
    # One tonne at each mark is split off first, so each needs one of its own.
    trades = [*trades, (max(prices), 1), (min(prices), 1)]
    day = FeedDay(
        20_260_101, "X", prices[0], max(prices), min(prices), 0, 0,
        sum(quantity for _, quantity in trades), sum(p * q for p, q in trades),
    )  # fmt: skip
    made = trades_of(day)
    assert made[0][0] == day.open
    assert (max(p for p, _ in made), min(p for p, _ in made)) == (day.high, day.low)
    assert sum(q for _, q in made) == day.volume
    assert sum(p * q for p, q in made) == day.amount
    assert all(quantity > 0 for _, quantity in made)


@given(
    price=st.integers(4_000, 9_000),
    quantities=st.tuples(st.integers(100_000, 3_000_000), st.integers(100_000, 3_000_000)),
    spread=st.integers(0, 30),
)
def test_two_blocks_that_happened_can_always_be_made_again(
    price: int, quantities: tuple[int, int], spread: int
) -> None:
    limits = (price + 40, price - 40)
    volume = sum(quantities)
    amount = quantities[0] * price + quantities[1] * (price + spread)
    day = FeedDay(20_260_101, "X", 0, 0, 0, 0, 0, 0, 0, volume, amount)
    made = blocks_of(day, 100_000, limits)
    assert sum(q for _, q in made) == volume
    assert sum(p * q for p, q in made) == amount
    assert all(q >= 100_000 and limits[1] <= p <= limits[0] for p, q in made)


@needs_data
def test_one_changed_block_figure_is_noticed(tmp_path: Path) -> None:
    """Of one block no figure can change by itself; two blocks have room for some changes."""
    with CEA.open(newline="") as file:
        rows = list(csv.DictReader(file))[:60]
    at = next(n for n, row in enumerate(rows) if 0 < float(row["block_vol"] or 0) < 200_000)
    for column, change in (("block_vol", 1), ("block_amt", 0.01)):
        altered = [dict(row) for row in rows]
        altered[at][column] = f"{float(rows[at][column]) + change:.2f}"
        path = tmp_path / f"{column}.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(altered)
        out = io.StringIO()
        assert replay_cea(path, out) == 1
        assert f"{rows[at]['date']} {rows[at]['subject']} block" in out.getvalue()


def test_a_day_that_cannot_have_happened_is_refused() -> None:
    with pytest.raises(ValueError, match="no trades can have"):
        trades_of(FeedDay(20_260_101, "X", 100, 110, 90, 0, 0, 10, 10 * 111))
    with pytest.raises(ValueError, match="no trades can have"):
        trades_of(FeedDay(20_260_101, "X", 100, 110, 90, 0, 0, 2, 200))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("date,subject\n", "lacks the columns"),
        (HEAD + "20210716,CEA,48.0,x,48.0,51.23,,1,48,,\n", "line 2"),
        (HEAD + "20210716,CEA,48.001,52,48.0,51.23,,1,48,,\n", "line 2"),
    ],
)
def test_a_broken_feed_is_named_by_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "feed.csv"
    path.write_text(text)
    with pytest.raises(OperatorError, match=says):
        read_feed(path)
