"""The envelope's bytes."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.core.channels import Channel
from vezta_stream.core.envelopes import envelope

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def test_the_payload_is_embedded_byte_for_byte() -> None:
    payload = '{"slug":"größe-✓" , "n":1.50}'.encode()

    assert envelope(Channel.MARKET_PRICES, payload) == (
        b'{"channel":"market:prices","data":' + payload + b"}"
    )


@given(channel=st.sampled_from(Channel), value=json_values)
def test_an_envelope_is_the_json_object_of_channel_and_data(
    channel: Channel, value: object
) -> None:
    payload = msgspec.json.encode(value)

    assert json.loads(envelope(channel, payload)) == {"channel": channel.value, "data": value}
