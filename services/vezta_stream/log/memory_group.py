"""A consumer group's books: who owns which partition, and where the group goes on."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from vezta_stream.errors import CommitRefused
from vezta_stream.log.base import TopicPartition


class Member:
    """One seat in a group. Whoever left or expired comes back on a new seat only.

    `topics` maps each topic subscribed to its number of partitions. `wake` is called
    when there may be partitions to give up or to take. `positions`, seen live, says where
    it reads on in each partition it owns; `None` is the beginning.
    """

    def __init__(
        self,
        *,
        topics: Mapping[str, int],
        wake: Callable[[], None],
        positions: Mapping[TopicPartition, int | None],
    ) -> None:
        self.topics = topics
        self.wake = wake
        self.positions = positions


class Group:
    """Members share the partitions of their topics evenly, in ranges per topic.

    A partition has at most one owner. It changes hands when its owner releases it or is
    removed, never before, and the next owner starts at the committed offset. Partitions
    that need not move stay where they are.

    `version` grows whenever some member may have something to give up or to take.
    """

    def __init__(self) -> None:
        self.version = 0
        # Called when some position may have moved; whoever waits for readers is in here.
        self.watchers: set[Callable[[], None]] = set()
        self._members: list[Member] = []  # in the order of joining
        self._owners: dict[TopicPartition, Member] = {}
        self._targets: dict[TopicPartition, Member] = {}
        self._committed: dict[TopicPartition, int] = {}

    def __contains__(self, member: Member) -> bool:
        return member in self._members

    def join(self, member: Member) -> None:
        """Add a member; the others are asked to make room."""
        self._members.append(member)
        self._share_out()

    def remove(self, member: Member) -> None:
        """Take all partitions from a member that leaves or is taken for dead."""
        if member in self._members:
            self._members.remove(member)
            self._owners = {
                place: owner for place, owner in self._owners.items() if owner is not member
            }
            self._share_out()

    def leaving(self, member: Member) -> list[TopicPartition]:
        """Return what `member` owns and another one is to have."""
        return [
            place
            for place, owner in self._owners.items()
            if owner is member and self._targets[place] is not member
        ]

    def release(self, member: Member, places: Collection[TopicPartition]) -> None:
        """Give up those of `places` that `member` still owns."""
        for place in places:
            if self._owners.get(place) is member:
                del self._owners[place]
        self._announce()

    def claim(self, member: Member) -> list[TopicPartition]:
        """Take what is meant for `member` and nobody else owns any more."""
        free = [
            place
            for place, target in self._targets.items()
            if target is member and place not in self._owners
        ]
        self._owners.update(dict.fromkeys(free, member))
        return free

    def commit(self, member: Member | None, offsets: Mapping[TopicPartition, int]) -> None:
        """Store all offsets; raises `CommitRefused` when one is not the member's to store."""
        for place in offsets:
            if member is None or self._owners.get(place) is not member:
                raise CommitRefused(f"{place} is not assigned to this member")
        self._committed.update(offsets)

    def committed(self, place: TopicPartition) -> int | None:
        """Return where the group goes on, `None` when it never committed."""
        return self._committed.get(place)

    def reads(self, topic: str) -> bool:
        """Return whether some member subscribes to the topic."""
        return any(topic in member.topics for member in self._members)

    def position(self, place: TopicPartition) -> int | None:
        """Return where the partition's owner reads on, or its next owner will.

        `None` is the beginning.
        """
        owner = self._owners.get(place)
        return self.committed(place) if owner is None else owner.positions.get(place)

    def moved(self) -> None:
        """Tell the watchers; to be called when a member's positions have changed."""
        for watcher in tuple(self.watchers):
            watcher()

    def _share_out(self) -> None:
        self._targets = dict(_ranges(self._members))
        self._announce()

    def _announce(self) -> None:
        self.version += 1
        for member in self._members:
            member.wake()
        self.moved()


def _ranges(members: Sequence[Member]) -> Iterator[tuple[TopicPartition, Member]]:
    """Share out each topic alone, so that equal numbers of equal topics go together."""
    for topic in sorted({topic for member in members for topic in member.topics}):
        takers = [member for member in members if topic in member.topics]
        partitions = takers[0].topics[topic]
        for partition in range(partitions):
            yield (
                TopicPartition(topic, partition),
                takers[partition * len(takers) // partitions],
            )
