"""What a run learns that must not be shown: from what it is given, and from what the target answers."""

import base64
import binascii
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from contract_tests.contract import alike
from contract_tests.exchange import Exchange
from contract_tests.masking import Mask

_TELLING = 8  # characters that a secret of the target's has at least; `true` under `has_secret` is none
_NAMES = re.compile(r"secret|token|passw|signing|credential|(^|[_-])key$|[a-z]Key$", re.IGNORECASE)
_LARGEST = 100_000  # bytes of an answer that is looked through; only the directory is larger


def learn_header(mask: Mask, name: str, value: str) -> None:
    """A header's value is secret, its credentials by themselves, and what Basic hides in them."""
    word = "HEADER_" + re.sub(r"\W", "_", name.upper())
    mask.learn(value, word)
    scheme, _, credentials = value.strip().partition(" ")
    if credentials and len(credentials) >= _TELLING:
        mask.learn(credentials, f"{word}_CREDENTIALS")
    if scheme.lower() == "basic":
        try:
            decoded = base64.b64decode(credentials).decode()
        except (binascii.Error, UnicodeDecodeError):
            return
        mask.learn(decoded, f"{word}_USER")
        mask.learn(decoded.partition(":")[2], f"{word}_PASSWORD")


def learn_url(mask: Mask, url: str | None) -> None:
    """A URL's password is secret, and whatever its query says."""
    if url is None:
        return
    parts = urlsplit(url)
    for text in (parts.password, unquote(parts.password or "")):
        mask.learn(text, "URL_PASSWORD")
    for name, text in parse_qsl(parts.query):
        if len(text) >= _TELLING:
            mask.learn(text, "URL_" + re.sub(r"\W", "_", name.upper()))


def learn_answer(mask: Mask, exchange: Exchange) -> None:
    """What an answer calls a secret is one, and so is a cookie."""
    response = exchange.response
    for name, value in response.headers:
        if name.lower() == "set-cookie":
            cookie = value.partition("=")[2].partition(";")[0]
            if len(cookie) >= _TELLING:
                mask.learn(cookie, "COOKIE")
    if len(response.body) > _LARGEST:
        return
    for text in _secrets(response.value):
        if len(text) >= _TELLING:
            mask.learn(text, f"SECRET_{exchange.number}")
            mask.learn(text.partition("_")[2] if len(text) > 2 * _TELLING else None, f"SECRET_{exchange.number}")


def _secrets(value: Any, *, named: bool = False) -> Iterator[str]:
    """The texts inside a JSON value that stand under a name which speaks of a secret."""
    if isinstance(value, list):
        value = dict(enumerate(alike.distinct(value)))
    for name, each in value.items() if isinstance(value, dict) else ():
        if isinstance(each, dict | list):
            yield from _secrets(each, named=named or _speaks(name))
        elif isinstance(each, str) and (named or _speaks(name)):
            yield each


@lru_cache(4096)  # a large batch says the same names thousands of times
def _speaks(name: str | int) -> bool:
    return _NAMES.search(str(name)) is not None
