"""`bashu-tui` sub-commands as processes, over a broker."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from bashu_testing import PASSWORDS, PATIENCE_SECONDS, SYMBOL, Harness, free_port

BASHU_TUI = str(Path(sys.executable).parent / "bashu-tui")


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Harness]:
    """A venue behind the embedded broker."""
    found = Harness("amqtt", tmp_path)
    try:
        await found.start_bus()
        await found.start_venue()
        yield found
    finally:
        await found.stop()


async def start(
    port: int, *arguments: str, user: str = "anna", password: str | None = None
) -> asyncio.subprocess.Process:
    secret = PASSWORDS[user] if password is None else password
    return await asyncio.create_subprocess_exec(
        BASHU_TUI, *arguments, "--broker", f"mqtt://127.0.0.1:{port}", "--user", user,
        "--lang", "en",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "BASHU_PASSWORD": secret},
    )  # fmt: skip


async def run(
    port: int, *arguments: str, user: str = "anna", password: str | None = None
) -> tuple[int | None, str, str]:
    """Return exit code, output and errors of a whole run."""
    process = await start(port, *arguments, user=user, password=password)
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert b"Traceback" not in err, err.decode()
    return process.returncode, out.decode(), err.decode()


async def test_a_shell_trades(broker: Harness, tmp_path: Path) -> None:
    """Everything that a script needs: place, see, trade, withdraw, be refused."""
    port = broker._port
    watching = await start(port, "watch", "--json", user="bo")
    assert watching.stdout is not None
    assert json.loads(await watching.stdout.readline()) == {"type": "link", "state": "live"}
    code, out, err = await run(port, "order", "buy", SYMBOL, "100", "70.00", "--cl-ord-id", "a-1")
    assert (code, err) == (0, "")
    assert out.startswith(f"Accepted: Buy 100 t {SYMBOL} at 70.00")
    code, out, err = await run(
        port, "order", "sell", SYMBOL, "40", "70.00", "--wait", "30", "--json", user="bo"
    )
    assert (code, err) == (0, "")
    assert [json.loads(line)["exec_type"] for line in out.splitlines()] == ["new", "trade"]
    code, out, _err = await run(port, "orders", "--json")
    assert [json.loads(line)["leaves_qty"] for line in out.splitlines()] == [60]
    code, _out, err = await run(port, "order", "buy", SYMBOL, "1", "99.00")
    assert (code, "above today's limit" in err) == (1, True)
    assert (await run(port, "cancel", "--all"))[:2] == (0, "Withdrawn: 1\n")
    secret = tmp_path / "secret"
    secret.write_text(PASSWORDS["anna"] + "\n")
    code, out, _err = await run(port, "positions", "--password-file", str(secret), password="")
    assert (code, "999,997,200.00" in out) == (0, True)
    watching.send_signal(signal.SIGINT)
    rest, err = await asyncio.wait_for(watching.communicate(), PATIENCE_SECONDS)
    assert (watching.returncode, err) == (0, b"")
    kinds = {json.loads(line)["type"] for line in rest.decode().splitlines()}
    assert kinds >= {"book", "stat", "execution_report", "trade"}


async def test_each_way_to_fail_has_its_code(broker: Harness, tmp_path: Path) -> None:
    port = broker._port
    order = ("order", "buy", SYMBOL, "100", "70.00")
    code, out, err = await run(port, *order, "--json", password="wrong")
    assert (code, json.loads(out)["reason"]) == (3, "logon_refused")
    assert "refused the user name or password" in err
    code, _out, err = await run(free_port(), *order, "--timeout", "0.5")
    assert (code, "cannot be reached" in err) == (3, True)
    await broker.stop_venue()
    code, out, _err = await run(port, *order, "--json", "--timeout", "0.5")
    assert (code, json.loads(out)["reason"]) == (3, "venue_silent")
    for arguments in (
        ("order", "buy", SYMBOL, "100"),
        ("order", "hold", SYMBOL, "100", "70.00"),
        ("orders", "--password-file", str(tmp_path / "nowhere")),
        ("watch", "--count", "0"),
        ("nonsense",),
    ):
        code, out, err = await run(port, *arguments, password="")
        assert (code, out) == (2, ""), arguments
        assert err


async def test_a_reader_that_has_enough_is_no_error(broker: Harness) -> None:
    process = await start(broker._port, "watch", "--seconds", str(int(PATIENCE_SECONDS)))
    assert process.stdout is not None
    await process.stdout.readline()
    process.stdout._transport.close()  # type: ignore[attr-defined]  # as `head` does
    async with broker.client("bo") as bo:
        tries = iter(range(6_000, 7_000))
        while process.returncode is None:
            await bo.place(SYMBOL, "buy", 1, next(tries))
            await asyncio.sleep(0.05)
    assert process.stderr is not None
    assert await process.stderr.read() == b""
    assert process.returncode == 0


async def test_no_command_waits_for_textual() -> None:
    code = (
        "import sys; from bashu_tui.cli import main;"
        f"code = main(['orders', '--user', 'x', '--timeout', '0.1', '--broker',"
        f" 'mqtt://127.0.0.1:{free_port()}']);"
        "print(code, sorted(m for m in sys.modules if m.split('.')[0] == 'textual'))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "BASHU_PASSWORD": "x"},
    )  # fmt: skip
    out, _err = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert out.decode() == "3 []\n"
