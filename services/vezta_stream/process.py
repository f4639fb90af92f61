"""One process: signals ask it to stop, its services end together within a deadline."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog

logger: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)

# Runs until `stop` is set, then finishes what it accepted and returns.
Service = Callable[[asyncio.Event], Awaitable[None]]


@contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """Give an event that SIGINT or SIGTERM sets.

    After the first signal the usual handlers are back, so that a second one ends the
    process at once. Needs a running event loop in the main thread.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)

    def restore() -> None:
        for number in numbers:
            loop.remove_signal_handler(number)

    def on_signal() -> None:
        restore()
        stop.set()

    for number in numbers:
        loop.add_signal_handler(number, on_signal)
    try:
        yield stop
    finally:
        restore()


def until_stopped(run: Callable[[], Awaitable[None]]) -> Service:
    """Make a service of something that runs until cancelled: `stop` cancels it."""

    async def service(stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(_await(run()))
            stopping = group.create_task(_await(stop.wait()))
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            running.cancel()
            stopping.cancel()

    return service


async def run_services(*services: Service, stop: asyncio.Event, grace_seconds: float) -> None:
    """Run every service until all have returned.

    When `stop` is set, or one of them fails, the others have `grace_seconds` to return;
    who has not is cancelled. Failures are logged and raised as an exception group.
    """
    failures: list[Exception] = []

    async def guarded(service: Service) -> None:
        try:
            await service(stop)
        except Exception as error:
            logger.exception("a service failed")
            failures.append(error)
            stop.set()

    async with asyncio.TaskGroup() as group:
        running = {group.create_task(guarded(service)) for service in services}
        await _either(running, stop)
        late = await _wait(running, grace_seconds)
        for task in late:
            logger.warning("a service did not stop in time", grace_seconds=grace_seconds)
            task.cancel()
    if failures:
        raise ExceptionGroup("services failed", failures)


async def _either(running: set[asyncio.Task[None]], stop: asyncio.Event) -> None:
    """Wait until `stop` is set or all tasks are done."""
    stopping = asyncio.ensure_future(stop.wait())
    try:
        while (live := {task for task in running if not task.done()}) and not stop.is_set():
            await asyncio.wait({*live, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()


async def _wait(running: set[asyncio.Task[None]], seconds: float) -> set[asyncio.Task[None]]:
    if not running:
        return set()
    _, late = await asyncio.wait(running, timeout=seconds)
    return late


async def _await(awaitable: Awaitable[object]) -> None:
    await awaitable
