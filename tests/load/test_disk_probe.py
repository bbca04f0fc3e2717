"""The probe times syncs while it is entered, leaves nothing behind, and hides no error."""

from pathlib import Path
from time import sleep

import pytest

from bashu_daemon.tools.load import disk_probe
from bashu_daemon.tools.load.disk_probe import DiskProbe


def test_it_times_syncs_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_probe, "EVERY_SECONDS", 0.001)
    with DiskProbe(tmp_path) as probe:
        while probe.percentiles().count < 5:
            sleep(0.001)
    times = probe.percentiles()
    assert 0 < times.p50_ms <= times.max_ms
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), DiskProbe(tmp_path / "nowhere"):
        pass
