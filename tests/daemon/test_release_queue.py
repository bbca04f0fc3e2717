import asyncio
from typing import Any

import pytest

from bashu_daemon import release_queue
from bashu_daemon.batch import Batch
from bashu_daemon.release_queue import ReleaseQueue


def future() -> "asyncio.Future[None]":
    return asyncio.get_running_loop().create_future()


async def test_batches_leave_in_order_and_only_when_durable() -> None:
    queue = ReleaseQueue()
    first, second = future(), future()
    await queue.put(Batch(seq=1), first)
    await queue.put(Batch(seq=2), second)
    taking = asyncio.create_task(queue.take())
    second.set_result(None)
    await asyncio.sleep(0)
    assert not taking.done()
    first.set_result(None)
    assert [batch.seq for batch in await taking] == [1, 2]


async def test_what_needs_no_disk_waits_for_what_came_before() -> None:
    queue = ReleaseQueue()
    durable, later = future(), future()
    await queue.put(Batch(seq=1), durable)
    await queue.put(Batch(seq=2), None)
    await queue.put(Batch(seq=3), later)
    taking = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    assert not taking.done()
    durable.set_result(None)
    assert [batch.seq for batch in await taking] == [1, 2]
    assert len(queue) == 1


async def test_a_snapshot_ends_what_is_taken_together() -> None:
    queue = ReleaseQueue()
    for seq in (1, 2, 3):
        await queue.put(Batch(seq=seq, snapshot=b"state" if seq == 2 else None), None)
    assert [batch.seq for batch in await queue.take()] == [1, 2]
    assert [batch.seq for batch in await queue.take()] == [3]


async def test_a_failed_write_reaches_the_taker_whichever_batch_it_is() -> None:
    for failing in (0, 1):
        queue = ReleaseQueue()
        futures = [future(), future()]
        for seq, durable in enumerate(futures):
            await queue.put(Batch(seq=seq), durable)
        futures[failing].set_exception(OSError("disk"))
        futures[1 - failing].set_result(None)
        with pytest.raises(OSError, match="disk"):
            await queue.take()
        futures[1].exception()


async def test_a_full_queue_holds_the_sender_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_queue, "MAX_BATCHES", 2)
    queue = ReleaseQueue()
    await queue.put(Batch(seq=1), None)
    await queue.put(Batch(seq=2), None)
    third = asyncio.create_task(queue.put(Batch(seq=3), None))
    await asyncio.sleep(0)
    assert not third.done()
    assert len(await queue.take()) == 2
    await third
    assert len(queue) == 1


async def test_join_waits_for_the_release_of_what_was_taken() -> None:
    queue = ReleaseQueue()
    await queue.join()
    await queue.put(Batch(), None)
    joined: Any = asyncio.create_task(queue.join())
    await queue.take()
    await asyncio.sleep(0)
    assert not joined.done()
    queue.done()
    await joined
