"""What a verified token allows, and until when."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from vezta_stream.core.channels import PRIVATE, Channel
from vezta_stream.errors import TokenInvalid

MAX_SUBJECT_LENGTH: Final = 256
# Tokens that live beyond the year 2100 are a unit mistake (milliseconds), not a wish.
_LATEST_SECONDS: Final = 4_102_444_800
_PRIVATE_BY_NAME: Final = {channel.value: channel for channel in PRIVATE}


class Grant(NamedTuple):
    """A user, and which of the user's channels a token gives, until when.

    Times are in seconds since 1970: `expires_at` is the token's own, `valid_until` is
    when we stop delivering, the leeway included.
    """

    user: str
    channels: frozenset[Channel]
    expires_at: float
    valid_until: float

    def is_live(self, *, now: float) -> bool:
        """Whether the token may still be used."""
        return now < self.valid_until


class Verified(NamedTuple):
    """The token is good."""

    grant: Grant


class Expired(NamedTuple):
    """The token was good in every respect, and has expired."""


Verdict = Verified | Expired


class TokenPolicy(NamedTuple):
    """What a token must say. `None` leaves the audience or the issuer unchecked."""

    audience: str | None
    issuer: str | None
    leeway_seconds: float


def judge(claims: Mapping[str, object], policy: TokenPolicy, *, now: float) -> Verdict:
    """Return what authentic claims grant at `now` (seconds since 1970).

    Raises `TokenInvalid` when the claims are not what the policy demands; expiry is
    looked at last, so that `Expired` means that nothing else is wrong.
    """
    expires_at = _instant(claims, "exp")
    if expires_at is None:
        raise TokenInvalid("the token has no expiry")
    user = _subject(claims)
    channels = _channels(claims)
    _check_begun(claims, policy, now=now)
    _check_meant_for_us(claims, policy)
    grant = Grant(user, channels, expires_at, expires_at + policy.leeway_seconds)
    return Verified(grant) if grant.is_live(now=now) else Expired()


def _subject(claims: Mapping[str, object]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_LENGTH:
        raise TokenInvalid("the token's subject is missing or unusable")
    if not subject.isprintable():  # control characters, and surrogates that have no bytes
        raise TokenInvalid("the token's subject is missing or unusable")
    return subject


def _channels(claims: Mapping[str, object]) -> frozenset[Channel]:
    if "channels" not in claims:
        return PRIVATE
    names = claims["channels"]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TokenInvalid("the token's channels are not a list of names")
    # Names are compared whole, without patterns; those of other services mean nothing here.
    return frozenset(_PRIVATE_BY_NAME[name] for name in names if name in _PRIVATE_BY_NAME)


def _check_begun(claims: Mapping[str, object], policy: TokenPolicy, *, now: float) -> None:
    for claim in ("nbf", "iat"):
        begins_at = _instant(claims, claim)
        if begins_at is not None and begins_at > now + policy.leeway_seconds:
            raise TokenInvalid("the token is not valid yet")


def _check_meant_for_us(claims: Mapping[str, object], policy: TokenPolicy) -> None:
    if policy.issuer is not None and claims.get("iss") != policy.issuer:
        raise TokenInvalid("the token is from another issuer")
    if policy.audience is None:
        return
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if policy.audience not in audiences or not all(isinstance(one, str) for one in audiences):
        raise TokenInvalid("the token is for another audience")


def _instant(claims: Mapping[str, object], claim: str) -> float | None:
    if claim not in claims:
        return None
    value = claims[claim]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenInvalid(f"the token's {claim} is not a time")
    if not 0 <= value < _LATEST_SECONDS:  # never true of NaN
        raise TokenInvalid(f"the token's {claim} is not a time")
    return float(value)
