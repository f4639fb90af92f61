"""Many deadlines looked at together."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from vezta_stream.core.deadlines import Deadlines

items = st.integers(0, 5)
times = st.floats(0, 50)


def test_an_item_is_due_once_its_time_has_come_and_only_once() -> None:
    deadlines = Deadlines[str](resolution_seconds=1.0)
    deadlines.set("a", 10.0)

    assert deadlines.due(now=9.9) == []
    assert deadlines.due(now=10.0) == ["a"]
    assert deadlines.due(now=11.0) == []


def test_the_earliest_comes_first() -> None:
    deadlines = Deadlines[str](resolution_seconds=1.0)
    deadlines.set("late", 3.0)
    deadlines.set("early", 1.0)

    assert deadlines.due(now=5.0) == ["early", "late"]


def test_a_new_deadline_replaces_the_old_one() -> None:
    deadlines = Deadlines[str](resolution_seconds=1.0)
    deadlines.set("a", 10.0)
    deadlines.set("a", 20.0)

    assert deadlines.due(now=15.0) == []
    assert deadlines.due(now=20.0) == ["a"]


def test_a_discarded_item_is_never_due() -> None:
    deadlines = Deadlines[str](resolution_seconds=1.0)
    deadlines.set("a", 1.0)
    deadlines.discard("a")
    deadlines.discard("never seen")

    assert deadlines.due(now=5.0) == []


class Model(RuleBasedStateMachine):
    """Compares with a dictionary that is searched."""

    def __init__(self) -> None:
        super().__init__()
        self.deadlines = Deadlines[int](resolution_seconds=0.5)
        self.model: dict[int, float] = {}
        self.now = 0.0

    @rule(item=items, at=times)
    def set(self, item: int, at: float) -> None:
        self.deadlines.set(item, at)
        self.model[item] = at

    @rule(item=items)
    def discard(self, item: int) -> None:
        self.deadlines.discard(item)
        self.model.pop(item, None)

    @rule(step=st.floats(0, 5))
    def pass_time(self, step: float) -> None:
        self.now += step
        due = self.deadlines.due(now=self.now)
        for item in due:
            assert self.model.pop(item) <= self.now  # never early
        assert all(at > self.now - 0.5 for at in self.model.values())  # never late

    @invariant()
    def nothing_is_kept_twice(self) -> None:
        assert len(self.deadlines) == len(self.model)


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=50, stateful_step_count=30)
