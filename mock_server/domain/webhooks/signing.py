"""Signatures of webhook deliveries: TrackFlow's own header, and the three of Standard Webhooks 1.0.0.

Secrets, bytes and instants come in, header values go out; nothing here asks a clock. Comparisons take the same time
wherever two signatures differ, so an attacker learns nothing from how long a refusal took.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import algorithms_guaranteed
from types import MappingProxyType
from typing import Any, Self

ENCODINGS: Mapping[str, Callable[[bytes], str]] = MappingProxyType(
    {"hex": bytes.hex, "base64": lambda digest: b64encode(digest).decode()}
)

SECRET_PREFIX = "whsec_"  # noqa: S105 - a prefix, no secret; Standard Webhooks 1.0.0, "Signature scheme"
ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER = "webhook-id", "webhook-timestamp", "webhook-signature"


@dataclass(frozen=True, slots=True)
class SignatureScheme:
    """How the contract signs a body: in which header, with which HMAC, written how."""

    header: str
    algorithm: str
    prefix: str
    encoding: str

    @classmethod
    def from_parameter(cls, parameter: Mapping[str, Any]) -> Self:
        """The scheme of a header parameter with `x-signature`; ValueError for one that cannot be computed."""
        form = parameter["x-signature"]
        scheme = cls(parameter["name"], form["algorithm"], form["prefix"], form["encoding"])
        for name, value, choices in (
            ("algorithm", scheme.algorithm, algorithms_guaranteed),
            ("encoding", scheme.encoding, ENCODINGS),
        ):
            if value not in choices:
                raise ValueError(f"x-signature has {name} {value!r}; use one of {', '.join(sorted(choices))}")
        return scheme

    def sign(self, secret: str, body: bytes) -> str:
        """The header's value for exactly these bytes; the key is the secret as written, its prefix included."""
        digest = hmac.digest(secret.encode("utf-8", "surrogateescape"), body, self.algorithm)
        return self.prefix + ENCODINGS[self.encoding](digest)

    def accepts(self, secret: str, body: bytes, signature: str | None) -> bool:
        """Whether the header's value is right; a missing header (None) never is."""
        return signature is not None and _same(self.sign(secret, body), signature)


def standard_key(secret: str) -> bytes:
    """The signing key in a Standard Webhooks secret, `whsec_` and base64.

    ValueError for any other secret: libraries disagree on what key `whsec_test_secret` holds (some drop the `_`, some
    refuse), so a signature made with it would verify in one language and fail in the next.
    """
    text = secret.removeprefix(SECRET_PREFIX)
    try:
        key = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        key = b""
    if not key:
        raise ValueError(
            f"the secret is not {SECRET_PREFIX} and base64, as Standard Webhooks wants it; "
            f"take one like {SECRET_PREFIX}{b64encode(bytes(24)).decode()} with 24 to 64 random bytes"
        )
    return key


def standard_headers(secret: str, identifier: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers for these bytes; `timestamp` is Unix seconds of this attempt, ValueError as `standard_key`."""
    signed = b".".join((identifier.encode(), b"%d" % timestamp, body))
    digest = hmac.digest(standard_key(secret), signed, "sha256")
    return {
        ID_HEADER: identifier,
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: f"v1,{b64encode(digest).decode()}",
    }


def _same(expected: str, given: str) -> bool:
    # As bytes, because compare_digest raises TypeError for text beyond ASCII, which a stranger may well send.
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape"))
