"""Reading the report rows of the journal back."""

import msgspec

from bashu_daemon.errors import OperatorError
from bashu_protocol.messages import NumberedReport

_MANY = msgspec.msgpack.Decoder(list[NumberedReport])
_ONE = msgspec.msgpack.Decoder(NumberedReport)


def decode_stored(payload: bytes) -> list[NumberedReport]:
    """Read a row's payload: a batch, or a bare report.

    Raises:
        OperatorError: it holds no reports that this version knows.
    """
    try:
        return _MANY.decode(payload)
    except msgspec.MsgspecError:
        pass
    try:
        return [_ONE.decode(payload)]
    except msgspec.MsgspecError as error:
        raise OperatorError(
            f"A stored report is none that this version of Bashu knows ({error}); read the "
            "journal with the version that wrote it."
        ) from error
