"""Generated texts: formats, patterns, words, and what Faker makes."""

from base64 import b16encode, b32encode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from random import Random
from string import ascii_uppercase, digits, punctuation
from types import MappingProxyType
from typing import Any
from uuid import UUID

from mock_server.contract.samples.patterns import matching, matching_all

WORDS = (
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "harbor",
    "island",
    "juniper",
    "kestrel",
    "lagoon",
)
_FIRST, _LAST = 1_767_225_600, 1_798_761_599  # seconds of the year 2026, UTC; a sample does not look at the clock


def text(schema: Mapping[str, Any], random: Random, *, by_pattern: bool, odd: bool = False) -> str:
    """A text for the schema's format, or for its patterns if `by_pattern` or if it has no format.

    Only one of the two can be honoured at a time, so check what comes and try the other. `odd` texts are no words, and
    instants may have parts of a second and offsets.
    """
    made, pattern = _FORMATS.get(schema.get("format", "")), schema.get("pattern")
    low, high = schema.get("minLength", 0), schema.get("maxLength")
    if made and not (by_pattern and pattern):
        drawn = _odd_instant(random) if odd and schema["format"] == "date-time" else made(random)
        fits = low <= len(drawn) <= (len(drawn) if high is None else high)
        return drawn if fits or schema["format"] not in _STRETCHED else _STRETCHED[schema["format"]](random, low, high)
    if isinstance(pattern, tuple):
        return matching_all(pattern, random, shortest=low, longest=high)
    if pattern:
        return matching(pattern, random, shortest=low, longest=high)
    encoded = _ENCODINGS.get(schema.get("contentEncoding", "").lower())
    if encoded:
        return encoded(random, low, high)
    return _odd(random, low, high) if odd else _words(random, low, high)


def _in_base(encode: Callable[[bytes], bytes], group: int, characters: int) -> Callable[[Random, int, int | None], str]:
    """Texts in a base of which that many bytes are a group of that many characters."""

    def made(random: Random, low: int, high: int | None) -> str:
        groups = -(-max(low, characters) // characters)
        most = groups + 4 if high is None else max(high // characters, 1)
        return encode(random.randbytes(group * random.randint(groups, max(groups, min(most, groups + 4))))).decode()

    return made


_ENCODINGS: Mapping[str, Callable[[Random, int, int | None], str]] = MappingProxyType(
    {
        "base64": _in_base(b64encode, 3, 4),
        "base64url": _in_base(urlsafe_b64encode, 3, 4),
        "base32": _in_base(b32encode, 5, 8),
        "base16": _in_base(b16encode, 1, 2),
    }
)


def _words(random: Random, low: int, high: int | None) -> str:
    words = random.choice(WORDS)
    while len(words) < low:
        words += " " + random.choice(WORDS)
    cut = words[:high] if high is not None else words
    return cut.rstrip().ljust(len(cut), "s")


def _odd(random: Random, low: int, high: int | None) -> str:
    """A text of signs of one kind, of any length that may be."""
    signs = random.choice((ascii_uppercase, digits, punctuation, " ", "äßéλж中"))
    most = low + random.choice((0, 1, 12)) if high is None else min(high, low + 12)
    return "".join(random.choice(signs) for _ in range(random.randint(low, max(low, most))))


def _instant(random: Random) -> datetime:
    return datetime.fromtimestamp(random.randint(_FIRST, _LAST), UTC)


def _odd_instant(random: Random) -> str:
    part = random.choice(("", f".{random.randrange(1000):03}", f".{random.randrange(1_000_000):06}"))
    hours = random.randint(0, 12)
    return f"{_instant(random):%Y-%m-%dT%H:%M:%S}{part}{random.choice(('Z', f'+{hours:02}:00', f'-{hours:02}:30'))}"


def _host(random: Random) -> str:
    return f"{random.choice(WORDS)}.example.com"  # RFC 2606 keeps it from being anybody's


def _uri(random: Random) -> str:
    return f"https://{_host(random)}/{random.choice(WORDS)}"


def _address(random: Random) -> str:
    return f"{random.choice(WORDS)}@{_host(random)}"


def _ipv6(random: Random) -> str:
    return f"2001:db8::{random.randrange(1, 0xFFFF):x}"  # RFC 3849


def _host_of(random: Random, low: int, high: int | None) -> str:
    """A host of that length, with so many names or with the beginning of one."""
    name = _host(random)
    while len(name) < low:
        more = random.choice(WORDS)[: max(low - len(name) - 1, 1)]
        name = f"{more}.{name}" if low - len(name) > 1 else f"{more}{name}"
    return name if high is None or len(name) <= high else random.choice(WORDS)[:high]


def _address_of(random: Random, low: int, high: int | None) -> str:
    user = random.choice(WORDS)
    user = user if high is None else user[: max(1, high // 3)]
    left = len(user) + 1
    return f"{user}@{_host_of(random, low - left, None if high is None else high - left)}"


def _reference_of(random: Random, low: int, high: int | None) -> str:
    return "/" + _words(random, low - 1, None if high is None else high - 1).replace(" ", "-")


def _uri_of(random: Random, low: int, high: int | None) -> str:
    """A URI of that length, with a long path or a short host."""
    most = None if high is None else high - len("https:///")
    host = _host_of(random, 0, None if most is None else max(1, min(20, most)))
    start = f"https://{host}"
    if high is not None and high <= len(start):
        return start
    return start + _reference_of(random, low - len(start), None if high is None else high - len(start))


_STRETCHED: Mapping[str, Callable[[Random, int, int | None], str]] = MappingProxyType(
    {
        **dict.fromkeys(("email", "idn-email"), _address_of),
        **dict.fromkeys(("hostname", "idn-hostname"), _host_of),
        **dict.fromkeys(("uri", "iri"), _uri_of),
        **dict.fromkeys(("uri-reference", "iri-reference"), _reference_of),
        "byte": _ENCODINGS["base64"],
    }
)
_FORMATS: Mapping[str, Callable[[Random], str]] = MappingProxyType(
    {
        "date-time": lambda random: f"{_instant(random):%Y-%m-%dT%H:%M:%SZ}",
        "date": lambda random: f"{_instant(random):%Y-%m-%d}",
        "time": lambda random: f"{_instant(random):%H:%M:%SZ}",
        "duration": lambda random: f"P{random.randint(1, 30)}D",
        "email": _address,
        "idn-email": _address,
        "hostname": _host,
        "idn-hostname": _host,
        "ipv4": lambda random: f"192.0.2.{random.randint(1, 254)}",  # RFC 5737
        "ipv6": _ipv6,
        "uri": _uri,
        "iri": _uri,
        "uri-reference": lambda random: f"/{random.choice(WORDS)}",
        "iri-reference": lambda random: f"/{random.choice(WORDS)}",
        "uri-template": lambda random: f"/{random.choice(WORDS)}/{{{random.choice(WORDS)}}}",
        "uuid": lambda random: str(UUID(int=random.getrandbits(128), version=4)),
        "byte": lambda random: b64encode(random.randbytes(12)).decode(),  # OpenAPI 3.0's word for contentEncoding
        "regex": lambda random: f"^{random.choice(WORDS)}$",
        "json-pointer": lambda random: f"/{random.choice(WORDS)}",
        "relative-json-pointer": lambda random: f"{random.randint(0, 3)}/{random.choice(WORDS)}",
    }
)
