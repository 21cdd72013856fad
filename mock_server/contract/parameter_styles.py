"""How parameters are written (OpenAPI 3.1 section 4.8.12, RFC 6570): raw text in, its parts out, decoded.

Where two readings are possible, because the specification's own tables changed between its editions or because HTTP
libraries encode delimiters, each is offered, the strict one first.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote, unquote_plus

Part = str | list[str] | dict[str, "Part"]  # not yet of any type but text
Pairs = Sequence[tuple[str, str]]  # of a query: decoded names, raw values

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}


def pairs_of(raw_query: str) -> Pairs:
    """The names of a raw query and their raw values; whatever is no name here may be broken as it likes."""
    split = (part.partition("=") for part in raw_query.split("&") if part)
    return [(unquote_plus(name, errors="replace"), value) for name, _, value in split]


def decoded(raw: str, *, plus: bool = False) -> str:
    """The text of percent-encoded UTF-8; ValueError says where it is none."""
    if broken := _BROKEN_ESCAPE.search(raw):
        raise ValueError(f"{raw[broken.start() : broken.start() + 3]!r} is not a percent-encoded byte")
    try:
        return (unquote_plus if plus else unquote)(raw, errors="strict")
    except UnicodeDecodeError as error:
        byte = f"%{error.object[error.start]:02X}"
        raise ValueError(f"{byte} is no part of a UTF-8 character there; percent-encode UTF-8") from None


def in_path(raw: str, name: str, style: str, kind: str, *, explode: bool) -> Iterator[Part]:
    """The readings of a path parameter or a header, as an `array`, an `object`, or anything else as one text."""
    lead = {"label": ".", "matrix": ";"}.get(style, "")
    if not raw.startswith(lead):
        raise ValueError(f"it has style {style} and begins with {lead!r}, unlike {raw!r}")
    body = raw[len(lead) :]
    if style == "matrix" and not (explode and kind in {"array", "object"}):
        body = _after_name(body, name)
    if kind not in {"array", "object"}:
        yield decoded(body)
        return
    for delimiter in _path_delimiters(style, explode=explode):
        pieces = body.split(delimiter) if body else []
        if style == "matrix" and explode and kind == "array":
            pieces = [_after_name(piece, name) for piece in pieces]
        yield [decoded(piece) for piece in pieces] if kind == "array" else _members(pieces, explode=explode)


def in_query(pairs: Pairs, name: str, style: str, kind: str, *, explode: bool) -> Iterator[Part]:
    """The readings of a query parameter or a cookie that is an `array` or an `object`; none if it is not there."""
    if kind == "object" and style == "deepObject":
        if deep := _deep(pairs, name):
            yield deep
        return
    raws = [raw for each, raw in pairs if each == name]
    if not raws:
        return
    if kind == "array" and explode:
        yield [decoded(raw, plus=True) for raw in raws if raw or len(raws) > 1]
        return
    delimiter = _DELIMITERS.get(style, ",")
    if len(raws) > 1:
        raise ValueError(f"is given more than once; its values go into one, with {delimiter!r} between them")
    written = [raws[0].split(delimiter)] if delimiter == "," else []
    for pieces in (*written, [each.replace("%", "%25") for each in decoded(raws[0], plus=True).split(delimiter)]):
        given = pieces if raws[0] else []
        yield [decoded(each, plus=delimiter == ",") for each in given] if kind == "array" else _members(given)


def in_cookies(
    cookies: Mapping[str, str], name: str, kind: str, members: Mapping[str, object] | None = None
) -> Iterator[Part]:
    """The readings of a cookie, percent-encoded or as it is; those of an exploded object if its `members` are told."""
    if members is not None:
        found: dict[str, Part] = {each: _plain(raw) for each, raw in cookies.items() if each in members}
        yield from [found] if found else []
        return
    raw = cookies[name]
    if kind not in {"array", "object"}:
        yield from dict.fromkeys((_plain(raw), raw))
        return
    for pieces in dict.fromkeys((tuple(raw.split(",")), tuple(_plain(raw).split(",")))):
        given = [_plain(piece) for piece in pieces] if raw else []
        yield given if kind == "array" else dict(zip(given[::2], given[1::2], strict=False))


def _plain(raw: str) -> str:
    """What a cookie says, which few percent-encode."""
    try:
        return decoded(raw)
    except ValueError:
        return raw


def members_in_query(pairs: Pairs, names: Mapping[str, object]) -> dict[str, Part]:
    """An exploded object, whose members are parameters of the query themselves."""
    return {name: decoded(raw, plus=True) for name, raw in pairs if name in names}


def _path_delimiters(style: str, *, explode: bool) -> str:
    if style == "label":
        return "." if explode else ",."
    return ";" if style == "matrix" and explode else ","


def _after_name(body: str, name: str) -> str:
    given, equals, value = body.partition("=")
    if given != name or (not equals and body != name):
        raise ValueError(f"it has style matrix, so {name}= goes before its value, unlike {body!r}")
    return value


def _members(pieces: Sequence[str], *, explode: bool = False) -> dict[str, Part]:
    if explode:
        split = [piece.partition("=") for piece in pieces]
        if any(not equals for _, equals, _ in split):
            raise ValueError("its members are written as name=value")
        return {decoded(name): decoded(value) for name, _, value in split}
    if len(pieces) % 2:
        raise ValueError("its members are written as name,value,name,value")
    names = map(decoded, pieces[::2])
    return dict(zip(names, map(decoded, pieces[1::2]), strict=True))


def _deep(pairs: Pairs, name: str) -> dict[str, Part]:
    """`name[a]=1&name[b][c]=2` as an object; a member that comes again is an array."""
    found: dict[str, Part] = {}
    for given, raw in pairs:
        if not given.startswith(f"{name}["):
            continue
        steps = re.findall(r"\[([^\[\]]*)\]", given[len(name) :])
        if not steps or "".join(f"[{step}]" for step in steps) != given[len(name) :]:
            raise ValueError(f"{given!r} is no member; write {name}[member]=value")
        _put(found, [step for step in steps if step] or [""], decoded(raw, plus=True))
    return found


def _put(found: dict[str, Part], steps: Sequence[str], text: str) -> None:
    *outer, last = steps
    for step in outer:
        inner = found.setdefault(step, {})
        if not isinstance(inner, dict):
            raise ValueError(f"{step!r} is both a value and an object")
        found = inner
    before = found.get(last)
    if isinstance(before, dict):
        raise ValueError(f"{last!r} is both a value and an object")
    found[last] = text if before is None else [*([before] if isinstance(before, str) else before), text]
