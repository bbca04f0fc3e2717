"""The commands as an operator types them."""

import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from bashu_testing import MOSQUITTO, PATIENCE_SECONDS, free_port, wait_for_port

BASHU = str(Path(sys.executable).parent / "bashu")
PUB = shutil.which("mosquitto_pub")
SUB = shutil.which("mosquitto_sub")


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BASHU, *arguments], capture_output=True, text=True, timeout=110, check=False, **options
    )  # type: ignore[call-overload]  # options are the caller's


def start_serve(*arguments: str) -> subprocess.Popen[str]:
    """Start `bashu serve` and wait until it says that it serves."""
    process = subprocess.Popen([BASHU, "serve", *arguments], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if "Serving" in line:
            return process
    raise AssertionError(f"bashu serve ended with {process.wait()}")


def stop(process: subprocess.Popen[str], number: int = signal.SIGINT) -> int:
    process.send_signal(number)
    _out, _err = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode


def passwords(data: Path) -> dict[str, str]:
    lines = (data / "first-passwords.txt").read_text().splitlines()
    return dict(line.split(" ", 1) for line in lines)


def test_each_mistake_gets_one_sentence_and_a_failure(tmp_path: Path) -> None:
    config = tmp_path / "bashu.toml"
    config.write_text("colour = 1\n")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "journal.db").write_bytes(b"this is not a database" * 300)
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    port = str(taken.getsockname()[1])
    cases = {
        "unknown field `colour`": ("serve", "--config", str(config)),
        "nowhere.toml": ("serve", "--config", str(tmp_path / "nowhere.toml")),
        port: ("serve", "--data-dir", str(tmp_path / "a"), "--listen-port", port),
        "mqtt://": ("serve", "--data-dir", str(tmp_path / "b"), "--broker", "http://x"),
        "holds no journal": ("verify", str(tmp_path)),
        "damaged": ("verify", str(broken)),
        "nofeed.csv": ("replay", "cea", str(tmp_path / "nofeed.csv")),
        "nomsg.csv": ("replay", "lobster", str(tmp_path / "nomsg.csv"), str(config)),
        "Cannot reach": (
            "serve", "--data-dir", str(tmp_path / "c"), "--broker", f"mqtt://127.0.0.1:{free_port()}",
        ),
    }  # fmt: skip
    for says, arguments in cases.items():
        done = run(*arguments)
        assert done.returncode == 1, arguments
        assert says in done.stderr, (says, done.stderr)
        assert "Traceback" not in done.stderr
        assert len([line for line in done.stderr.splitlines() if line]) == 1, done.stderr
    taken.close()


@pytest.mark.parametrize(
    "arguments",
    [("serve", "--listen-port", "99999"), ("serve", "--listen-port", "x"),
     ("demo", "--seconds", "0"), ("demo", "--seconds", "-5")],
)  # fmt: skip
def test_a_number_out_of_range_is_refused_at_the_door(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "is not a whole number from" in done.stderr or "expected one argument" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_locked_data_directory_is_refused_and_ctrl_c_ends_cleanly(tmp_path: Path) -> None:
    data = tmp_path / "data"
    venue = start_serve("--data-dir", str(data), "--listen-port", "0")
    second = run("serve", "--data-dir", str(data), "--listen-port", "0")
    assert second.returncode == 1
    assert str(venue.pid) in second.stderr
    looked = run("verify", str(data))
    assert looked.returncode == 1
    assert "in use" in looked.stderr
    assert stop(venue) == 0
    verified = run("verify", str(data))
    assert verified.returncode == 0, verified.stdout
    assert "Everything agrees" in verified.stdout


def test_demo_without_a_terminal_ends_with_a_table() -> None:
    done = run("demo", "--seconds", "5", stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    assert "without one" in done.stdout
    assert "Market, what happened" in done.stdout
    trades = [int(n) for n in re.findall(r"^\s+C\w+ .*?(\d+)\s*$", done.stdout, re.MULTILINE)]
    assert sum(trades) > 0
    assert "Everything agrees" in done.stdout


def test_demo_for_browsers_says_where_it_is_and_who_may_come_in() -> None:
    process = subprocess.Popen(
        [BASHU, "demo", "--web", "127.0.0.1:0", "--seconds", "60"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = ""
        while "public board" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        who = re.search(r"Log in as (\S+) with the password (\S+);", said)
        place = re.search(r"The terminal: (http://127\.0\.0\.1:\d+)/terminal", said)
        assert who, said
        assert place, said
        browser = build_opener(HTTPCookieProcessor())
        with browser.open(f"{place[1]}/login") as answer:
            token = re.search(r'name="token" value="([^"]+)"', answer.read().decode())
        assert token
        form = {"token": token[1], "user": who[1], "password": who[2]}
        headers = {"Origin": place[1]}
        with browser.open(
            Request(f"{place[1]}/login", urlencode(form).encode(), headers)  # noqa: S310  our own
        ) as answer:
            assert answer.url == f"{place[1]}/terminal"
            assert "data-session-websocket-url" in answer.read().decode()
        with browser.open(f"{place[1]}/board") as answer:
            assert "CEA25" in answer.read().decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert "Everything agrees" in process.stdout.read()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_demo_in_a_terminal_shows_the_market(tmp_path: Path) -> None:
    """In a real pty: the ladder appears, and ctrl+q ends everything in order."""
    primary, secondary = pty.openpty()
    import fcntl
    import struct
    import termios

    fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", 42, 140, 0, 0))
    process = subprocess.Popen(
        [BASHU, "demo"],
        stdin=secondary, stdout=secondary, stderr=secondary, close_fds=True,
        env={**os.environ, "TERM": "xterm-256color", "LANG": "en_US.UTF-8"},
    )  # fmt: skip
    os.close(secondary)
    try:
        seen = b""
        asked = False
        deadline = time.monotonic() + PATIENCE_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if select.select([primary], [], [], 0.2)[0]:
                try:
                    seen += os.read(primary, 65_536)
                except OSError:
                    break
            if not asked and b"Ladder" in seen and b"74." in seen:
                os.write(primary, b"\x11")
                asked = True
        assert asked, seen[-2000:]
        assert process.wait(PATIENCE_SECONDS) == 0
    finally:
        process.kill()
        process.wait()
        os.close(primary)


@pytest.mark.mosquitto
@pytest.mark.skipif(
    MOSQUITTO is None or PUB is None, reason="MOSQUITTO IS NOT INSTALLED: this did not run"
)
def test_two_strangers_programs_trade_over_mosquitto(tmp_path: Path) -> None:
    """`mosquitto_pub` with JSON is a whole client; nobody reads another's reports."""
    data, port = tmp_path / "data", free_port()
    made = run("admin", "broker-config", "--data-dir", str(data), "--listen-port", str(port))
    assert made.returncode == 0, made.stderr
    assert MOSQUITTO is not None
    broker = subprocess.Popen(
        [MOSQUITTO, "-c", str(data / "mosquitto" / "mosquitto.conf")], stderr=subprocess.DEVNULL
    )
    try:
        wait_for_port(port)
        venue = start_serve("--data-dir", str(data), "--broker", f"mqtt://127.0.0.1:{port}")
        secret = passwords(data)

        def listen(user: str, session: str, *more: str) -> str:
            """Run a listener in a session that the broker keeps, and return what it wrote."""
            done = subprocess.run(
                [SUB or "", "-p", str(port), "-u", user, "-P", secret[user], "-i", session, "-c",
                 "-q", "1", "-F", "MSG %t %p", "-W", str(int(PATIENCE_SECONDS)), *more],
                stdout=subprocess.PIPE, text=True, check=False,
            )  # fmt: skip
            return done.stdout

        def heard(user: str, session: str, count: int) -> list[tuple[str, dict[str, object]]]:
            """Return the topic and the content of each report, batches taken apart."""
            found = []
            topic = f"bashu/v1/rpt/{user}"
            for line in listen(user, session, "-C", str(count), "-t", topic).splitlines():
                _mark, topic, payload = line.split(" ", 2)
                parts = json.loads(payload)
                found += [(topic, p) for p in (parts if isinstance(parts, list) else [parts])]
            return found

        def send(user: str, topic: str, message: dict[str, object]) -> None:
            subprocess.run(
                [PUB or "", "-p", str(port), "-u", user, "-P", secret[user], "-q", "1",
                 "-t", topic, "-m", json.dumps(message)],
                check=True, timeout=10,
            )  # fmt: skip

        def order(name: str, side: str, price: int) -> dict[str, object]:
            return {
                "type": "new_order", "cl_ord_id": name, "symbol": "CEA25", "side": side,
                "order_qty": 10, "price": price,
            }  # fmt: skip

        listen("trader", "mine", "-E", "-t", "bashu/v1/rpt/trader")
        listen("fund", "theirs", "-E", "-t", "bashu/v1/rpt/fund")
        listen("fund", "spy", "-E", "-t", "bashu/v1/rpt/trader", "-t", "bashu/v1/rpt/fund")
        send("fund", "bashu/v1/cmd/trader", order("forged", "buy", 7500))
        send("trader", "bashu/v1/cmd/trader", order("1", "buy", 7460))
        send("fund", "bashu/v1/cmd/fund", order("1", "sell", 7450))
        bought = [report for _topic, report in heard("trader", "mine", 2)]
        assert [(r["rpt_seq"], r["exec_type"]) for r in bought] == [(1, "new"), (2, "trade")]
        filled = bought[1]
        assert (filled["last_px"], filled["last_qty"], filled["cl_ord_id"]) == (7460, 10, "1")
        sold = [report for _topic, report in heard("fund", "theirs", 1)]
        assert [(r["rpt_seq"], r["exec_type"]) for r in sold] == [(1, "new"), (2, "trade")]
        # The trader's reports left the venue before this one of the fund's.
        spied = heard("fund", "spy", 1)
        assert {topic for topic, _report in spied} == {"bashu/v1/rpt/fund"}
        assert stop(venue, signal.SIGTERM) == 0
    finally:
        broker.kill()
        broker.wait()
    assert run("verify", str(data)).returncode == 0
