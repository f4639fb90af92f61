"""Verifying tokens, and refusing what attackers make of them."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from tests.unit.gateway.token_vectors import (
    NOW,
    SECRET,
    KeyPair,
    b64,
    claims,
    ec_pair,
    hs256,
    rsa_pair,
    signed,
    unsigned,
)
from vezta_stream.core.grants import Expired, TokenPolicy, Verified
from vezta_stream.errors import TokenInvalid
from vezta_stream.gateway.tokens import MAX_TOKEN_BYTES, Algorithm, TokenVerifier, issue, presented

OPEN = TokenPolicy(audience=None, issuer=None, leeway_seconds=0.0)


@pytest.fixture(scope="module")
def rsa_key() -> KeyPair:
    """The issuer's RSA key."""
    return rsa_pair()


@pytest.fixture(scope="module")
def ec_key() -> KeyPair:
    """The issuer's P-256 key."""
    return ec_pair()


def verifier(
    algorithm: Algorithm = Algorithm.HS256, key: bytes = SECRET, policy: TokenPolicy = OPEN
) -> TokenVerifier:
    """A verifier; of HS256 unless told otherwise."""
    return TokenVerifier(algorithm=algorithm, key=key, policy=policy)


def user_of(verifier: TokenVerifier, token: str) -> str:
    """Whose token this is, when it is expected to be good."""
    verdict = verifier.verify(token, now=NOW)
    assert isinstance(verdict, Verified)
    return verdict.grant.user


def assert_refused(verifier: TokenVerifier, token: str) -> None:
    """The token is invalid, and the error shows nothing of it."""
    with pytest.raises(TokenInvalid) as refused:
        verifier.verify(token, now=NOW)
    assert not any(part in str(refused.value) for part in token.split(".") if len(part) > 8)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_token_of_another_library_is_verified_with_each_algorithm(
    rsa_key: KeyPair, ec_key: KeyPair
) -> None:
    keys: dict[Algorithm, tuple[bytes, OctKey | RSAKey | ECKey]] = {
        Algorithm.HS256: (SECRET, OctKey.import_key(SECRET)),
        Algorithm.RS256: (rsa_key.public_pem, RSAKey.import_key(_private_pem(rsa_key))),
        Algorithm.ES256: (ec_key.public_pem, ECKey.import_key(_private_pem(ec_key))),
    }
    for algorithm, (key, signing_key) in keys.items():
        token = joserfc_jwt.encode({"alg": algorithm.value}, claims(), signing_key)

        assert user_of(verifier(algorithm, key), token) == "u1"


def test_another_library_agrees_that_our_vectors_are_authentic() -> None:
    token = joserfc_jwt.decode(hs256(claims()), OctKey.import_key(SECRET), algorithms=["HS256"])

    assert token.claims == claims()


def test_an_expired_token_is_told_from_a_bad_one() -> None:
    assert verifier().verify(hs256(claims(exp=int(NOW))), now=NOW) == Expired()
    assert_refused(verifier(), hs256(claims(exp=int(NOW)), key=b"another secret" * 3))


def test_the_policy_applies() -> None:
    strict = verifier(policy=TokenPolicy(audience="terminal", issuer="us", leeway_seconds=5.0))

    assert user_of(strict, hs256(claims(aud="terminal", iss="us"))) == "u1"
    assert_refused(strict, hs256(claims(aud="api", iss="us")))
    assert_refused(strict, hs256(claims(aud="terminal", iss="us/")))


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at+jwt", "application/at+jwt"])
def test_access_tokens_may_say_so(typ: str) -> None:
    assert user_of(verifier(), hs256(claims(), typ=typ)) == "u1"
    assert user_of(verifier(), signed('{"alg":"HS256"}', claims())) == "u1"


@pytest.mark.parametrize("typ", ["JWE", "logout+jwt", "dpop+jwt", "", None, 1, ["JWT"]])
def test_tokens_of_another_type_are_refused(typ: object) -> None:
    assert_refused(verifier(), hs256(claims(), typ=typ))


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "nOnE", "none ", "", None, 0, [], ["none"]]
)
def test_a_token_without_signature_is_refused(alg: object) -> None:
    assert_refused(verifier(), unsigned(claims(), alg=alg))
    assert_refused(verifier(), unsigned(claims(), alg=alg) + b64("signature"))


def test_an_empty_signature_is_refused() -> None:
    assert_refused(verifier(), hs256(claims()).rpartition(".")[0] + ".")


@pytest.mark.parametrize(
    "alg", ["HS384", "HS512", "hs256", "RS256", "ES256", "PS256", "EdDSA", "HS256 "]
)
def test_the_algorithm_is_the_configured_one_and_no_other(alg: str) -> None:
    assert_refused(verifier(), hs256(claims(), alg=alg))


def test_a_missing_algorithm_is_refused() -> None:
    assert_refused(verifier(), signed('{"typ":"JWT"}', claims()))


def test_a_public_key_is_never_taken_for_a_secret(rsa_key: KeyPair, ec_key: KeyPair) -> None:
    for algorithm, pair in ((Algorithm.RS256, rsa_key), (Algorithm.ES256, ec_key)):
        for form in pair.other_forms():
            for alg in ("HS256", algorithm.value):
                assert_refused(
                    verifier(algorithm, pair.public_pem), hs256(claims(), key=form, alg=alg)
                )


def test_a_key_of_another_kind_does_not_verify(rsa_key: KeyPair, ec_key: KeyPair) -> None:
    assert_refused(verifier(Algorithm.RS256, rsa_key.public_pem), ec_key.token(claims()))
    assert_refused(verifier(Algorithm.ES256, ec_key.public_pem), rsa_key.token(claims()))
    assert_refused(verifier(Algorithm.RS256, rsa_key.public_pem), rsa_pair().token(claims()))


@pytest.mark.parametrize(
    "signature",
    [b"\x00" * 64, b"\x00" * 63, b"\xff" * 64, b"\x30\x06\x02\x01\x00\x02\x01\x00", b"\x01"],
)
def test_an_es256_signature_must_be_one(ec_key: KeyPair, signature: bytes) -> None:
    forged = ec_key.token(claims()).rpartition(".")[0] + "." + b64(signature)

    assert_refused(verifier(Algorithm.ES256, ec_key.public_pem), forged)


def test_a_key_that_comes_with_the_token_has_no_effect(rsa_key: KeyPair) -> None:
    attacker = rsa_pair()
    jwk = json.loads(attacker.other_forms()[-1])
    for header in (
        {"jwk": jwk},
        {"jku": "http://127.0.0.1:9/"},
        {"x5u": "http://127.0.0.1:9/"},
        {"x5c": ["AA=="]},
    ):
        assert_refused(
            verifier(Algorithm.RS256, rsa_key.public_pem), attacker.token(claims(), **header)
        )
        assert (
            user_of(
                verifier(Algorithm.RS256, rsa_key.public_pem), rsa_key.token(claims(), **header)
            )
            == "u1"
        )


@pytest.mark.parametrize("kid", ["../../dev/null", "\x00", "' OR 1=1 --", "k" * 4_000])
def test_a_key_id_has_no_effect(kid: str) -> None:
    assert user_of(verifier(), hs256(claims(), kid=kid)) == "u1"


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]}, {"crit": []}, {"crit": ["b64"], "b64": True}, {"crit": None},
        {"b64": False}, {"b64": True}, {"crit": ["b64"], "b64": False},
        {"cty": "JWT"}, {"kid": 1},
    ],
)  # fmt: skip
def test_extensions_are_refused(header: dict[str, Any]) -> None:
    assert_refused(verifier(), hs256(claims(), **header))


@pytest.mark.parametrize(
    "payload",
    [
        b'{"sub":"u1","exp":1800000900,"sub":"admin"}',
        b'{"sub":"u1","exp":1,"exp":1800000900}',
        b'{"sub":"u1","exp":1800000900,"x":{"a":1,"a":2}}',
        b'{"sub":"u1","exp":1800000900,"s\\u0075b":"admin"}',
        b'["sub"]', b'"u1"', b"null", b"", b"{", b"\xff\xfe", b'{"sub":"\xff","exp":1800000900}',
        b'{"sub":"u1","exp":NaN}', b'{"sub":"u1","exp":Infinity}', b'{"sub":"u1","exp":1e400}',
        b'{"sub":"u1","exp":1800000900,"x":' + b"[" * 3_000 + b"]" * 3_000 + b"}",
        b'{"sub":"\\ud800","exp":1800000900}',
    ],
    ids=range(16),
)  # fmt: skip
def test_a_payload_must_be_an_unambiguous_object(payload: bytes) -> None:
    assert_refused(verifier(), signed('{"alg":"HS256"}', payload))


@pytest.mark.parametrize(
    "head",
    [
        '{"alg":"none","alg":"HS256"}', '{"alg":"HS256","alg":"none"}', '["HS256"]', "null", "{",
        '{"alg":"HS256","x":' + "[" * 2_000 + "]" * 2_000 + "}",
    ],
    ids=range(6),
)  # fmt: skip
def test_a_header_must_be_an_unambiguous_object(head: str) -> None:
    assert_refused(verifier(), signed(head, claims()))


@pytest.mark.parametrize(
    "damage",
    [
        *(lambda t: t[:-1], lambda t: t + "=", lambda t: t + "A", lambda t: t + "."),
        *(lambda t: "." + t, lambda t: t + ".x.y", lambda t: t.replace(".", "..")),
        *(lambda t: " " + t, lambda t: t + "\n", lambda t: t.replace(".", "=.")),
        *(lambda t: "Bearer " + t, lambda t: t.replace("e", "é", 1), lambda t: t + "\ud800"),
        *(lambda t: t + "\x00", lambda t: t.upper(), lambda t: "a.b", lambda t: "a.b.c"),
        *(lambda t: t.partition(".")[0], lambda t: json.dumps({"token": t})),
    ],
    ids=range(19),
)
def test_a_damaged_token_is_refused(damage: object) -> None:
    assert callable(damage)
    assert_refused(verifier(), damage(hs256(claims())))


def test_a_token_above_the_size_limit_is_refused_before_it_is_decoded() -> None:
    room = MAX_TOKEN_BYTES - len(hs256(claims(x="")))
    largest = hs256(claims(x="a" * (room * 3 // 4 - 4)))

    assert len(largest) <= MAX_TOKEN_BYTES
    assert user_of(verifier(), largest) == "u1"
    assert_refused(verifier(), hs256(claims(x="a" * MAX_TOKEN_BYTES)))
    assert_refused(verifier(), "a" * 2_000_000)


@given(token=st.text() | st.text("abcXYZ019-_.=", max_size=60))
def test_no_text_is_more_than_refused(token: str) -> None:
    with pytest.raises(TokenInvalid):
        verifier().verify(token, now=NOW)


@given(position=st.integers(0, 1000), letter=st.sampled_from("ABCxyz019-_"))
def test_no_changed_character_goes_unnoticed(position: int, letter: str) -> None:
    token = hs256(claims())
    position %= len(token)
    changed = token[:position] + letter + token[position + 1 :]

    if changed != token:
        with pytest.raises(TokenInvalid):
            verifier().verify(changed, now=NOW)


@pytest.mark.parametrize("policy", [OPEN, TokenPolicy("terminal", "us", 0.0)])
def test_what_is_issued_is_verified(policy: TokenPolicy) -> None:
    token = issue(
        sub="u1",
        expires_at=int(NOW) + 60,
        secret=SECRET,
        audience=policy.audience,
        issuer=policy.issuer,
    )

    assert user_of(verifier(policy=policy), token) == "u1"
    assert verifier(policy=policy).verify(token, now=NOW + 60) == Expired()


@pytest.mark.parametrize("secret", [b"", b"short", b"x" * 31])
def test_a_short_secret_is_refused_at_start(secret: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        verifier(key=secret)


def test_a_public_key_is_refused_as_a_secret_at_start(rsa_key: KeyPair) -> None:
    pem, _, _, ssh, _, jwk = rsa_key.other_forms()
    for form in (pem, ssh, jwk):
        with pytest.raises(ValueError, match="needs a secret"):
            verifier(key=form)


def test_weak_keys_and_keys_of_another_kind_are_refused_at_start(
    rsa_key: KeyPair, ec_key: KeyPair
) -> None:
    for algorithm, key in [
        (Algorithm.RS256, rsa_pair(1024).public_pem),
        (Algorithm.RS256, ec_key.public_pem),
        (Algorithm.ES256, rsa_key.public_pem),
        (Algorithm.ES256, ec_pair(ec.SECP384R1()).public_pem),
        (Algorithm.ES256, ec_pair(ec.SECP256K1()).public_pem),
    ]:
        with pytest.raises(ValueError, match="needs"):
            verifier(algorithm, key)


def test_what_is_no_public_key_is_refused_without_being_shown(rsa_key: KeyPair) -> None:
    for key in (b"", SECRET, _private_pem(rsa_key).encode()):
        with pytest.raises(ValueError, match="not PEM") as refused:
            verifier(Algorithm.RS256, key)
        assert str(refused.value) == "the public key is not PEM"


@pytest.mark.parametrize("auth", [None, {}, {"token": None}, {"token": ""}, {"other": 1}])
def test_no_token_is_no_mistake(auth: object) -> None:
    assert presented(auth) is None


def test_the_token_is_taken_from_the_handshake() -> None:
    assert presented({"token": "a.b.c", "device": "phone"}) == "a.b.c"


@pytest.mark.parametrize(
    "auth", ["a.b.c", ["a.b.c"], 1, {"token": 1}, {"token": ["a"]}, {"token": {}}, {"token": False}]
)
def test_a_token_of_another_type_is_invalid(auth: object) -> None:
    with pytest.raises(TokenInvalid):
        presented(auth)


def _private_pem(pair: KeyPair) -> str:
    pem: bytes = pair.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()
