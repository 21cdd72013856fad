"""Webhooks of a tester: subscribed to, and served to receivers on loopback."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from mock_server.settings import Settings
from mock_server.tests.served import served
from mock_server.tests.web.control.admin import FREE, NUMBER, Admin
from mock_server.web.app import create_app
from mock_server.web.control import call

HOOK = "http://127.0.0.1:9/hooks"
HOUR = 3600
START = "2026-06-15T12:00:00Z"
LONG = 15.0  # real seconds for receivers that do answer, however busy the machine is


def subscribe(admin: Admin, key: str = FREE, number: str = NUMBER, **wish: Any) -> dict[str, Any]:
    body = {"tracking_number": number, "url": HOOK, **wish}
    answer = admin.ask(key, "/v2/webhooks", method="POST", json=body)
    assert answer.status_code == 201
    assert isinstance(answer.json, dict)
    return answer.json


@dataclass
class ServedMock:
    """A mock on a port of loopback, and a client of both its sides."""

    url: str
    key: str = "tf_test_enterprise_served"
    number: str = ""

    def call(self, method: str, path: str, value: object = None) -> Any:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        headers = {"X-API-Key": self.key, "Content-Type": "application/json"}
        connection.request(method, path, None if value is None else json.dumps(value), headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        assert answer.status < 300, content
        return json.loads(content) if content else None

    def admin(self, method: str, path: str, value: object = None) -> Any:
        return self.call(method, f"/__admin{path}{'&' if '?' in path else '?'}key={self.key}", value)

    def subscribe(self, url: str, **wish: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.call("POST", "/v2/webhooks", {"tracking_number": self.number, "url": url, **wish})
        return made

    def advance(self, hours: float) -> int:
        pending: int = self.admin("PUT", "/clock", {"action": "advance", "seconds": hours * HOUR})["pending_deliveries"]
        return pending

    def deliveries(self) -> list[dict[str, Any]]:
        """Newest first."""
        found: list[dict[str, Any]] = self.admin("GET", "/deliveries?limit=1000")["deliveries"]
        return found


@contextmanager
def serving(**settings: Any) -> Iterator[ServedMock]:
    app = create_app(Settings(clock=START, time_scale=0, **settings))
    with patch.object(call, "PATIENCE", LONG), served(app) as server:
        yield ServedMock(server.url, number=app.worlds.foundation.magic.magic_number("ups", "011"))
