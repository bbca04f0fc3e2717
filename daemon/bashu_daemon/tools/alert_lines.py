"""Alerts as `bashu surveil` prints them: one JSON object a line, or for people to read."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import Final

from bashu_daemon.surveillance.csv_names import Names
from bashu_protocol.messages import Alert, Severity
from bashu_protocol.units import NS_PER_SECOND

_SHANGHAI: Final = timezone(timedelta(hours=8))
_SEVERITIES: Final[tuple[Severity, ...]] = ("violation", "warning", "info")
_WORDS: Final = {
    "en": {
        "violation": "violation", "warning": "warning", "info": "info", "rule": "rule",
        "none": "No alerts.", "total": "all", "score": "score", "more": "and {} more",
        "times": "{} times",
    },
    "zh": {
        "violation": "违规", "warning": "警告", "info": "提示", "rule": "规则",
        "none": "没有预警。", "total": "合计", "score": "评分", "more": "等另外 {} 个",
        "times": "{} 次",
    },
}  # fmt: skip
_SHOWN_ACCOUNTS: Final = 6


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
    words = _WORDS[language]
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
    yield _padded(words["rule"], 22) + "".join(_padded(words[s], -11) for s in _SEVERITIES)
    for rule in named:
        yield f"{rule:22}" + "".join(f"{counts[rule, s] or '-':>11}" for s in _SEVERITIES)
    totals = Counter(alert.severity for alert in alerts)
    yield _padded(words["total"], 22) + "".join(f"{totals[s]:>11}" for s in _SEVERITIES)


def _padded(text: str, width: int) -> str:
    """Fill to a width in cells, on the left for a negative one; Chinese takes two a character."""
    blanks = " " * max(0, abs(width) - sum(2 if char > "\u2e80" else 1 for char in text))
    return text + blanks if width > 0 else blanks + text


def _headline(alert: Alert, words: dict[str, str]) -> str:
    accounts = ", ".join(alert.members[:_SHOWN_ACCOUNTS])
    if more := len(alert.members) - _SHOWN_ACCOUNTS:
        accounts += f" {words['more'].format(more)}" if more > 0 else ""
    times = f"  {words['times'].format(alert.count)}" if alert.count > 1 else ""
    return (
        f"{_span(alert.first_time, alert.last_time)}  {alert.rule}  {words[alert.severity]}  "
        f"{words['score']} {alert.score}  {alert.symbol}  {accounts}{times}"
    )


def _span(first_ns: int, last_ns: int) -> str:
    first, last = (
        datetime.fromtimestamp(moment // NS_PER_SECOND, _SHANGHAI) for moment in (first_ns, last_ns)
    )
    end = "%H:%M:%S" if first.date() == last.date() else "%Y-%m-%d %H:%M:%S"
    return f"{first:%Y-%m-%d %H:%M:%S} - {last.strftime(end)}"
