"""More implementations of the page, each with habits of its own."""

from collections.abc import Callable
from typing import ClassVar

from contract_tests.tests.servers.honest import limiters, more_limiters
from contract_tests.tests.servers.honest.stacks import Honest, PlainIds, Stack
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Call, Reply, json_reply
from contract_tests.tests.servers.parts import Parts
from contract_tests.tests.servers.quota import Allowance
from contract_tests.tests.servers.refusals import RefusalError


def milliseconds(allowance: Allowance, now: float) -> str:
    return str((allowance.reset or 0) * 1000)


class Go(Stack):
    """Plain texts for what it does not route, all header names in lower case, an error that is the code alone."""

    def answer(self, call: Call) -> Reply:
        reply = super().answer(call)
        names = [name for name in reply.headers if name != "Content-Type"]
        return reply.without_headers(*names).with_headers({name.lower(): reply.headers[name] for name in names})

    def known(self, refusal: RefusalError) -> Reply:
        return json_reply(refusal.status, {"error": refusal.code})

    def unknown(self, refusal: RefusalError) -> Reply:
        words = {404: b"404 page not found\n", 405: b"Method Not Allowed\n"}
        body = words.get(refusal.status, refusal.message.encode() + b"\n")
        return Reply(refusal.status, body, {"Content-Type": "text/plain; charset=utf-8"})


class Php(Stack):
    """422 with a list by field, Reset in milliseconds, 429 without Retry-After, a page for what is not there."""

    reset: Callable[[Allowance, float], str] = staticmethod(milliseconds)

    def known(self, refusal: RefusalError) -> Reply:
        body = {"status": "error", "errors": [{"code": refusal.code, "detail": refusal.message}]}
        return json_reply(refusal.status, body)

    def unknown(self, refusal: RefusalError) -> Reply:
        if refusal.status in {404, 405}:
            return Reply(404, b"<!doctype html><title>Not Found</title>", {"Content-Type": "text/html"})
        return json_reply(422, {"message": refusal.message, "errors": {"field": [refusal.message]}})

    def refuse(self, refusal: RefusalError) -> Reply:
        return super().refuse(refusal).without_headers("Retry-After", "Cache-Control")


class Gateway(Stack):
    """A gateway counts, and only what it lets through; it refuses in its own words but for the page's code."""

    reset = staticmethod(limiters.seconds_left)
    headers_on_refusals = False

    def cost(self, key: Key, call: Call) -> int:
        return 0 if call.operation == "deleteWebhook" else super().cost(key, call)


class Quiet(Stack):
    """Refusals cost nothing and tell nothing; only lookups count."""

    headers_on_refusals = False
    refusals_are_free = True
    free: ClassVar[frozenset[str]] = frozenset({"listCarriers", "createWebhook", "deleteWebhook"})


MORE = (
    Honest("go", Parts(api=Go, quota=more_limiters.Rolling)),
    Honest("php", Parts(api=Php, quota=more_limiters.Weighted, webhooks=PlainIds)),
    Honest("gateway", Parts(api=Gateway, quota=more_limiters.NextToken)),
    Honest("quiet", Parts(api=Quiet, quota=more_limiters.DayBucket)),
    Honest("strict", Parts(api=Stack, quota=more_limiters.CountingRefusals)),
    Honest("rolling-day", Parts(api=Go, quota=more_limiters.RollingDay)),
)
