"""The key that a client has wired in, exchanged for a sandbox's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlsplit

from mock_server.proxy.proxy import Site
from mock_server.proxy.upstream import PORTS
from mock_server.server.reply import Reply
from mock_server.server.request import Refusal, Request
from mock_server.server.shared import Application, Refuse


def site_of(document: Mapping[str, Any]) -> Site:
    """The host and port of the API itself; a document from a running mock may name that too."""
    servers = [urlsplit(server["url"]) for server in document["servers"]]
    server = next((each for each in servers if each.scheme == "https"), servers[0])
    return Site((server.hostname or "").lower(), server.port or PORTS.get(server.scheme, 443))


@dataclass(frozen=True, slots=True)
class WiredKeys:
    """Requests under a key that names no plan, like the page's own, as requests under `key`.

    Keys that name a plan are for a mock, so whoever sends one has chosen a sandbox of its own.
    """

    header: str
    form: re.Pattern[str]
    word: str
    key: str

    @classmethod
    def of(cls, document: Mapping[str, Any], key: str) -> Self:
        """By the contract's form of keys."""
        schemes = document["components"]["securitySchemes"].values()
        scheme = next(each for each in schemes if "x-keys" in each)
        keys = scheme["x-keys"]
        return cls(scheme["name"].lower(), re.compile(keys["pattern"]), keys["default_plan_word"], key)

    def exchanged(self, request: Request) -> Request:
        given = self.form.fullmatch(request.headers.get(self.header, ""))
        if given is None or given[2] != self.word:
            return request
        return replace(request, headers={**request.headers, self.header: self.key})

    def answering(self, answer: Application) -> Application:
        def answered(request: Request) -> Reply:
            return answer(self.exchanged(request))

        return answered

    def refusing(self, refuse: Refuse) -> Refuse:
        def refused(refusal: Refusal) -> Reply:
            if refusal.request is None:
                return refuse(refusal)
            return refuse(replace(refusal, request=self.exchanged(refusal.request)))

        return refused
