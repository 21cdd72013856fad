"""Who may use the control plane: loopback as it is, anything else with a token."""

import binascii
from base64 import b64decode
from collections.abc import Collection, Mapping
from http import HTTPStatus

from werkzeug.datastructures import Headers

from mock_server.domain.loopback import is_loopback
from mock_server.domain.webhooks.terms import USER_AGENT
from mock_server.web.callers import ANYBODY, LOCAL, Caller, Callers
from mock_server.web.hosts import Hosts
from mock_server.web.problems import Problem

Given = Mapping[str, str] | Headers
DELIVERER = USER_AGENT.partition("/")[0].lower()
FORWARDED = ("Forwarded", "X-Forwarded-For")


class Guard:
    """Checks each control call; Problem 401 or 403 says what is missing.

    A browser sends what pages of other sites tell it to send. So a call must not come from such a page: its Origin
    must be this very host and port, and Sec-Fetch-Site, where a browser sends it, must not name another site, except
    for a link that somebody follows. Bodies are read as JSON whatever their Content-Type, so that curl needs no
    header; none of a foreign form's requests gets so far. Nor does a webhook delivery: whoever has an API key says
    where those go, and this machine sends them.
    """

    def __init__(
        self, bind_host: str, callers: Callers, signatures: Collection[str] = (), hosts: Collection[str] = ()
    ) -> None:
        """`callers` hold the tokens that are good.

        `signatures` are the headers that deliveries are signed in, `hosts` other names of this machine.
        """
        self._hosts = Hosts(bind_host, hosts)
        self._loopback_only = not callers and is_loopback(bind_host)
        self._callers = callers
        self._signatures = signatures

    def check(self, remote: str | None, headers: Given, *, reads: bool = False, told_to_all: bool = False) -> Caller:
        """Who calls; `reads` says that the call changes nothing, `told_to_all` that what it tells is no secret."""
        self._check_delivery(headers)
        # A page on another site can make a browser send requests here; its name stays in Host.
        host = headers.get("Host", "")
        if host not in self._hosts.good and (complaint := self._hosts.complaint(host)):
            raise Problem(HTTPStatus.FORBIDDEN, complaint)
        if self._loopback_only:
            _check_local(remote, headers)
            caller = LOCAL
        else:
            given = headers.get("Authorization", "")
            caller = ANYBODY if told_to_all and not given else self._holder(given)
        _check_site(headers, reads=reads)
        return caller

    def _check_delivery(self, headers: Given) -> None:
        agent = headers.get("User-Agent", "")
        delivers = agent.partition("/")[0].strip().lower() == DELIVERER
        mark = f"User-Agent {agent!r}" if delivers else next((name for name in self._signatures if name in headers), "")
        if mark:
            raise Problem(HTTPStatus.FORBIDDEN, f"{mark} marks a webhook delivery, and none may reach a control plane")

    def _holder(self, authorization: str) -> Caller:
        """Whose the token is, a bearer token or the password that a browser asks for (RFC 7617)."""
        scheme, _, credentials = authorization.partition(" ")
        given = credentials.strip() if scheme.lower() == "bearer" else None
        if scheme.lower() == "basic":
            given = _password(credentials)
        caller = None if given is None else self._callers.of(given)
        if caller is None:
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "send Authorization: Bearer TOKEN with the token printed at the start, or one of --admin-token-file",
            )
        return caller


def _check_local(remote: str | None, headers: Given) -> None:
    if not is_loopback(remote or "127.0.0.1"):
        raise Problem(HTTPStatus.FORBIDDEN, "the control plane is open to loopback only; start with --admin-token")
    for name in FORWARDED:
        if name in headers:
            raise Problem(
                HTTPStatus.FORBIDDEN,
                f"{name} says that a proxy speaks for somebody else, and the control plane is open to loopback only; "
                "start with --admin-token",
            )


def _check_site(headers: Given, *, reads: bool) -> None:
    origin = headers.get("Origin")
    if origin is not None and origin.partition("://")[2].lower() != headers.get("Host", "").lower():
        raise Problem(
            HTTPStatus.FORBIDDEN, f"Origin {origin!r} is foreign; the control plane takes no calls from other sites"
        )
    site = headers.get("Sec-Fetch-Site", "none")
    followed = reads and headers.get("Sec-Fetch-Mode") == "navigate"
    if site not in {"none", "same-origin"} and not followed:
        raise Problem(
            HTTPStatus.FORBIDDEN, f"Sec-Fetch-Site is {site!r}; the control plane takes no calls from other sites"
        )


def _password(credentials: str) -> str | None:
    try:
        return b64decode(credentials, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return None
