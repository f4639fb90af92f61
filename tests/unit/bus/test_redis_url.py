import pytest

from vezta_stream.bus.redis_url import RedisAddress, parse_url

PLAIN = RedisAddress(
    hosts=(("cache", 6379),),
    service=None,
    database=0,
    username=None,
    password=None,
    tls=False,
    ca_file=None,
)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://cache", PLAIN),
        ("redis://cache:7000/3", PLAIN._replace(hosts=(("cache", 7000),), database=3)),
        ("redis://[::1]:7000", PLAIN._replace(hosts=(("::1", 7000),))),
        ("redis://[::1]", PLAIN._replace(hosts=(("::1", 6379),))),
        ("redis://:s%40cret@cache", PLAIN._replace(password="s@cret")),
        ("redis://node:p:w@cache/", PLAIN._replace(username="node", password="p:w")),
        ("rediss://cache", PLAIN._replace(tls=True)),
        ("rediss://cache?ca=/etc/ca.pem", PLAIN._replace(tls=True, ca_file="/etc/ca.pem")),
        (
            "redis+sentinel://node:pw@a,b:5000/main/2",
            RedisAddress((("a", 26379), ("b", 5000)), "main", 2, "node", "pw", False, None),
        ),
        (
            "rediss+sentinel://a/main",
            RedisAddress((("a", 26379),), "main", 0, None, None, True, None),
        ),
    ],
)
def test_an_address_is_read(url: str, address: RedisAddress) -> None:
    assert parse_url(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "http://cache",
        "cache:6379",
        "redis://",
        "redis://:secret@",
        "redis://a,b",
        "redis://cache:port",
        "redis://cache/first",
        "redis://cache/0/1",
        "redis://cache?ca=/etc/ca.pem",
        "rediss://cache?cert=/etc/cert.pem",
        "redis+sentinel://a",
        "redis+sentinel://a/main/first",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=".") as refused:
        parse_url(url)

    assert "secret" not in str(refused.value)
