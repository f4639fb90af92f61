"""A worker in a process of its own: copies a topic into another one, partition by partition.

Run as `python -m tests.kafka.member ADDRESS GROUP SOURCE SINK NAME`. Says what happens, a
line each: `owns N`, `committed N` (in all), `lost`, `expired`, `refused`. Ends with its
standard input.
"""

import asyncio
import sys
import time
from collections.abc import Collection

from tests.kafka.clients import POLICY, connection
from vezta_stream.errors import CommitRefused, SessionExpired
from vezta_stream.log.base import Draft, TopicPartition
from vezta_stream.log.kafka import KafkaLog


class Member:
    """Sends what it polls, then commits."""

    def __init__(self, log: KafkaLog, group: str, source: str, sink: str, name: str) -> None:
        self._consumer = log.consumer(group=group, topics=[source], listener=self)
        self._producer = log.producer()
        self._sink = sink
        self._header = (("by", name.encode()),)
        self._owned: set[TopicPartition] = set()
        self._committed = 0

    async def run(self) -> None:
        """Copy until cancelled."""
        while True:
            batch = await self._consumer.poll(max_records=50, timeout_seconds=0.1)
            drafts = [
                Draft(self._sink, record.key, record.value, self._header, place.partition)
                for place, records in batch.items()
                for record in records
            ]
            try:
                await self._producer.send(drafts)
                offsets = {place: records[-1].next_offset for place, records in batch.items()}
                await self._consumer.commit(offsets)
                if batch:
                    self._committed += len(drafts)
                    say(f"committed {self._committed}")
            except SessionExpired:
                say("expired")
            except CommitRefused:
                say("refused")

    async def on_assigned(self, partitions: Collection[TopicPartition]) -> None:
        self._owned.update(partitions)
        say(f"owns {len(self._owned)}")

    async def on_revoked(self, partitions: Collection[TopicPartition]) -> None:
        self._owned.difference_update(partitions)

    async def on_lost(self, partitions: Collection[TopicPartition]) -> None:
        self._owned.difference_update(partitions)
        say("lost")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def main(address: str, *arguments: str) -> None:
    """Run a member until standard input ends."""
    log = KafkaLog(connection=connection(address), policy=POLICY, clock=time.monotonic)
    member = asyncio.ensure_future(Member(log, *arguments).run())
    ending = asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait({member, ending}, return_when=asyncio.FIRST_COMPLETED)
    member.cancel()
    await log.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
