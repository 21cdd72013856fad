"""Slips: what receivers commonly get wrong about a signature, each as the signature that they would accept."""

import hmac
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from mock_server.domain.webhooks.signing import ENCODINGS, SECRET_PREFIX, SignatureScheme

Signing = Callable[[str, bytes], str]
"""From a secret and a body to the header's value."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What a receiver expects instead of the contract's signature, and how to mend it."""

    text: str
    fix: str
    signing: Signing
    alone: bool
    """Whether it is one thing, and not two at once."""


@dataclass(frozen=True, slots=True)
class _DigestForm:
    """How a receiver writes the digest that it compares."""

    text: str
    fix: str
    written: Callable[[SignatureScheme, bytes], str]


@dataclass(frozen=True, slots=True)
class _Key:
    """What a receiver takes for the key in the secret."""

    text: str
    fix: str
    of: Callable[[str], bytes]


def _whole(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogateescape")


def _decoded(secret: str) -> bytes:
    """What is behind whsec_ as base64; the secret itself where that is none."""
    text = secret.removeprefix(SECRET_PREFIX).replace("-", "+").replace("_", "/")
    try:
        return b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return _whole(secret)


def _digest(scheme: SignatureScheme, digest: bytes) -> str:
    return ENCODINGS[scheme.encoding](digest)


PREFIX = "Put {prefix} before your digest, or take it off the header, before you compare the two."
CASE = "Compare with a digest in lower case, as the header has it."
BASE64 = "Write the digest in hex, not in base64, before you compare."
KEY = "Take the secret as it is, with whsec_ and as text, for the key of the HMAC; nothing in it is to be decoded."
BREAK = "Take the line break off the secret: a file ends with one, and it is no part of the key."

RIGHT = _DigestForm("", "", lambda scheme, digest: scheme.prefix + _digest(scheme, digest))
FORMS = (
    RIGHT,
    _DigestForm("without the prefix {prefix}", PREFIX, _digest),
    _DigestForm(
        "with the digest in capital letters",
        CASE,
        lambda scheme, digest: scheme.prefix + _digest(scheme, digest).upper(),
    ),
    _DigestForm(
        "without the prefix {prefix} and with the digest in capital letters",
        f"{PREFIX} {CASE}",
        lambda scheme, digest: _digest(scheme, digest).upper(),
    ),
    _DigestForm(
        "with the digest in base64", BASE64, lambda scheme, digest: scheme.prefix + ENCODINGS["base64"](digest)
    ),
    _DigestForm(
        "without the prefix {prefix} and with the digest in base64",
        f"{PREFIX} {BASE64}",
        lambda _, digest: ENCODINGS["base64"](digest),
    ),
)
WHOLE = _Key("", "", _whole)
KEYS = (
    WHOLE,
    _Key("under the secret decoded from base64", KEY, _decoded),
    _Key("under the secret without its whsec_", KEY, lambda secret: _whole(secret.removeprefix(SECRET_PREFIX))),
    _Key("under the secret with a line break after it", BREAK, lambda secret: _whole(f"{secret}\n")),
)


def slips(scheme: SignatureScheme) -> Iterator[Slip]:
    """Every slip, those first that are one thing alone."""
    wrong = [(form, key) for form, key in product(FORMS, KEYS) if form is not RIGHT or key is not WHOLE]
    for form, key in sorted(wrong, key=lambda pair: not _alone(*pair)):
        text = " and ".join(filter(None, (form.text, key.text)))
        fix = " ".join(filter(None, (form.fix, key.fix)))
        signing = _signing(scheme, form, key)
        yield Slip(text.format(prefix=scheme.prefix), fix.format(prefix=scheme.prefix), signing, _alone(form, key))


def _alone(form: _DigestForm, key: _Key) -> bool:
    return form is RIGHT or key is WHOLE


def _signing(scheme: SignatureScheme, form: _DigestForm, key: _Key) -> Signing:
    return lambda secret, body: form.written(scheme, hmac.digest(key.of(secret), body, scheme.algorithm))
