"""Slips: what receivers commonly get wrong about a signature, each as the signature that they would accept."""

import hmac
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import new
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
class _Hash:
    """How a receiver makes a digest of key and body."""

    text: str
    fix: str
    digest: Callable[[str, bytes, bytes], bytes]
    """From the right algorithm, the key and the body."""
    algorithm: str | None = None
    """Which algorithm it is, where that is what is wrong."""
    rare: bool = False
    """Whether it is looked for behind the contract's prefix only, and together with nothing else."""


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


def _other(algorithm: str) -> _Hash:
    """An HMAC under another algorithm than the contract's."""
    return _Hash(
        f"with {algorithm} for its hash",
        "Make the HMAC with {algorithm}, as the header's prefix says.",
        lambda _, key, body: hmac.digest(key, body, algorithm),
        algorithm,
    )


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
HMAC = _Hash("", "", lambda algorithm, key, body: hmac.digest(key, body, algorithm))
NO_HMAC = "Make an HMAC with the secret for its key: a plain hash of both together can be forged."
HASHES = (
    *map(_other, ("sha1", "sha256", "sha384", "sha512", "md5")),
    _Hash(
        "as a plain hash of the secret and the body", NO_HMAC, lambda name, key, body: new(name, key + body).digest()
    ),
    _Hash(
        "as a plain hash of the body and the secret", NO_HMAC, lambda name, key, body: new(name, body + key).digest()
    ),
    _Hash("as a plain hash of the body, without the secret", NO_HMAC, lambda name, _, body: new(name, body).digest()),
    _Hash(
        "with the body for the key of the HMAC",
        "Give the secret as the key of the HMAC and the body as its message, not the other way round.",
        lambda algorithm, key, body: hmac.digest(body, key, algorithm),
    ),
)

QUOTES = "Take the quotes off the secret: they belong to the file or the shell that it stands in, not to the key."
SPACE = "Take the white space off the secret: it came along when it was copied, and is no part of the key."
UNSET = "See that the secret reaches the receiver: its variable is not set, or is read under another name."
CONSUMED = "Keep the body's bytes before anything reads them: a parser that came first has left nothing to verify."
ADDED = "Verify the body as it came, without a line break after it."


def _keyed(text: str, fix: str, key: Callable[[bytes], bytes]) -> _Hash:
    """The right HMAC under a key that is made of the secret."""
    return _Hash(text, fix, lambda algorithm, secret, body: hmac.digest(key(secret), body, algorithm), rare=True)


def _always(key: bytes) -> Callable[[bytes], bytes]:
    """That key, whatever the secret."""
    return lambda _secret: key


MISREAD = (
    _Hash("over an empty body", CONSUMED, lambda algorithm, key, _: hmac.digest(key, b"", algorithm), rare=True),
    _Hash(
        "with a line break after the body",
        ADDED,
        lambda algorithm, key, body: hmac.digest(key, body + b"\n", algorithm),
        rare=True,
    ),
    _keyed("under the secret with quotes around it", QUOTES, lambda secret: b'"' + secret + b'"'),
    _keyed("under the secret with quotes around it", QUOTES, lambda secret: b"'" + secret + b"'"),
    _keyed("under the secret with a space after it", SPACE, lambda secret: secret + b" "),
    _keyed("under the secret with a line break after it", BREAK, lambda secret: secret + b"\r\n"),
    _keyed("under an empty secret", UNSET, _always(b"")),
    *(
        _keyed(f"under {word!r} for the secret", UNSET, _always(word.encode()))
        for word in ("None", "undefined", "null")
    ),
)


def slips(scheme: SignatureScheme) -> list[Slip]:
    """Every slip, those first that are one thing alone; another hash is looked for with the secret as it is."""
    written = [_written(scheme, form, key) for form, key in product(FORMS, KEYS)][1:]  # the first is right
    hashed = [
        slip for made in (*HASHES, *MISREAD) if made.algorithm != scheme.algorithm for slip in _hashed(scheme, made)
    ]
    return sorted([*written, *hashed], key=lambda slip: not slip.alone)


def _written(scheme: SignatureScheme, form: _DigestForm, key: _Key) -> Slip:
    text = " and ".join(filter(None, (form.text, key.text)))
    fix = " ".join(filter(None, (form.fix, key.fix)))
    told = {"prefix": scheme.prefix}
    return Slip(text.format(**told), fix.format(**told), _signing(scheme, form, key), form is RIGHT or key is WHOLE)


def _signing(scheme: SignatureScheme, form: _DigestForm, key: _Key, made: _Hash = HMAC) -> Signing:
    return lambda secret, body: form.written(scheme, made.digest(scheme.algorithm, key.of(secret), body))


def _hashed(scheme: SignatureScheme, made: _Hash) -> Iterator[Slip]:
    """The other hash behind the contract's prefix, behind one with its own name, and behind none."""
    named = replace(scheme, prefix=scheme.prefix.replace(scheme.algorithm, made.algorithm or scheme.algorithm))
    ways = {each.prefix: each for each in (scheme, *(() if made.rare else (named, replace(scheme, prefix=""))))}
    for way in ways.values():
        missing = "" if way.prefix or not scheme.prefix else "without the prefix {prefix}"
        text = " and ".join(filter(None, (missing, made.text)))
        fix = " ".join(filter(None, (PREFIX if missing else "", made.fix)))
        told = {"prefix": scheme.prefix, "algorithm": scheme.algorithm}
        yield Slip(
            text.format(**told), fix.format(**told), _signing(way, RIGHT, WHOLE, made), not (missing or made.rare)
        )
