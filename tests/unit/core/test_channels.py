"""The eight channels."""

import pytest

from vezta_stream.core.channels import BY_TOPIC, PRIVATE, Channel, Mode


def test_there_are_the_eight_channels_of_the_contract() -> None:
    assert [channel.value for channel in Channel] == [
        "market:prices",
        "market:orderbook",
        "market:trades",
        "monitor:signals",
        "user:orders",
        "user:notifications",
        "user:portfolio",
        "user:copy-trade",
    ]


@pytest.mark.parametrize(
    ("channel", "mode"),
    [
        (Channel.MARKET_PRICES, Mode.MERGE),
        (Channel.MARKET_ORDERBOOK, Mode.MERGE),
        (Channel.MARKET_TRADES, Mode.LOG),
        (Channel.MONITOR_SIGNALS, Mode.LOG),
        (Channel.USER_ORDERS, Mode.LOG),
        (Channel.USER_NOTIFICATIONS, Mode.LOG),
        (Channel.USER_PORTFOLIO, Mode.MERGE),
        (Channel.USER_COPY_TRADE, Mode.LOG),
    ],
)
def test_a_channel_delivers_in_one_mode(channel: Channel, mode: Mode) -> None:
    assert channel.mode is mode


def test_exactly_the_user_channels_are_private() -> None:
    private = {channel for channel in Channel if channel.private}

    assert private == {channel for channel in Channel if channel.startswith("user:")} == PRIVATE


def test_a_channels_topic_is_its_name_with_a_dot() -> None:
    assert Channel.USER_COPY_TRADE.topic == "user.copy-trade"
    assert all(BY_TOPIC[channel.topic] is channel for channel in Channel)
    assert len(BY_TOPIC) == len(Channel)
