"""What the surveillance report counts, and what it does not."""

from pathlib import Path

import pytest
from msgspec import structs

from bashu_daemon.core.events import TradeEvent
from bashu_daemon.surveillance.catalogue import RULES
from bashu_daemon.tools.scenarios.families import FAMILIES
from bashu_daemon.tools.scenarios.honest_styles import STYLES, Style
from bashu_daemon.tools.scenarios.lines import Line, lines_of, moved, watch_lines
from bashu_daemon.tools.scenarios.report import FIRST_SEED, jobs_of, main
from bashu_daemon.tools.scenarios.report_sections import Section
from bashu_daemon.tools.scenarios.report_text import markdown
from bashu_daemon.tools.scenarios.scoring import Measure
from bashu_daemon.tools.scenarios.spoof import layer
from bashu_daemon.tools.scenarios.stage import Label
from bashu_daemon.tools.scenarios.trial import Outcome, Plan, record, sighted, watch
from bashu_protocol.messages import Alert, Severity
from bashu_protocol.units import NS_PER_SECOND


def an_alert(
    rule: str, severity: Severity = "warning", owner: str = "bad", orders: tuple[int, ...] = ()
) -> Alert:
    return Alert(
        alert_id=1, update=1, rule=rule, rule_version=1, severity=severity, symbol="CEA25",
        owner=owner, members=[], first_seq=1, last_seq=1, first_time=5 * NS_PER_SECOND,
        last_time=5 * NS_PER_SECOND, count=1, score=50, order_ids=list(orders), exec_ids=[],
        facts={},
    )  # fmt: skip


def a_measure(*alerts: Alert) -> Measure:
    """Spoofing with the orders 1 to 4 from second 2 to 6; each alert is told in second 5."""
    label = Label(
        ("spoofing", "layering"), ("bad",), "CEA25", 3, NS_PER_SECOND, 6 * NS_PER_SECOND,
        [1, 2, 3, 4],
    )  # fmt: skip
    acts = [[second * NS_PER_SECOND for second in (2, 3, 4, 6)]]
    seen = [sighted(alert, 5 * NS_PER_SECOND, [label]) for alert in alerts]
    measure = Measure()
    measure.add(Outcome([label], seen, 1_000, acts), "spoofing")
    return measure


def test_a_manipulation_of_which_only_information_is_given_is_missed() -> None:
    measure = a_measure(an_alert("spoofing", "info", orders=(1,)))
    assert (measure.labels, measure.found, measure.informed) == (1, 0, 1)
    assert (measure.recall, measure.precision) == (0.0, None)
    assert len(measure.missed) == 1


def test_a_rule_that_the_label_names_finds_it_and_only_the_own_rule_is_judged() -> None:
    measure = a_measure(an_alert("layering", orders=(1, 2)))
    assert (measure.found, measure.found_by_own, measure.right, measure.wrong) == (1, 0, 0, 0)


def test_false_alerts_of_other_rules_are_counted() -> None:
    measure = a_measure(
        an_alert("spoofing", orders=(1, 2, 9)),
        an_alert("ramping", owner="good", orders=(9,)),
        an_alert("spoofing", owner="good", orders=(8,)),
        an_alert("benford", "info", owner="good"),
    )
    assert measure.false == {"ramping": 1, "spoofing": 1}
    assert (measure.right, measure.wrong, measure.precision) == (1, 1, 0.5)
    assert measure.information == 1


def test_another_name_for_a_manipulations_orders_is_neither_found_nor_false() -> None:
    measure = a_measure(an_alert("order_to_trade", orders=(1, 2)))
    assert (measure.found, measure.false, measure.other_names) == (0, {}, {"order_to_trade": 1})


def test_delays_run_from_the_first_event_and_from_the_last_before_the_alert() -> None:
    measure = a_measure(an_alert("spoofing", orders=(1, 2)))
    assert (measure.delays, measure.last_delays) == ([3.0], [1.0])
    assert measure.order_recall == 0.5


@pytest.mark.parametrize(("value", "low", "high"), [(50, 40, 60), (3, 2, 4), (1, 1, 1), (0, 0, 0)])
def test_a_threshold_moves_by_a_fifth(value: int, low: int, high: int) -> None:
    assert (moved(value, -20), moved(value, 20)) == (low, high)


def test_a_threshold_that_rounding_leaves_where_it_is_is_not_played_again() -> None:
    rule = next(rule for rule in RULES if rule.name == "layering")
    moving = {line.threshold for line in lines_of(rule)}
    assert rule.defaults["violation_count"] == 2
    assert "violation_count" not in moving
    assert "orders" in moving


def test_a_folder_that_is_not_there_is_said_before_an_hour_is_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path / "nowhere" / "report.md")]) == 1
    assert "nowhere" in capsys.readouterr().err


def test_an_unmoved_line_finds_what_the_rule_finds_and_moved_ones_differ() -> None:
    plan = Plan(seed=3, injections=[layer], severity=3, day_seconds=600)
    recording = record(plan)
    rule = next(rule for rule in RULES if rule.name == "layering")
    outcome = watch(recording, {})
    own = [s for s in outcome.sightings if s.alert.rule == rule.name and s.is_alarm]
    counts = watch_lines(recording, (rule,))
    assert set(counts) == set(lines_of(rule))
    base = counts[Line(rule.name)]
    assert base.right == len(own) == 1
    assert (base.labels, base.found, base.wrong) == (1, 1, 0)
    assert counts[Line(rule.name, "orders", 20)].found == 0


def test_every_market_has_a_seed_of_its_own_that_no_rule_was_tuned_on() -> None:
    jobs = jobs_of(range(len(FAMILIES)), 3)
    seeds = [job.seed for job in jobs]
    assert len(set(seeds)) == len(seeds)
    assert min(seeds) >= FIRST_SEED
    assert {job.style for job in jobs if job.family < 0} == set(range(len(STYLES)))


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_an_honest_style_trades_and_has_no_manipulation(style: Style) -> None:
    plan = structs.replace(style.plan(1), days=1, day_seconds=240)
    recording = record(plan)
    trades = sum(
        isinstance(event, TradeEvent) for _, events in recording.batches for event in events
    )
    assert trades > 5
    assert recording.labels == []


def test_a_section_is_a_table_of_markdown() -> None:
    part = Section(
        title="Honest", text="Nobody.", columns=("a", "b"), rows=[("1", "2")], items=["x"]
    )
    text = markdown("Report", ["Commit 1."], [part])
    assert text == (
        "# Report\n\nCommit 1.\n\n## Honest\nNobody.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n- x\n"
    )


def test_a_rule_without_a_family_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rule", "nonsense"]) == 1
    assert "nonsense" in capsys.readouterr().err
