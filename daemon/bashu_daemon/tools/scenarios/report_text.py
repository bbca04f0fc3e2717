"""The surveillance report on a terminal, or as a Markdown document."""

from collections.abc import Iterable

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bashu_daemon.tools.scenarios.report_sections import Section


def show(console: Console, head: Iterable[str], parts: Iterable[Section]) -> None:
    """Print it."""
    for line in head:
        console.print(line, markup=False)
    for part in parts:
        console.rule(part.title)
        console.print(part.text, markup=False, highlight=False)
        if part.columns:
            table = Table(*part.columns, box=SIMPLE)
            for row in part.rows:
                table.add_row(*row)
            console.print(table)
        for item in part.items:
            console.print(f"- {item}", markup=False, highlight=False)


def markdown(title: str, head: Iterable[str], parts: Iterable[Section]) -> str:
    """Return it as a document."""
    lines = [f"# {title}", "", *head]
    for part in parts:
        lines += ["", f"## {part.title}", part.text, ""]
        if part.columns:
            lines.append("| " + " | ".join(part.columns) + " |")
            lines.append("|" + "---|" * len(part.columns))
            lines += ["| " + " | ".join(row) + " |" for row in part.rows]
        lines += [f"- {item}" for item in part.items]
    return "\n".join(lines) + "\n"
