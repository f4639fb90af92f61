"""What waits for one connection."""

import asyncio

from vezta_stream.gateway.send_queue import SendQueue


def queue(*, max_frames: int = 3, max_bytes: int = 100) -> SendQueue:
    """A small queue."""
    return SendQueue(max_frames=max_frames, max_bytes=max_bytes)


async def test_frames_come_out_in_their_order_and_at_most_so_many() -> None:
    waiting = queue()
    for frame in ("a", "b", "c"):
        assert waiting.offer(frame)

    assert await waiting.take(limit=2) == ["a", "b"]
    assert await waiting.take(limit=2) == ["c"]


def test_an_offer_beyond_the_number_of_frames_is_refused() -> None:
    waiting = queue(max_frames=2)

    assert [waiting.offer("x") for _ in range(3)] == [True, True, False]
    assert len(waiting) == 2


async def test_an_offer_beyond_the_bytes_is_refused_until_there_is_room() -> None:
    waiting = queue(max_bytes=10)

    assert waiting.offer("x" * 6)
    assert not waiting.offer("x" * 5)
    assert waiting.offer("x" * 4)
    await waiting.take(limit=1)
    assert waiting.offer("x" * 6)


def test_a_frame_larger_than_the_bound_is_taken_when_nothing_else_waits() -> None:
    waiting = queue(max_bytes=10)

    assert waiting.offer("x" * 50)
    assert not waiting.offer("y")


async def test_taking_waits_for_an_offer() -> None:
    waiting = queue()
    async with asyncio.TaskGroup() as group:
        taking = group.create_task(waiting.take(limit=5))
        await asyncio.sleep(0)
        assert not taking.done()
        waiting.offer("a")

    assert taking.result() == ["a"]


async def test_closing_ends_the_wait() -> None:
    waiting = queue()
    async with asyncio.TaskGroup() as group:
        taking = group.create_task(waiting.take(limit=5))
        await asyncio.sleep(0)
        waiting.close()

    assert taking.result() == []
    assert not waiting.offer("late")


async def test_closing_throws_away_what_waits_but_for_the_last_word() -> None:
    waiting = queue()
    waiting.offer("a")
    waiting.close(last="bye")
    waiting.close(last="ignored")

    assert await waiting.take(limit=5) == ["bye"]
    assert await waiting.take(limit=5) == []
