import pytest

from tests.unit.schemas.round_trip import compact, reference_example, there_and_back
from vezta_stream.schemas.notifications import Notification

EXAMPLE: dict[str, object] = {
    "id": "n-1",
    "type": "streak_milestone",
    "title": "Sieben Tage 🔥",
    "message": 'Seven days "in a row"',
    "read": False,
    "marketId": "m-1",
    "actionUrl": "/market/will-it-rain",
    "createdAt": "2026-05-04T03:02:01.007Z",
}
SHORTEST = {name: EXAMPLE[name] for name in ["id", "type", "title", "message", "read", "createdAt"]}


@pytest.mark.parametrize("example", [EXAMPLE, SHORTEST])
def test_example_survives_the_way_there_and_back(example: dict[str, object]) -> None:
    assert there_and_back(Notification, compact(example)) == compact(example)


def test_reference_example_survives_the_way_there_and_back() -> None:
    example = reference_example("user:notifications")

    assert there_and_back(Notification, example) == example
