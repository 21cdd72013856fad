"""Media types: which of those that an answer or a body declares is meant, and how its values are written."""

from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any

from contract_tests.contract.loading import resolve
from mock_server.contract.messages import encode
from mock_server.contract.samples import sample
from mock_server.contract.samples.collections import SampleError

JSON = "application/json"
_RANGES = {"*/*": JSON, "application/*": JSON, "text/*": "text/plain"}  # what a declared range is answered with


def is_json(media_type: str) -> bool:
    """Whether bodies of that media type are JSON (RFC 6839 section 3.1)."""
    bare = _bare(media_type)
    return bare in {"*/*", "application/*"} or bare.endswith(("/json", "+json"))


def chosen(declared: Iterable[str], accept: str = "") -> str | None:
    """The declared media type that the `Accept` header likes best; without a liking JSON, or else the first."""
    names = sorted(declared, key=lambda each: not is_json(each))
    liked = [(quality, -place, name) for place, name in enumerate(names) if (quality := _quality(name, accept))]
    return max(liked)[2] if liked else next(iter(names), None)


def declared_for(content_type: str, declared: Iterable[str]) -> str | None:
    """The declared media type that a request's body is of, the most exact one; None if it is of none."""
    given = _bare(content_type)
    fitting = [each for each in declared if _bare(each) in {given, f"{given.partition('/')[0]}/*", "*/*"}]
    return min(fitting, key=lambda each: each.count("*"), default=None)


def body_of(media_type: str, media: Mapping[str, Any], document: Mapping[str, Any], random: Random) -> bytes:
    """The media type's own example, or else a sample of its schema; SampleError if there can be none."""
    examples = list(examples_of(media, document))
    value = examples[0][1] if examples else sample(media.get("schema", True), document, random)
    return written(media_type, value)


def written(media_type: str, value: Any) -> bytes:
    """The value as a body of that media type; SampleError where only an example could tell what it looks like."""
    if is_json(media_type):
        return encode(value)
    if isinstance(value, (dict, list)):
        told = f"an object or array has no form in {media_type}; give the media type an example that is a text"
        raise SampleError("", "type", told)
    return value.encode() if isinstance(value, str) else encode(value)


def examples_of(media: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names and values of a media type's examples; the single one has no name."""
    if "example" in media:
        yield "", media["example"]
    for name, each in media.get("examples", {}).items():
        found = resolve(document, each)
        if "value" in found:
            yield name, found["value"]


def name_of(media_type: str) -> str:
    """What stands in `Content-Type` for a declared media type or range."""
    return _RANGES.get(_bare(media_type), media_type)


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _quality(media_type: str, accept: str) -> float:
    """How much the header likes the type (RFC 9110 section 12.5.1), by the most exact range that names it."""
    kind = _bare(name_of(media_type))
    found = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        found[name] = float(weight) if weight.replace(".", "", 1).isdecimal() and weight.isascii() else 0.0
    ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
    return next((found[each] for each in ranges if each in found), 0.0)
