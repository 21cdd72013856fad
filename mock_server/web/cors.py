"""The contract's operations for scripts of other sites (the Fetch standard, section 3.2), never the control plane."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus

from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Application
from mock_server.web.front import is_of_control

ANY = "*"
PREFLIGHT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Cors:
    """Lets scripts of these origins ask, and read what they are answered."""

    answer: Application
    origins: Sequence[str]
    methods: Sequence[str]

    def __call__(self, request: Request) -> Reply:
        origin = request.headers.get("origin")
        if origin is None or is_of_control(request):
            return self.answer(request)
        allowed = self._allowed(origin)
        if allowed and request.method == "OPTIONS" and "access-control-request-method" in request.headers:
            return Reply(HTTPStatus.NO_CONTENT, headers={**allowed, **self._preflight(request)})
        reply = self.answer(request)
        return reply.then(partial(_read, allowed=allowed)) if allowed else reply

    def _allowed(self, origin: str) -> Mapping[str, str]:
        if ANY in self.origins:
            return {"Access-Control-Allow-Origin": ANY}
        if origin in self.origins:
            return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        return {}

    def _preflight(self, request: Request) -> Mapping[str, str]:
        headers = {
            "Access-Control-Allow-Methods": ", ".join(self.methods),
            "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        }
        if asked := request.headers.get("access-control-request-headers"):
            headers["Access-Control-Allow-Headers"] = asked
        if "access-control-request-private-network" in request.headers:
            headers["Access-Control-Allow-Private-Network"] = "true"
        return headers


def _read(reply: Reply, allowed: Mapping[str, str]) -> Reply:
    """The reply with its own headers named, or scripts would not see the quota's."""
    headers = dict(reply.headers)
    vary = ", ".join(filter(None, (headers.pop("Vary", ""), allowed.get("Vary", ""))))
    named = {"Access-Control-Expose-Headers": ", ".join(headers)} if headers else {}
    return replace(reply, headers={**headers, **allowed, **named, **({"Vary": vary} if vary else {})})
