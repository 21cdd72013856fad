"""Who may use the control plane: loopback as it is, anything else with a token."""

from collections.abc import Mapping
from hmac import compare_digest
from http import HTTPStatus
from urllib.parse import urlsplit

from werkzeug.datastructures import Headers

from mock_server.domain.webhooks import is_loopback
from mock_server.web.problems import Problem


class Guard:
    """Checks each control call; Problem 401 or 403 says what is missing."""

    def __init__(self, bind_host: str, token: str | None) -> None:
        self._loopback_only = token is None and is_loopback(bind_host)
        self._token = token
        self._host = bind_host

    def check(self, remote: str | None, headers: Mapping[str, str] | Headers) -> None:
        host = _host(headers.get("Host", ""))
        if self._loopback_only:
            if not is_loopback(remote or "127.0.0.1"):
                raise Problem(HTTPStatus.FORBIDDEN, "the control plane is open to loopback only")
            # A page on another site can make a browser send requests here; its name stays in Host (DNS rebinding).
            if not is_loopback(host):
                raise Problem(HTTPStatus.FORBIDDEN, f"Host {host!r} is not this machine; use 127.0.0.1 or localhost")
        elif not self._token or not compare_digest(
            headers.get("Authorization", "").encode(), f"Bearer {self._token}".encode()
        ):
            raise Problem(
                HTTPStatus.UNAUTHORIZED, "send Authorization: Bearer TOKEN with the token printed at the start"
            )
        origin = headers.get("Origin")
        if origin is not None and _host(origin.partition("://")[2]) != host:
            raise Problem(
                HTTPStatus.FORBIDDEN, f"Origin {origin!r} is foreign; the control plane takes no calls from other sites"
            )


def _host(netloc: str) -> str:
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return ""
