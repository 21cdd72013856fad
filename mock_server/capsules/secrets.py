"""Secrets in a capsule: each is replaced by a stand-in of the same length, wherever it occurs."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from mock_server.contract.specification import Specification
from mock_server.domain.clients.secret_places import Span, header_tells_secret, replaced, secrets_in, tells_secret
from mock_server.domain.clients.shown import secret_forms

SCHEME = re.compile(r"(?P<name>(?:Bearer|Basic|Token) )(?P<value>\S+)", re.IGNORECASE)
SHORTEST = 8  # characters of a secret that is looked for in places that do not look like one
FILLING = "x"
FEW = 50  # secrets that are sooner looked for one by one than by every part of a text


class SecretMask:
    """Replaces secrets; what it has seen once in a telling place, it finds everywhere.

    It learns from headers and texts first, with `learn`; then `text` and `value` replace.
    """

    def __init__(self, specification: Specification) -> None:
        self._key_header = specification.key_header.lower()
        self._key = re.compile(specification.extension("x-keys")["pattern"].strip("^$"))
        self._forms = secret_forms(specification)
        self._known: dict[str, str] = {}
        self._heads: dict[str, list[str]] = {}  # those that are looked for everywhere, by how they begin
        self._taken: set[str] = set()
        self._numbers: Counter[str] = Counter()  # by form, how many stand-ins had to be numbered

    def stand_in(self, secret: str) -> str:
        """What stands for the secret: of the same form and length, the same each time."""
        if secret not in self._known:
            self._known[secret] = self._new(secret)
            self._taken.add(self._known[secret])
            if len(secret) >= SHORTEST:
                self._heads.setdefault(secret[:SHORTEST], []).append(secret)
        return self._known[secret]

    def learn(self, headers: Mapping[str, str], *texts: str) -> None:
        """See which secrets there are."""
        for name, value in headers.items():
            if self._secret(name) and len(value) >= SHORTEST:
                for part, hidden in _parts(name, value):
                    if hidden and len(part) >= SHORTEST:
                        self.stand_in(part)
        for text in texts:
            for found in self._forms.finditer(text):
                self.stand_in(found[0])
            for first, last in _places(text):
                if last - first >= SHORTEST:
                    self.stand_in(text[first:last])

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {
            name: self._header(name, value) if self._secret(name) else self.text(value)
            for name, value in headers.items()
        }

    def _header(self, name: str, value: str) -> str:
        """A secret header with nothing secret left in it."""
        return "".join(self.stand_in(part) if secret and part else part for part, secret in _parts(name, value))

    def text(self, text: str) -> str:
        """The text with stand-ins."""
        for secret in sorted(self._likely(text), key=lambda each: (-len(each), each)):
            text = text.replace(secret, self._known[secret])
        text = self._forms.sub(lambda found: self.stand_in(found[0]), text)
        return replaced(text, _places(text), self.stand_in)

    def _likely(self, text: str) -> list[str]:
        """The secrets that may be in the text; how long that takes does not depend on how many there are."""
        if len(self._heads) > FEW:
            parts = {text[place : place + SHORTEST] for place in range(len(text))}
            heads = [each for each in parts if each in self._heads]
        else:
            heads = [each for each in self._heads if each in text]
        return [secret for head in heads for secret in self._heads[head]]

    def value(self, value: Any) -> Any:
        """The same for every text of a JSON value, names of members included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        if isinstance(value, Mapping):
            return {
                self.text(name): self.stand_in(each)
                if isinstance(each, str) and each and tells_secret(name)
                else self.value(each)
                for name, each in value.items()
            }
        return value

    def bare(self, content: bytes) -> str:
        """The content for a digest that is the same whether the secrets or their stand-ins are in it."""
        text = self.text(content.decode("latin-1"))
        text = self._forms.sub(lambda found: blank(found[0], self._key), text)
        return replaced(text, _places(text), lambda secret: FILLING * len(secret))

    def _secret(self, name: str) -> bool:
        return name.lower() == self._key_header or header_tells_secret(name)

    def _new(self, secret: str) -> str:
        empty = blank(secret, self._key)
        if secret == empty or re.fullmatch(rf"(?:tf_test_[a-z]+_|whsec_)?{FILLING}+\d*=*", secret):
            return secret  # a stand-in already
        if empty not in self._taken:
            return empty
        tail = len(empty) - len(empty.rstrip("="))
        while True:
            digits = str(self._numbers[empty])
            numbered = empty[: len(empty) - tail - len(digits)] + digits + "=" * tail
            if len(numbered) != len(empty) or FILLING not in numbered:
                return empty  # it has no room for so many
            self._numbers[empty] += 1
            if numbered not in self._taken:
                return numbered


def _places(text: str) -> list[Span]:
    """Where secrets are in a text that is to be sent again: a number stays one."""
    return secrets_in(text, numbers=False)


def blank(secret: str, key: re.Pattern[str]) -> str:
    """A secret's form without anything of it: of a key its plan, of a webhook's secret what it begins with."""
    if found := key.fullmatch(secret):
        head = f"tf_test_{found[2]}_"
        return head + FILLING * (len(secret) - len(head))
    head = "whsec_" if secret.startswith("whsec_") else ""
    body = secret[len(head) :]
    padding = "=" * (len(body) - len(body.rstrip("="))) if head else ""
    return head + FILLING * (len(body) - len(padding)) + padding


def _parts(name: str, value: str) -> list[tuple[str, bool]]:
    """A secret header in parts, each with whether it is secret: all is, but schemes and the names of cookies."""
    if name.lower() == "cookie":
        pairs = [each.partition("=") for each in value.split("; ")]
        parts = [[(key + sign, False), (rest, True)] if sign else [(key, True)] for key, sign, rest in pairs]
        return [part for place, each in enumerate(parts) for part in ([("; ", False)] if place else []) + each]
    if found := SCHEME.fullmatch(value):
        return [(found["name"], False), (found["value"], True)]
    return [(value, True)]
