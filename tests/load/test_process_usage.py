"""The soak's measures: a trend is found with its error, and a process is read as it is."""

import os
import subprocess
import sys
import threading
from time import sleep

import pytest
from process_usage import PROC, child_of, fit, minute_medians, usage_of

LINUX_ONLY = pytest.mark.skipif(not PROC.is_dir(), reason="THERE IS NO /proc: ONLY LINUX HAS IT")


def test_a_line_is_found_with_the_error_of_its_slope() -> None:
    exact = fit([(60.0 * x, 5 + 3.0 * x) for x in range(5)])
    assert exact.slope == pytest.approx(3 / 60)
    assert exact.standard_error == pytest.approx(0)
    # By hand: the line through (0, 0), (1, 2), (2, 1) is 0.5 + 0.5 x, what is left 1.5.
    rough = fit([(0, 0), (1, 2), (2, 1)])
    assert rough.slope == pytest.approx(0.5)
    assert rough.standard_error == pytest.approx((1.5 / 1 / 2) ** 0.5)


def test_one_outlier_does_not_move_a_minute() -> None:
    assert minute_medians([(0, 1), (59, 900), (30, 1), (60, 4), (61, 6)]) == [(30, 1), (90, 5)]


@LINUX_ONLY
def test_a_process_is_read_as_it_is() -> None:
    before = usage_of(os.getpid(), 1.5)
    release = threading.Event()
    thread = threading.Thread(target=release.wait)
    thread.start()
    with open(os.devnull) as _file:  # noqa: PTH123  a device
        after = usage_of(os.getpid(), 2.5)
    release.set()
    thread.join()
    assert before.rss_kib >= before.anonymous_kib > 1_000
    assert after.open_files == before.open_files + 1
    assert after.threads == before.threads + 1
    assert after.at_seconds == 2.5


@LINUX_ONLY
def test_children_are_found_by_an_argument_and_an_ended_one_is_told() -> None:
    code = "import sys; sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, "the-word"], stdin=subprocess.PIPE) as child:
        # Popen returns within the child's exec, a moment before its arguments can be read.
        while (found := child_of(os.getpid(), "the-word")) is None:
            sleep(0.001)
        assert found == child.pid
        assert child_of(os.getpid(), "the") is None
        assert child.stdin is not None
        child.stdin.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(ProcessLookupError):
            usage_of(child.pid, 0)
