"""Who calls the control plane, and what each token lets its holder do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from pathlib import Path
from types import MappingProxyType
from typing import Any

from contract_tests.contract.files import read, text_of, wrong
from mock_server.contract.forms import FormError, Forms
from mock_server.settings import SHORTEST_TOKEN, Settings

FORM = "control.schema.json#/$defs/tokens"


class May(StrEnum):
    """What a token is good for; whoever may do more may do what those before it may."""

    READ = "read"
    OWN_KEYS = "own keys"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: by the name of the token, and what that lets them do."""

    name: str
    may: May = May.ALL


LOCAL = Caller("loopback")
"""Whoever calls a mock that asks for no token."""
ANYBODY = Caller("anybody", May.READ)
"""Whoever asks for what is told to all."""
SINGLE = "admin"
"""Whose the token of --admin-token is."""


KEPT_BACK = MappingProxyType(
    {
        "enum": f"may is one of {', '.join(May)}",
        "type": "this is a value of another type; a token that looks like a number wants quotes",
        "pattern": "a name has 1 to 64 of A-Z a-z 0-9 @ . _ -, a token printable ASCII without spaces",
        "additionalProperties": "there is a member that a token has not; it has name, token and may",
    }
)
"""What breaks a rule of the file's form, told without the value."""


class Callers:
    """The tokens that are good, and whose each is."""

    def __init__(self, tokens: Mapping[str, Caller] | None = None) -> None:
        self._tokens = {token.encode(): caller for token, caller in (tokens or {}).items()}

    def __len__(self) -> int:
        return len(self._tokens)

    def of(self, token: str) -> Caller | None:
        """Whose the token is; every one is compared, so that the time tells nothing."""
        given, found = token.encode("utf-8", "surrogatepass"), None
        for good, caller in self._tokens.items():
            if compare_digest(given, good):
                found = caller
        return found


def callers_of(settings: Settings, forms: Forms) -> Callers:
    """The holders of `--admin-token` and of the tokens in a file; DocumentError says what is wrong where."""
    tokens = {settings.admin_token: Caller(SINGLE)} if settings.admin_token else {}
    if settings.admin_token_file is None:
        return Callers(tokens)
    path = Path(settings.admin_token_file)
    listed = read(path)
    try:
        _check(forms, listed)
        for place, each in enumerate(listed["tokens"]):
            _add(tokens, each, f"/tokens/{place}")
    except FormError as error:
        raise wrong(path, text_of(path), error.flaw.pointer, error.flaw.detail) from None
    return Callers(tokens)


def _check(forms: Forms, listed: Any) -> None:
    """FormError, which repeats nothing of the file: whatever stands in the wrong place may be a token."""
    try:
        forms.check(FORM, listed)
    except FormError as error:
        flaw = error.flaw
        detail = flaw.detail if flaw.rule == "required" else KEPT_BACK.get(flaw.rule, f"this breaks {flaw.rule!r}")
        place = flaw.pointer.rpartition("/")[0] if flaw.rule == "additionalProperties" else flaw.pointer
        raise FormError.at(place, flaw.rule, f"{detail}; `trackflow-mock docs team` shows such a file") from None


def _add(tokens: dict[str, Caller], each: Mapping[str, Any], place: str) -> None:
    """FormError, which tells no token, for one that could be guessed or would be two."""
    name, token = each["name"], each["token"]
    if len(token) < SHORTEST_TOKEN:
        rule = f"the token of {name} has {len(token)} characters, and could be guessed; give {SHORTEST_TOKEN} or more"
        raise FormError.at(f"{place}/token", "minLength", rule)
    if name in {caller.name for caller in tokens.values()}:
        raise FormError.at(f"{place}/name", "uniqueItems", f"there are two tokens of {name}; give each another name")
    if token in tokens:
        rule = f"the token of {name} is that of {tokens[token].name} too; make one for each"
        raise FormError.at(f"{place}/token", "uniqueItems", rule)
    tokens[token] = Caller(name, May(each["may"]))
