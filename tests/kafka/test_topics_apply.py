"""`vezta-stream topics apply` against a real broker."""

import pytest
from typer.testing import CliRunner, Result

from tests.kafka.broker import Broker
from vezta_stream.cli import cli
from vezta_stream.settings import TopicSettings
from vezta_stream.topics import specs

ONE_BROKER = {
    "VEZTA_TOPIC_REPLICATION_FACTOR": "1",
    "VEZTA_TOPIC_MIN_INSYNC_REPLICAS": "1",
    "VEZTA_TOPIC_PARTITIONS": "2",
}
TOPICS = len(specs(TopicSettings().topic_partitions))


def apply(broker: Broker, *arguments: str, **environment: str) -> Result:
    command = ["topics", "apply", "--bootstrap", broker.address, *arguments]
    return CliRunner().invoke(cli, command, env={**ONE_BROKER, **environment})


@pytest.mark.kafka
def test_topics_are_created_then_left_alone_then_altered_but_never_repartitioned(
    own_broker: Broker,
) -> None:
    tried = apply(own_broker, "--dry-run")
    assert tried.stdout.count("create ") == TOPICS
    created = apply(own_broker)
    assert created.stdout.splitlines() == tried.stdout.splitlines()[:-1]
    assert apply(own_broker).stdout == "all topics are as wanted\n"

    longer = {"VEZTA_TOPIC_DEAD_LETTER_HOURS": "400"}
    altered = "alter ingestor.dead-letters: retention.ms 1209600000 -> 1440000000\n"
    assert apply(own_broker, "--dry-run", **longer).stdout.startswith(altered)
    assert apply(own_broker, **longer).stdout == altered
    assert apply(own_broker, **longer).stdout == "all topics are as wanted\n"

    refused = apply(own_broker, VEZTA_TOPIC_PARTITIONS="3")
    assert refused.exit_code == 1
    assert refused.stderr.count("it has 2 partitions, not 3") == TOPICS
    assert apply(own_broker, **longer).stdout == "all topics are as wanted\n"
