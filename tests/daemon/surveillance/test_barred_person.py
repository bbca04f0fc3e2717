"""Who may not trade, and the accounts behind which such a person stands."""

import pytest
from watched_market import SYMBOL, Watched
from watched_stream import Stream

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.groups import Link
from bashu_protocol.messages import BarPerson

LINKS = (
    Link("a", "owner", "oa"),
    Link("b", "owner", "ob"),
    Link("b", "control", "li"),
    Link("c", "operator", "wang"),
    Link("d", "device", "box-7"),
    Link("d2", "device", "box-7"),
)


def place(stream: Stream, account: str, qty: int = 10) -> None:
    stream.now += 1
    stream.seq += 1
    market = stream.watch.market
    stream.watch.placed(
        Order(
            stream.seq, account, market.groups.of(account), SYMBOL, 1, 7_000, qty, qty, stream.seq,
            stream.now, 0, 0,
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("person", "account"),
    [
        ("oa", "a"),
        ("ob", "b"),
        ("li", "b"),
        ("wang", "c"),
        ("box-7", "d2"),
        ("e", "e"),
        ("d", "d2"),
    ],
)
def test_an_order_behind_which_a_barred_person_stands(person: str, account: str) -> None:
    stream = Stream(links=LINKS)
    place(stream, account)
    stream.watch.barred(1, 1, person, is_barred=True)
    assert stream.alerts("barred_person") == []
    place(stream, account)
    place(stream, "m1")
    (alert,) = stream.alerts("barred_person")
    assert (alert.severity, alert.members, len(alert.order_ids)) == ("violation", [account], 1)
    assert alert.facts["person"] == person


def test_a_trade_counts_and_one_who_is_cleared_may_trade() -> None:
    stream = Stream(links=LINKS)
    stream.watch.barred(1, 1, "oa", is_barred=True)
    stream.trade("m1", "a", 30, 7_000)
    assert stream.facts("barred_person")["traded_qty"] == 30
    stream.watch.barred(1, 1, "oa", is_barred=False)
    place(stream, "a")
    assert stream.facts("barred_person")["barred_orders"] == 0


def test_a_link_that_comes_later_counts_from_then_on() -> None:
    stream = Stream(links=LINKS)
    stream.watch.barred(1, 1, "li", is_barred=True)
    place(stream, "a")
    assert stream.alerts("barred_person") == []
    stream.watch.market.groups.add(Link("a", "control", "li"))
    place(stream, "a")
    assert [alert.severity for alert in stream.alerts("barred_person")] == ["violation"]


def test_the_venue_refuses_a_barred_owner_and_the_attempt_is_a_warning() -> None:
    market = Watched()
    market.send("venue", BarPerson("bar", "ob", "staff of the registry"))
    market.order("b2", "buy", 10, 7_000)
    (alert,) = market.alerts("barred_person")
    assert (alert.severity, alert.owner, alert.members) == ("warning", "ob", ["b2"])
    assert alert.facts["refused"] == 1
    market.send("venue", BarPerson("clear", "ob", "left office", barred=False))
    market.order("b2", "buy", 10, 7_000)
    (alert,) = market.alerts("barred_person")
    assert (alert.count, alert.facts["barred_orders"]) == (1, 0)
