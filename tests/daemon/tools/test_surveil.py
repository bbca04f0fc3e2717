"""`bashu surveil`: the venue's own alerts from its journal, and other people's files."""

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from recorded_rows import COLUMNS, START_NS, recorded_rows
from watched_market import STORM_PARAMETERS, storm

from bashu_daemon.cli import main
from bashu_daemon.errors import OperatorError
from bashu_daemon.journal import Journal, Record
from bashu_daemon.surveillance.catalogue import RULES
from bashu_daemon.tools.surveil import PROGRESS_ROWS, SHOWN_BAD_ROWS, Options, surveil
from bashu_protocol.codec import encode

WASH = """\
{t}1,a1,S,new,o1,sell,70.00,100,
{t}2,a2,S,new,o2,buy,70.00,100,
{t}3,a2,S,trade,o2,buy,70.00,100,o1
"""
OWNERS = "account,owner\na1,one hand\na2,one hand\n"


def time(text: str) -> str:
    return text.replace("{t}", str(START_NS // 10))


def written(directory: Path, text: str, name: str = "orders.csv") -> Path:
    path = directory / name
    path.write_bytes(time(text).encode())
    return path


def run(path: Path, **more: Any) -> tuple[list[dict[str, Any]], str]:
    """Return the alerts that are printed as JSON, and what was said beside."""
    out, err = io.StringIO(), io.StringIO()
    assert surveil(Options(path=path, as_json=True, **more), out, err) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def rules(alerts: list[dict[str, Any]]) -> set[str]:
    return {alert["rule"] for alert in alerts}


def test_a_journal_gives_the_alerts_that_the_venue_raised(tmp_path: Path) -> None:
    rulebook = tmp_path / "rules.toml"
    rulebook.write_text(
        "".join(
            f"[surveillance.{rule}]\n" + "".join(f"{k} = {v}\n" for k, v in values.items())
            for rule, values in STORM_PARAMETERS.items()
        )
    )
    market = storm(11, 500)
    journal = Journal(tmp_path)
    journal.append(
        [
            Record(seq, time_ns, user, encode(command, "msgpack"))
            for seq, (user, command, time_ns) in enumerate(market.commands, 1)
        ],
        [],
    )
    journal.close()
    shown, said = run(tmp_path, rulebook=rulebook)
    expected = market.engine.alerts()
    assert len(expected) > 5
    assert said == ""
    for alert, there in zip(shown, expected, strict=True):
        assert alert["alert_id"] == there.alert_id
        assert (alert["rule"], alert["severity"], alert["score"]) == (
            there.rule, there.severity, there.score,
        )  # fmt: skip
        assert (alert["order_ids"], alert["order_seqs"]) == (there.order_ids, there.order_seqs)
        assert (alert["exec_ids"], alert["facts"]) == (there.exec_ids, there.facts)
        assert (alert["first_ts_ns"], alert["last_ts_ns"]) == (there.first_time, there.last_time)


def test_the_fields_of_an_alert_in_json(tmp_path: Path) -> None:
    path = written(tmp_path, COLUMNS + "\n" + WASH)
    owners = written(tmp_path, OWNERS, "owners.csv")
    alerts, said = run(path, owners=owners)
    (alert,) = (one for one in alerts if one["rule"] == "self_trade")
    assert said == ""
    assert alert["accounts"] == ["a1", "a2"]
    assert (alert["owner"], alert["symbol"]) == ("one hand", "S")
    assert (alert["severity"], alert["score"], alert["count"]) == ("violation", 100, 1)
    assert alert["first_ts_ns"] == alert["last_ts_ns"] == int(time("{t}3"))
    assert alert["order_ids"] == ["o2", "o1"]
    assert len(alert["order_seqs"]) == 2
    assert len(alert["exec_ids"]) == 1
    assert alert["facts"]["traded"] == 1
    assert set(alert["story"]) == {"en", "zh"}
    assert alert["gain"] == 0


def test_without_owners_every_account_is_its_own(tmp_path: Path) -> None:
    alerts, _ = run(written(tmp_path, COLUMNS + "\n" + WASH))
    assert "self_trade" not in rules(alerts)


@pytest.mark.parametrize(("language", "words"), [("en", "Accounts of"), ("zh", "账户")])
def test_the_text_is_in_the_readers_language(tmp_path: Path, language: str, words: str) -> None:
    path = written(tmp_path, COLUMNS + "\n" + WASH)
    owners = written(tmp_path, OWNERS, "owners.csv")
    out = io.StringIO()
    surveil(Options(path=path, owners=owners, language=language), out, io.StringIO())
    assert words in out.getvalue()
    assert "one hand" in out.getvalue()


def test_a_byte_order_mark_line_ends_quotes_and_other_columns_are_no_matter(
    tmp_path: Path,
) -> None:
    head = "\ufeffTS_NS,note,account,symbol,event,order_id, side,price,qty\n"
    rows = (
        '{t}1,x,"a,1",S,new,"o""1",SELL,70,100\n'
        '{t}2,"two\nlines",a2,S,NEW,o2,BUY,70.0,100\n'
        "{t}3,,a2,S,Trade,o2,Buy,70.00,100\n"
        '{t}3,,"a,1",S,Trade,"o""1",Sell,70.00,100\n'
    )
    path = written(tmp_path, (head + rows).replace("\n", "\r\n"))
    owners = written(
        tmp_path, '\ufeff"a,1",one hand\r\na2,one hand,control\r\na2,one hand\r\n', "o"
    )
    alerts, said = run(path, owners=owners)
    (alert,) = (one for one in alerts if one["rule"] == "self_trade")
    assert alert["accounts"] == ["a,1", "a2"]
    assert sorted(alert["order_ids"]) == ['o"1', "o2"]
    assert said == ""


def test_bad_rows_are_named_by_line_and_counted(tmp_path: Path) -> None:
    bad = "{t}4,a1,S,cancel,nobody,sell,70.00,100,\nrubbish\n{t}5,a1,S,new,o9,sell,7x,1,\n"
    path = written(tmp_path, COLUMNS + "\n" + "{t}9,a1,S,cancel,nobody\n" + WASH + bad)
    owners = written(tmp_path, OWNERS, "owners.csv")
    alerts, said = run(path, owners=owners)
    assert "self_trade" in rules(alerts)
    lines = said.splitlines()
    assert f"{path}, line 6: order nobody is not live." in lines
    assert any(line.startswith(f"{path}, line 7: ts_ns 'rubbish'") for line in lines)
    assert any(line.startswith(f"{path}, line 8: price '7x'") for line in lines)
    assert lines[-1] == "4 bad rows of 7 were left out."


def test_many_bad_rows_are_counted_and_not_all_told(tmp_path: Path) -> None:
    path = written(tmp_path, COLUMNS + "\n" + WASH + "rubbish\n" * 100)
    _, said = run(path)
    assert len(said.splitlines()) == SHOWN_BAD_ROWS + 1
    assert said.splitlines()[-1] == "100 bad rows of 103 were left out."


def test_strict_ends_at_the_first_bad_row(tmp_path: Path) -> None:
    path = written(tmp_path, COLUMNS + "\n" + WASH + "rubbish\n" + WASH)
    with pytest.raises(OperatorError, match=r"orders\.csv, line 5: ts_ns 'rubbish'"):
        run(path, strict=True)


def test_an_empty_file_and_one_without_rows(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="is empty"):
        run(written(tmp_path, ""))
    assert run(written(tmp_path, COLUMNS + "\n")) == ([], "")


def test_missing_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="has no column side, qty in its first line"):
        run(written(tmp_path, "ts_ns,account,symbol,event,order_id,price\n"))


def test_what_is_no_text_is_said(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(COLUMNS.encode() + b"\n\xff\xfe\n")
    with pytest.raises(OperatorError, match="is not UTF-8"):
        run(path)
    with pytest.raises(OperatorError, match="Cannot read"):
        run(tmp_path / "nothing.csv")
    with pytest.raises(OperatorError, match="holds no journal"):
        run(tmp_path)
    owners = written(tmp_path, "a,b,cousin\n", "owners.csv")
    with pytest.raises(OperatorError, match=r"owners\.csv, line 1: 'cousin' is none of owner"):
        run(written(tmp_path, COLUMNS + "\n"), owners=owners)


def test_the_command_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, COLUMNS + "\n" + WASH)
    owners = written(tmp_path, OWNERS, "owners.csv")
    assert main(["surveil", str(path), "--owners", str(owners), "--json"]) == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "self_trade" in rules(shown)
    assert main(["surveil", str(tmp_path / "nothing.csv")]) == 1
    assert "Cannot read" in capsys.readouterr().err


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_long_file_shows_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(COLUMNS + "\n")
        for row in recorded_rows(3, 200_000):
            file.write(",".join(row.values()) + "\n")
        time = int(row["ts_ns"])
        for number in range(600):
            for event in ("new", "cancel"):
                time += 10**9
                file.write(f"{time},one,CEA25,{event},Y{number},buy,60.00,10,\n")
    out, err = io.StringIO(), _Terminal()
    assert surveil(Options(path=path, as_json=True), out, err) == 0
    assert "%" in err.getvalue()
    found = {json.loads(line)["rule"] for line in out.getvalue().splitlines()}
    assert found <= {rule.name for rule in RULES}
    assert "frequent_cancel" in found


def test_a_file_of_bad_rows_only_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path, COLUMNS + "\n" + "rubbish\n" * 3)
    with pytest.raises(OperatorError, match="has no row that can be read"):
        run(path)


@pytest.mark.parametrize(
    ("factor", "unit"), [(10**9, "seconds"), (10**6, "milliseconds"), (10**3, "microseconds")]
)
def test_times_in_another_unit_are_refused(tmp_path: Path, factor: int, unit: str) -> None:
    text = "".join(f"{START_NS // factor + n},a,S,new,{n},buy,70,10,\n" for n in range(10))
    with pytest.raises(OperatorError, match=f"looks like {unit}"):
        run(written(tmp_path, COLUMNS + "\n" + text))


def test_times_since_the_days_begin_are_taken(tmp_path: Path) -> None:
    begins = 34_200 * 10**9
    text = "".join(f"{begins + n * 10**6},a,S,new,{n},buy,70,10,\n" for n in range(10))
    assert run(written(tmp_path, COLUMNS + "\n" + text)) == ([], "")


@pytest.mark.parametrize("dialect", ["gzip", ";", "\t", "blank"])
def test_packed_files_and_other_delimiters(tmp_path: Path, dialect: str) -> None:
    owners = written(tmp_path, OWNERS, "owners.csv")
    text = COLUMNS + "\n" + WASH
    expected = run(written(tmp_path, text), owners=owners)
    assert expected[0]
    if dialect == "gzip":
        path = tmp_path / "orders.csv.gz"
        path.write_bytes(gzip.compress(time(text).encode()))
    else:
        other = text + ",,,,,,,,\n" if dialect == "blank" else text.replace(",", dialect)
        path = written(tmp_path, other, "other.csv")
    assert run(path, owners=owners) == expected


def test_owners_columns_are_found_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, COLUMNS + "\n" + WASH)
    owners = written(tmp_path, "Owner,Account\none hand,a1\none hand,a2\n", "owners.csv")
    assert "self_trade" in rules(run(path, owners=owners)[0])


def test_the_text_begins_with_the_rules_and_tells_the_gravest_first(tmp_path: Path) -> None:
    out = io.StringIO()
    surveil(
        Options(
            path=written(tmp_path, COLUMNS + "\n" + WASH),
            owners=written(tmp_path, OWNERS, "owners.csv"),
        ),
        out, io.StringIO(),
    )  # fmt: skip
    table, alert = out.getvalue().split("\n\n")[:2]
    assert table.splitlines()[0].split() == ["rule", "violation", "warning", "info"]
    assert alert.startswith("2026-01-05 09:30:00 - 09:30:00  self_trade  violation")


def test_a_pipe_is_read_to_its_end_beside_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (f"{START_NS + n},a,S,new,{n},buy,70,10,\n" for n in range(2 * PROGRESS_ROWS))
    path = written(tmp_path, "".join([COLUMNS + "\n", *rows]))
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE, text=True) as process:
        monkeypatch.setattr(sys, "stdin", process.stdout)
        assert surveil(Options(path=Path("-")), io.StringIO(), _Terminal()) == 0
