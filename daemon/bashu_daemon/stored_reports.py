"""Reading the report rows of the journal back."""

import msgspec

from bashu_protocol.messages import NumberedReport

_MANY = msgspec.msgpack.Decoder(list[NumberedReport])
_ONE = msgspec.msgpack.Decoder(NumberedReport)


def decode_stored(payload: bytes) -> list[NumberedReport]:
    """Read a row's payload: a batch, or a bare report."""
    try:
        return _MANY.decode(payload)
    except msgspec.ValidationError:
        return [_ONE.decode(payload)]
