"""What bounds the user at the venue: permissions, the member's limits, its clients."""

from collections.abc import Collection

from bashu_protocol.client import Client
from bashu_protocol.messages import AnyMessage, LimitsRow, MemberLimits, Permission


class Limits:
    """Asked for with everything else; the venue does not tell when they change."""

    def __init__(self) -> None:
        self.row: LimitsRow | None = None

    @property
    def permissions(self) -> Collection[Permission]:
        return self.row.permissions if self.row is not None else ()

    @property
    def member(self) -> MemberLimits:
        return self.row.limits if self.row is not None else MemberLimits()

    @property
    def clients(self) -> list[str]:
        """Client accounts that may trade."""
        row = self.row
        return [account for account, _name, active in row.clients if active] if row else []

    def hear(self, message: AnyMessage) -> set[str]:
        return set()

    async def reload(self, client: Client) -> None:
        for row in (await client.query("limits")).rows:
            if isinstance(row, LimitsRow):
                self.row = row
