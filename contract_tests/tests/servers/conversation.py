"""Asking a server without a socket, and hearing what it delivers."""

import json
from typing import Any, TypeAlias
from urllib.parse import quote

from contract_tests.tests.servers.messages import Call, Reply
from contract_tests.tests.servers.receiver import Receiver
from contract_tests.tests.servers.wire import Server

Seen: TypeAlias = tuple[object, ...]
KNOWN, PAGE, LABEL = "1Z999AA10123456784", "1Z204E380338943508", "449044304137821"
MISSING, DOWN = "1Z0000000000000000", "JD0002345678901234"
GROWTH, FREE, STARTER, ENTERPRISE = (f"tf_live_{plan}_1" for plan in ("growth", "free", "starter", "enterprise"))


class Conversation:
    """Asks a server, without a socket; `receiver` gets its deliveries."""

    def __init__(self, server: Server, receiver: Receiver) -> None:
        self.server, self.receiver = server, receiver
        receiver.seen.clear()
        receiver.statuses.clear()

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = GROWTH,
        media: str = "application/json",
        headers: dict[str, str] | None = None,
        **query: str,
    ) -> Reply:
        sent = {"x-api-key": key} if key is not None else {}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent |= {"content-type": media, "accept-encoding": "gzip"} if body is not None else {}
        return self.server.answer(Call(method, path, query, {**sent, **(headers or {})}, content))

    def ask(self, method: str, path: str, body: object = None, **how: Any) -> Seen:
        reply = self.call(method, path, body, **how)
        return reply.status, tuple(reply.headers.items()), reply.body, reply.framing

    def track(self, number: str, **how: Any) -> Seen:
        return self.ask("GET", f"/v2/track/{quote(number, safe='')}", **how)

    def batch(self, *shipments: object, **how: Any) -> Seen:
        return self.ask("POST", "/v2/track/batch", {"shipments": [numbered(each) for each in shipments]}, **how)

    def subscribe(self, **body: object) -> Seen:
        fields = {"tracking_number": KNOWN, "url": "https://example.com/hook", **body}
        return self.ask("POST", "/v2/webhooks", {name: value for name, value in fields.items() if value is not None})

    def hook(self, *events: str, key: str = GROWTH) -> str:
        """A new subscription of the receiver; its id, or nothing if none was told."""
        body = {"tracking_number": KNOWN, "url": self.receiver.url, **({"events": events} if events else {})}
        reply = self.call("POST", "/v2/webhooks", body, key=key)
        return str(reply.value().get("webhook_id", "")) if reply.status == 201 else ""

    def state(self, name: str, **params: object) -> int:
        return self.call("POST", "/_states", {"state": name, "params": params}).status

    def delivered(self) -> Seen:
        """What the receiver got since this was last asked, once everything due was tried."""
        assert self.server.api.world.outbox.settle(10)
        seen = sorted(
            (method, path, body, sorted(headers.items())) for method, path, headers, body in self.receiver.seen
        )
        self.receiver.seen.clear()
        return tuple(seen)


def numbered(shipment: object) -> object:
    return {"tracking_number": shipment} if isinstance(shipment, str) else shipment
