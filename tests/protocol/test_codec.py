"""Every message in both encodings, and everything that is none."""

import random
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bashu_protocol import asyncapi
from bashu_protocol.codec import (
    MAX_BATCH,
    MAX_PAYLOAD_BYTES,
    decode,
    decode_commands,
    encode,
    encode_batch,
)
from bashu_protocol.messages import AnyMessage, CancelOrder, Encoding, Logon, NewOrder, Reject
from bashu_protocol.reject_codes import RejectCode

ENCODINGS: tuple[Encoding, ...] = ("json", "msgpack")
CLASSES: list[Any] = list(typing.get_args(AnyMessage))
ORDER = NewOrder("o1", "CEA25", "buy", 100, 7_460)


def values(annotation: Any) -> st.SearchStrategy[Any]:
    """Draw a value of a field's type."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        base, meta = arguments[0], arguments[1]
        if base is int:
            least = meta.ge if meta.ge is not None else -(2**63)
            return st.integers(least, meta.le if meta.le is not None else 2**63 - 1)
        if base is not str:
            return values(base)
        return st.text(min_size=meta.min_length or 0, max_size=8)
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is list:
        return st.lists(values(arguments[0]), max_size=2)
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(values(part) for part in arguments))
    if origin is dict:
        return st.dictionaries(st.text(max_size=4), values(arguments[1]), max_size=2)
    if arguments:
        return st.one_of(*(values(part) for part in arguments))
    if annotation is type(None):
        return st.none()
    if annotation is RejectCode:
        return st.sampled_from(list(RejectCode))
    if annotation is type(None):
        return st.none()
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        return st.integers(-(2**63), 2**63 - 1)
    if annotation is str:
        return st.text(max_size=8)
    return messages_of(annotation)


def messages_of(cls: Any) -> st.SearchStrategy[Any]:
    fields = msgspec.structs.fields(cls)
    return st.builds(
        lambda *v: cls(**dict(zip([f.name for f in fields], v, strict=True))),
        *(values(f.type) for f in fields),
    )


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_message_survives_both_encodings(cls: Any) -> None:
    @settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
    @given(messages_of(cls))
    def check(message: Any) -> None:
        for encoding in ENCODINGS:
            assert decode(encode(message, encoding)) == [message]
            assert decode(encode_batch([message, message], encoding)) == [message, message]

    check()


def test_the_first_byte_tells_the_encoding() -> None:
    assert encode(ORDER, "json")[:1] == b"{"
    assert encode_batch([ORDER, ORDER], "json")[:1] == b"["
    assert encode(ORDER, "msgpack")[0] >= 0x90
    assert decode(b"  \n" + encode(ORDER, "json")) == [ORDER]


def test_trailing_fields_take_their_defaults() -> None:
    short = msgspec.msgpack.encode(["new_order", "o1", "CEA25", "buy", 100, 7_460])
    assert decode_commands(short) == [ORDER]
    assert decode_commands(
        b'{"type":"new_order","cl_ord_id":"o1","symbol":"CEA25","side":"buy","order_qty":100,'
        b'"price":7460}'
    ) == [ORDER]
    assert decode_commands(b'{"type":"logon","session":"s"}') == [Logon("s")]


def test_an_unknown_field_is_refused() -> None:
    (answer,) = decode_commands(
        b'{"type":"cancel_order","cl_ord_id":"1","orig_cl_ord_id":"2","x":3}'
    )
    assert isinstance(answer, Reject)
    assert "x" in answer.text
    longer = msgspec.msgpack.encode(["cancel_order", "1", "2", 3])
    assert isinstance(decode_commands(longer)[0], Reject)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_good_commands_of_a_bad_batch_are_kept(encoding: Encoding) -> None:
    cancel = CancelOrder("c1", "o1")
    good = encode_batch([ORDER, cancel], encoding)
    bad = good.replace(b"buy", b"bye")
    first, second = decode_commands(bad)
    assert isinstance(first, Reject)
    assert first.cl_ord_id == "o1"
    assert second == cancel


EVIL: dict[str, bytes] = {
    "empty": b"",
    "blank": b"   ",
    "a number": b"[1]",
    "nested msgpack": b"\x91" * 200_000,
    "nested json": b"[" * 200_000,
    "nested objects": b'{"a":' * 50_000,
    "huge length claim": b"\xdd\xff\xff\xff\xff",
    "huge string claim": b"\x92\xdb\xff\xff\xff\xff",
    "not utf-8": b'{"type":"logon","session":"\xff\xfe"}',
    "msgpack not utf-8": b"\x92\xa5logon\xa2\xff\xfe",
    "two types": b'{"type":"logon","type":"query","session":"s"}',
    "a report": encode(Reject("", RejectCode.NONE, ""), "json"),
    "a float": b'{"type":"new_order","cl_ord_id":"f","symbol":"A","side":"buy","order_qty":1.5}',
    "2^70": b'{"type":"new_order","cl_ord_id":"g","symbol":"A","side":"buy","order_qty":%d}'
    % 2**70,
    "NaN": b'{"type":"new_order","cl_ord_id":"n","symbol":"A","side":"buy","order_qty":NaN}',
    "true": b'{"type":"new_order","cl_ord_id":"t","symbol":"A","side":"buy","order_qty":true}',
}


@pytest.mark.parametrize("name", EVIL)
def test_what_is_no_command_is_one_reject(name: str) -> None:
    answers = decode_commands(EVIL[name])
    assert answers
    assert all(isinstance(answer, Reject) for answer in answers)
    assert all(answer.text for answer in answers if isinstance(answer, Reject))


def test_what_is_too_large_is_refused_unread() -> None:
    (answer,) = decode_commands(b"\x91" * (MAX_PAYLOAD_BYTES + 1))
    assert isinstance(answer, Reject)
    assert answer.reject_code == RejectCode.TOO_LARGE
    (answer,) = decode_commands(encode_batch([CancelOrder("c", "o")] * (MAX_BATCH + 1), "msgpack"))
    assert isinstance(answer, Reject)
    assert answer.reject_code == RejectCode.TOO_LARGE


@given(st.binary(max_size=300))
@settings(max_examples=1_000, deadline=None)
def test_random_bytes_never_raise(payload: bytes) -> None:
    assert isinstance(decode_commands(payload), list)


def test_mutations_of_a_good_message_never_raise() -> None:
    chance = random.Random(8)
    for encoding in ENCODINGS:
        good = encode_batch([ORDER, Logon("s", 4), CancelOrder("c", "o1")], encoding)
        for _ in range(5_000):
            mutated = bytearray(good)
            for _ in range(chance.randint(1, 4)):
                mutated[chance.randrange(len(mutated))] = chance.randrange(256)
            assert isinstance(decode_commands(bytes(mutated)), list)
        for length in range(len(good)):
            assert isinstance(decode_commands(good[:length]), list)


def test_the_published_description_is_that_of_the_code() -> None:
    path = Path(__file__).parents[2] / "docs" / "asyncapi.json"
    assert path.read_text("utf-8") == asyncapi.text(), (
        "run: python -m bashu_protocol.asyncapi > docs/asyncapi.json"
    )
