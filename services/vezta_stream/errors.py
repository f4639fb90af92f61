"""Every deliberate error of the service, each with its stable wire code.

VeztaError
├── ClientError            answered to a client as `error`
│   ├── InvalidRequest         VALIDATION_ERROR        400
│   ├── Unauthorized           UNAUTHORIZED            401
│   ├── TokenExpired           TOKEN_EXPIRED           401
│   ├── TokenInvalid           TOKEN_INVALID           401
│   ├── ChannelForbidden       FORBIDDEN               403
│   ├── UnknownChannel         UNKNOWN_CHANNEL         404
│   ├── RateLimited            RATE_LIMITED            429
│   ├── TooManySubscriptions   TOO_MANY_SUBSCRIPTIONS  429
│   └── Unavailable            UNAVAILABLE             503
├── ProduceFailed          a record was not acknowledged by the log: fatal for the worker
├── OffsetOutOfRange       a committed offset is no longer in the log: stop and page
├── SessionExpired         the group may have given our partitions away: poll, and begin anew
├── LogUnavailable         the log did not answer in time: stop and start again
├── CommitRefused          the partition is another member's: whoever owns it repeats the work
├── BusUnavailable         the bus did not answer: try again, repeats are recognised
└── EpochChanged           the bus lost data: restore what it had, then publish again
"""

from typing import ClassVar


class VeztaError(Exception):
    """The root of every deliberate error."""


class ClientError(VeztaError):
    """A refusal that the client is told about.

    `code` and `status` are stable: clients, metrics and tests rely on them.
    """

    code: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, message: str, *, channel: str | None = None) -> None:
        super().__init__(message)
        # A plain string: a channel's enum shows more of itself than its name.
        self.channel = None if channel is None else str(channel)

    def body(self) -> dict[str, object]:
        """Return the `error` event's body: `{statusCode, code, message, channel?}`."""
        body: dict[str, object] = {
            "statusCode": self.status,
            "code": self.code,
            "message": str(self),
        }
        if self.channel is not None:
            body["channel"] = self.channel
        return body


class InvalidRequest(ClientError):
    """The request is not of the documented shape."""

    code = "VALIDATION_ERROR"
    status = 400


class Unauthorized(ClientError):
    """A user channel was asked for without a token."""

    code = "UNAUTHORIZED"
    status = 401

    def __init__(self, channel: str) -> None:
        super().__init__(f"channel {str(channel)!r} needs a token", channel=channel)


class TokenExpired(ClientError):
    """The token was good and has expired."""

    code = "TOKEN_EXPIRED"
    status = 401

    def __init__(self, *, channel: str | None = None) -> None:
        super().__init__("the token has expired", channel=channel)


class TokenInvalid(ClientError):
    """The token is malformed, forged, or meant for somebody else."""

    code = "TOKEN_INVALID"
    status = 401


class ChannelForbidden(ClientError):
    """The token presented does not grant this channel."""

    code = "FORBIDDEN"
    status = 403

    def __init__(self, channel: str) -> None:
        super().__init__(f"the token does not grant channel {str(channel)!r}", channel=channel)


class UnknownChannel(ClientError):
    """There is no channel of this name."""

    code = "UNKNOWN_CHANNEL"
    status = 404

    def __init__(self, channel: str) -> None:
        shown = channel if len(channel) <= 64 else channel[:64] + "…"
        super().__init__(f"unknown channel {shown!r}", channel=shown)


class RateLimited(ClientError):
    """The connection sends more requests than it may."""

    code = "RATE_LIMITED"
    status = 429

    def __init__(self) -> None:
        super().__init__("too many requests, slow down")


class TooManySubscriptions(ClientError):
    """The connection holds as many subscriptions as it may."""

    code = "TOO_MANY_SUBSCRIPTIONS"
    status = 429


class Unavailable(ClientError):
    """The service cannot answer this now; asking again later may work."""

    code = "UNAVAILABLE"
    status = 503


class ProduceFailed(VeztaError):
    """A record was not acknowledged: a later batch must not succeed behind the hole."""


class OffsetOutOfRange(VeztaError):
    """The log no longer holds the offset at which reading should go on."""


class SessionExpired(VeztaError):
    """A member was out of touch with its group for longer than its session; nothing was sent.

    Its partitions may be another member's. It has to forget what it had not yet sent;
    the next polls say that the partitions are lost, and join again.
    """


class LogUnavailable(VeztaError):
    """The log did not answer in time; what was asked of it may be done or not."""


class CommitRefused(VeztaError):
    """A member committed an offset of a partition that it does not own (any more).

    None of the offsets was stored. Whoever owns the partition repeats the work.
    """


class BusUnavailable(VeztaError):
    """The bus did not answer; whether it did what was asked is unknown."""


class EpochChanged(VeztaError):
    """A scope is in another epoch than the publisher thought; nothing was accepted."""

    def __init__(self, epoch: str) -> None:
        super().__init__(f"the epoch is {epoch} now")
        self.epoch = epoch
