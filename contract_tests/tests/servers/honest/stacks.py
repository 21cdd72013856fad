"""Five implementations of the page, as people write them who have read nothing else."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from urllib.parse import unquote
from uuid import UUID

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.honest import limiters
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Body, Call, Reply, json_reply
from contract_tests.tests.servers.parts import Parts
from contract_tests.tests.servers.quota import Allowance
from contract_tests.tests.servers.refusals import RefusalError
from contract_tests.tests.servers.webhooks import Webhooks

PAGE = {"invalid_tracking_number", "unauthorized", "not_found", "rate_limit_exceeded", "carrier_unavailable"}


class Stack(Api):
    """Routes as frameworks do, after the path is decoded; what the page does not name is refused in its own way."""

    paths: ClassVar[Mapping[str, str]] = {}  # the contract's, by ours
    reset: Callable[[Allowance, float], str] = staticmethod(limiters.unix_seconds)
    headers_on_refusals = True
    refusals_are_free = False
    free: ClassVar[frozenset[str]] = frozenset()

    def route(self, call: Call) -> tuple[str, Call]:
        path = unquote(call.path)
        for ours, theirs in self.paths.items():
            if re.match(rf"/v2{re.escape(theirs)}(/|$)", path):
                raise RefusalError("invalid_request", "no route", status=404)
            path = re.sub(rf"^/v2{re.escape(ours)}(?=/|$)", f"/v2{theirs}", path)
        try:
            allowed, routed = super().route(replace(call, path=path))
        except RefusalError:
            raise RefusalError("invalid_request", "no route", status=404) from None
        return allowed, routed

    def limits(self, allowance: Allowance | None) -> dict[str, str]:
        limits = super().limits(allowance)
        if limits and allowance:
            limits["X-RateLimit-Reset"] = self.reset(allowance, self.world.clock.now())
        return limits

    def answer(self, call: Call) -> Reply:
        reply = super().answer(call)
        if not self.headers_on_refusals and reply.status >= 300:
            return reply.without_headers("X-RateLimit-Remaining", "X-RateLimit-Reset")
        return reply

    def cost(self, key: Key, call: Call) -> int:
        if call.operation in self.free:
            return 0
        cost = super().cost(key, call)
        if not self.refusals_are_free or call.operation == "trackBatch":
            return cost
        try:
            self.look_up(call.argument, call.query.get("carrier")) if call.operation == "trackShipment" else None
        except RefusalError:
            return 0
        return cost

    def refuse(self, refusal: RefusalError) -> Reply:
        reply = self.known(refusal) if refusal.code in PAGE else self.unknown(refusal)
        return reply.with_headers(refusal.headers)

    def known(self, refusal: RefusalError) -> Reply:
        """One of the page's refusals."""
        return json_reply(refusal.status, {"error": refusal.code, "message": refusal.message})

    def unknown(self, refusal: RefusalError) -> Reply:
        """A refusal that the page does not have."""
        return json_reply(refusal.status, {"message": refusal.message})


class PlainIds(Webhooks):
    def id(self, word: str) -> str:
        return str(UUID(word.ljust(32, "0")))

    def secret(self, word: str) -> str:
        return word * 2


class Numbered(Webhooks):
    def id(self, word: str) -> str:
        return str(self.count)


class AsyncPython(Stack):
    """An async Python framework: 422 for what does not validate, `detail` for everything, a sliding window."""

    reset = staticmethod(limiters.unix_seconds)

    def known(self, refusal: RefusalError) -> Reply:
        return json_reply(refusal.status, {"detail": refusal.error()})

    def unknown(self, refusal: RefusalError) -> Reply:
        if refusal.status == 400:
            item = {"type": "missing", "loc": ["body"], "msg": refusal.message, "input": None}
            return json_reply(422, {"detail": [item]})
        return json_reply(refusal.status, {"detail": {404: "Not Found", 405: "Method Not Allowed"}.get(refusal.status)})

    def delete_webhook(self, key: Key, call: Call) -> Reply:
        super().delete_webhook(key, call)
        return json_reply(200, {"deleted": True})


class Node(Stack):
    """A Node framework: pages for what it does not route, its limiter before everything, paths of its own."""

    paths: ClassVar[Mapping[str, str]] = {"/couriers": "/carriers", "/subscriptions": "/webhooks"}
    reset = staticmethod(limiters.seconds_left)

    def known(self, refusal: RefusalError) -> Reply:
        return json_reply(refusal.status, {"error": {"code": refusal.code, "message": refusal.message}})

    def unknown(self, refusal: RefusalError) -> Reply:
        if refusal.status in {404, 405} or "JSON" in refusal.message:
            status = 404 if refusal.status == 405 else refusal.status
            page = f"<!DOCTYPE html>\n<html><body><pre>{refusal.message}</pre></body></html>\n"
            return Reply(status, page.encode(), {"Content-Type": "text/html; charset=utf-8"})
        return json_reply(refusal.status, {"errors": [{"msg": refusal.message, "path": "", "location": "body"}]})

    def create_webhook(self, key: Key, call: Call) -> Reply:
        made: Body = super().create_webhook(key, call).value()
        made["id"] = int(made.pop("webhook_id"))
        return json_reply(201, {"data": made})

    def delete_webhook(self, key: Key, call: Call) -> Reply:
        super().delete_webhook(key, call)
        return json_reply(200, {})


class Ruby(Stack):
    """A Ruby micro-framework: a token bucket, headers where there is something to tell, refusals for nothing."""

    reset = staticmethod(limiters.seconds_left)
    headers_on_refusals = False
    refusals_are_free = True

    def known(self, refusal: RefusalError) -> Reply:
        return json_reply(refusal.status, {"code": refusal.code, "description": refusal.message})

    def unknown(self, refusal: RefusalError) -> Reply:
        if refusal.status in {404, 405}:
            return Reply(404, b"<h1>Not Found</h1>", {"Content-Type": "text/html;charset=utf-8", "X-Cascade": "pass"})
        return json_reply(422, {"errors": [refusal.message]})


class Dated(Stack):
    """Reset is an instant in ISO 8601; only lookups count, from the first request of a minute on."""

    reset = staticmethod(limiters.iso_instant)
    free = frozenset({"listCarriers", "createWebhook", "deleteWebhook"})


class Java(Stack):
    """Problem documents for everything, Reset as an HTTP date, one path for all webhooks."""

    reset = staticmethod(limiters.http_date)
    paths: ClassVar[Mapping[str, str]] = {"/notifications/hooks": "/webhooks"}

    def known(self, refusal: RefusalError) -> Reply:
        return self.problem(refusal, type=f"https://errors.example/{refusal.code}", code=refusal.code)

    def unknown(self, refusal: RefusalError) -> Reply:
        return self.problem(refusal, type="about:blank")

    def problem(self, refusal: RefusalError, **more: Any) -> Reply:
        body = {"title": refusal.message, "status": refusal.status, **more}
        return Reply(refusal.status, json.dumps(body).encode(), {"Content-Type": "application/problem+json"})


@dataclass(frozen=True, slots=True)
class Honest:
    """An implementation, and where it differs from the contract's paths."""

    name: str
    parts: Parts
    paths: Mapping[str, str] = field(default_factory=dict)


HONEST = {
    each.name: each
    for each in (
        Honest("async-python", Parts(api=AsyncPython, quota=limiters.SlidingLog, webhooks=PlainIds)),
        Honest(
            "node",
            Parts(api=Node, quota=limiters.FromTheFirstRequest, webhooks=Numbered),
            {"carriers": "/couriers", "webhooks": "/subscriptions"},
        ),
        Honest("ruby", Parts(api=Ruby, quota=limiters.TokenBucket, webhooks=PlainIds)),
        Honest("dated", Parts(api=Dated, quota=limiters.FromTheFirstRequest)),
        Honest("java", Parts(api=Java), {"webhooks": "/notifications/hooks"}),
    )
}
