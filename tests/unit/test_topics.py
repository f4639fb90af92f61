"""Every topic, and how it is kept."""

from vezta_stream import topics
from vezta_stream.core.channels import Channel
from vezta_stream.log.topic_plan import Wanted
from vezta_stream.settings import TopicSettings

DAY_MS = 24 * 3_600_000


def kept() -> dict[str, Wanted]:
    return {topic.name: topic for topic in topics.wanted(TopicSettings().policy())}


def test_all_topics_have_the_same_number_of_partitions_so_that_one_worker_owns_a_market() -> None:
    assert {topic.partitions for topic in kept().values()} == {12}


def test_there_is_a_topic_for_each_channel_and_each_source() -> None:
    assert kept().keys() >= {channel.topic for channel in Channel} | set(topics.RAW)
    assert kept().keys() >= {"markets.catalog", "ingestor.dead-letters"}


def test_what_only_the_newest_value_counts_of_is_compacted() -> None:
    compacted = {
        name for name, topic in kept().items() if topic.configs["cleanup.policy"] == "compact"
    }

    assert compacted == {
        "market.prices",
        "market.orderbook",
        "user.portfolio",
        "markets.catalog",
        "state.markets",
        "state.orders",
    }


def test_everything_else_is_kept_for_its_time() -> None:
    assert kept()["exchange.kalshi"].configs["retention.ms"] == str(3 * DAY_MS)
    assert kept()["market.trades"].configs["retention.ms"] == str(DAY_MS)
    assert kept()["ingestor.dead-letters"].configs["retention.ms"] == str(14 * DAY_MS)


def test_a_dead_letter_may_be_larger_than_the_record_it_quotes() -> None:
    largest = {name: int(topic.configs["max.message.bytes"]) for name, topic in kept().items()}

    assert largest["exchange.kalshi"] > 1_048_576
    assert largest["ingestor.dead-letters"] > largest["exchange.kalshi"]
