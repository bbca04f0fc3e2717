"""Mosquitto's configuration: password file, ACL and settings that suit a venue."""

from collections.abc import Iterable
from pathlib import Path

from bashu_daemon.bus.acl import publishable, readable
from bashu_protocol import topics
from bashu_protocol.codec import MAX_PAYLOAD_BYTES
from bashu_protocol.messages import Role

PACKET_OVERHEAD_BYTES = 1024


def acl_text(users: Iterable[tuple[str, Role]]) -> str:
    """Return the ACL file: a block for the venue, one for the public, then one for each user."""
    blocks = [f"user {topics.VENUE_USER}\ntopic readwrite {topics.ROOT}/#\n"]
    blocks.append(_block(topics.PUBLIC_USER, None))
    blocks += [
        _block(user, role)
        for user, role in sorted(users)
        if user not in (topics.VENUE_USER, topics.PUBLIC_USER)
    ]
    return "\n".join(blocks)


def _block(user: str, role: Role | None) -> str:
    lines = [f"user {user}"]
    lines += [f"topic write {pattern}" for pattern in publishable(user)]
    lines += [f"topic read {pattern}" for pattern in readable(user, role)]
    return "\n".join(lines) + "\n"


def mosquitto_text(
    *,
    port: int,
    password_file: Path,
    acl_file: Path,
    host: str = "127.0.0.1",
    run_as: str | None = None,
) -> str:
    """Return mosquitto.conf. Truth is the journal, so the broker keeps nothing on disk."""
    lines = [
        f"listener {port} {host}",
        "allow_anonymous false",
        f"password_file {password_file}",
        f"acl_file {acl_file}",
        "persistence false",
        "set_tcp_nodelay true",
        # A reader that falls this far behind loses messages, sees the gap and catches up.
        "max_queued_messages 20000",
        "max_inflight_messages 2000",
        f"max_packet_size {MAX_PAYLOAD_BYTES * 2 + PACKET_OVERHEAD_BYTES}",
        "retain_available true",
        "connection_messages false",
    ]
    if run_as is not None:
        lines.append(f"user {run_as}")
    return "\n".join(lines) + "\n"
