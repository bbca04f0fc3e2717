"""What a view model of its own, such as that of the blocks, gives the session."""

from typing import Protocol

from bashu_protocol.client import Client
from bashu_protocol.messages import AnyMessage


class Part(Protocol):
    """Kept from the client's messages; asked for anew after each interruption of the link."""

    def hear(self, message: AnyMessage) -> set[str]:
        """Take one message; return the names of what changed, for the screens."""

    async def reload(self, client: Client) -> None:
        """Ask the venue for the truth.

        Raises:
            CommandTimeout, CommandRefused: the session tries again.
        """
