"""Journals in a temporary directory, filled with plain records or by a small market."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from bashu_daemon.batch import Batch
from bashu_daemon.core import Venue
from bashu_daemon.journal import Journal, Record, ReportRow
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    CancelOrder,
    Deposit,
    InstrumentRules,
    ListInstrument,
    NewOrder,
    OpenDay,
    SetPhase,
    StateCommand,
)

SYMBOL = "CEA25"


class Plain:
    """Records and report rows of one user that mean nothing and are all different."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @staticmethod
    def record(seq: int) -> Record:
        return Record(seq, 1_000 + seq, "anna", b"command %d " % seq * 10)

    @staticmethod
    def row(seq: int) -> ReportRow:
        return ReportRow("anna", seq, seq, b"report %d " % seq * 10)

    def fill(self, journal: Journal, count: int, per_batch: int = 1) -> None:
        """Append `count` more records."""
        first = journal.head_seq + 1
        for start in range(first, first + count, per_batch):
            seqs = range(start, min(start + per_batch, first + count))
            journal.append([self.record(seq) for seq in seqs], [self.row(seq) for seq in seqs])

    def killed(self, count: int) -> Path:
        """Return a directory as a killed process leaves it: all in the log, nothing closed."""
        target = self.directory / "killed"
        with Journal(self.directory / "source") as journal:
            self.fill(journal, count)
            shutil.copytree(self.directory / "source", target)
        return target

    def closed(self, count: int) -> Path:
        """Return a directory that was closed in order."""
        target = self.directory / "closed"
        with Journal(target) as journal:
            self.fill(journal, count)
        return target

    def is_whole(self, journal: Journal, count: int) -> bool:
        """Whether the journal holds exactly the first `count` records and reports."""
        seqs = range(1, count + 1)
        return list(journal.records()) == [self.record(seq) for seq in seqs] and journal.reports(
            "anna", 0, 10**6
        ) == [self.row(seq) for seq in seqs]


@pytest.fixture
def plain(tmp_path: Path) -> Plain:
    return Plain(tmp_path)


class Market:
    """Commands applied to a venue and written to a journal, as the service does both."""

    def __init__(self, journal: Journal, venue: Venue | None = None) -> None:
        self.venue = Venue() if venue is None else venue
        self._journal = journal
        self._encoder = msgspec.msgpack.Encoder()
        self._batch = Batch()

    def apply(self, user: str, command: StateCommand) -> None:
        now_ns = 1_000 + self.venue.seq
        events = self.venue.apply(user, command, now_ns)
        payload = self._encoder.encode(command)
        self._batch.records.append(Record(self.venue.seq, now_ns, user, payload))
        self._batch.add_events(events)
        if len(self._batch.records) == 7:
            self.flush()

    def flush(self) -> None:
        self._journal.append(self._batch.records, self._batch.report_rows())
        self._batch = Batch()

    def found(self) -> None:
        rules = InstrumentRules(
            symbol=SYMBOL, name_zh="x", name_en="x", product="CEA", reference_price=7_000
        )
        self.apply("venue", ListInstrument("list", rules))
        for user in ("anna", "bo"):
            self.apply("venue", AddMember(f"m-{user}", user, user, user))
            self.apply("venue", AddUser(f"u-{user}", user, user))
            self.apply("venue", Deposit(f"c-{user}", user, "CNY", 10**10))
            self.apply("venue", Deposit(f"t-{user}", user, SYMBOL, 10**6))
        self.apply("venue", OpenDay("day", 20_261_123))
        self.apply("venue", SetPhase("go", "continuous"))

    def trade(self, count: int, seed: int) -> None:
        """Send orders and cancels at random, the same for the same seed."""
        rng = random.Random(seed)
        for number in range(count):
            user, side = rng.choice(["anna", "bo"]), rng.choice(["buy", "sell"])
            name = f"{seed}-{number}"
            if number and rng.random() < 0.2:
                self.apply(user, CancelOrder(f"c{name}", f"o{seed}-{rng.randrange(number)}"))
            else:
                price = 7_000 + rng.randint(-9, 9)
                self.apply(user, NewOrder(f"o{name}", SYMBOL, side, 10, price))  # type: ignore[arg-type]  # one of the two literals
        self.flush()


@pytest.fixture
def new_recorded_market() -> Callable[..., Market]:
    """Return the class, because tests of other folders cannot import it."""
    return Market


class Heard:
    """Follows the events as surveillance does: its state tells which it has heard."""

    def __init__(self) -> None:
        self.count = 0

    def dump(self) -> bytes:
        return b"%d" % self.count

    def load(self, data: bytes) -> None:
        self.count = int(data)

    def on_events(self, events: list[object]) -> None:
        self.count += len(events)


@pytest.fixture
def new_follower() -> Callable[[], Heard]:
    return Heard


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "data") as opened:
        yield opened
