"""The envelope: a publication as clients receive it."""

from typing import Final

from vezta_stream.core.channels import Channel

_HEADS: Final = {
    channel: b'{"channel":"' + channel.value.encode() + b'","data":' for channel in Channel
}


def envelope(channel: Channel, data: bytes) -> bytes:
    """Return `{"channel":…,"data":…}` as compact JSON around the payload's own bytes.

    `data` is the payload as JSON; it is neither decoded nor checked nor changed.
    """
    return _HEADS[channel] + data + b"}"
