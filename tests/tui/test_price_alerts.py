"""Price alerts without a screen: when they fire, when they are armed again, where they are kept."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from msgspec import structs

from bashu_protocol.client import Client
from bashu_protocol.messages import HaltInstrument, ResumeInstrument
from bashu_tui.state.alert_rules import (
    PriceAlert,
    Reading,
    Watch,
    change_bps,
    judge,
    rearm_at,
)
from bashu_tui.state.alert_store import AlertStore, StoreError
from bashu_tui.state.price_alerts import PriceAlerts
from bashu_tui.state.session import Session
from bashu_tui.state.user_files import user_folder

SYMBOL = "CEA25"
DEADLINE_SECONDS = 30.0


def alert(
    watch: Watch = "last",
    value: int = 7_500,
    direction: Literal["above", "below"] = "above",
    *,
    repeats: bool = False,
) -> PriceAlert:
    return PriceAlert(1, SYMBOL, watch, direction, value, repeats)


def prices(last: int, **values: Any) -> Reading:
    return Reading(last=last, reference=7_463, volume=0, phase="continuous", **values)


def test_it_fires_at_its_price_and_once() -> None:
    watched = alert()
    fired = [judge(watched, prices(last), None, 5) for last in (7_499, 7_500, 7_400, 7_600)]
    assert fired == [False, True, False, False]
    assert (watched.armed, watched.fired_ns, watched.fired_at, watched.count) == (
        False, 5, "7500", 1,
    )  # fmt: skip


def test_one_that_repeats_is_armed_again_only_when_the_market_went_back() -> None:
    """0.1 % of 75.00 is 8 fen: prices that play around the line ring once."""
    watched = alert(repeats=True)
    assert rearm_at(watched, tick=1) == 7_492
    played = (7_500, 7_499, 7_501, 7_493, 7_500, 7_492, 7_499, 7_502)
    fired = [judge(watched, prices(last), None, 5) for last in played]
    assert fired == [True, False, False, False, False, False, False, True]


def test_a_coarse_tick_widens_the_gap() -> None:
    assert rearm_at(alert(repeats=True), tick=50) == 7_450
    assert rearm_at(alert(direction="below", repeats=True), tick=1) == 7_508


@pytest.mark.parametrize(
    ("watch", "direction", "value", "reading", "expected"),
    [
        ("last", "below", 7_400, prices(7_400), True),
        ("last", "below", 7_400, prices(7_401), False),
        ("last", "above", 7_500, prices(7_450, low=7_440, high=7_500), True),
        ("last", "below", 7_440, prices(7_450, low=7_440, high=7_500), True),
        ("bid", "above", 7_450, prices(7_000, bid=7_450), True),
        ("bid", "below", 7_450, prices(7_000), False),
        ("ask", "below", 7_450, prices(7_000, ask=7_449), True),
        ("change", "above", 100, prices(7_538), True),
        ("change", "above", 100, prices(7_537), False),
        ("change", "below", -100, prices(7_388), True),
        ("volume", "above", 1_000, structs.replace(prices(1), volume=1_000), True),
        ("volume", "above", 1_001, structs.replace(prices(1), volume=1_000), False),
        ("last", "below", 9_999, structs.replace(prices(1), last=None), False),
    ],
)
def test_what_is_watched(
    watch: Watch, direction: Any, value: int, reading: Reading, expected: bool
) -> None:
    """An empty side of the book, or no trade yet, is no price of nought."""
    assert judge(alert(watch, value, direction), reading, None, 1) is expected


def test_a_change_of_phase_fires_and_the_first_phase_seen_does_not() -> None:
    watched = alert("phase", repeats=True)
    halted = structs.replace(prices(1), phase="halted")
    assert not judge(watched, halted, None, 1)
    assert not judge(watched, halted, "halted", 1)
    assert judge(watched, halted, "continuous", 1)
    assert (watched.fired_at, watched.armed) == ("halted", True)
    once = alert("phase")
    assert judge(once, halted, "continuous", 1)
    assert not judge(once, prices(1), "halted", 1)


def test_changes_are_rounded_towards_nought() -> None:
    assert (change_bps(7_537, 7_463), change_bps(7_389, 7_463)) == (99, -99)
    assert change_bps(7_500, 0) is None


# The file


def test_alerts_survive_in_the_users_own_file(tmp_path: Path) -> None:
    store = AlertStore(tmp_path / "v" / "alice" / "price_alerts.json")
    assert store.load() == []
    store.save([alert(), alert("phase")])
    assert AlertStore(store.path).load() == [alert(), alert("phase")]
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in store.path.parent.iterdir()] == ["price_alerts.json"]


def test_a_file_that_cannot_be_understood_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "price_alerts.json"
    path.write_text('{"alerts": [{"alert_id": "x"}]}')
    with pytest.raises(StoreError) as told:
        AlertStore(path).load()
    assert told.value.kept is not None
    assert told.value.kept.read_text().startswith('{"alerts"')
    assert AlertStore(path).load() == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        AlertStore(tmp_path / "file" / "price_alerts.json").save([])


@pytest.mark.parametrize("user", ["alice", "../../etc", "a/b", ".", ""])
def test_no_name_leads_out_of_the_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: str
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = user_folder("mqtt://host:1883", user)
    assert folder.resolve().parent == tmp_path / "bashu" / "host%3a1883"


def test_venues_and_users_have_files_of_their_own() -> None:
    places = [("mqtt://a:1", "x"), ("mqtt://b:1", "x"), ("mqtt://a:1", "y"), ("mqtt://a:1", "%")]
    assert len({user_folder(*place) for place in places}) == 4


# With a venue


async def until(condition: Callable[[], object]) -> None:
    deadline = asyncio.get_running_loop().time() + DEADLINE_SECONDS
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it did not come true in time"
        await asyncio.sleep(0.01)


@pytest.fixture
async def bob(market: Any) -> Any:
    async with market.client("bob") as client:
        yield client


class Desk:
    """A session with alerts in a file."""

    def __init__(self, client: Client, path: Path) -> None:
        self.session = Session(client)
        self.alerts = PriceAlerts(client, AlertStore(path))
        client.listen(self.alerts.hear)
        self.fired: list[PriceAlert] = []

    def check(self) -> list[PriceAlert]:
        session = self.session
        found = self.alerts.check(session.instruments, is_live=session.is_live)
        self.fired += [firing.alert for firing in found]
        return self.fired


@pytest.fixture
async def desk(market: Any, tmp_path: Path) -> Any:
    async with market.client("alice") as client:
        desk = Desk(client, tmp_path / "alerts.json")
        await desk.session.reload()
        await until(lambda: desk.alerts.reading(SYMBOL, desk.session.instruments) is not None)
        yield desk


async def test_a_trade_at_the_price_fires(desk: Desk, bob: Client) -> None:
    desk.alerts.add(alert(value=7_470))
    desk.check()
    await bob.place(SYMBOL, "sell", 10, 7_469)
    await desk.session.client.place(SYMBOL, "buy", 10, 7_469)
    await until(lambda: desk.session.client.feed.stats[SYMBOL].last == 7_469)
    assert desk.check() == []
    await bob.place(SYMBOL, "sell", 10, 7_470)
    await desk.session.client.place(SYMBOL, "buy", 10, 7_470)
    await until(desk.check)
    assert [(fired.value, fired.fired_at) for fired in desk.fired] == [(7_470, "7470")]
    stored = AlertStore(desk.alerts._store.path).load()  # type: ignore[union-attr]
    assert [(kept.armed, kept.count) for kept in stored] == [(False, 1)]


async def test_a_price_between_two_looks_is_not_missed(desk: Desk, bob: Client) -> None:
    desk.alerts.add(alert(value=7_480))
    for price in (7_480, 7_461):
        await bob.place(SYMBOL, "sell", 10, price)
        await desk.session.client.place(SYMBOL, "buy", 10, price)
    await until(lambda: desk.session.client.feed.stats[SYMBOL].last == 7_461)
    await until(desk.check)
    assert desk.fired[0].fired_at == "7480"


async def test_best_prices_and_phases_are_watched(desk: Desk, bob: Client, market: Any) -> None:
    desk.alerts.add(alert("bid", 7_450))
    desk.alerts.add(alert("phase", 0, repeats=True))
    desk.check()
    await bob.place(SYMBOL, "buy", 10, 7_450)
    await until(desk.check)
    async with market.client("sup") as supervisor:
        await supervisor.command(HaltInstrument("h", SYMBOL, "test"))
        await until(lambda: len(desk.check()) == 2)
        await supervisor.command(ResumeInstrument("r", SYMBOL, "test"))
        await until(lambda: len(desk.check()) == 3)
    assert [fired.fired_at for fired in desk.fired] == ["7450", "halted", "continuous"]


async def test_nothing_fires_while_the_market_is_not_live(
    desk: Desk, bob: Client, market: Any
) -> None:
    await bob.place(SYMBOL, "buy", 10, 7_450)
    await until(lambda: desk.session.client.feed.book(SYMBOL).bids)
    desk.check()
    market.hub.stop()
    await until(lambda: not desk.session.is_live)
    added = desk.alerts.add(alert("bid", 7_450))
    assert desk.check() == []
    market.hub.start()
    await until(lambda: desk.session.needs_reload and desk.session.link_state == "live")
    assert desk.check() == [], "what stands before the venue was asked again may be old"
    await desk.session.reload()
    await until(desk.check)
    assert desk.fired[0].alert_id == added.alert_id


async def test_alerts_are_there_after_a_restart(desk: Desk, tmp_path: Path) -> None:
    kept = desk.alerts.add(alert(value=9_000, repeats=True))
    gone = desk.alerts.add(alert(value=9_100))
    desk.alerts.delete(gone.alert_id)
    desk.alerts.edit(structs.replace(kept, value=9_200))
    again = PriceAlerts(desk.session.client, AlertStore(tmp_path / "alerts.json"))
    assert [(a.alert_id, a.value) for a in again.listed()] == [(kept.alert_id, 9_200)]
    again.arm(kept.alert_id, armed=False)
    desk.alerts._looked_ns = 0
    desk.check()
    assert not desk.alerts.listed()[0].armed, "another terminal of the user put it to sleep"


async def test_one_that_holds_already_is_known(desk: Desk, bob: Client) -> None:
    await bob.place(SYMBOL, "buy", 10, 7_450)
    await until(lambda: desk.session.client.feed.book(SYMBOL).bids)
    instruments = desk.session.instruments
    assert desk.alerts.holds_now(alert("bid", 7_450), instruments)
    assert not desk.alerts.holds_now(alert("bid", 7_451), instruments)
