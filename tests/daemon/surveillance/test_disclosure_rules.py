"""Insider trading around disclosures, and misinformation."""

import pytest
from watched_stream import DAY, MINUTE, SECOND, Stream

from bashu_daemon.surveillance.groups import Link

BAR = 5 * MINUTE


def calm(stream: Stream, bars: int = 12, price: int = 7_000, swing: int = 10) -> None:
    """Some bars of a market that goes nowhere: `m1` and `m2` trade to and fro."""
    for number in range(bars):
        sides = ("m1", "m2") if number % 2 else ("m2", "m1")
        stream.trade(*sides, 200, price + swing * (number % 2), after=BAR)


def days_before(
    stream: Stream, days: int, buys: dict[int, int], usual: int = 0, side: int = 1
) -> None:
    """Play days; `a` buys so much on some of them and else what it usually buys and sells."""
    for day in range(days):
        calm(stream)
        qty = buys.get(day, usual * (1 if day % 2 else -1))
        qty *= side
        if qty:
            sides = ("a", "m1") if qty > 0 else ("m1", "a")
            stream.trade(*sides, abs(qty), 7_000)
        stream.next_day()


def after(stream: Stream, price: int) -> None:
    """The rest of the disclosure's day, at a price."""
    calm(stream, 6, price, 0)
    stream.close()


@pytest.mark.parametrize("side", [1, -1])
def test_who_takes_a_position_before_and_is_right(side: int) -> None:
    stream = Stream()
    stream.open()
    days_before(stream, 20, {15: 2_000, 18: 2_000}, usual=200, side=side)
    calm(stream)
    stream.disclose()
    after(stream, 7_000 + side * 300)
    (alert,) = stream.alerts("insider")
    assert (alert.owner, alert.severity) == ("a", "warning")
    assert alert.facts["side"] == ("buy" if side > 0 else "sell")
    assert alert.gain == 300 * alert.facts["opened_qty"]
    assert stream.now - stream.watch.market.instrument("CEA25").day.last_time < DAY


def test_the_subject_of_the_disclosure_is_a_violation() -> None:
    stream = Stream()
    stream.open()
    days_before(stream, 20, {15: 2_000}, usual=200)
    calm(stream)
    stream.disclose(about="a", kind="penalty")
    after(stream, 7_300)
    assert stream.severities("insider") == ["violation"]
    assert "penalty" in stream.alerts("insider")[0].stories["en"]
    assert "行政处罚" in stream.alerts("insider")[0].stories["zh"]


@pytest.mark.parametrize(
    ("price", "count"), [(7_000, 0), (7_015, 0), (7_150, 1), (6_700, 1), (7_300, 1)]
)
def test_the_price_must_go_its_way_by_two_usual_moves(price: int, count: int) -> None:
    stream = Stream()
    stream.open()
    days_before(stream, 20, {15: 2_000}, usual=200)
    calm(stream)
    stream.disclose()
    after(stream, price)
    found = [alert.owner for alert in stream.alerts("insider")]
    assert found == ([("a" if price > 7_000 else "m1")] if count else [])


@pytest.mark.parametrize(
    ("bought", "count"),
    # Ten days of 200 t to and fro: 632 t, three times which are 1,897 t.
    [(1_600, 0), (2_300, 1)],
)
def test_three_times_what_it_usually_takes(bought: int, count: int) -> None:
    stream = Stream()
    stream.open()
    days_before(stream, 20, {15: bought}, usual=200)
    calm(stream)
    stream.disclose()
    after(stream, 7_300)
    assert len(stream.alerts("insider")) == count


def test_who_buys_as_much_every_day_takes_its_usual_position() -> None:
    stream = Stream()
    stream.open()
    days_before(stream, 20, dict.fromkeys(range(20), 1_000))
    calm(stream)
    stream.disclose()
    after(stream, 7_300)
    assert stream.alerts("insider") == []


def test_what_was_bought_after_the_disclosure_is_no_inside_knowledge() -> None:
    stream = Stream()
    stream.open()
    days_before(stream, 20, {}, usual=200)
    calm(stream)
    stream.disclose()
    stream.trade("a", "m1", 5_000, 7_010)
    after(stream, 7_300)
    assert stream.alerts("insider") == []


def test_a_disclosure_put_on_record_later_is_judged_at_once() -> None:
    stream = Stream()
    stream.open()
    days_before(stream, 20, {15: 2_500}, usual=200)
    calm(stream)
    at = stream.now
    calm(stream, 6, 7_300, 0)
    stream.disclose(at=at)
    assert stream.severities("insider") == ["warning"]


def test_a_large_return_is_told_before_the_day_ends() -> None:
    stream = Stream()
    stream.open()
    days_before(stream, 20, {15: 2_500}, usual=200)
    calm(stream)
    stream.disclose()
    stream.trade("m1", "m2", 200, 7_600, after=BAR)
    assert stream.severities("insider") == ["warning"]


def test_a_return_counts_until_the_end_of_the_next_day() -> None:
    for days, count in ((1, 1), (2, 0)):
        stream = Stream()
        stream.open()
        days_before(stream, 20, {17: 2_500}, usual=200)
        calm(stream)
        stream.disclose()
        for _ in range(days):
            calm(stream, 4)
            stream.next_day()
        after(stream, 7_500)
        assert len(stream.alerts("insider")) == count


# Misinformation

POSTER = (Link("a", "owner", "oa"), Link("a2", "owner", "oa"), Link("a2", "operator", "zhang"))


def said(
    poster: str = "a", jump: int = 200, sold: int = 500, sign: int = 1, links: tuple[Link, ...] = ()
) -> Stream:
    """After a statement the price jumps, and an account trades against it."""
    stream = Stream(links=links)
    stream.open()
    calm(stream, 24)
    stream.trade(*(("a2", "m1") if sign > 0 else ("m1", "a2")), 400, 7_000)
    stream.now += BAR
    stream.state(poster, sign)
    for number in range(4):
        stream.trade("m1", "m2", 200, 7_000 + sign * jump * (number + 1) // 4, after=BAR)
    sides = ("m1", "a2") if sign > 0 else ("a2", "m1")
    if sold:
        stream.trade(*sides, sold, 7_000 + sign * jump)
    calm(stream, 2, 7_000 + sign * jump, 0)
    return stream


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("poster", ["a", "a2", "oa", "zhang"])
def test_who_spreads_it_and_trades_against_it(poster: str, sign: int) -> None:
    stream = said(poster, sign=sign, links=POSTER)
    (alert,) = stream.alerts("misinformation")
    assert (alert.owner, alert.severity) == ("oa", "warning")
    assert alert.members == ["a", "a2"]
    assert (alert.facts["against_qty"], alert.facts["before_qty"]) == (500, 400)
    assert alert.facts["side"] == ("sell" if sign > 0 else "buy")
    assert alert.gain > 0


@pytest.mark.parametrize(("jump", "severities"), [(4, []), (200, ["warning"])])
def test_the_market_must_have_believed_it(jump: int, severities: list[str]) -> None:
    assert said(jump=jump, links=POSTER).severities("misinformation") == severities


def test_a_jump_of_the_volume_is_belief_too() -> None:
    stream = Stream(links=POSTER)
    stream.open()
    calm(stream, 24)
    stream.state("a")
    for _ in range(6):
        stream.trade("m1", "m2", 900, 7_005, after=BAR)
    stream.trade("m2", "a", 500, 7_005)
    stream.close()
    assert stream.severities("misinformation") == ["warning"]


@pytest.mark.parametrize(("sold", "severity"), [(0, "info"), (20, "info"), (500, "warning")])
def test_without_a_trade_of_weight_against_it_it_is_information(sold: int, severity: str) -> None:
    assert said(sold=sold, links=POSTER).severities("misinformation") == [severity]


def test_a_poster_whom_nobody_knows_is_information() -> None:
    stream = said("somebody", links=POSTER)
    (alert,) = stream.alerts("misinformation")
    assert (alert.owner, alert.severity) == ("somebody", "info")


def test_a_statement_put_on_record_later_is_judged_at_once() -> None:
    stream = Stream(links=POSTER)
    stream.open()
    calm(stream, 24)
    at = stream.now + SECOND
    for number in range(6):
        stream.trade("m1", "m2", 200, 7_040 + 40 * number, after=BAR)
    stream.trade("m1", "a", 600, 7_240)
    stream.now += 3 * 60 * MINUTE
    stream.state("a2", at=at)
    assert stream.severities("misinformation") == ["warning"]


def test_later_than_an_hour_the_price_moves_for_other_reasons() -> None:
    stream = Stream(links=POSTER)
    stream.open()
    calm(stream, 24)
    stream.state("a")
    calm(stream, 14)
    stream.trade("m1", "a", 600, 7_300, after=BAR)
    calm(stream, 3, 7_300, 0)
    assert stream.alerts("misinformation") == []


def test_restarts_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def played() -> Stream:
        stream = Stream(links=POSTER)
        stream.open()
        days_before(stream, 14, {11: 2_500}, usual=100)
        calm(stream)
        stream.disclose()
        stream.state("a2")
        for number in range(4):
            stream.trade("m1", "m2", 200, 7_050 + 50 * number, after=BAR)
        stream.trade("m1", "a", 900, 7_200)
        after(stream, 7_300)
        return stream

    straight = played()
    monkeypatch.setattr(Stream, "restarts", True)
    restarted = played()
    assert {alert.rule for alert in restarted.watch.alerts()} >= {"insider", "misinformation"}
    assert restarted.watch.alerts() == straight.watch.alerts()
    assert restarted.watch.dump() == straight.watch.dump()
