"""Where secrets are in what clients send: behind names that say so, and before the host of a URL.

No part of a text is looked at again and again, so that none takes longer than others of its length.
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import lru_cache
from urllib.parse import unquote_plus

Span = tuple[int, int]
"""From where up to where something is in a text."""

WORDS = frozenset(("auth", "bearer", "hmac", "jwt", "otp", "totp", "pass", "pin", "pw", "pwd", "session", "sid", "sig"))
"""Each of them says it as a word of a name."""
PARTS = re.compile(
    "secret|token|passw|passphrase|passcode|credential|authori[sz]|signature|cookie|sessionid|sessid"
    "|(?:api|access|private|secret|signing|encryption|shared|master|functions|subscription)key"
    "|(?:auth|access|security|verification|authorization)code"
)
"""These say it anywhere in a name, read without what separates its words."""
HEADER_PARTS = re.compile("auth|session|pwd|bearer|jwt")
WORD = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
LONGEST_KNOWN = 100  # characters of a name that is remembered
CODED = 3  # times that a text may be percent-encoded

MEMBER = re.compile(
    r'"(?P<name>(?:[^"\\]|\\u[0-9a-fA-F]{4})+)"\s*:\s*'
    r'(?:"(?P<text>(?:[^"\\]|\\.)*)|(?P<open>[\[{])|(?P<number>-?[0-9][0-9.eE+-]*))'
    r'|\\+"(?P<quoted>[^"\\]+)\\+"\s*:\s*\\+"(?P<inner>[^"\\]*)',
    re.DOTALL,
)
TOKEN = re.compile(r'"(?P<text>(?:[^"\\]|\\.)*)"?(?P<name>\s*:)?|(?P<opens>[\[{])|[]}]', re.DOTALL)
PARAMETER = re.compile(r"""(?<![^\s=&?;#"'<>{}(),|/\\])(?P<name>[^\s=&?;#"'<>{}(),|/\\]+)=""")
VALUE = re.compile(r"""\\*["']?(?P<text>[^&#\s"'<>\\]*)""")
NESTED = re.compile(r"""(?=[^&#?\s"'<>\\]*%(?:25)*(?:3D|40))[^&#?\s"'<>\\]+""", re.IGNORECASE)
PART = re.compile(
    r'content-disposition:(?>[^\r\n]*?\bname="?)(?P<name>[^";\r\n]+)[^\r\n]*\r\n(?:[^\r\n]+\r\n)*+\r\n(?P<text>[^\r\n]*)',
    re.IGNORECASE,
)
ELEMENT = re.compile(r"<(?P<name>[A-Za-z][\w:.-]*)(?>[^<>]*)>(?P<text>[^<>]+)")
USER = re.compile(
    r"""(?:\\?/|%(?:25)*2F){2}(?P<text>(?:[^/?#\s"'\\<>&%]|%(?!(?:25)*(?:2F|26|3F|23)))+)(?:@|%(?:25)*40)""",
    re.IGNORECASE,
)


def secrets_in(text: str, *, form: bool = False, numbers: bool = True) -> list[Span]:
    """Where secrets are in a target, a header's value or a body, in order.

    `form` says that it may be a form from its first character on; `numbers` of JSON may be secrets too.
    """
    found: list[Span] = []
    if '"' in text:
        found += _members(text, numbers=numbers)
    if "=" in text:
        found += _parameters(text, form=form)
    if "<" in text:
        found += (each.span("text") for each in ELEMENT.finditer(text) if tells_secret(each["name"]))
    if "\r\n\r\n" in text:
        found += (each.span("text") for each in PART.finditer(text) if tells_secret(each["name"]))
    if "@" in text or "40" in text:
        found += (each.span("text") for each in USER.finditer(text))
    return list(_merged(found))


def replaced(text: str, spans: Iterable[Span], instead: Callable[[str], str]) -> str:
    """The text with something else in those places."""
    place, parts = 0, []
    for first, last in spans:
        parts += [text[place:first], instead(text[first:last])]
        place = last
    return "".join([*parts, text[place:]])


def header_tells_secret(name: str) -> bool:
    """Whether a header of that name holds a secret."""
    return tells_secret(name) or HEADER_PARTS.search(_letters(name)) is not None


def tells_secret(name: str) -> bool:
    """Whether a name says that its value is nobody's business, however it is written."""
    return _known(name) if len(name) <= LONGEST_KNOWN else _tells(name)


def _tells(name: str) -> bool:
    plain = _plain(name)
    return PARTS.search(_letters(plain)) is not None or not WORDS.isdisjoint(
        word.lower() for word in WORD.findall(plain)
    )


_known = lru_cache(2048)(_tells)


def _members(text: str, *, numbers: bool) -> Iterator[Span]:
    place = 0
    while found := MEMBER.search(text, place):
        named = "quoted" if found["name"] is None else "name"
        if not tells_secret(found[named]):
            place = found.end(named) + 1  # its value may be JSON once more
            continue
        place = found.end()
        if found["open"]:
            place = yield from _strings(text, found.start("open"))
        elif numbers or found["number"] is None:
            yield next(found.span(name) for name in ("text", "number", "inner") if found[name] is not None)


def _strings(text: str, place: int) -> Generator[Span, None, int]:
    """All texts in the list or object that begins there, which may be cut; where it ends."""
    depth = 0
    while token := TOKEN.search(text, place):
        place = token.end()
        if token["text"] is None:
            depth += 1 if token["opens"] else -1
        elif not token["name"]:
            yield token.span("text")
        if not depth:
            return place
    return len(text)


def _parameters(text: str, *, form: bool) -> Iterator[Span]:
    place = 0
    while found := PARAMETER.search(text, place):
        name, place = found["name"], found.end()
        first = found.start() == 0
        begins = first or text[found.start() - 1] in "?&"
        letters = _letters(_plain(name))
        # `Prefer: code=503` is no secret, and what a login puts behind ?code= is one.
        code = letters == "code" and begins and (form or not first)
        if code or letters.endswith("key") or tells_secret(name):
            value = VALUE.match(text, place)
            if value:
                place = value.end()
                yield value.span("text")
        elif begins and (nested := NESTED.match(text, place)) and secrets_in(_decoded(nested[0])):
            place = nested.end()
            yield nested.span()


def _merged(found: list[Span]) -> Iterator[Span]:
    end = 0
    for first, last in sorted(found):
        if last > max(first, end):
            yield max(first, end), last
            end = last


def _plain(name: str) -> str:
    """The name without percent-encoding and JSON's escapes."""
    if "\\" in name:
        name = ESCAPE.sub(lambda found: chr(int(found[1], 16)), name)
    return _decoded(name)


def _decoded(text: str) -> str:
    for _ in range(CODED):
        before, text = text, unquote_plus(text)
        if text == before:
            break
    return text


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()
