"""Why sessions end."""

import pytest

from vezta_stream.gateway.closing import CloseReason


@pytest.mark.parametrize("reason", CloseReason)
def test_every_reason_has_a_code_that_a_server_may_send(reason: CloseReason) -> None:
    assert reason.code in {1000, 1001, 1002, 1008, 1012, 1013}


def test_eviction_and_drain_say_try_again() -> None:
    assert CloseReason.SLOW.code == 1013
    assert CloseReason.SHUTDOWN.code == 1012
