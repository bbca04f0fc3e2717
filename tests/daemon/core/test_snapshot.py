"""A dumped and loaded venue is the same venue."""

import os
import random
import subprocess
import sys
from typing import Any

import msgspec
import pytest

from bashu_daemon.core import Venue
from bashu_protocol.messages import (
    CancelOrder,
    CloseDay,
    HaltInstrument,
    MassCancel,
    NewOrder,
    OpenDay,
    ReplaceOrder,
    ResumeInstrument,
    SetPhase,
    StateCommand,
    SuspendMember,
)
from bashu_protocol.reject_codes import RejectCode

SCRIPT = """
from bashu_daemon.core import Venue
from bashu_protocol.messages import *
venue = Venue()
rules = InstrumentRules(
    symbol="CEA24", name_zh="x", name_en="x", product="CEA", reference_price=7_000
)
commands = [("venue", ListInstrument("l", rules))]
for name in ("delta", "alpha", "bravo", "golf"):
    commands += [
        ("venue", AddMember(f"m-{name}", name, name, name)),
        ("venue", AddUser(f"u-{name}", name, name)),
        ("venue", Deposit(f"c-{name}", name, "CNY", 10**9)),
        ("venue", Deposit(f"t-{name}", name, "CEA24", 10**5)),
    ]
commands += [("venue", OpenDay("o", 20240102)), ("venue", SetPhase("g", "continuous"))]
for number, name in enumerate(("golf", "alpha", "delta", "bravo") * 5):
    side = "buy" if number % 2 else "sell"
    commands.append((name, NewOrder(f"n{number}", "CEA24", side, 7 + number, 7_000 + number % 3)))
commands.append(("alpha", MassCancel("mc")))
for number, (user, command) in enumerate(commands):
    venue.apply(user, command, number)
print(venue.state_hash())
"""


def commands(seed: int, count: int) -> list[tuple[str, StateCommand]]:
    """Return a seeded day's work of all kinds, refused commands and repeated ids included."""
    rng = random.Random(seed)
    made: list[tuple[str, StateCommand]] = []
    for _ in range(count):
        user = rng.choice(("anna", "ada", "bo", "cy"))
        name, original = f"n{rng.randrange(count)}", f"n{rng.randrange(count)}"
        price = rng.randint(6_995, 7_005)
        roll = rng.random()
        if roll < 0.6:
            side: Any = rng.choice(("buy", "sell"))
            in_force: Any = rng.choice(("day", "day", "day", "ioc", "fok"))
            qty = rng.randint(0, 60)
            order = NewOrder(name, "CEA24", side, qty, price, time_in_force=in_force)
            made.append((user, order))
        elif roll < 0.75:
            made.append((user, ReplaceOrder(name, original, rng.randint(1, 60), price)))
        elif roll < 0.95:
            made.append((user, CancelOrder(name, original)))
        elif roll < 0.96:
            made.append((user, MassCancel(name)))
        elif roll < 0.97:
            made.append(("sue", HaltInstrument(name, "CEA24", "why")))
        elif roll < 0.99:
            made.append(("sue", ResumeInstrument(name, "CEA24", "why")))
        else:
            made.append(("sue", SuspendMember(name, "C", "why")))
    ends: list[StateCommand] = [
        CloseDay("e1"),
        OpenDay("e2", 20240103),
        SetPhase("e3", "continuous"),
    ]
    return made + [("venue", command) for command in ends]


@pytest.mark.parametrize("seed", range(3))
def test_a_loaded_venue_goes_on_exactly_as_the_dumped_one(new_exchange: Any, seed: int) -> None:
    """Checked after every tenth command, and by the events of all that follow."""
    exchange = new_exchange(self_trade_prevention="cancel_resting" if seed else "cancel_incoming")
    venue: Venue = exchange.venue
    loaded = Venue.load(venue.dump())
    for number, (user, command) in enumerate(commands(seed, 400)):
        if number % 10 == 0:
            data = venue.dump()
            loaded = Venue.load(data)
            assert loaded.dump() == data
        assert loaded.apply(user, command, number) == venue.apply(user, command, number)
    assert loaded.dump() == venue.dump()
    assert venue.state_hash() == loaded.state_hash()
    assert venue.stat("CEA24").trade_date == 20240103


def test_reads_survive(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000)
    exchange.order("bo", "buy", 4, 7_000)
    exchange.command("sue", HaltInstrument("h", "CEA24", "why"))
    before, after = exchange.venue, Venue.load(exchange.venue.dump())
    assert after.seq == before.seq
    assert after.trade_date == before.trade_date
    assert after.day_is_open == before.day_is_open
    assert after.symbols() == before.symbols()
    assert after.users() == before.users()
    assert after.depth("CEA24") == before.depth("CEA24")
    assert after.stat("CEA24") == before.stat("CEA24")
    assert after.notices() == before.notices() != []
    assert after.instrument_rows() == before.instrument_rows()
    assert after.member_rows() == before.member_rows()
    assert after.ledger_totals() == before.ledger_totals()
    assert [after.user_info(u) for u in after.users()] == [
        before.user_info(u) for u in before.users()
    ]
    for member in "ABC":
        assert after.order_rows(member) == before.order_rows(member)
        assert after.fill_rows(member) == before.fill_rows(member)
        assert after.account_rows(member) == before.account_rows(member)
    assert after.has_live_orders("anna")
    assert not after.has_live_orders("ada")
    assert not after.has_live_orders("nobody")


def test_a_refused_command_moves_only_numbers_in_the_dump(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o1")
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o2")
    before = msgspec.msgpack.decode(exchange.venue.dump())
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o2")
    after = msgspec.msgpack.decode(exchange.venue.dump())
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"seq", "now_ns", "users"}
    for user in (*before["users"], *after["users"]):
        user.pop("rpt_seq")
    assert before["users"] == after["users"]


def test_bytes_that_are_no_snapshot(exchange: Any) -> None:
    data = exchange.venue.dump()
    for broken in (b"", data[:-1], data + b"\0", b"\x80"):
        with pytest.raises(msgspec.MsgspecError):
            Venue.load(broken)
    other = msgspec.msgpack.decode(data) | {"version": 99}
    with pytest.raises(ValueError, match="format 99"):
        Venue.load(msgspec.msgpack.encode(other))


def test_the_hash_does_not_depend_on_the_seed_of_string_hashing() -> None:
    hashes = set()
    for seed in ("0", "1", "4242"):
        ran = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        hashes.add(ran.stdout)
    assert len(hashes) == 1
    assert len(hashes.pop().strip()) == 64


def test_a_loaded_venue_prevents_the_same_self_trades(new_exchange: Any) -> None:
    """By account: members of one owner meet, a member's own orders do not."""
    exchange = new_exchange(self_trade_scope="account")
    exchange.order("anna", "sell", 5, 7_000)
    exchange.venue = Venue.load(exchange.venue.dump())
    reports = exchange.order("ada", "buy", 5, 7_000)
    assert reports[-1].reject_code == RejectCode.SELF_TRADE
    assert exchange.order("cy", "buy", 5, 7_000)[-1].ord_status == "filled"
