"""Asking the venue several independent things at the same time."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def together(*questions: Coroutine[Any, Any, None]) -> None:
    """Wait until all are answered.

    Raises:
        Exception: the first that failed, as it would be raised alone; the others are given up.
    """
    try:
        async with asyncio.TaskGroup() as group:
            for question in questions:
                group.create_task(question)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures
