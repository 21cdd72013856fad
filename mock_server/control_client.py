"""Steering a mock from outside: its control plane over HTTP, as Python calls."""

import json
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

LONGEST = 60.0  # seconds that a call may take beside what it is told to wait


class SteeringError(Exception):
    """A call that the mock could not carry out; the message is the mock's own, or says that there was no answer."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class ControlPlane:
    """The control plane of the mock at a URL, limited to one key if there is one."""

    def __init__(self, url: str, key: str | None = None, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self.key = key
        self._token = token

    def get(self, path: str, **query: object) -> Any:
        return self.call("GET", path, query=query)

    def put(self, path: str, value: object, **query: object) -> Any:
        return self.call("PUT", path, value, query)

    def post(self, path: str, value: object = None, *, patience: float = 0.0, **query: object) -> Any:
        return self.call("POST", path, value, query, patience)

    def delete(self, path: str, **query: object) -> Any:
        return self.call("DELETE", path, query=query)

    def call(
        self,
        method: str,
        path: str,
        value: object = None,
        query: dict[str, object] | None = None,
        patience: float = 0.0,
    ) -> Any:
        """The answer's JSON; SteeringError for a problem. `patience` is seconds that the mock may wait on purpose."""
        given = {name: each for name, each in {"key": self.key, **(query or {})}.items() if each is not None}
        target = f"/__admin{path}" + (f"?{urlencode(given)}" if given else "")
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        body = None if value is None else json.dumps(value).encode()
        try:
            status, text = self._send(method, target, body, headers, LONGEST + patience)
        except (OSError, HTTPException) as error:
            raise SteeringError(f"{self.url} does not answer: {error}") from None
        answer = json.loads(text) if text else None
        if status >= 400:
            told = answer.get("detail") if isinstance(answer, dict) else None
            raise SteeringError(f"{method} {target}: {told or status}", status)
        return answer

    def _send(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], timeout: float
    ) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=timeout)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()
