"""Is it an HMAC-SHA256 with the secret, and of what?"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from contract_tests.exchange import Response


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature turned out to be: whether the secret's HMAC-SHA256 of anything, and of the raw body alone."""

    hmac: bool
    raw: bool


def examine(header: str, secret: str, message: Response, url: str) -> Signed:
    """Tries encodings and signed texts that a sender may choose where the page is silent."""
    digests = set(_digests(header))
    key = secret.encode()
    if hmac.new(key, message.body, hashlib.sha256).digest() in digests:
        return Signed(hmac=True, raw=True)
    texts = _texts(message, header, url)
    other = any(hmac.new(key, text, hashlib.sha256).digest() in digests for text in texts)
    return Signed(hmac=other, raw=False)


def sign(secret: str, body: bytes) -> str:
    """The hex digest that a receiver computes."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _digests(header: str) -> Iterator[bytes]:
    """Every 32 bytes that the header may spell: hex in either case, or base64, after any prefix."""
    for word in re.split(r"[,;\s]+", header):
        for text in (word, word.partition("=")[2]):
            if re.fullmatch(r"[0-9A-Fa-f]{64}", text):
                yield bytes.fromhex(text)
            elif re.fullmatch(r"[A-Za-z0-9+/_-]{43}=?", text):
                yield base64.urlsafe_b64decode(text.rstrip("=").replace("+", "-").replace("/", "_") + "=")


def _texts(message: Response, header: str, url: str) -> Iterator[bytes]:
    """What else senders sign: with a time or an id before the body, or the body written anew."""
    stamps = {each for _, each in message.headers if re.fullmatch(r"\d{9,13}", each)} | set(
        re.findall(r"\d{9,13}", header)
    )
    identifiers = {each for name, each in message.headers if name.lower().endswith("-id")}
    for stamp in stamps:
        for join in (b".", b"", b":", b"\n"):
            yield stamp.encode() + join + message.body
            yield message.body + join + stamp.encode()
            for identifier in identifiers:
                yield identifier.encode() + join + stamp.encode() + join + message.body
    yield url.encode() + message.body
    if message.is_json:
        for separators in ((",", ":"), (", ", ": ")):
            for ordered in (False, True):
                for ascii_only in (False, True):
                    yield json.dumps(
                        message.value, separators=separators, sort_keys=ordered, ensure_ascii=ascii_only
                    ).encode()  # fmt: skip
