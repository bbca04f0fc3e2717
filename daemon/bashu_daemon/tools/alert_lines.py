"""Alerts as `bashu surveil` prints them: one JSON object a line, or for people to read."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from rich.cells import set_cell_size

from bashu_daemon.surveillance.csv_fields import SHANGHAI
from bashu_daemon.surveillance.csv_names import Names
from bashu_daemon.surveillance.stories import listing_words
from bashu_protocol.messages import Alert, Severity
from bashu_protocol.units import NS_PER_SECOND

_SEVERITIES: Final[tuple[Severity, ...]] = ("violation", "warning", "info")
_SHOWN_ACCOUNTS: Final = 6
_WIDTHS: Final = (22, 11, 11, 11)


def json_line(alert: Alert, names: Names | None) -> str:
    """Write one alert; `names` are a file's own order ids."""
    return json.dumps(
        {
            "alert_id": alert.alert_id, "rule": alert.rule, "severity": alert.severity,
            "score": alert.score, "accounts": alert.members, "owner": alert.owner,
            "symbol": alert.symbol, "first_ts_ns": alert.first_time,
            "last_ts_ns": alert.last_time, "count": alert.count,
            "order_ids": [names.name(n) if names else n for n in alert.order_ids],
            "order_seqs": alert.order_seqs, "exec_ids": alert.exec_ids, "gain": alert.gain,
            "facts": alert.facts, "parameters": alert.parameters,
            "parameters_version": alert.parameters_version, "story": alert.stories,
        },
        ensure_ascii=False,
    )  # fmt: skip


def readable_lines(alerts: Sequence[Alert], language: str) -> Iterator[str]:
    """Yield a table of the rules, and the alerts: the gravest first, then by score and time.

    Times are those of Shanghai.
    """
    words = listing_words(language)
    if not alerts:
        yield words["none"]
        return
    yield from _table(alerts, words)
    rank = {severity: place for place, severity in enumerate(_SEVERITIES)}
    for alert in sorted(alerts, key=lambda a: (rank[a.severity], -a.score, a.first_time)):
        yield ""
        yield _headline(alert, words)
        yield f"    {alert.stories.get(language, '')}"


def _table(alerts: Sequence[Alert], words: dict[str, str]) -> Iterator[str]:
    counts = Counter((alert.rule, alert.severity) for alert in alerts)
    named = sorted({alert.rule for alert in alerts})
    totals = Counter(alert.severity for alert in alerts)
    yield _table_line(words["rule"], [words[severity] for severity in _SEVERITIES])
    for rule in named:
        yield _table_line(rule, [str(counts[rule, s] or "-") for s in _SEVERITIES])
    yield _table_line(words["total"], [str(totals[severity]) for severity in _SEVERITIES])


def _table_line(name: str, cells: Sequence[str]) -> str:
    """Set a line in columns; a Chinese character is two cells wide."""
    columns = zip([name, *cells], _WIDTHS, strict=True)
    return "".join(set_cell_size(text, width) for text, width in columns).rstrip()


def _headline(alert: Alert, words: dict[str, str]) -> str:
    accounts = ", ".join(alert.members[:_SHOWN_ACCOUNTS])
    if (more := len(alert.members) - _SHOWN_ACCOUNTS) > 0:
        accounts += f" {words['more'].format(number=more)}"
    times = f"  {words['times'].format(number=alert.count)}" if alert.count > 1 else ""
    return (
        f"{_span(alert.first_time, alert.last_time)}  {alert.rule}  {words[alert.severity]}  "
        f"{words['score']} {alert.score}  {alert.symbol}  {accounts}{times}"
    )


def _span(first_ns: int, last_ns: int) -> str:
    first, last = (
        datetime.fromtimestamp(moment // NS_PER_SECOND, SHANGHAI) for moment in (first_ns, last_ns)
    )
    end = "%H:%M:%S" if first.date() == last.date() else "%Y-%m-%d %H:%M:%S"
    return f"{first:%Y-%m-%d %H:%M:%S} - {last.strftime(end)}"
