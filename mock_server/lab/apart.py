"""Trials apart: what a command asks in one meets no other, whatever key it uses and whatever it resets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Self
from urllib.parse import parse_qsl, quote, urlencode

from mock_server.contract.specification import Specification
from mock_server.own_paths import CONTROL_PREFIX
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Application
from mock_server.web.front import is_of_control

MARK = "x-trackflow-lab"
"""The request header by which the mock knows the trial; the command does not see it."""
LONGEST_WORD = 64  # characters of a key after its plan
FOR_ALL = (
    "faults",
    "scenario",
    "clock",
    "reset",
    "requests",
    "deliveries",
    "webhooks",
    "shipments",
    "states",
    "report",
)
"""Parts of the control plane that speak of every sandbox if no key is named: here, of the trial's own."""


@dataclass(frozen=True, slots=True)
class Apart:
    """One trial's requests, marked with its turn; keys that name a plan are this trial's own."""

    turn: int
    key: str
    header: str
    form: re.Pattern[str]

    @classmethod
    def of(cls, specification: Specification, turn: int, key: str) -> Self:
        """By the contract's form of keys."""
        form = re.compile(specification.extension("x-keys")["pattern"])
        return cls(turn, key, specification.key_header.lower(), form)

    def answering(self, answer: Application) -> Application:
        """The same answers to this trial's requests."""

        def answered(request: Request) -> Reply:
            return answer(self._of_control(request) if is_of_control(request) else self._of_the_api(request))

        return answered

    def owns(self, key: str) -> bool:
        """Whether the key is this trial's."""
        return key == self.key or key.endswith(f"-{self.turn}")

    def own(self, key: str) -> str:
        """The key that stands for a given one here; what is no key, or names a key made here, stays."""
        found = self.form.fullmatch(key)
        if found is None or key == self.key:
            return key
        word = f"{found[3]}-{self.turn}"
        if len(word) > LONGEST_WORD:
            word = f"{blake2b(found[3].encode(), digest_size=16).hexdigest()}-{self.turn}"
        return key[: found.start(3)] + word

    def _of_the_api(self, request: Request) -> Request:
        given = request.headers.get(self.header)
        theirs = {} if given is None else {self.header: self.own(given)}
        return replace(request, headers={**request.headers, **theirs, MARK: str(self.turn)})

    def _of_control(self, request: Request) -> Request:
        """The request limited to the key that it names, else to the trial's; keys in its body are exchanged too."""
        path, _, query = request.target.partition("?")
        pairs = parse_qsl(query, keep_blank_values=True)
        named = [(name, self.own(value) if name == "key" else value) for name, value in pairs]
        part = path.removeprefix(CONTROL_PREFIX).strip("/").partition("/")[0]
        if part in FOR_ALL and not any(name == "key" for name, _ in named):
            named.append(("key", self.key))
        target = f"{path}?{urlencode(named, quote_via=quote)}" if named else path
        return replace(request, target=target, body=self._exchanged(request.body))

    def _exchanged(self, body: bytes) -> bytes:
        """The body with every key in it exchanged, but in paths, by which a receiver knows what is sent to it."""
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return body
        inside = self.form.pattern.removeprefix("^").removesuffix("$")
        return re.sub(rf"(?<!/){inside}", lambda found: self.own(found[0]), text).encode() if body else body


def unmarked(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The headers as the command sent them."""
    return {name: value for name, value in headers.items() if name != MARK}
