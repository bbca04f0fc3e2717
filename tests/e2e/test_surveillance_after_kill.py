"""`kill -9` of the daemon under load: its alerts are those of a replay of the whole journal."""

import asyncio
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bashu_testing import MOSQUITTO, PASSWORDS, PATIENCE_SECONDS, SYMBOL, Mosquitto, eventually
from restless_trader import Trader
from served_venue import RULEBOOK, ServedVenue

from bashu_protocol.client import Client
from bashu_protocol.messages import Alert, ConfirmParameterChange, ProposeParameterChange
from bashu_protocol.mqtt_transport import MqttTransport

TRADERS = ("anna", "bo", "carl")
KILLS = 4
SEED = 11
PARAMETERS = f"""
include = ["{RULEBOOK.parent / "national_cea.toml"}"]
[surveillance.self_trade]
violation_count = 30
[surveillance.frequent_cancel]
cancels = 40
[surveillance.frequent_cancel.{SYMBOL}]
large_qty = 25
large_cancels = 10
[surveillance.order_to_trade]
info_ratio = 1
violation_ratio = 2
min_messages = 20
near_bps = 0
[surveillance.burst_rate]
warning_per_second = 20
"""
"""Low, so that several rules have something to find in a few seconds of random orders."""


def _client(user: str, port: int, **more: Any) -> Client:
    return Client(MqttTransport("127.0.0.1", port, user, PASSWORDS[user]), user, **more)


async def _change(proposer: Client, confirmer: Client, parameter: str, value: int) -> None:
    """Two supervisors agree on another parameter of `self_trade`."""
    name = proposer.new_cl_ord_id()
    proposal = ProposeParameterChange(name, "self_trade", parameter, value, "too many")
    proposed = await proposer.command(proposal, timeout=PATIENCE_SECONDS)
    assert proposed.accepted, proposed
    number = int(proposed.text.split()[1])
    confirm = ConfirmParameterChange(confirmer.new_cl_ord_id(), number)
    assert (await confirmer.command(confirm, timeout=PATIENCE_SECONDS)).accepted


async def _storm(directory: Path) -> list[Alert]:
    """Kill the venue several times under load; return the alerts that it answers at the end."""
    rulebook = directory / "rules.toml"
    rulebook.write_text(PARAMETERS)
    broker = Mosquitto(directory)
    broker.start()
    chance = random.Random(SEED)
    traders = [Trader(user, broker.port, SEED) for user in TRADERS]
    supervisors = [_client(user, broker.port) for user in ("sup", "sup2")]
    venue = ServedVenue(directory, broker.port, rulebook)
    venue.start()
    tasks: list[asyncio.Task[None]] = []
    try:
        for client in (*(trader.client for trader in traders), *supervisors):
            await client.start(PATIENCE_SECONDS)
        tasks = [asyncio.create_task(trader.trade()) for trader in traders]
        for number in range(KILLS):
            before = len(traders[0].received)
            await eventually(lambda least=before + 20: len(traders[0].received) > least)
            if number == 1:
                await _change(*supervisors, "violation_count", 10)
            await asyncio.sleep(chance.random() * 0.4)
            venue.kill()
            venue.start()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for trader in traders:
            await eventually(lambda t=trader: t.client.link.state == "live")
            assert (await trader.client.mass_cancel(timeout=PATIENCE_SECONDS)).accepted
        for supervisor in supervisors:
            await eventually(lambda s=supervisor: s.link.state == "live")
        await _change(*supervisors, "enabled", 0)
        return await _settled(supervisors[0])
    finally:
        for task in tasks:
            task.cancel()
        for client in (*(trader.client for trader in traders), *supervisors):
            await client.close()
        venue.stop()
        broker.kill()


async def _settled(supervisor: Client) -> list[Alert]:
    """Return the alerts when surveillance has seen the last command, which switched a rule off."""
    alerts: list[Alert] = []
    while not any(alert.facts.get("subject") == "self_trade" for alert in alerts):
        await asyncio.sleep(0.1)
        alerts = (await supervisor.query("alerts", timeout=PATIENCE_SECONDS)).alerts
    return alerts


def _replayed(data: Path) -> list[dict[str, Any]]:
    command = [str(Path(sys.executable).parent / "bashu"), "surveil", str(data), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def _as_printed(alert: Alert) -> dict[str, Any]:
    return {
        "alert_id": alert.alert_id, "rule": alert.rule, "severity": alert.severity,
        "score": alert.score, "accounts": alert.members, "owner": alert.owner,
        "symbol": alert.symbol, "first_ts_ns": alert.first_time, "last_ts_ns": alert.last_time,
        "count": alert.count, "order_ids": alert.order_ids, "order_seqs": alert.order_seqs,
        "exec_ids": alert.exec_ids, "gain": alert.gain, "facts": alert.facts,
        "parameters": alert.parameters, "parameters_version": alert.parameters_version,
        "story": alert.stories,
    }  # fmt: skip


@pytest.mark.mosquitto
@pytest.mark.skipif(MOSQUITTO is None, reason="MOSQUITTO IS NOT INSTALLED: this did not run")
@pytest.mark.timeout(300)
async def test_the_alerts_of_a_venue_that_was_killed_are_those_of_a_replay(tmp_path: Path) -> None:
    alerts = await _storm(tmp_path)
    kinds = {alert.facts["kind"] for alert in alerts if alert.rule == "blind_spot"}
    assert not kinds & {"gap", "rule_failed"}
    own = [_as_printed(alert) for alert in alerts if alert.rule != "blind_spot"]
    assert own == _replayed(tmp_path / "data")
    assert list((tmp_path / "data" / "snapshots").iterdir()), "it never began from a snapshot"
    versions = {(alert["rule"], alert["parameters_version"]) for alert in own}
    assert ("self_trade", 2) in versions
    found = {alert["rule"] for alert in own}
    assert {"self_trade", "frequent_cancel", "order_to_trade", "burst_rate"} <= found
    print(f"{KILLS} kills, {len(own)} alerts of {', '.join(sorted(found))}")
