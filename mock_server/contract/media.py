"""Media types: which of those that an answer or a body declares is meant, and how its values are written."""

from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any

from contract_tests.contract.loading import resolve
from mock_server.contract.encodings import file_of, text_of
from mock_server.contract.folding import folded
from mock_server.contract.messages import encode
from mock_server.contract.samples import sample
from mock_server.contract.samples.collections import SampleError

JSON = "application/json"
_BYTES = frozenset({"type", "format", "contentMediaType", "description", "title"})  # keywords that any file keeps
_RANGES = {"*/*": JSON, "application/*": JSON, "text/*": "text/plain"}  # what a declared range is answered with


def is_json(media_type: str) -> bool:
    """Whether bodies of that media type are JSON (RFC 6839 section 3.1)."""
    kind = bare(media_type)
    return kind in {"*/*", "application/*"} or kind.endswith(("/json", "+json"))


def chosen(declared: Iterable[str], accept: str = "") -> str | None:
    """The declared media type that the `Accept` header likes best; without a liking JSON, or else the first."""
    names = sorted(declared, key=lambda each: not is_json(each))
    liked = [(quality, -place, name) for place, name in enumerate(names) if (quality := _quality(name, accept))]
    return max(liked)[2] if liked else next(iter(names), None)


def declared_for(content_type: str, declared: Iterable[str]) -> str | None:
    """The declared media type that a request's body is of, the most exact one; None if it is of none."""
    given = bare(content_type)
    fitting = [each for each in declared if bare(each) in {given, f"{given.partition('/')[0]}/*", "*/*"}]
    return min(fitting, key=lambda each: each.count("*"), default=None)


def body_of(media_type: str, media: Mapping[str, Any], document: Mapping[str, Any], random: Random) -> bytes:
    """The media type's own example, or else a sample of its schema; SampleError if there can be none."""
    examples = list(examples_of(media, document))
    if examples:
        return written(media_type, examples[0][1])
    schema = media.get("schema", True)
    file = file_of(bare(name_of(media_type)))
    if file is not None and _is_any_text(schema, document):
        return file
    return written(media_type, sample(schema, document, random))


def written(media_type: str, value: Any) -> bytes:
    """The value as a body of that media type; SampleError where only an example could tell what it looks like."""
    if is_json(media_type):
        return encode(value)
    text = text_of(bare(media_type), value)
    if text is None:
        told = f"an object or array has no form in {media_type}; give the media type an example that is a text"
        raise SampleError("", "type", told)
    return text.encode()


def _is_any_text(schema: Any, document: Mapping[str, Any]) -> bool:
    """Whether the schema says no more than that there are bytes."""
    told = folded(schema, document)
    return not told.keys() - _BYTES and told.get("type", "string") == "string"


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
    return _RANGES.get(bare(media_type), media_type)


def bare(media_type: str) -> str:
    """The media type in lower case, without parameters."""
    return media_type.partition(";")[0].strip().lower()


def _quality(media_type: str, accept: str) -> float:
    """How much the header likes the type (RFC 9110 section 12.5.1), by the most exact range that names it."""
    kind = bare(name_of(media_type))
    found = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        found[name] = float(weight) if weight.replace(".", "", 1).isdecimal() and weight.isascii() else 0.0
    ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
    return next((found[each] for each in ranges if each in found), 0.0)
