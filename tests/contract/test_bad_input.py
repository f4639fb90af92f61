"""Whatever a client sends, the process lives and the others notice nothing.

The check that nothing is logged as an error or with a traceback is in `conftest`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Opcode

from tests.contract.clients import Client, connected, raw_polling, raw_websocket
from tests.contract.node_under_test import NodeUnderTest, Options, running_node
from tests.unit.gateway.packet_vectors import MALFORMED, SENSELESS_EVENTS
from vezta_stream.core.channels import Channel
from vezta_stream.core.limits import RateLimit
from vezta_stream.gateway.namespace import MAX_BAD_EVENTS

SOCKETIO_FRAMES = ["4" + packet for packets in MALFORMED.values() for packet in packets]
ENGINE_FRAMES = [
    "",
    "0",
    '0{"sid":"x"}',
    "2",
    "2probe",
    "5",
    "7",
    "9",
    "x",
    "-1",
    "²",
    "{}",
    "\x00",
]
VIOLATIONS: list[str | bytes] = [
    *SOCKETIO_FRAMES,
    *ENGINE_FRAMES,
    *("40/ws,", '40/ws,{"token":"x"}', '42["subscribe",{"channel":"market:prices"}]'),
    *('42/x,["a"]', "41/x,", "41", "43/x,1[]", "46/ws,1[]"),
    *("42", "42x", "42[NaN]", "42/x,[NaN]", "42/x,", '42/ws,1234567890123456["a"]'),
]  # fmt: skip
SENSELESS = [body for bodies in SENSELESS_EVENTS.values() for body in bodies]
STRAY_BINARY: list[str | bytes] = [
    *(b"", b"\x00", b"4", b'42/ws,["subscribe"]', b"\xff" * 1000),
    *("b", "b!!!", "bAAAA", "b" + "A" * 10_000),
]
HARMLESS = ["3", "3probe", "3" * 1000, "6", "6x", "43/ws,1[]", '43/ws,999["x"]', "40", "40/x,"]


class Bystander:
    """A well-behaved client that must not notice anything."""

    def __init__(self, node: NodeUnderTest, client: Client) -> None:
        self.node = node
        self._client = client
        self._count = 0

    async def still_served(self) -> None:
        """A publication arrives as always."""
        self._count += 1
        await self.node.publish(Channel.MARKET_PRICES, str(self._count).encode())
        expected = ("data", {"channel": "market:prices", "data": self._count})
        assert await self._client.next() == expected


@pytest_asyncio.fixture
async def bystander(node: NodeUnderTest) -> AsyncIterator[Bystander]:
    """A client subscribed to prices."""
    async with connected(node) as client:
        await client.subscribe("market:prices")
        yield Bystander(node, client)


async def test_a_websocket_that_breaks_the_protocol_is_closed(bystander: Bystander) -> None:
    for frame in VIOLATIONS:
        async with raw_websocket(bystander.node) as raw:
            await raw.join()
            await raw.send(frame)

            assert await raw.close_code() == 1002, frame
        await bystander.still_served()
    assert _malformed(bystander.node) == len(VIOLATIONS)


async def test_a_polling_session_that_breaks_the_protocol_is_closed(bystander: Bystander) -> None:
    frames = [frame for frame in VIOLATIONS if isinstance(frame, str)]
    for frame in frames:
        async with raw_polling(bystander.node) as raw:
            await raw.join()

            assert await raw.post(frame.encode(errors="surrogatepass")) == 400, frame
            assert (await raw.poll())[0] == 400
        await bystander.still_served()


async def test_oddities_that_harm_nobody_are_survived(bystander: Bystander) -> None:
    async with raw_websocket(bystander.node) as websocket, raw_polling(bystander.node) as polling:
        await websocket.join()
        await polling.join()
        for frame in HARMLESS:
            await websocket.send(frame)
            assert await polling.post(frame) == 200, frame
        await websocket.send('42/ws,1["subscribe",{"channel":"market:prices"}]')
        while not (answer := str(await websocket.receive())).startswith("43/ws,1"):
            assert answer.startswith("44")
    await bystander.still_served()


async def test_before_joining_nothing_but_joining_is_allowed(bystander: Bystander) -> None:
    frames: list[str | bytes] = [
        '42/ws,["subscribe",{"channel":"market:prices"}]',
        "41/ws,",
        "43/ws,1[]",
    ]
    for frame in (*frames, "42/ws,[NaN]", b"\x00"):
        async with raw_websocket(bystander.node) as raw:
            await raw.send(frame)

            assert await raw.close_code() == 1002
    await bystander.still_served()


async def test_binary_arguments_are_answered_with_an_error(bystander: Bystander) -> None:
    placeholder = '{"_placeholder":true,"num":0}'
    async with raw_websocket(bystander.node) as raw:
        await raw.join()
        for body in (placeholder, '{"channel":' + placeholder + "}"):
            await raw.send(f'451-/ws,3["subscribe",{body}]', b"\x00\x01")
            assert str(await raw.receive()).startswith('43/ws,3[{"statusCode":400')
            assert str(await raw.receive()).startswith('42/ws,["error",{"statusCode":400')
        await raw.send('42/ws,["subscribe",{"channel":"market:prices"}]')
        assert str(await raw.receive()).startswith('42/ws,["subscribed"')


async def test_an_event_that_makes_no_sense_is_answered_with_an_error(bystander: Bystander) -> None:
    async with raw_websocket(bystander.node) as raw:
        await raw.join()
        for body in SENSELESS:
            await raw.send("42/ws," + body, "42/ws,7" + body)

            error = str(await raw.receive())
            assert error.startswith('42/ws,["error",{"statusCode":400,"code":"VALIDATION_ERROR"')
            refusal = error.removeprefix('42/ws,["error",').removesuffix("]")
            assert await raw.receive() == f"43/ws,7[{refusal}]", body
            assert await raw.receive() == error
        await raw.send('42/ws,["subscribe",{"channel":"market:prices"}]')
        assert str(await raw.receive()).startswith('42/ws,["subscribed"')
        await bystander.still_served()
    assert _malformed(bystander.node) == 0


async def test_so_it_is_over_polling(bystander: Bystander) -> None:
    async with raw_polling(bystander.node) as raw:
        await raw.join()
        for body in SENSELESS:
            assert await raw.post("42/ws,7" + body) == 200, body[:20]
            status, answers = await raw.poll()

            assert status == 200
            assert [answer[:8] for answer in answers] == ["43/ws,7[", '42/ws,["']
            assert all('"VALIDATION_ERROR"' in answer for answer in answers)
    await bystander.still_served()


async def test_binary_that_nobody_announced_is_answered_with_an_error(bystander: Bystander) -> None:
    async with raw_websocket(bystander.node) as raw:
        await raw.join()
        for frame in STRAY_BINARY:
            await raw.send(frame)

            error = str(await raw.receive())
            assert error.startswith('42/ws,["error",{"statusCode":400,"code":"VALIDATION_ERROR"')
        await bystander.still_served()


async def test_who_sends_nothing_but_nonsense_is_closed(bystander: Bystander) -> None:
    async with raw_websocket(bystander.node) as raw:
        await raw.join()
        for _ in range(2):  # in between something that makes sense
            await raw.send(*["42/ws,[NaN]"] * (MAX_BAD_EVENTS - 1), '42/ws,1["unsubscribe"]')
            while not str(await raw.receive()).startswith("43/ws,1["):
                pass
        await raw.send(*["42/ws,[NaN]"] * MAX_BAD_EVENTS)

        assert await raw.close_code() == 1002
    await bystander.still_served()
    assert bystander.node.count("vezta_gateway_malformed_packets_total", reason="not_json") == 1


async def test_nonsense_is_slowed_to_the_rate_as_well() -> None:
    options = Options(rate_limit=RateLimit(per_second=0.001, burst=5))
    async with running_node(options) as node, raw_websocket(node) as raw:
        await raw.join()
        await raw.send(*["42/ws,[NaN]"] * 6)
        answers = [str(await raw.receive()) for _ in range(6)]

    assert ["RATE_LIMITED" in answer for answer in answers] == [False] * 4 + [True] * 2


async def test_announced_attachments_do_not_pile_up(bystander: Bystander) -> None:
    async with raw_websocket(bystander.node) as raw:
        await raw.join()
        await raw.send('4510-/ws,["a"]', *([b"x" * 60_000] * 10))
        await raw.send(*(['451-/ws,["a"]'] * 3))

        assert await raw.close_code() == 1002
    await bystander.still_served()


@pytest.mark.parametrize("size", [65_537, 200_000, 5_000_000])
async def test_a_frame_above_the_limit_ends_the_connection(bystander: Bystander, size: int) -> None:
    async with raw_websocket(bystander.node) as raw:
        await raw.join()
        with suppress(ConnectionClosed):  # the node does not read to the end
            await raw.send('42/ws,["' + "x" * size + '"]')

        assert await raw.close_code() == 1009
    await bystander.still_served()
    assert bystander.node.count("vezta_gateway_malformed_packets_total", reason="too_large") == 1


async def test_a_frame_just_below_the_limit_is_answered(bystander: Bystander) -> None:
    async with raw_websocket(bystander.node) as raw:
        await raw.join()
        await raw.send('42/ws,1["subscribe",{"channel":"' + "x" * 65_000 + '"}]')

        assert '"UNKNOWN_CHANNEL"' in str(await raw.receive())


async def test_text_that_is_not_utf8_ends_the_connection(bystander: Bystander) -> None:
    async with raw_websocket(bystander.node) as raw:
        async with raw.connection.send_context():
            raw.connection.protocol.send_text(b"4\xff\xfe")

        assert await raw.close_code() == 1007
    await bystander.still_served()
    assert bystander.node.count("vezta_gateway_malformed_packets_total", reason="not_utf8") == 1


async def test_bytes_that_are_no_frames_end_the_connection(bystander: Bystander) -> None:
    stray_continuation = bytes([0x80 | Opcode.CONT, 0x80, 0, 0, 0, 0])
    for raw_bytes in (b"\xff\xff\xff\xff", b"\x81\x05hello", stray_continuation):
        async with raw_websocket(bystander.node) as raw:
            raw.connection.transport.write(raw_bytes)

            assert await raw.close_code() == 1002
    await bystander.still_served()
    assert bystander.node.count("vezta_gateway_malformed_packets_total", reason="framing") == 3


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"\xff\xfe", b"4\xff", b"d=", b"d=4x", b"bAAA\x1ebAAA", b"4" + b"x" * 65_536),
        *(b"\x1e", b"\x1e" * 20, b"\x1e".join([b"6"] * 17), b"40/ws,\x1e40/ws,"),
    ],
    ids=lambda body: repr(body[:12]),
)
async def test_a_bad_body_is_refused(bystander: Bystander, body: bytes) -> None:
    async with raw_polling(bystander.node) as raw:
        assert await raw.post(body) == 400
    await bystander.still_served()


async def test_overlapping_polls_end_the_session(bystander: Bystander) -> None:
    async with raw_polling(bystander.node) as raw:
        await raw.join()
        async with asyncio.TaskGroup() as group:
            polls = [group.create_task(raw.poll()) for _ in range(2)]
    answers = [poll.result() for poll in polls]

    assert sorted(status for status, _ in answers) == [200, 400]
    assert ["1"] in [packets for _, packets in answers]  # the first is told to go
    await bystander.still_served()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400), ("EIO=3&transport=polling", 400), ("EIO=4&transport=carrier-pigeon", 400),
        ("EIO=4&transport=websocket", 400), ("EIO=4&transport=polling&sid=nonsense", 400),
        ("EIO=4&transport=polling&j=0", 400), ("EIO=4&transport=polling&j=x", 400),
        ("EIO=4&EIO=3&transport=polling", 400), ("EIO=%ff&transport=polling", 400),
        ("transport=polling&EIO=4", 200), ("EIO=4", 200),
    ],
)  # fmt: skip
async def test_odd_handshakes_are_refused(bystander: Bystander, query: str, status: int) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{bystander.node.url}/socket.io/?{query}") as answer:
            assert answer.status == status
        for method in ("PUT", "DELETE", "PATCH", "TRACE"):
            async with http.request(method, f"{bystander.node.url}/socket.io/?{query}") as answer:
                assert answer.status in (400, 405)
    await bystander.still_served()


@pytest.mark.parametrize(
    "query", ["EIO=3&transport=websocket", "EIO=4&transport=polling&sid=x", ""]
)
async def test_odd_websocket_handshakes_are_refused(bystander: Bystander, query: str) -> None:
    with pytest.raises(InvalidStatus):
        await connect(f"ws://127.0.0.1:{bystander.node.port}/socket.io/?{query}")
    with pytest.raises(InvalidStatus):
        await connect(f"ws://127.0.0.1:{bystander.node.port}/ws")
    await bystander.still_served()


async def test_a_session_has_one_upgrade_at_a_time(bystander: Bystander) -> None:
    async with raw_polling(bystander.node) as raw:
        await raw.join()
        uri = f"ws://127.0.0.1:{bystander.node.port}/socket.io/?EIO=4&transport=websocket"
        uri += "&sid=" + raw.handshake["sid"]
        async with connect(uri) as probing:
            with pytest.raises(InvalidStatus, match="403"):
                await connect(uri)
            await probing.send("2probe")
            assert await probing.recv() == "3probe"
            await probing.send("5")
            with pytest.raises(InvalidStatus, match="403"):
                await connect(uri)
            assert await raw.post("4") == 400
    await bystander.still_served()


async def test_a_flood_is_answered_and_slowed_to_the_rate() -> None:
    options = Options(rate_limit=RateLimit(per_second=0.001, burst=10))
    async with running_node(options) as node, connected(node) as client:
        await client.subscribe("market:prices")  # the second packet, after the connect
        answers = [await client.call("subscribe", {"channel": "x"}) for _ in range(20)]

    assert [answer["code"] for answer in answers] == [
        *["UNKNOWN_CHANNEL"] * 8, *["RATE_LIMITED"] * 12,
    ]  # fmt: skip
    assert answers[-1]["statusCode"] == 429


async def test_a_flood_of_connects_ends_the_connection() -> None:
    options = Options(rate_limit=RateLimit(per_second=0.001, burst=10))
    async with running_node(options) as node, raw_websocket(node) as raw:
        await raw.send(*['40/ws,{"token":"guess"}'] * 20)

        assert await raw.close_code() == 1002


async def test_pongs_that_nobody_asked_for_do_nothing(bystander: Bystander) -> None:
    async with raw_websocket(bystander.node) as raw:
        await raw.join()
        tasks = len(asyncio.all_tasks())
        for _ in range(2_000):
            await raw.send("3")
        await raw.send('42/ws,1["subscribe",{"channel":"market:prices"}]')
        assert str(await raw.receive()).startswith("43/ws,1")

        assert len(asyncio.all_tasks()) <= tasks
    await bystander.still_served()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    frames=st.lists(
        st.text(st.characters(exclude_categories=["Cs"]))
        | st.binary(max_size=50)
        | st.text('0123456/ws,[]{}":-subcribe', max_size=30).map(lambda text: "4" + text)
    )
)
async def test_no_sequence_of_frames_harms_anybody(
    bystander: Bystander, frames: list[str | bytes]
) -> None:
    async with raw_websocket(bystander.node) as raw:
        await raw.join()
        with suppress(ConnectionClosed):
            await raw.send(*frames, "4")  # the last closes it at the latest
        assert await raw.close_code() in (1000, 1002)
    await bystander.still_served()


def _malformed(node: NodeUnderTest) -> float:
    (metric,) = [m for m in node.registry.collect() if m.name.endswith("malformed_packets")]
    return sum(sample.value for sample in metric.samples if sample.name.endswith("_total"))
