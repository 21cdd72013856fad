"""Whether a text tells a secret, however it is spelt; written without the mask's own means."""

import base64
import binascii
import html
import re
from collections.abc import Iterable
from urllib.parse import unquote, unquote_plus


def leaks(text: str, secrets: Iterable[str]) -> set[str]:
    """The secrets that can be read off the text."""
    readings = list(_readings(text))
    return {secret for secret in secrets if any(secret in each for each in readings)}


def _readings(text: str) -> Iterable[str]:
    """The text as it is, with its escapes undone once and twice, and everything that may be base64 or hex decoded."""
    for _ in range(3):
        yield text
        yield _undone(text)
        yield text.replace("\\", "")
        text = html.unescape(unquote(_undone(text)))
    yield unquote_plus(text)
    for word in re.findall(r"[A-Za-z0-9+/_-]{8,}", text):
        for start in range(4):
            chunk = word[start:].replace("-", "+").replace("_", "/")
            whole = chunk[: len(chunk) // 4 * 4]
            if whole:
                yield base64.b64decode(whole).decode("latin-1")
    for word in re.findall(r"(?:[0-9a-fA-F]{2}){4,}", text):
        try:
            yield bytes.fromhex(word).decode("latin-1")
        except (ValueError, binascii.Error):
            continue


def _undone(text: str) -> str:
    return re.sub(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})", lambda found: chr(int(found[1] or found[2], 16)), text)
