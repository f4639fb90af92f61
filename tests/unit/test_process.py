"""Services that end together."""

import asyncio
import os
import signal

import pytest

from vezta_stream.process import run_services, stop_on_signals, until_stopped


class Service:
    """Waits for the stop, and then takes its time."""

    def __init__(self, *, takes_seconds: float = 0.0, failure: Exception | None = None) -> None:
        self.started = asyncio.Event()
        self.ended = ""
        self._takes_seconds = takes_seconds
        self._failure = failure

    async def __call__(self, stop: asyncio.Event) -> None:
        """Run."""
        self.started.set()
        try:
            if self._failure is not None:
                raise self._failure
            await stop.wait()
            await asyncio.sleep(self._takes_seconds)
            self.ended = "finished"
        except asyncio.CancelledError:
            self.ended = "cancelled"
            raise


async def test_all_run_until_the_stop_and_finish() -> None:
    services = [Service(), Service()]
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(run_services(*services, stop=stop, grace_seconds=5.0))
        for service in services:
            await service.started.wait()
        assert not running.done()
        stop.set()

    assert [service.ended for service in services] == ["finished", "finished"]


async def test_who_does_not_finish_in_time_is_cancelled() -> None:
    quick, slow = Service(), Service(takes_seconds=60.0)
    stop = asyncio.Event()
    stop.set()
    await run_services(quick, slow, stop=stop, grace_seconds=0.05)

    assert (quick.ended, slow.ended) == ("finished", "cancelled")


@pytest.mark.usefixtures("capsys")
async def test_a_failure_stops_the_others_and_is_raised() -> None:
    other, failing = Service(), Service(failure=ValueError("broken"))
    stop = asyncio.Event()
    with pytest.raises(ExceptionGroup) as failed:
        await run_services(other, failing, stop=stop, grace_seconds=5.0)

    assert failed.group_contains(ValueError, match="broken")
    assert other.ended == "finished"
    assert stop.is_set()


async def test_it_returns_when_all_have_returned_by_themselves() -> None:
    async def done(_: asyncio.Event) -> None:
        return

    await run_services(done, done, stop=asyncio.Event(), grace_seconds=5.0)
    await run_services(stop=asyncio.Event(), grace_seconds=5.0)


async def test_being_cancelled_cancels_the_services() -> None:
    service = Service()
    task = asyncio.create_task(run_services(service, stop=asyncio.Event(), grace_seconds=5.0))
    await service.started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert service.ended == "cancelled"


async def test_a_stop_cancels_what_runs_for_ever() -> None:
    forever = asyncio.Event()
    stop = asyncio.Event()
    stop.set()

    await until_stopped(forever.wait)(stop)  # type: ignore[arg-type]  # its answer is not looked at


async def test_what_fails_before_the_stop_fails_the_service() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ExceptionGroup) as failed:
        await until_stopped(fail)(asyncio.Event())
    assert failed.group_contains(ValueError, match="broken")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_first_signal_asks_and_the_second_one_is_as_usual(number: int) -> None:
    before = signal.getsignal(number)
    with stop_on_signals() as stop:
        os.kill(os.getpid(), number)
        async with asyncio.timeout(5):
            await stop.wait()

        assert signal.getsignal(number) in (before, signal.SIG_DFL, signal.default_int_handler)
