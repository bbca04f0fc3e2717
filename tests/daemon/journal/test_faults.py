"""A process that is killed, and a disk that fails, under a program that appends."""

import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bashu_daemon.journal import Journal

PROGRAM = """
import sys
from pathlib import Path
from bashu_daemon.journal import Journal, Record, ReportRow
journal = Journal(Path(sys.argv[1]))
for seq in range(journal.head_seq + 1, journal.head_seq + 1 + int(sys.argv[2])):
    journal.append(
        [Record(seq, 1_000 + seq, "anna", b"command %d " % seq * 10)],
        [ReportRow("anna", seq, seq, b"report %d " % seq * 10)],
    )
    print(seq, flush=True)
"""
"""Writes what the `plain` fixture expects and says after each record that it is durable."""

STRACE = shutil.which("strace")
ROUNDS = 20


def may_trace() -> bool:
    """Whether strace is here and this machine lets it trace: some containers do not."""
    if STRACE is None:
        return False
    done = subprocess.run(
        [STRACE, "-f", "-o", "/dev/null", "true"], capture_output=True, check=False, timeout=60
    )
    return done.returncode == 0


def command(directory: Path, count: int) -> list[str]:
    return [sys.executable, "-c", PROGRAM, str(directory), str(count)]


def acknowledged(output: str, before: int) -> int:
    """Return the last number that was printed whole."""
    return max((int(line) for line in output.split("\n")[:-1] if line), default=before)


def check(plain: Any, directory: Path, last: int) -> int:
    """Raise unless all up to `last` is there, at most one record more, and it can go on."""
    with Journal(directory) as journal:
        head = journal.head_seq
        assert last <= head <= last + 1
        assert plain.is_whole(journal, head)
    return head


def test_kill_nine_at_any_moment_loses_nothing_that_was_acknowledged(
    plain: Any, tmp_path: Path
) -> None:
    directory = tmp_path / "data"
    head = 0
    for number in range(ROUNDS):
        process = subprocess.Popen(command(directory, 1_000_000), stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(0.003 * number)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
        process.stdout.close()
        assert process.wait(10) == -signal.SIGKILL
        assert int(first) == head + 1
        head = check(plain, directory, acknowledged(first + rest, head))
    assert head > ROUNDS


def test_a_full_disk_stops_the_writer_and_leaves_what_is_there(plain: Any, tmp_path: Path) -> None:
    directory = tmp_path / "data"
    size = 300_000

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = subprocess.run(
        command(directory, 10_000),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=limit,
    )
    assert done.returncode == 1
    assert "sqlite3.OperationalError" in done.stderr
    last = acknowledged(done.stdout, 0)
    assert last > 10
    check(plain, directory, last)
    again = subprocess.run(
        command(directory, 5), capture_output=True, text=True, check=True, timeout=60
    )
    assert acknowledged(again.stdout, 0) >= last + 5


def run_with_fault(directory: Path, calls: str, error: str, number: int, count: int) -> str:
    """Run the program with its n-th call failing; return what it acknowledged.

    strace counts each of several kinds of calls by itself.
    """
    assert STRACE is not None
    fault = f"inject={calls}:error={error}:when={number}"
    done = subprocess.run(
        [STRACE, "-f", "-o", "/dev/null", "-e", fault, *command(directory, count)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode in (0, 1), done.stderr
    if done.returncode == 0:
        assert acknowledged(done.stdout, 0) == count, "an error passed unnoticed"
    return done.stdout


needs_strace = pytest.mark.skipif(
    not may_trace(), reason="STRACE IS NOT INSTALLED OR NOT PERMITTED: this did not run"
)


@needs_strace
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 8, 12, 15, 24])
def test_a_failed_fsync_stops_the_writer(plain: Any, tmp_path: Path, number: int) -> None:
    directory = tmp_path / "data"
    output = run_with_fault(directory, "fdatasync,fsync", "EIO", number, 30)
    last = acknowledged(output, 0)
    assert last < 30
    check(plain, directory, last)


@needs_strace
@pytest.mark.parametrize("number", [1, 4, 7, 12, 25, 40, 61])
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_a_failed_write_stops_the_writer(
    plain: Any, tmp_path: Path, number: int, error: str
) -> None:
    directory = tmp_path / "data"
    last = acknowledged(run_with_fault(directory, "pwrite64", error, number, 30), 0)
    check(plain, directory, last)


@needs_strace
def test_a_new_journal_is_on_the_disk_before_it_has_its_name(tmp_path: Path) -> None:
    assert STRACE is not None
    trace = tmp_path / "trace"
    directory = tmp_path / "new" / "data"
    subprocess.run(
        [
            *(STRACE, "-f", "-y", "-o", str(trace), "-e", "trace=fsync,fdatasync,/^rename"),
            *command(directory, 1),
        ],
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=60,
    )
    lines = [line for line in trace.read_text().splitlines() if str(tmp_path) in line]
    (rename,) = [number for number, line in enumerate(lines) if "rename" in line]
    before, after = lines[:rename], lines[rename + 1 :]
    assert any(f"{directory}/journal.db.part>" in line for line in before)
    assert {tmp_path, tmp_path / "new"} <= {
        path for line in before for path in directory.parents if f"{path}>" in line
    }
    assert f"{directory}>" in after[0]
    log_synced = next(number for number, line in enumerate(after) if "journal.db-wal>" in line)
    own = [n for n, line in enumerate(after) if "fsync(" in line and f"{directory}>" in line]
    assert own[-1] > log_synced, "the log's own name was not synced"


@needs_strace
def test_a_failed_fsync_of_a_checkpoint_stops_the_writer(plain: Any, tmp_path: Path) -> None:
    """The tables are synced now and then; SQLite's own checkpoints would hide the failure."""
    assert STRACE is not None
    directory = tmp_path / "traced"
    trace = tmp_path / "trace"
    subprocess.run(
        [
            *(STRACE, "-f", "-y", "-o", str(trace), "-e", "trace=fdatasync"),
            *command(directory, 500),
        ],
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=60,
    )
    syncs = [line for line in trace.read_text().splitlines() if "sync(" in line]
    of_tables = [
        number for number, line in enumerate(syncs, 1) if "journal.db>" in line and number > 100
    ]
    assert of_tables
    assert of_tables[0] < len(syncs) - 1, "the only checkpoint is that of closing"
    target = tmp_path / "data"
    last = acknowledged(run_with_fault(target, "fdatasync", "EIO", of_tables[0], 500), 0)
    # The log is synced once for each record, and a few times besides.
    assert of_tables[0] - 10 < last < of_tables[0]
    check(plain, target, last)
