"""What authentic claims grant."""

import math

import pytest

from vezta_stream.core.channels import PRIVATE, Channel
from vezta_stream.core.grants import Expired, Grant, TokenPolicy, Verified, judge
from vezta_stream.errors import TokenInvalid

NOW = 1_800_000_000.0
OPEN = TokenPolicy(audience=None, issuer=None, leeway_seconds=0.0)
STRICT = TokenPolicy(audience="terminal", issuer="https://id.example", leeway_seconds=5.0)


def claims(**changes: object) -> dict[str, object]:
    """Claims that are good under `OPEN`, with changes."""
    return {"sub": "u1", "exp": NOW + 60, **changes}


def ours(**changes: object) -> dict[str, object]:
    """Claims that are good under `STRICT`, with changes."""
    return claims(aud="terminal", iss="https://id.example", **changes)


def granted(claims: dict[str, object], policy: TokenPolicy = OPEN) -> Grant:
    """The grant of claims that are expected to be good."""
    verdict = judge(claims, policy, now=NOW)
    assert isinstance(verdict, Verified)
    return verdict.grant


def test_good_claims_grant_all_of_the_users_channels_until_they_expire() -> None:
    assert granted(claims()) == Grant("u1", PRIVATE, NOW + 60, NOW + 60)


def test_the_leeway_lengthens_delivery_and_not_what_the_client_is_told() -> None:
    grant = granted(ours(), STRICT)

    assert (grant.expires_at, grant.valid_until) == (NOW + 60, NOW + 65)
    assert grant.is_live(now=NOW + 64.9)
    assert not grant.is_live(now=NOW + 65)


@pytest.mark.parametrize("exp", [NOW, NOW - 1, 0])
def test_claims_in_the_past_have_expired(exp: float) -> None:
    assert judge(claims(exp=exp), OPEN, now=NOW) == Expired()


def test_within_the_leeway_claims_have_not_expired() -> None:
    assert isinstance(judge(ours(exp=NOW - 4), STRICT, now=NOW), Verified)
    assert judge(ours(exp=NOW - 5), STRICT, now=NOW) == Expired()


@pytest.mark.parametrize(
    "exp",
    ["1800000060", True, None, [], {}, -1, math.nan, math.inf, -math.inf, NOW * 1000, 10**400],
    ids=lambda value: repr(value)[:20],
)
def test_an_expiry_that_is_not_a_time_is_refused(exp: object) -> None:
    with pytest.raises(TokenInvalid, match="exp"):
        judge(claims(exp=exp), OPEN, now=NOW)


def test_a_token_without_expiry_is_refused() -> None:
    with pytest.raises(TokenInvalid, match="expiry"):
        judge({"sub": "u1"}, OPEN, now=NOW)


@pytest.mark.parametrize(
    "sub", [None, "", 1, True, ["u1"], {"id": "u1"}, "x" * 257, "u\x001", "u\n1", "\ud800"]
)
def test_a_subject_must_be_a_short_printable_string(sub: object) -> None:
    with pytest.raises(TokenInvalid, match="subject"):
        judge(claims(sub=sub), OPEN, now=NOW)


def test_a_token_without_subject_is_refused() -> None:
    with pytest.raises(TokenInvalid, match="subject"):
        judge({"exp": NOW + 60}, OPEN, now=NOW)


@pytest.mark.parametrize("sub", ["user:1", "user:01", "user:1 ", "USER:1", "usér:1", "x" * 256])
def test_subjects_are_taken_as_they_are(sub: str) -> None:
    assert granted(claims(sub=sub)).user == sub


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_a_token_from_the_future_is_refused(claim: str) -> None:
    with pytest.raises(TokenInvalid, match="not valid yet"):
        judge(ours(**{claim: NOW + 6}), STRICT, now=NOW)
    assert granted(ours(**{claim: NOW + 5}), STRICT).user == "u1"


@pytest.mark.parametrize("claim", ["nbf", "iat"])
@pytest.mark.parametrize("value", ["0", None, False, -1, NOW * 1000])
def test_other_times_must_be_times_as_well(claim: str, value: object) -> None:
    with pytest.raises(TokenInvalid, match=claim):
        judge(claims(**{claim: value}), OPEN, now=NOW)


@pytest.mark.parametrize(
    "iss",
    [
        None, "", "https://id.example/", "https://id.exampl", "HTTPS://id.example",
        ["https://id.example"], 1,
    ],
)  # fmt: skip
def test_the_issuer_is_compared_exactly(iss: object) -> None:
    with pytest.raises(TokenInvalid, match="issuer"):
        judge(claims(aud="terminal", iss=iss), STRICT, now=NOW)


@pytest.mark.parametrize(
    "aud", [None, "", "terminal ", "Terminal", "termina", [], ["other"], {"a": 1}, ["terminal", 1]]
)
def test_the_audience_must_contain_ours_exactly(aud: object) -> None:
    with pytest.raises(TokenInvalid, match="audience"):
        judge(claims(iss="https://id.example", aud=aud), STRICT, now=NOW)


def test_one_of_several_audiences_may_be_ours() -> None:
    assert granted(claims(iss="https://id.example", aud=["api", "terminal"]), STRICT).user == "u1"


def test_audience_and_issuer_mean_nothing_unless_configured() -> None:
    assert granted(claims(aud="elsewhere", iss="anybody")).user == "u1"


def test_channels_narrow_what_is_granted() -> None:
    grant = granted(claims(channels=["user:orders", "user:portfolio"]))

    assert grant.channels == {Channel.USER_ORDERS, Channel.USER_PORTFOLIO}


@pytest.mark.parametrize(
    "names", [[], ["user:*"], ["**"], ["user:.*"], ["user"], ["market:prices"], ["USER:ORDERS"]]
)
def test_patterns_and_other_names_grant_nothing(names: list[str]) -> None:
    assert granted(claims(channels=names)).channels == frozenset()


@pytest.mark.parametrize("channels", [None, "user:orders", {"user:orders": True}, 1, [1], [None]])
def test_channels_must_be_a_list_of_strings(channels: object) -> None:
    with pytest.raises(TokenInvalid, match="channels"):
        judge(claims(channels=channels), OPEN, now=NOW)


def test_a_bad_token_is_invalid_even_when_it_has_expired() -> None:
    with pytest.raises(TokenInvalid):
        judge(claims(exp=NOW - 60, sub=""), OPEN, now=NOW)
