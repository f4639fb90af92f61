"""Recordings on their own clock."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from vezta_stream.demo.replay import Recorded, Replay, load
from vezta_stream.simulator.emissions import Emission, ExchangeFrame, Topic

AT = 1_790_658_661_000


def polymarket(at: int | None) -> bytes:
    stated = {} if at is None else {"timestamp": str(at)}
    return json.dumps({"event_type": "book", "asset_id": "1", **stated}).encode()


def kalshi(at: int) -> bytes:
    return json.dumps({"type": "ticker", "sid": 1, "msg": {"ts_ms": at}}).encode()


def write(path: Path, *frames: bytes) -> Path:
    path.write_bytes(b"\n".join(frames) + b"\n")
    return path


def test_files_are_merged_by_time_and_told_apart_by_their_frames(tmp_path: Path) -> None:
    first = write(tmp_path / "p.jsonl", polymarket(AT), polymarket(AT + 20))
    second = write(tmp_path / "k.jsonl", kalshi(AT + 10))

    recorded = load([first, second], use_yes_price=True)

    assert [(one.at, one.frame.topic) for one in recorded] == [
        (AT, Topic.POLYMARKET),
        (AT + 10, Topic.KALSHI),
        (AT + 20, Topic.POLYMARKET),
    ]
    assert recorded[1].frame.use_yes_price


def test_a_frame_without_time_follows_the_one_before_it(tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", b"PONG", polymarket(AT), polymarket(None))

    assert [one.at for one in load([path], use_yes_price=False)] == [AT, AT, AT]


def test_an_array_frame_counts_at_the_time_of_its_first_element(tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", b"[" + polymarket(AT) + b"," + polymarket(AT + 5) + b"]")

    assert [one.at for one in load([path], use_yes_price=False)] == [AT]


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither Polymarket's nor Kalshi's"):
        load([write(tmp_path / "x.jsonl", b'{"hello": 1}')], use_yes_price=False)


def test_the_clock_stands_at_the_first_frame_until_the_replay_begins() -> None:
    now = [0.0]
    replay = Replay(
        [Recorded(AT, ExchangeFrame(Topic.POLYMARKET, b"a"))],
        speed=100.0,
        monotonic=lambda: now[0],
    )

    now[0] = 60.0

    assert replay.clock() == AT


async def test_frames_come_at_their_pace_times_the_speed() -> None:
    frames = [ExchangeFrame(Topic.POLYMARKET, b"a"), ExchangeFrame(Topic.POLYMARKET, b"b")]
    now = [0.0]

    def monotonic() -> float:
        now[0] += 1.0  # every look at the clock is a second later
        return now[0]

    replay = Replay(
        [Recorded(AT, frames[0]), Recorded(AT + 4_000, frames[1])], speed=4.0, monotonic=monotonic
    )
    emitted: list[tuple[int, Emission]] = []

    async def emit(emissions: Sequence[Emission]) -> None:
        emitted.extend((replay.clock(), emission) for emission in emissions)

    await replay.run(emit)

    assert [emission for _, emission in emitted] == frames
    assert emitted[1][0] >= AT + 4_000


async def test_overdue_frames_follow_as_fast_as_they_are_taken() -> None:
    frames = [Recorded(AT + number, ExchangeFrame(Topic.KALSHI, b"a")) for number in range(100)]
    now = [0.0]
    replay = Replay(frames, speed=1.0, monotonic=lambda: now[0])
    emitted: list[Emission] = []

    async def emit(emissions: Sequence[Emission]) -> None:
        now[0] += 1.0  # whoever takes them is slower than they came
        emitted.extend(emissions)

    await replay.run(emit)

    assert emitted == [one.frame for one in frames]
    assert now[0] == 100.0
