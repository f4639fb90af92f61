from random import Random

from tests.unit.simulator.builders import NOW
from vezta_stream.schemas.signals import Category
from vezta_stream.simulator.titles import Questions


def test_questions_are_different_and_cover_every_category() -> None:
    questions = Questions(Random(1))

    asked = [questions.ask(NOW) for _ in range(3000)]

    assert len({each.title for each in asked}) == 3000
    assert {each.category for each in asked} == set(Category)


def test_a_question_that_comes_again_is_numbered() -> None:
    questions = Questions(Random(1))

    titles = [questions.ask(NOW).title for _ in range(3000)]

    assert any(title.endswith("(round 2)?") for title in titles)


def test_nothing_is_left_of_the_templates() -> None:
    questions = Questions(Random(1))

    for _ in range(500):
        question = questions.ask(NOW)
        assert "{" not in question.title + question.series
        assert question.strike.isdigit()


def test_questions_are_about_the_coming_months() -> None:
    questions = Questions(Random(1))
    titles = " ".join(questions.ask(NOW).title for _ in range(500))

    assert "December 2026" in titles
    assert "2028" not in titles
