"""Two owners' accounts that a declared controller, operator or device makes one group."""

import random

import pytest
from manipulated_market import PARAMETERS, market
from watched_market import OWNERS, SYMBOL, TONNES, Watched

from bashu_daemon.core import Venue
from bashu_daemon.core.events import Event, LinkDeclared, OrderEvent
from bashu_daemon.surveillance.engine import Engine
from bashu_protocol.messages import AddClient, Alert, DeclaredLinkKind, DeclareLink


def declare(watched: Watched, member: str, kind: DeclaredLinkKind = "control") -> None:
    watched.send("venue", DeclareLink(f"l-{member}", member, kind, "li", "found out"))


def meet(watched: Watched, seller: str, buyer: str) -> None:
    watched.order(seller, "sell", 10, 7_000)
    watched.order(buyer, "buy", 10, 7_000)


def scene() -> Watched:
    """Two members trade before they are linked and after; an order stands in between."""
    watched = Watched()
    meet(watched, "a", "b")
    watched.order("b", "sell", 10, 7_001)
    declare(watched, "a")
    declare(watched, "b")
    watched.order("a", "buy", 10, 7_001)
    meet(watched, "b", "a")
    return watched


@pytest.mark.parametrize("kind", ["control", "operator", "device"])
def test_they_trade_with_themselves_from_the_declaration_on(kind: DeclaredLinkKind) -> None:
    watched = Watched()
    meet(watched, "a", "b")
    declare(watched, "a", kind)
    meet(watched, "b", "a")
    assert watched.alerts("self_trade") == []
    declare(watched, "b", kind)
    assert watched.alerts("self_trade") == []
    meet(watched, "a", "b")
    (alert,) = watched.alerts("self_trade")
    assert (alert.severity, alert.owner, alert.members) == ("violation", "oa", ["a", "b"])
    assert (alert.facts["traded"], len(alert.exec_ids)) == (1, 1)
    assert alert.links == [("a", kind, "li"), ("b", kind, "li")]


def test_an_order_that_stood_before_the_declaration_counts_with_the_others() -> None:
    (alert,) = scene().alerts("self_trade")
    assert alert.facts["traded"] == 2


def test_another_account_of_the_owner_comes_along() -> None:
    watched = Watched()
    declare(watched, "a")
    declare(watched, "b")
    meet(watched, "a", "b2")
    (alert,) = watched.alerts("self_trade")
    assert alert.members == ["a", "b2"]


def test_a_client_is_linked_and_its_member_is_not() -> None:
    watched = Watched()
    watched.send("venue", AddClient("client", "b", "c1", "client", "oz"))
    watched.send("venue", DeclareLink("1", "b", "operator", "wang", "seen", "c1"))
    watched.send("venue", DeclareLink("2", "a", "operator", "wang", "seen"))
    meet(watched, "a", "b")
    assert watched.alerts("self_trade") == []
    watched.order("a", "sell", 10, 7_000)
    watched.order("b", "buy", 10, 7_000, client_account="c1")
    (alert,) = watched.alerts("self_trade")
    assert alert.members == ["a", "b/c1"]


def test_what_both_have_is_added_up() -> None:
    watched = Watched()
    meet(watched, "a", "c")
    watched.order("b", "sell", 30, 7_100)
    watched.order("a", "sell", 20, 7_100)
    declare(watched, "a")
    declare(watched, "b")
    seen = watched.engine.watch.market
    assert seen.holdings.of(SYMBOL, "oa") == 3 * TONNES - 10
    assert seen.holdings.of(SYMBOL, "ob") == 0
    own = seen.own("oa", SYMBOL)
    assert (own.qty[-1], [order.account for order in own.orders.values()]) == (50, ["b", "a"])
    assert seen.own("ob", SYMBOL).orders == {}
    assert seen.instrument(SYMBOL).history.bars[-1].net == {"oa": -10, "oc": 10}
    assert sum(seen.holdings.held[SYMBOL].values()) == len(OWNERS) * TONNES


def test_a_holding_that_only_together_is_large_is_found_at_the_next_event() -> None:
    watched = Watched({"large_holder": {"report_tonnes": 2 * TONNES + 50}})
    meet(watched, "c", "a")
    assert watched.alerts("large_holder") == []
    declare(watched, "b")
    declare(watched, "a")
    meet(watched, "c", "a")
    (alert,) = watched.alerts("large_holder")
    assert (alert.owner, alert.members) == ("ob", ["a", "b", "b2"])


def test_a_replay_of_the_journal_finds_the_same() -> None:
    watched = scene()
    venue, engine, told = Venue(), Engine({}), list[Alert]()
    for user, command, now_ns in watched.commands:
        told += engine.on_events(venue.apply(user, command, now_ns))
        data = engine.dump()
        engine = Engine({})
        engine.load(data)
        assert engine.dump() == data
        venue = Venue.load(venue.dump())
    assert told == watched.published
    assert engine.alerts() == watched.engine.alerts()
    assert venue.state_hash() == watched.venue.state_hash()


def linked_batches(seed: int) -> list[list[Event]]:
    """Return a market with a manipulation of every family, in which accounts are linked."""
    chance = random.Random(seed)
    batches, owners = list[list[Event]](), dict[str, str]()
    for _time, events in market().batches:
        batches.append(list(events))
        for event in events:
            if isinstance(event, OrderEvent) and not event.report.client_account:
                owners[event.member] = event.owner
        if owners and chance.random() < 0.01:
            last = batches[-1][-1] if batches[-1] else None
            if isinstance(last, OrderEvent):
                member = chance.choice(sorted(owners))
                name = f"controller{chance.randrange(40)}"
                seq, now = last.report.seq, last.report.transact_time
                batches.append(
                    [LinkDeclared(seq, now, "control", name, member, "", owners[member], "s", "x")]
                )
    return batches


@pytest.mark.parametrize("seed", range(3))
def test_no_rule_fails_when_groups_are_joined_and_restarts_change_nothing(seed: int) -> None:
    chance = random.Random(seed)
    batches = linked_batches(seed)
    assert sum(isinstance(batch[0], LinkDeclared) for batch in batches if batch) > 10
    straight, restarted = Engine(PARAMETERS), Engine(PARAMETERS)
    told, told_again = list[Alert](), list[Alert]()
    stops = {chance.randrange(len(batches)) for _ in range(25)}
    for number, events in enumerate(batches):
        told += straight.on_events(events)
        told_again += restarted.on_events(events)
        if number in stops:
            data = restarted.dump()
            restarted = Engine(PARAMETERS)
            restarted.load(data)
            assert restarted.dump() == data
    assert straight.watch.silent() == {}
    assert told_again == told
    assert restarted.dump() == straight.dump()
