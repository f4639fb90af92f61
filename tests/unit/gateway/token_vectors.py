"""Makes tokens, good ones and such as attackers make."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NOW = 1_800_000_000.0
SECRET = b"only for tests, and made of words"


def claims(**changes: object) -> dict[str, object]:
    """Claims that a verifier without audience and issuer takes at `NOW`."""
    return {"sub": "u1", "exp": int(NOW) + 900, **changes}


def b64(data: bytes | str) -> str:
    """Base64url without padding, as tokens have it."""
    return (
        base64.urlsafe_b64encode(data.encode() if isinstance(data, str) else data)
        .decode()
        .rstrip("=")
    )


def hs256(payload: Mapping[str, object] | bytes, *, key: bytes = SECRET, **header: object) -> str:
    """A token signed with HS256 whatever its header and payload say."""
    head = {"alg": "HS256", "typ": "JWT", **header}
    return signed(json.dumps(head), payload, key=key)


def signed(head: str, payload: Mapping[str, object] | bytes | str, *, key: bytes = SECRET) -> str:
    """A token with this very header and payload, signed with HMAC-SHA-256."""
    if isinstance(payload, Mapping):
        payload = json.dumps(payload)
    message = f"{b64(head)}.{b64(payload)}"
    return f"{message}.{b64(hmac(message, key))}"


def unsigned(payload: Mapping[str, object], *, alg: object) -> str:
    """A token without a signature."""
    return f"{b64(json.dumps({'alg': alg, 'typ': 'JWT'}))}.{b64(json.dumps(payload))}."


def hmac(message: str, key: bytes) -> bytes:
    """HMAC-SHA-256."""
    return jwt.get_algorithm_by_name("HS256").sign(message.encode(), key)


@dataclass(frozen=True)
class KeyPair:
    """A private key and its public half as PEM."""

    private: Any
    public_pem: bytes

    def other_forms(self) -> list[bytes]:
        """The public key as an attacker may use it for a secret."""
        public = self.private.public_key()
        jwk = jwt.get_algorithm_by_name(self.algorithm).to_jwk(public)
        return [
            self.public_pem,
            self.public_pem.strip(),
            self.public_pem.replace(b"\n", b"\r\n"),
            public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
            public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            jwk.encode(),
        ]

    @property
    def algorithm(self) -> str:
        """What the key signs with."""
        return "RS256" if isinstance(self.private, rsa.RSAPrivateKey) else "ES256"

    def token(self, payload: Mapping[str, object], **headers: object) -> str:
        """A token signed with the key."""
        return jwt.encode(dict(payload), self.private, algorithm=self.algorithm, headers=headers)


def rsa_pair(bits: int = 2048) -> KeyPair:
    """A fresh RSA key."""
    return _pair(rsa.generate_private_key(public_exponent=65537, key_size=bits))


def ec_pair(curve: ec.EllipticCurve | None = None) -> KeyPair:
    """A fresh key on P-256, or another curve."""
    return _pair(ec.generate_private_key(curve or ec.SECP256R1()))


def _pair(private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> KeyPair:
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return KeyPair(private, public)
