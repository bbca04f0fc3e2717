"""The protocol for programs: an AsyncAPI 3.0 document made from the message types.

`python -m bashu_protocol.asyncapi > docs/asyncapi.json` writes it; a test keeps it equal.
"""

import json
import sys
import typing
from typing import Any, Final

import msgspec

from bashu_protocol import messages, topics
from bashu_protocol.codec import twin_class

_U: Final = {"user": {"description": "The user's own name; the broker lets nobody else in."}}
_S: Final = {"symbol": {"description": "An instrument's symbol."}}

_CHANNELS: Final[tuple[tuple[str, str, dict[str, Any], Any, str], ...]] = (
    ("command", topics.command("{user}"), _U, messages.Command, "user to venue, QoS 1"),
    ("report", topics.report("{user}"), _U, messages.Report, "venue to user, QoS 1, gapless"),
    ("presence", topics.presence("{user}"), _U, messages.Presence, "retained, with a last will"),
    ("book", topics.book("{symbol}"), _S, messages.BookSnapshot, "retained depth"),
    ("delta", topics.delta("{symbol}"), _S, messages.BookDelta, "levels that changed"),
    ("trade", topics.trade("{symbol}"), _S, messages.PublicTrade, "public trades"),
    ("stat", topics.stat("{symbol}"), _S, messages.InstrumentStat, "the day's numbers, retained"),
    ("notice", topics.NOTICE, {}, messages.Notice, "disclosures and decisions"),
    (
        "recent_notices",
        topics.RECENT_NOTICES,
        {},
        messages.RecentNotices,
        "the last notices, retained",
    ),
    ("status", topics.VENUE_STATUS, {}, messages.VenueStatus, "retained heartbeat, every second"),
    ("alert", topics.ALERT, {}, messages.Alert, "surveillance alerts, supervisors only"),
    ("audit", topics.AUDIT, {}, messages.AuditBatch, "identified events, supervisors only"),
)


def document() -> dict[str, Any]:
    """Return the document; a payload is one message of the channel, or an array of them."""
    channels: dict[str, Any] = {}
    used: list[Any] = []
    for name, address, parameters, kinds, description in _CHANNELS:
        classes = typing.get_args(kinds) or (kinds,)
        used += [cls for cls in classes if cls not in used]
        channel: dict[str, Any] = {
            "address": address,
            "description": description,
            "messages": {
                _tag(cls): {"$ref": f"#/components/messages/{_tag(cls)}"} for cls in classes
            },
        }
        if parameters:
            channel["parameters"] = parameters
        channels[name] = channel
    twins = [twin_class(cls) for cls in used]
    _references, schemas = msgspec.json.schema_components(
        twins, ref_template="#/components/schemas/{name}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Bashu",
            "version": "1",
            "description": "A trading venue for carbon allowances and CCERs. Prices are fen, "
            "quantities tonnes, times nanoseconds since 1970. In JSON a message is an object with "
            "`type`; in msgpack it is an array of the type and then the fields in `x-array-order`.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "components": {
            "messages": {
                _tag(cls): {
                    "summary": (cls.__doc__ or "").strip().split("\n")[0],
                    "payload": {"$ref": f"#/components/schemas/{cls.__name__}"},
                    "x-array-order": [field.name for field in msgspec.structs.fields(cls)],
                }
                for cls in used
            },
            "schemas": schemas,
        },
    }


def text() -> str:
    """Return the document as it is kept in docs/."""
    return json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _tag(cls: Any) -> str:
    return str(cls.__struct_config__.tag)


if __name__ == "__main__":
    sys.stdout.write(text())
