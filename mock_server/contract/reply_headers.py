"""The headers of a reply that its response declares: their values, and how those are written."""

import re
from collections.abc import Mapping
from random import Random
from typing import Any

from mock_server.contract.media import examples_of
from mock_server.contract.messages import encode
from mock_server.contract.samples import sample
from mock_server.contract.samples.collections import SampleError

_FIT = re.compile(r"(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?")  # RFC 9110 section 5.5
_TRIES = 20


def header_of(spec: Mapping[str, Any], document: Mapping[str, Any], random: Random) -> str:
    """The example of the declared header, or else a sample of its schema; SampleError if no header can say it."""
    given = dict(examples_of(spec, document))
    media = next(iter(spec.get("content", {}).values()), None)
    schema = spec.get("schema", True) if media is None else media.get("schema", True)
    text = ""
    for _ in range(_TRIES):
        value = next(iter(given.values())) if given else sample(schema, document, random)
        text = header_text(value, explode=spec.get("explode", False)) if media is None else encode(value).decode()
        if _FIT.fullmatch(text):
            return text
    raise SampleError("", "schema", f"{text[:40]!r} has a character that no header may have")


def header_text(value: Any, *, explode: bool = False) -> str:
    """The value in the style `simple`, the only one that headers have (OpenAPI 3.1 section 4.8.12.2)."""
    if isinstance(value, list):
        return ",".join(map(header_text, value))
    if isinstance(value, dict):
        return ",".join(f"{name}{'=' if explode else ','}{header_text(each)}" for name, each in value.items())
    return value if isinstance(value, str) else "" if value is None else encode(value).decode()
