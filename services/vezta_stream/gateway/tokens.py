"""Access tokens: signatures verified by PyJWT, everything else strictly by us.

One verifier has one algorithm and one key, fixed at start; what a token's header says
about algorithms, keys or where to find them has no effect. Nothing of a token is ever
part of a message.
"""

import base64
import json
import re
from enum import StrEnum
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt import PyJWS, PyJWTError

from vezta_stream.core.grants import TokenPolicy, Verdict, judge
from vezta_stream.errors import TokenInvalid

# Looked at before anything is decoded. Real tokens have some hundred bytes.
MAX_TOKEN_BYTES: Final = 8_192
MIN_SECRET_BYTES: Final = 32
MIN_RSA_BITS: Final = 2_048

_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
# What else is signed with the same keys elsewhere (logout tokens, …) says so here.
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})


class Algorithm(StrEnum):
    """How tokens are signed."""

    HS256 = "HS256"
    RS256 = "RS256"
    ES256 = "ES256"


_Key = bytes | RSAPublicKey | EllipticCurvePublicKey


class TokenVerifier:
    """Says what a token grants; free of side effects, safe to share."""

    def __init__(self, *, algorithm: Algorithm, key: bytes, policy: TokenPolicy) -> None:
        """Take the HMAC secret, or the public key as PEM.

        Raises ValueError, without showing the key, when it is not of the algorithm's
        kind or too weak.
        """
        self._algorithm = algorithm
        self._key = _load_key(algorithm, key)
        self._policy = policy
        self._jws = PyJWS(algorithms=[algorithm.value])

    def verify(self, token: str, *, now: float) -> Verdict:
        """Return what the token grants at `now` (seconds since 1970), or that it expired.

        Raises `TokenInvalid` for everything that is not an authentic token meant for us.
        """
        if len(token) > MAX_TOKEN_BYTES or not _COMPACT.fullmatch(token):
            raise TokenInvalid("the token is malformed")
        self._check_header(token.partition(".")[0])
        try:
            payload = self._jws.decode(token, self._key, algorithms=[self._algorithm.value])
        except (PyJWTError, ValueError):
            # `from None`: the library's message may quote the token.
            raise TokenInvalid("the token's signature is not ours") from None
        return judge(_strict_object(payload), self._policy, now=now)

    def _check_header(self, segment: str) -> None:
        try:
            header = _strict_object(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
        except ValueError:
            raise TokenInvalid("the token is malformed") from None
        if header.get("alg") != self._algorithm.value:
            raise TokenInvalid("the token's algorithm is not allowed")
        # Critical extensions must be understood, and we understand none.
        if "crit" in header or "b64" in header:
            raise TokenInvalid("the token needs extensions that are not supported")
        kind = header.get("typ", "JWT")
        if not isinstance(kind, str) or kind.lower() not in _TYPES or "cty" in header:
            raise TokenInvalid("the token is not an access token")


def presented(auth: object) -> str | None:
    """Return the token in the connect packet's `auth`; `None` when there is none.

    Absent, null and empty tokens are none. Raises `TokenInvalid` for other types.
    """
    if auth is None:
        return None
    if not isinstance(auth, dict):
        raise TokenInvalid("auth is not an object")
    token = auth.get("token")
    if token is None or token == "":
        return None
    if not isinstance(token, str):
        raise TokenInvalid("the token is not a string")
    return token


def _load_key(algorithm: Algorithm, key: bytes) -> _Key:
    match algorithm:
        case Algorithm.HS256:
            check_secret(key)
            return key
        case Algorithm.RS256:
            public = _public_key(key)
            if not isinstance(public, RSAPublicKey) or public.key_size < MIN_RSA_BITS:
                raise ValueError(f"RS256 needs an RSA public key of {MIN_RSA_BITS} bits or more")
            return public
        case Algorithm.ES256:
            public = _public_key(key)
            if not isinstance(public, EllipticCurvePublicKey) or not isinstance(
                public.curve, SECP256R1
            ):
                raise ValueError("ES256 needs a public key on the curve P-256")
            return public


def check_secret(key: bytes) -> None:
    """Raise ValueError, without showing it, for a secret that others may know or guess."""
    if len(key) < MIN_SECRET_BYTES:
        raise ValueError(f"HS256 needs a secret of {MIN_SECRET_BYTES} bytes or more")
    if b"-----BEGIN" in key or key.startswith((b"ssh-", b"ecdsa-", b"{")):
        raise ValueError("HS256 needs a secret, not a key that others may know")


def _public_key(pem: bytes) -> object:
    try:
        return load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("the public key is not PEM") from None


def _strict_object(text: bytes) -> dict[str, object]:
    """Decode a JSON object in which no name occurs twice, at any depth."""
    try:
        value = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise TokenInvalid("the token is malformed") from None
    if not isinstance(value, dict):
        raise TokenInvalid("the token is malformed")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name occurs twice")
    return members


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def issue(
    *, sub: str, expires_at: int, secret: bytes, audience: str | None, issuer: str | None
) -> str:
    """Return an access token signed with HS256, for the demo and for tests.

    `expires_at` in seconds since 1970. The platform's own tokens come from its backend.
    """
    claims: dict[str, object] = {"sub": sub, "exp": expires_at}
    if audience is not None:
        claims["aud"] = audience
    if issuer is not None:
        claims["iss"] = issuer
    payload = json.dumps(claims, separators=(",", ":")).encode()
    return PyJWS().encode(payload, secret, algorithm=Algorithm.HS256.value)
