"""Where the callers of an operation say who they are (OpenAPI 3.1 sections 4.8.27 and 4.8.30)."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from contract_tests.contract.loading import resolve
from mock_server.contract.messages import Call
from mock_server.contract.parameter_styles import decoded, pairs_of
from mock_server.contract.parameters import cookies_of

_Scheme = Mapping[str, Any]


class Credentials:
    """What an operation asks of its callers: one of several alternatives, each some schemes at once."""

    def __init__(self, alternatives: Sequence[Mapping[str, Any]], document: Mapping[str, Any]) -> None:
        schemes = document["components"].get("securitySchemes", {})
        self._alternatives = [[resolve(document, schemes[name]) for name in each] for each in alternatives]

    def key(self, call: Call, known: Callable[[str], bool]) -> str | None:
        """The key that the call brings: one that is `known` if any is; None if no alternative is there in full."""
        found: list[str] = []
        for schemes in self._alternatives:
            given = [list(_values(scheme, call)) for scheme in schemes]
            if given and all(given):
                found += [value for values in given for value in values]
        return next(filter(known, found), found[0] if found else None)

    @property
    def challenges(self) -> Mapping[str, str]:
        """The headers of a refusal (RFC 9110 section 11.6.1): none where no scheme of HTTP's is asked for."""
        words = {_word(scheme) for schemes in self._alternatives for scheme in schemes}
        told = ", ".join(f'{word} realm="trackflow"' for word in ("Bearer", "Basic") if word.lower() in words)
        return {"WWW-Authenticate": told} if told else {}

    @property
    def ways(self) -> str:
        """The alternatives in words."""
        return " or ".join(" and ".join(map(_told, schemes)) for schemes in self._alternatives if schemes) or "no key"


def _values(scheme: _Scheme, call: Call) -> Iterator[str]:
    """What the call brings for the scheme; of a user and a password either may be the key."""
    word = _word(scheme)
    if word:
        given, _, rest = call.headers.get("authorization", "").strip().partition(" ")
        if given.lower() == word:
            yield from filter(None, [rest.strip()] if word == "bearer" else _user_and_password(rest.strip()))
        return
    name = scheme["name"]
    if scheme["in"] == "header":
        value = call.headers.get(name.lower())
    elif scheme["in"] == "cookie":
        value = cookies_of(call.headers.get("cookie", "")).get(name)
    else:
        value = _in_query(name, call.target)
    yield from filter(None, [value])


def _word(scheme: _Scheme) -> str:
    """The scheme's name in `Authorization`, in lower case; empty if it is a key of its own."""
    if scheme["type"] in {"oauth2", "openIdConnect"}:
        return "bearer"
    return str(scheme["scheme"]).lower() if scheme["type"] == "http" else ""


def _in_query(name: str, target: str) -> str | None:
    raw = next((raw for each, raw in pairs_of(target.partition("?")[2]) if each == name), "")
    try:
        return decoded(raw, plus=True)
    except ValueError:
        return raw


def _user_and_password(text: str) -> list[str]:
    try:
        user, _, password = b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return []
    return [user, password]


def _told(scheme: _Scheme) -> str:
    word = _word(scheme)
    if word:
        return f"Authorization: {word.capitalize()} {'KEY' if word == 'bearer' else 'base64 of KEY:'}"
    return f"the {scheme['in']} {scheme['name']}"
