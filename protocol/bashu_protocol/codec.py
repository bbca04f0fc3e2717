"""Bytes to messages and back: msgpack arrays and JSON objects, told apart by the first byte.

A payload holds one message or a batch of them (an array of messages).
"""

import typing
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from bashu_protocol.messages import AnyMessage, Command, Encoding, Message, Reject
from bashu_protocol.reject_codes import RejectCode

MAX_PAYLOAD_BYTES: Final = 256 * 1024
MAX_BATCH: Final = 1_000

_JSON_FIRST: Final = frozenset(b"{[ \t\r\n")
_ARRAY: Final = frozenset((*range(0x90, 0xA0), 0xDC, 0xDD))
_FIXARRAY: Final = 16
_ARRAY16: Final = 1 << 16
"""Element counts from which msgpack's longer array heads are in use."""

# 1 MB of nested arrays raises RecursionError, not DecodeError; broken UTF-8 UnicodeDecodeError.
MALFORMED: Final = (msgspec.MsgspecError, RecursionError, UnicodeError, OverflowError)


class _Twin:
    """The class that reads and writes one message class as a JSON object."""

    __slots__ = ("cls", "nested", "original")

    def __init__(self, original: type[Message]) -> None:
        self.original = original
        self.nested = [
            (index, typing.get_args(field.type)[0])
            for index, field in enumerate(msgspec.structs.fields(original))
            if _is_list_of_messages(field.type)
        ]
        self.cls: type[Struct] = msgspec.defstruct(
            original.__name__,
            [_twin_field(field) for field in msgspec.structs.fields(original)],
            frozen=True,
            forbid_unknown_fields=True,
            tag_field="type",
            tag=original.__struct_config__.tag,
            gc=original.__struct_config__.gc,
        )

    def from_message(self, message: Message) -> Struct:
        values = list(msgspec.structs.astuple(message))
        for index, cls in self.nested:
            values[index] = [_TWINS[cls].from_message(item) for item in values[index]]
        return self.cls(*values)

    def to_message(self, twin: Struct) -> Message:
        values = list(msgspec.structs.astuple(twin))
        for index, cls in self.nested:
            values[index] = [_TWINS[cls].to_message(item) for item in values[index]]
        return self.original(*values)


def _is_list_of_messages(annotation: Any) -> bool:
    arguments = typing.get_args(annotation)
    return (
        typing.get_origin(annotation) is list
        and isinstance(arguments[0], type)
        and issubclass(arguments[0], Message)
    )


def _twin_field(field: msgspec.structs.FieldInfo) -> Any:
    annotation = field.type
    if _is_list_of_messages(annotation):
        item = _make_twin(typing.get_args(annotation)[0]).cls
        annotation = list[item]  # type: ignore[valid-type]
    if field.required:
        return (field.name, annotation)
    if field.default_factory is not msgspec.NODEFAULT:
        return (field.name, annotation, msgspec.field(default_factory=field.default_factory))
    return (field.name, annotation, field.default)


_TWINS: dict[type[Message], _Twin] = {}
_TWIN_OF_CLASS: dict[type[Struct], _Twin] = {}


def _make_twin(cls: type[Message]) -> _Twin:
    if cls not in _TWINS:
        _TWINS[cls] = twin = _Twin(cls)
        _TWIN_OF_CLASS[twin.cls] = twin
    return _TWINS[cls]


def twin_class(cls: type[Message]) -> type[Struct]:
    """Return the class that a message has in JSON: an object with `type` and the same fields."""
    return _make_twin(cls).cls


def _twin_union(union: Any) -> Any:
    return typing.Union[tuple(_make_twin(cls).cls for cls in typing.get_args(union))]  # noqa: UP007


class Codec:
    """Decodes one direction of the wire; `union` is the set of messages it accepts."""

    def __init__(self, union: Any) -> None:
        twins = _twin_union(union)
        self._msgpack_one: Any = msgspec.msgpack.Decoder(union)
        self._msgpack_many: Any = msgspec.msgpack.Decoder(list[union])
        self._json_one: Any = msgspec.json.Decoder(twins)
        self._json_many: Any = msgspec.json.Decoder(list[twins])  # type: ignore[valid-type]

    def decode(self, payload: bytes) -> list[Any]:
        """Read a payload whole.

        Raises:
            msgspec.MsgspecError, RecursionError, UnicodeError, OverflowError (`MALFORMED`): if
                any part of it is not a message of the union.
        """
        if is_json(payload):
            if payload.lstrip()[:1] == b"[":
                twins = self._json_many.decode(payload)
            else:
                twins = [self._json_one.decode(payload)]
            return [_TWIN_OF_CLASS[type(twin)].to_message(twin) for twin in twins]
        if len(payload) > 1 and payload[0] in _ARRAY and _batch_follows(payload):
            return self._msgpack_many.decode(payload)  # type: ignore[no-any-return]
        return [self._msgpack_one.decode(payload)]

    def decode_one(self, payload: bytes, *, json: bool) -> Any:
        """Read exactly one message of a known encoding. Raises one of `MALFORMED`."""
        if json:
            twin = self._json_one.decode(payload)
            return _TWIN_OF_CLASS[type(twin)].to_message(twin)
        return self._msgpack_one.decode(payload)


def _batch_follows(payload: bytes) -> bool:
    """Whether the first element of a msgpack array is an array, as in a batch."""
    offset = {0xDC: 3, 0xDD: 5}.get(payload[0], 1)
    return offset < len(payload) and payload[offset] in _ARRAY


def is_json(payload: bytes) -> bool:
    return bool(payload) and payload[0] in _JSON_FIRST


_COMMANDS: Final = Codec(Command)
_MESSAGES: Final = Codec(AnyMessage)
_RAW_JSON: Final = msgspec.json.Decoder(list[msgspec.Raw])
_RAW_MSGPACK: Final = msgspec.msgpack.Decoder(list[msgspec.Raw])
_PACK: Final = msgspec.msgpack.Encoder()
_JSON: Final = msgspec.json.Encoder()


def decode(payload: bytes) -> list[AnyMessage]:
    """Read any payload that the venue or a client sends. Raises one of `MALFORMED`."""
    return _MESSAGES.decode(payload)


def decode_commands(payload: bytes) -> list[Command | Reject]:
    """Read what a user sent; what cannot be read stands in its place as a `Reject`.

    Never raises: this is the venue's outer wall.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        text = f"The message has {len(payload)} bytes; at most {MAX_PAYLOAD_BYTES} are accepted."
        return [Reject("", RejectCode.TOO_LARGE, text)]
    try:
        commands = _COMMANDS.decode(payload)
    except MALFORMED as error:
        return _decode_one_by_one(payload, error)
    if len(commands) > MAX_BATCH:
        return [_too_many(len(commands))]
    return commands


def _too_many(count: int) -> Reject:
    text = f"The batch has {count} commands; at most {MAX_BATCH} are accepted."
    return Reject("", RejectCode.TOO_LARGE, text)


def _decode_one_by_one(payload: bytes, error: BaseException) -> list[Command | Reject]:
    """Save the readable commands of a batch in which some are not."""
    json = is_json(payload)
    if (payload.lstrip()[:1] == b"[") if json else _batch_follows(payload + b"\0"):
        try:
            parts = (_RAW_JSON if json else _RAW_MSGPACK).decode(payload)
        except MALFORMED as broken:
            return [_unreadable(payload, broken)]
        if len(parts) > MAX_BATCH:
            return [_too_many(len(parts))]
        return [_decode_part(bytes(part), json=json) for part in parts]
    return [_unreadable(payload, error)]


def _decode_part(part: bytes, *, json: bool) -> Command | Reject:
    """Read one element of a batch; it is no batch itself."""
    try:
        command = _COMMANDS.decode_one(part, json=json)
    except MALFORMED as error:
        return _unreadable(part, error)
    return command  # type: ignore[no-any-return]  # one of the union


def _unreadable(payload: bytes, error: BaseException) -> Reject:
    reason = str(error) or type(error).__name__
    if isinstance(error, RecursionError):
        reason = "too many arrays or objects inside each other"
    return Reject(
        _find_cl_ord_id(payload), RejectCode.UNREADABLE, f"The message is not a command: {reason}"
    )


def _find_cl_ord_id(payload: bytes) -> str:
    """Say which command was meant, if the payload still tells."""
    try:
        if is_json(payload):
            found = msgspec.json.decode(payload)
            value = found.get("cl_ord_id", "") if isinstance(found, dict) else ""
        else:
            found = msgspec.msgpack.decode(payload)
            value = found[1] if isinstance(found, list) and len(found) > 1 else ""
    except MALFORMED:
        return ""
    return value[:64] if isinstance(value, str) else ""


def encode(message: AnyMessage, encoding: Encoding) -> bytes:
    """Write one message."""
    if encoding == "msgpack":
        return _PACK.encode(message)
    return _JSON.encode(_make_twin(type(message)).from_message(message))


def encode_elements(batch: Sequence[AnyMessage]) -> bytes:
    """Write messages in msgpack, one after the other and without the array's head."""
    return _PACK.encode(batch)[_head_length(len(batch)) :]


def join_elements(count: int, elements: bytes) -> bytes:
    """Make a payload of `count` encoded messages; a single message is written bare."""
    if count == 1:
        return elements
    if count < _FIXARRAY:
        return bytes((0x90 | count,)) + elements
    if count < _ARRAY16:
        return b"\xdc" + count.to_bytes(2) + elements
    return b"\xdd" + count.to_bytes(4) + elements


def _head_length(count: int) -> int:
    return 1 if count < _FIXARRAY else 3 if count < _ARRAY16 else 5


def encode_twin(twin: Struct) -> bytes:
    """Write a message in JSON that was made as its twin (see `twin_class`) in the first place."""
    return _JSON.encode(twin)


def encode_batch(batch: Sequence[AnyMessage], encoding: Encoding) -> bytes:
    """Write a batch; a single message is written bare."""
    if len(batch) == 1:
        return encode(batch[0], encoding)
    if encoding == "msgpack":
        return _PACK.encode(batch)
    return _JSON.encode([_make_twin(type(message)).from_message(message) for message in batch])
