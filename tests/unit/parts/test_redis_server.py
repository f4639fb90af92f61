import pytest

from tests.parts.redis_server import RedisServer, answers

pytestmark = pytest.mark.redis


def test_it_answers_until_it_is_killed_and_again_after_a_restart(redis_server: RedisServer) -> None:
    assert answers(redis_server.port)
    before = redis_server.pid

    redis_server.restart()

    assert answers(redis_server.port)
    assert redis_server.pid != before


def test_a_killed_server_does_not_answer(redis_server: RedisServer) -> None:
    redis_server.kill()

    assert not answers(redis_server.port)


def test_a_paused_server_answers_when_resumed(redis_server: RedisServer) -> None:
    redis_server.pause()
    assert not answers(redis_server.port)

    redis_server.resume()
    assert answers(redis_server.port)


def test_a_paused_server_can_be_stopped(redis_server: RedisServer) -> None:
    redis_server.pause()

    redis_server.stop()

    assert not answers(redis_server.port)
