"""What the rules leave uncounted on a quiet event, beside a plain count of everything."""

import random
from typing import Any

import pytest
from msgspec import Struct
from watched_market import SECOND, SYMBOL, Watched

from bashu_daemon.core.events import Event, OrderEvent, TradeEvent
from bashu_daemon.surveillance.finding import Finding
from bashu_daemon.surveillance.rule import Rule
from bashu_daemon.surveillance.rules.burst_rate import BurstRate
from bashu_daemon.surveillance.rules.frequent_cancel import FrequentCancel
from bashu_daemon.surveillance.rules.order_to_trade import OrderToTrade
from bashu_daemon.surveillance.venue_feed import VenueFeed
from bashu_daemon.surveillance.watch import Watch
from bashu_protocol.messages import ReplaceOrder

MINUTE = 60 * SECOND
LIMITS = {
    "warning_per_second": 5, "violation_per_second": 12, "violation_per_day": 400,
    "cancelled_percent": 60, "repeated_percent": 20, "own_multiple": 2, "others_multiple": 3,
}  # fmt: skip
RATIOS = {"info_ratio": 3, "warning_ratio": 5, "violation_ratio": 9, "min_messages": 10}


class Lone:
    """One rule alone, and what it finds in each event."""

    def __init__(self, rule: type[Rule[Any]], given: dict[str, int]) -> None:
        self._watch = Watch({rule.name: given}, rules=[rule])
        self._watch._take = lambda _rule, findings: self._found.extend(findings)  # type: ignore[method-assign]  # to see them
        self._feed = VenueFeed(self._watch)
        self._found: list[Finding] = []

    def found(self, event: Event) -> list[Finding]:
        self._found = []
        self._feed.take(event)
        return self._found


def drawn(seed: int) -> list[Event]:
    """Return all events of a day in which one owner keeps paces around the limits."""
    market = Watched()
    chance = random.Random(seed)
    names: list[str] = []
    pace = SECOND
    for number in range(600):
        if chance.random() < 0.05:
            pace = chance.choice([SECOND // 20, SECOND // 8, SECOND // 4, SECOND])
        choice = chance.random()
        if choice < 0.5 or not names:
            names.append(market.order("a", "buy", 10, 6_900, pace))
        elif choice < 0.8:
            market.cancel("a", names.pop(), pace)
        elif choice < 0.9 or number < 40:
            original = names.pop()
            names.append(f"r{number}")
            market.now_ns += pace
            market.send("a", ReplaceOrder(names[-1], original, 10, 6_901))
        else:
            market.order("b", "sell", 10, 6_900, pace)
    return [event for events in market.events for event in events]


def is_message(event: Event) -> bool:
    if not isinstance(event, OrderEvent) or event.owner != "oa":
        return False
    kind = event.report.exec_type
    return kind in ("new", "replaced") or (kind == "canceled" and event.report.orig_cl_ord_id != "")


class Message(Struct):
    """One message of any owner: the order, and whether it was entered and withdrawn by it."""

    time: int
    owner: str
    order_id: int
    entered: bool
    withdrawn: bool


def message_of(event: Event) -> Message | None:
    if not isinstance(event, OrderEvent):
        return None
    report = event.report
    kind = report.exec_type
    if kind not in ("new", "replaced", "rejected") and not (
        kind == "canceled" and report.orig_cl_ord_id
    ):
        return None
    order_id = 0 if kind == "rejected" else report.order_id
    is_entry, is_exit = kind in ("new", "replaced"), kind in ("replaced", "canceled")
    return Message(report.transact_time, event.owner, order_id, is_entry, is_exit)


def is_burst(all_sent: list[Message], second: list[Message]) -> bool:
    """By the definition, of the messages so far and those of the last second."""
    now, rate = second[-1].time, len(second)
    start = max(all_sent[0].time, (now // MINUTE - 1) * MINUTE)
    late = [message for message in all_sent if message.time >= start]
    span = max(SECOND, now - start)
    own = [message for message in late if message.owner == "oa"]
    others = len(late) - len(own)
    if rate >= 12 and rate >= others * SECOND / span:
        return True
    entered = sum(message.entered for message in second)
    withdrawn = sum(message.withdrawn for message in second)
    orders = {message.order_id for message in second}
    return (
        rate >= 5
        and now - all_sent[0].time >= MINUTE
        and rate >= 3 * others * SECOND / span
        and rate >= 2 * (len(own) - rate) * SECOND / span
        and withdrawn >= 0.6 * entered
        and rate - len(orders) >= 0.2 * rate
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_burst_is_found_exactly_when_a_rate_is_new(seed: int) -> None:
    rule = Lone(BurstRate, LIMITS)
    sent: list[Message] = []
    reported = own = 0
    findings = 0
    for event in drawn(seed):
        message = message_of(event)
        if message is not None:
            sent.append(message)
        if message is None or message.owner != "oa":
            assert not rule.found(event)
            continue
        own += 1
        mine = [one for one in sent if one.owner == "oa" and one.time > message.time - SECOND]
        reported = 0 if len(mine) == 1 else reported
        is_new = min(12, len(mine)) > reported and is_burst(sent, mine[-12:])
        is_day = own == 400 and 2 * own >= len(sent)
        reported = min(12, len(mine)) if is_new else reported
        assert len(rule.found(event)) == (is_new or is_day)
        findings += is_new
    assert findings > 3


@pytest.mark.parametrize("seed", range(5))
def test_a_ratio_is_found_exactly_when_it_is_new(seed: int) -> None:
    rule = Lone(OrderToTrade, RATIOS)
    messages = trades = reported = findings = 0
    for event in drawn(seed):
        is_counted = is_message(event)
        messages += is_counted
        trades += isinstance(event, TradeEvent)
        ratio = messages // max(1, trades)
        expected = is_counted and messages >= 10 and ratio >= 3 and ratio > reported
        reported = ratio if expected else reported
        assert len(rule.found(event)) == expected
        findings += expected
    assert findings > 3


@pytest.mark.parametrize(
    ("cancels", "large_cancels", "warning_percent"),
    [(7, 50, 33), (100, 3, 99), (10, 10, 100), (0, 4, 50), (5, 5, 0), (9, 9, 101)],
)
def test_cancels_are_found_from_the_first_percent_on(
    cancels: int, large_cancels: int, warning_percent: int
) -> None:
    rule = Lone(
        FrequentCancel,
        {
            "cancels": cancels,
            "large_cancels": large_cancels,
            "large_qty": 1_000,
            "warning_percent": warning_percent,
        },
    )
    market = Watched()
    for event in (event for events in market.events for event in events):
        rule.found(event)
    large = 0
    for counted in range(1, 31):
        is_large = counted % 3 == 1
        name = market.order("a", "buy", 2_000 if is_large else 10, 6_900)
        for event in market.events[-1]:
            assert not rule.found(event)
        market.cancel("a", name)
        large += is_large
        scores = [
            min(100, part * 100 // whole)
            for part, whole in ((counted, cancels), (large, large_cancels))
            if whole
        ]
        (event,) = (e for e in market.events[-1] if isinstance(e, OrderEvent))
        assert event.report.symbol == SYMBOL
        assert [finding.score for finding in rule.found(event)] == (
            [max(scores)] if max(scores) >= warning_percent else []
        )
