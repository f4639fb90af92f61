"""Where Redis is: `redis://`, `rediss://` (TLS), `redis+sentinel://`, `rediss+sentinel://`.

    redis://[[user]:password@]host[:port][/database][?ca=/path/to/ca.pem]
    redis+sentinel://[[user]:password@]host[:port],host[:port].../service[/database]

User and password are those of Redis itself; sentinels are asked without.
"""

from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

_SCHEMES = {
    "redis": (False, False),
    "rediss": (True, False),
    "redis+sentinel": (False, True),
    "rediss+sentinel": (True, True),
}
_PORT = 6379
_SENTINEL_PORT = 26379


class RedisAddress(NamedTuple):
    """A parsed URL. `service` is what the sentinels call the primary, if they are asked."""

    hosts: tuple[tuple[str, int], ...]
    service: str | None
    database: int
    username: str | None
    password: str | None
    tls: bool
    ca_file: str | None


def parse_url(url: str) -> RedisAddress:
    """Read a URL; raises ValueError, whose text does not hold the password."""
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES:
        raise ValueError(f"unknown scheme {parts.scheme!r}; use one of {', '.join(_SCHEMES)}")
    tls, by_sentinel = _SCHEMES[parts.scheme]
    userinfo, _, location = parts.netloc.rpartition("@")
    username, _, password = userinfo.partition(":")
    hosts = tuple(
        _host(text, _SENTINEL_PORT if by_sentinel else _PORT) for text in location.split(",")
    )
    if len(hosts) > 1 and not by_sentinel:
        raise ValueError("several hosts are for sentinels only")
    service, database = _path(parts.path, by_sentinel=by_sentinel)
    return RedisAddress(
        hosts=hosts,
        service=service,
        database=database,
        username=unquote(username) or None,
        password=unquote(password) or None,
        tls=tls,
        ca_file=_ca_file(parts.query, tls=tls),
    )


def _host(text: str, default_port: int) -> tuple[str, int]:
    host, port = text, ""
    if text.startswith("["):  # IPv6
        host, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    elif ":" in text:
        host, _, port = text.rpartition(":")
    if not host or not (port or "1").isdecimal():
        raise ValueError("a host is missing or its port is not a number")
    return host, int(port or default_port)


def _path(path: str, *, by_sentinel: bool) -> tuple[str | None, int]:
    words = [unquote(word) for word in path.split("/") if word]
    service = None
    if by_sentinel:
        if not words:
            raise ValueError("the name of the sentinels' service is missing")
        service = words.pop(0)
    if len(words) > 1 or not all(word.isdecimal() for word in words):
        raise ValueError("the database is not a number")
    return service, int(words[0]) if words else 0


def _ca_file(query: str, *, tls: bool) -> str | None:
    options = parse_qs(query, strict_parsing=True) if query else {}
    if options and (not tls or set(options) != {"ca"}):
        raise ValueError("the only option is 'ca', for TLS")
    return options["ca"][0] if options else None
