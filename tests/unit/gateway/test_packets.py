"""Reading and writing Socket.IO packets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from socketio.packet import Packet as LibraryPacket

from tests.unit.gateway.packet_vectors import MALFORMED, SENSELESS_EVENTS
from vezta_stream.core.channels import Channel
from vezta_stream.gateway import packets
from vezta_stream.gateway.packets import Packet, PacketType, Reader, Violation


def read(message: str | None) -> Packet | Violation | None:
    """What a fresh connection makes of one message."""
    return Reader().feed(message)


@pytest.mark.parametrize(
    ("message", "packet"),
    [
        ("0/ws,", Packet(PacketType.CONNECT, "/ws", None, None)),
        ("0/ws", Packet(PacketType.CONNECT, "/ws", None, None)),
        ("0", Packet(PacketType.CONNECT, "/", None, None)),
        ('0/ws?a=b,{"token":"t"}', Packet(PacketType.CONNECT, "/ws", None, {"token": "t"})),
        ("1/ws,", Packet(PacketType.DISCONNECT, "/ws", None, None)),
        ('2/ws,["a"]', Packet(PacketType.EVENT, "/ws", None, ["a"])),
        ('2/ws,0["a",1]', Packet(PacketType.EVENT, "/ws", 0, ["a", 1])),
        ('2/ws,123["a",{"b":"é"}]', Packet(PacketType.EVENT, "/ws", 123, ["a", {"b": "é"}])),
        ('2["a"]', Packet(PacketType.EVENT, "/", None, ["a"])),
        ("3/ws,7[]", Packet(PacketType.ACK, "/ws", 7, [])),
        (
            '52-/ws,9["a",{"_placeholder":true,"num":0}]',
            Packet(PacketType.BINARY_EVENT, "/ws", 9, ["a", {"_placeholder": True, "num": 0}]),
        ),
    ],
)
def test_well_formed_packets_are_read(message: str, packet: Packet) -> None:
    assert read(message) == packet


@pytest.mark.parametrize(
    ("message", "violation"),
    [(message, violation) for violation, messages in MALFORMED.items() for message in messages],
    ids=lambda value: str(value)[:20],
)
def test_malformed_packets_are_told_apart(message: str, violation: Violation) -> None:
    assert read(message) is violation


@pytest.mark.parametrize(
    ("body", "violation"),
    [(body, violation) for violation, bodies in SENSELESS_EVENTS.items() for body in bodies],
    ids=lambda value: str(value)[:20],
)
def test_events_that_make_no_sense_are_to_be_answered(body: str, violation: Violation) -> None:
    assert read("2/ws," + body) == Packet(PacketType.EVENT, "/ws", None, violation)
    assert read("2/ws,7" + body) == Packet(PacketType.EVENT, "/ws", 7, violation)


def test_attachments_of_an_event_that_makes_no_sense_are_thrown_away() -> None:
    reader = Reader()

    event = Packet(PacketType.BINARY_EVENT, "/ws", 3, Violation.NOT_JSON)
    assert reader.feed("51-/ws,3[") == event
    assert reader.feed(None) is None
    assert reader.feed('2/ws,["a"]') == Packet(PacketType.EVENT, "/ws", None, ["a"])


def test_binary_that_was_not_announced_is_to_be_answered() -> None:
    answer_this = Packet(PacketType.BINARY_EVENT, "/ws", None, Violation.ATTACHMENT)
    assert read(None) == answer_this


def test_attachments_of_a_binary_event_are_thrown_away() -> None:
    reader = Reader()

    assert isinstance(reader.feed('52-/ws,["a"]'), Packet)
    assert reader.feed(None) is None
    assert reader.feed(None) is None
    assert reader.feed('2/ws,["a"]') == Packet(PacketType.EVENT, "/ws", None, ["a"])


def test_text_in_place_of_an_attachment_is_a_violation() -> None:
    reader = Reader()
    reader.feed('51-/ws,["a"]')

    assert reader.feed('51-/ws,["a"]') is Violation.ATTACHMENT


@given(messages=st.lists(st.none() | st.text() | st.text('0123456/ws,[]{}":-a', max_size=20)))
def test_no_sequence_of_messages_is_more_than_a_violation(messages: list[str | None]) -> None:
    reader = Reader()
    for message in messages:
        assert isinstance(reader.feed(message), Packet | Violation | None)


@given(name=st.text(min_size=1), number=st.none() | st.integers(0, 10**14))
def test_what_the_library_writes_is_read(name: str, number: int | None) -> None:
    arguments = [f"e{name}", {"k": [name, 1.5, None]}]
    text = LibraryPacket(2, data=arguments, namespace="/ws", id=number).encode()

    assert read(text) == Packet(PacketType.EVENT, "/ws", number, arguments)


def test_what_is_written_is_read_by_the_library() -> None:
    written = {
        packets.connect("s1"): (0, {"sid": "s1"}, None),
        packets.event("subscribed", {"channel": "é"}): (2, ["subscribed", {"channel": "é"}], None),
        packets.ack(7, {"event": "x"}): (3, [{"event": "x"}], 7),
        packets.connect_error("/ws", {"message": "no"}): (4, {"message": "no"}, None),
        packets.data(Channel.MARKET_PRICES, b"{}"): (
            2, ["data", {"channel": "market:prices", "data": {}}], None,
        ),
    }  # fmt: skip
    for text, expected in written.items():
        packet = LibraryPacket(encoded_packet=text)
        assert (packet.packet_type, packet.data, packet.id) == expected
        assert packet.namespace == "/ws"


def test_a_refusal_on_the_default_namespace_names_none() -> None:
    assert packets.connect_error("/", {"message": "no"}) == '4{"message":"no"}'


def test_data_is_the_payloads_own_bytes() -> None:
    payload = '{"slug" : "größe","p":"0.50"}'

    packet = packets.message(packets.data(Channel.MARKET_TRADES, payload.encode()))

    assert packet == '42/ws,["data",{"channel":"market:trades","data":' + payload + "}]"


def test_a_payload_that_is_not_text_cannot_be_sent() -> None:
    with pytest.raises(UnicodeDecodeError):
        packets.data(Channel.MARKET_PRICES, b'"\xff"')
