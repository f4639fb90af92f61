from functools import partial

from vezta_stream.simulator.agenda import Agenda
from vezta_stream.simulator.emissions import InputRecord, Topic


def say(text: str, now_ms: int) -> list[InputRecord]:
    return [InputRecord(Topic.SIGNALS, text, str(now_ms).encode())]


def said(agenda: Agenda, now_ms: int) -> list[str]:
    return [each.key for each in agenda.run(now_ms) if isinstance(each, InputRecord)]


def test_actions_run_once_their_time_has_come_in_order_of_time() -> None:
    agenda = Agenda()
    agenda.plan(30, partial(say, "later"))
    agenda.plan(10, partial(say, "first"))
    agenda.plan(10, partial(say, "second"))

    assert said(agenda, 9) == []
    assert said(agenda, 20) == ["first", "second"]
    assert said(agenda, 100) == ["later"]
    assert said(agenda, 200) == []


def test_what_an_action_plans_waits_for_the_next_run() -> None:
    agenda = Agenda()

    def plan_more(now_ms: int) -> list[InputRecord]:
        agenda.plan(now_ms, partial(say, "more"))
        return []

    agenda.plan(10, plan_more)

    assert said(agenda, 10) == []
    assert said(agenda, 10) == ["more"]


def test_what_repeats_does_not_make_up_for_missed_times() -> None:
    agenda = Agenda()
    agenda.repeat(10, partial(say, "tick"), start_ms=5)

    assert said(agenda, 4) == []
    assert said(agenda, 5) == ["tick"]
    assert said(agenda, 14) == []
    assert said(agenda, 95) == ["tick"]
    assert said(agenda, 104) == []
    assert said(agenda, 105) == ["tick"]
