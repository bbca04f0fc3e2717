"""Follows the bus as the public user, for as long as the server runs."""

import asyncio
import contextlib
import logging
from typing import Final

from bashu_protocol import topics
from bashu_protocol.codec import MALFORMED, decode
from bashu_protocol.transport import ConnectionLost, LogonRefused, Transport
from bashu_tui.web.board_state import BoardState

logger = logging.getLogger(__name__)

FIRST_RETRY_SECONDS: Final = 0.5
LONGEST_RETRY_SECONDS: Final = 10.0
TOPICS: Final = (
    f"{topics.ROOT}/md/+/stat",
    f"{topics.ROOT}/md/+/book",
    topics.NOTICE,
    topics.RECENT_NOTICES,
    topics.VENUE_STATUS,
)


async def follow(transport: Transport, state: BoardState) -> None:
    """Read until cancelled; connect anew when the connection breaks."""
    retry = FIRST_RETRY_SECONDS
    while True:
        try:
            await transport.connect(None)
            await transport.subscribe(TOPICS)
            retry = FIRST_RETRY_SECONDS
            await _read(transport, state)
        except LogonRefused:
            # The operator may set the password meanwhile.
            logger.error("The venue refuses the public user's password: the board stands still.")  # noqa: TRY400  no traceback helps
            retry = LONGEST_RETRY_SECONDS
        except ConnectionLost as error:
            logger.info("The board's connection: %s", error)
        finally:
            state.lose()
            with contextlib.suppress(ConnectionLost):
                await transport.close()
        await asyncio.sleep(retry)
        retry = min(retry * 2, LONGEST_RETRY_SECONDS)


async def _read(transport: Transport, state: BoardState) -> None:
    clock = asyncio.get_running_loop().time
    async for incoming in transport.messages():
        try:
            messages = decode(incoming.payload)
        except MALFORMED as error:
            logger.warning("Unreadable message on %s: %s", incoming.topic, error)
            continue
        for message in messages:
            state.accept(message, clock())
