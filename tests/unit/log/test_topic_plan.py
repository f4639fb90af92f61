"""What has to change for topics to be as wanted."""

from vezta_stream.log.topic_plan import Alter, Create, Existing, Refuse, Wanted, plan

TOPIC = Wanted("t", 4, 3, {"cleanup.policy": "compact", "segment.ms": "5"})


def test_a_missing_topic_is_created() -> None:
    assert plan([TOPIC], {}) == [Create(TOPIC)]


def test_a_topic_as_wanted_needs_nothing() -> None:
    assert plan([TOPIC], {"t": Existing(4, TOPIC.configs)}) == []


def test_settings_that_nobody_asked_about_do_not_matter() -> None:
    assert plan([TOPIC], {"t": Existing(4, {**TOPIC.configs, "preallocate": "true"})}) == []


def test_a_setting_that_differs_or_is_unset_is_altered() -> None:
    (step,) = plan([TOPIC], {"t": Existing(4, {"cleanup.policy": "delete"})})

    assert step == Alter("t", {"cleanup.policy": ("delete", "compact"), "segment.ms": (None, "5")})
    assert str(step) == "alter t: cleanup.policy delete -> compact, segment.ms unset -> 5"


def test_another_number_of_partitions_is_refused_whatever_else_differs() -> None:
    assert plan([TOPIC], {"t": Existing(3, {})}) == [Refuse("t", 3, 4)]


def test_steps_say_what_they_do() -> None:
    created, refused = Create(TOPIC), Refuse("t", 3, 4)

    assert str(created) == "create t: partitions=4 replicas=3 cleanup.policy=compact segment.ms=5"
    assert "it has 3 partitions, not 4" in str(refused)
