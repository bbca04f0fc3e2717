"""The result for people: a table and the shape of the latencies."""

from rich.bar import Bar as RichBar
from rich.console import Console
from rich.table import Table

from bashu_daemon.tools.load.latency import Bar, Percentiles
from bashu_daemon.tools.load.result import GroupResult, Result

BAR_WIDTH = 50
COMPLAINTS = 5


def show(result: Result, console: Console) -> None:
    """Print everything; failures last."""
    console.print(_counts(result))
    console.print(_latencies(result))
    for group in result.groups:
        if group.bars:
            console.print(_plot(group.name, group.bars))
    console.print(f"The harness itself took {result.cpu_us_per_order:.1f} us of a core an order.")
    slow = result.slow_consumer
    if slow is not None:
        console.print(
            f"Slow consumer: others' p99 {slow.before.p99_ms:.2f} ms before, "
            f"{slow.stopped.p99_ms:.2f} ms while it stood still ({slow.p99_ratio:.2f} x); "
            f"{slow.symbols_compared - len(slow.differing)} of {slow.symbols_compared} books "
            "equal the venue's."
        )
    found = result.reconciliation
    if found is not None:
        console.print(
            f"Journal: {found.records:,} records verified; {found.acknowledged:,} acknowledged "
            f"orders, {len(found.lost)} differences."
        )
    for line in result.venue_complaints[-COMPLAINTS:]:
        console.print(f"The venue's log: {line}", style="yellow", soft_wrap=True, markup=False)
    if result.interrupted:
        console.print("Interrupted: what was measured until then.", style="bold yellow")
    for failure in result.failures:
        console.print(f"FAILED: {failure}", style="bold red", soft_wrap=True, markup=False)
    if not result.failures:
        console.print("Passed: every limit was met, and every order is accounted for.")


def _counts(result: Result) -> Table:
    table = Table(
        title=f"{result.profile.name}: {result.measured_seconds:.0f} s over {result.broker}",
        title_justify="left",
    )
    table.add_column("")
    for group in result.groups:
        table.add_column(group.name, justify="right")
    rows = ("users", "sent", "accepted", "unanswered", "trades", "reconnects", "resent", "gaps")
    for name in rows:
        table.add_row(name, *(f"{getattr(group, name):,}" for group in result.groups))
    for kind in ("rejected", "refused"):
        for code in sorted({code for group in result.groups for code in getattr(group, kind)}):
            values = (getattr(group, kind).get(code, 0) for group in result.groups)
            table.add_row(f"{kind} {code}", *(f"{value:,}" for value in values))
    table.add_row("answered/s", *(f"{group.rate:,}" for group in result.groups), style="bold")
    return table


def _latencies(result: Result) -> Table:
    table = Table(title="Latency in ms, order to durable report", title_justify="left")
    for column in ("", "count", "p50", "p90", "p99", "p99.9", "p99.99", "max"):
        table.add_column(column, justify="left" if not column else "right")
    for group in result.groups:
        _add(table, group.name, group.latency)
        _add(table, f"{group.name}, mass cancels", group.mass_cancels)
    _add(table, "of which the harness's own lateness", result.lateness)
    if result.disk is not None:
        _add(table, "one small sync of the disk alone", result.disk)
    return table


def _add(table: Table, name: str, times: Percentiles) -> None:
    if times.count:
        values = (times.p50_ms, times.p90_ms, times.p99_ms, times.p999_ms, times.p9999_ms)
        table.add_row(
            name, f"{times.count:,}", *(f"{value:.2f}" for value in (*values, times.max_ms))
        )


def _plot(name: str, bars: list[Bar]) -> Table:
    largest = max(bar.count for bar in bars)
    total = sum(bar.count for bar in bars)
    table = Table(title=f"Latencies of {name}", title_justify="left", box=None, show_header=False)
    for bar in bars:
        table.add_row(
            f"≤ {bar.upto_ms:g} ms",
            RichBar(largest, 0, bar.count, width=BAR_WIDTH),
            f"{bar.count:,}",
            f"{100 * bar.count / total:.2f} %",
        )
    return table


def group_line(groups: list[GroupResult]) -> str:
    return " | ".join(f"{group.name} {group.rate:,}/s" for group in groups)
