"""The bookkeeping of rooms."""

from itertools import count
from types import SimpleNamespace

from vezta_stream.gateway.rooms import IndexedManager


def manager() -> IndexedManager:
    """A manager whose server gives out numbered ids."""
    numbers = count(1)
    rooms = IndexedManager()
    engine = SimpleNamespace(generate_id=lambda: f"s{next(numbers)}")
    packet = SimpleNamespace(json=None)
    rooms.set_server(SimpleNamespace(eio=engine, packet_class=packet))
    return rooms


async def test_a_clients_rooms_are_known() -> None:
    rooms = manager()
    sid = await rooms.connect("e1", "/ws")
    await rooms.enter_room(sid, "/ws", "a")
    await rooms.enter_room(sid, "/ws", "b")
    await rooms.leave_room(sid, "/ws", "a")
    await rooms.leave_room(sid, "/ws", "never entered")

    assert rooms.get_rooms(sid, "/ws") == [sid, "b"]
    assert [member for member, _ in rooms.get_participants("/ws", "b")] == [sid]


async def test_a_client_that_left_is_forgotten_everywhere() -> None:
    rooms = manager()
    first = await rooms.connect("e1", "/ws")
    second = await rooms.connect("e2", "/ws")
    for sid in (first, second):
        await rooms.enter_room(sid, "/ws", "a")
    rooms.pre_disconnect(first, "/ws")
    await rooms.disconnect(first, "/ws")

    assert not rooms.is_connected(first, "/ws")
    assert rooms.is_connected(second, "/ws")
    assert rooms.sid_from_eio_sid("e1", "/ws") is None
    assert [member for member, _ in rooms.get_participants("/ws", "a")] == [second]
    assert rooms.pending_disconnect == {}


async def test_a_client_that_never_got_in_is_forgotten_too() -> None:
    rooms = manager()
    first = await rooms.pre_connect("e1", "/ws")
    second = await rooms.pre_connect("e2", "/ws")
    await rooms.disconnect(first, "/ws")

    assert rooms.pending_connect == {"/ws": [second]}
    assert await rooms.pre_connect("e2", "/ws") is None  # twice is once too often


async def test_nothing_is_left_of_clients_that_have_gone() -> None:
    rooms = manager()
    for number in range(10):
        sid = await rooms.connect(f"e{number}", "/ws")
        await rooms.enter_room(sid, "/ws", "a")
        await rooms.disconnect(sid, "/ws")

    assert rooms.rooms == {}
    assert rooms._rooms_of == {}
