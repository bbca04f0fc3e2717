"""A journal that is cut off, changed, locked or failing."""

import io
import logging
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.msgpack import encode

from bashu_daemon.core import Venue
from bashu_daemon.errors import OperatorError
from bashu_daemon.journal import (
    DirectoryLocked,
    GroupCommit,
    Journal,
    JournalDamaged,
    Record,
    ReportRow,
    recover,
)
from bashu_daemon.tools.verify import verify
from bashu_protocol.messages import PublishNotice


class Nobody:
    def load(self, _data: bytes) -> None: ...

    def on_events(self, _events: Any) -> None: ...


def records(first: int, count: int) -> list[Record]:
    return [
        Record(n, 1_000 + n, "venue", encode(PublishNotice(f"n{n}", "title")))
        for n in range(first, first + count)
    ]


def fill(directory: Path, batches: int = 40, size: int = 3) -> list[Record]:
    """Write batches one by one, and leave the directory as a killed process would."""
    journal = Journal(directory)
    written: list[Record] = []
    for number in range(batches):
        batch = records(len(written) + 1, size)
        rows = [ReportRow("anna", number + 1, number + 1, b"\x91\x01")]
        journal.append(batch, rows)
        written += batch
    shutil.copytree(directory, directory.with_name("killed"))
    journal.close()
    return written


def killed(directory: Path) -> Path:
    copy = directory.with_name("copy")
    if copy.exists():
        shutil.rmtree(copy)
    shutil.copytree(directory.with_name("killed"), copy)
    return copy


def read(directory: Path) -> list[Record]:
    with Journal(directory) as journal:
        return list(journal.records())


def flip(path: Path, at: int, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << bit
    path.write_bytes(data)


def test_what_was_written_is_read_and_numbers_must_follow(tmp_path: Path) -> None:
    written = fill(tmp_path / "j")
    assert read(tmp_path / "j") == written
    with Journal(tmp_path / "j") as journal:
        assert journal.epoch == 3
        assert [row.last_rpt_seq for row in journal.reports("anna", 38, 10)] == [39, 40]
        with pytest.raises(ValueError, match="does not follow"):
            journal.append(records(500, 1), [])


def test_an_unacknowledged_torn_tail_is_cut_back_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Power goes while a batch is written: half a transaction behind whole ones."""
    written = fill(tmp_path / "j")
    log = tmp_path / "killed" / "journal.db-wal"
    tail = log.read_bytes()
    seen_warnings = 0
    for cut in range(len(tail) - 4_000, len(tail) - 1, 397):
        copy = killed(tmp_path / "j")
        # The same bytes once more, of which only a part arrived: an unfinished write.
        (copy / "journal.db-wal").write_bytes(tail + tail[-(len(tail) - cut) :][:-1])
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert read(copy) == written
        seen_warnings += "not finished" in caplog.text
    assert seen_warnings


def test_a_log_cut_below_what_was_acknowledged_is_refused(tmp_path: Path) -> None:
    fill(tmp_path / "j")
    chance = random.Random(1)
    size = (tmp_path / "killed" / "journal.db-wal").stat().st_size
    for _ in range(25):
        copy = killed(tmp_path / "j")
        log = copy / "journal.db-wal"
        log.write_bytes(log.read_bytes()[: chance.randrange(40, size - 1)])
        with pytest.raises(JournalDamaged) as refused:
            read(copy)
        assert refused.value.seq <= 121


@pytest.mark.parametrize("which", ["journal.db-wal", "journal.db"])
def test_no_flipped_bit_is_ever_silent(tmp_path: Path, which: str) -> None:
    """The records come back as they were, or the journal is refused."""
    written = fill(tmp_path / "j")
    if which == "journal.db":
        shutil.rmtree(tmp_path / "killed")
        shutil.copytree(tmp_path / "j", tmp_path / "killed")
    size = (tmp_path / "killed" / which).stat().st_size
    chance = random.Random(2)
    refused = 0
    for _ in range(60):
        copy = killed(tmp_path / "j")
        flip(copy / which, chance.randrange(size), chance.randrange(8))
        try:
            assert read(copy) == written
        except OperatorError:
            refused += 1
    assert refused > 10


def test_a_changed_record_is_named(tmp_path: Path) -> None:
    fill(tmp_path / "j")
    with sqlite3.connect(tmp_path / "j" / "journal.db") as connection:
        connection.execute("UPDATE commands SET payload = 'other' WHERE seq = 57")
    connection.close()
    with pytest.raises(JournalDamaged) as refused:
        read(tmp_path / "j")
    assert refused.value.seq == 57
    before = (tmp_path / "j" / "journal.db").read_bytes()
    with pytest.raises(JournalDamaged, match="record 57"):
        verify(tmp_path / "j", io.StringIO())
    assert (tmp_path / "j" / "journal.db").read_bytes() == before


def test_a_missing_record_is_named(tmp_path: Path) -> None:
    fill(tmp_path / "j")
    with sqlite3.connect(tmp_path / "j" / "journal.db") as connection:
        connection.execute("DELETE FROM commands WHERE seq = 20")
    connection.close()
    with pytest.raises(JournalDamaged) as refused:
        read(tmp_path / "j")
    assert refused.value.seq == 20


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    script = (
        "import sys, time, pathlib\n"
        "from bashu_daemon.journal import Journal\n"
        "journal = Journal(pathlib.Path(sys.argv[1])); print('open', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "j")], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    with pytest.raises(DirectoryLocked, match=str(holder.pid)):
        Journal(tmp_path / "j")
    holder.kill()
    holder.communicate()
    Journal(tmp_path / "j").close()


def test_whatever_was_acknowledged_before_kill_nine_is_there(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib\n"
        "from bashu_daemon.journal import Journal, Record\n"
        "journal = Journal(pathlib.Path(sys.argv[1]))\n"
        "while True:\n"
        "    n = journal.head_seq + 1\n"
        "    journal.append([Record(n, n, 'u', b'x' * 50)], [])\n"
        "    print(n, flush=True)\n"
    )
    chance = random.Random(3)
    for _ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "j")], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        last = 0
        for _ in range(chance.randint(5, 200)):
            last = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        rest, _ = writer.communicate()
        lines = [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
        last = int(lines[-1]) if lines else last
        with Journal(tmp_path / "j") as journal:
            assert journal.head_seq >= last
            assert sum(1 for _ in journal.records()) == journal.head_seq


async def test_a_failed_sync_stops_everything_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal(tmp_path / "j") as journal:
        async with GroupCommit(journal) as commit:
            await (await commit.submit(records(1, 2), []))

            def fail(_records: object, _reports: object) -> None:
                raise OSError(5, "Input/output error")

            monkeypatch.setattr(journal, "append", fail)
            future = await commit.submit(records(3, 1), [])
            with pytest.raises(OSError, match="Input/output"):
                await future
            monkeypatch.undo()
            with pytest.raises(OSError, match="Input/output"):
                await commit.submit(records(3, 1), [])
    assert len(read(tmp_path / "j")) == 2


def test_snapshot_and_tail_give_the_state_of_a_full_replay(tmp_path: Path) -> None:
    venue = Venue()
    with Journal(tmp_path / "j") as journal:
        for number in range(1, 31):
            command = PublishNotice(f"n{number}", f"title {number}")
            venue.apply("venue", command, number)
            journal.append([Record(number, number, "venue", encode(command))], [])
            if number == 20:
                journal.save_snapshot(20, venue.dump(), b"")
    with Journal(tmp_path / "j") as journal:
        assert journal.latest_snapshot() is not None
        assert recover(journal, Nobody()).state_hash() == venue.state_hash()
    (snapshot,) = (tmp_path / "j" / "snapshots").iterdir()
    flip(snapshot, 100, 3)
    with Journal(tmp_path / "j") as journal:
        assert journal.latest_snapshot() is None
        assert recover(journal, Nobody()).state_hash() == venue.state_hash()
