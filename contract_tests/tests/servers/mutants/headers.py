"""Rate limit headers that are missing, misspelt or malformed."""

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.clock import instant
from contract_tests.tests.servers.messages import Call, Reply
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.quota import Allowance

documented = Breaking("headers", "documented")
assumed = Breaking("headers", "assumed")
REMAINING, RESET = "X-RateLimit-Remaining", "X-RateLimit-Reset"


def with_number(reply: Reply, name: str, text: str) -> Reply:
    """The reply with another text in a header that it has."""
    return reply.with_headers({name: text}) if name in reply.headers else reply


@documented.reply("quota.headers", on=["trackShipment"], status=[200])
def remaining_missing(call: Call, reply: Reply) -> Reply:
    """A tracked shipment comes without X-RateLimit-Remaining."""
    return reply.without_headers(REMAINING)


@documented.reply("quota.headers")
def reset_missing(call: Call, reply: Reply) -> Reply:
    """No answer has X-RateLimit-Reset."""
    return reply.without_headers(RESET)


@documented.reply("quota.headers", on=["listCarriers"])
def directory_without_headers(call: Call, reply: Reply) -> Reply:
    """The directory comes from a cache that knows no quota."""
    return reply.without_headers(REMAINING, RESET)


@documented.reply("quota.headers", on=["trackBatch"], status=[200])
def batch_without_headers(call: Call, reply: Reply) -> Reply:
    """Batches come without the two headers."""
    return reply.without_headers(REMAINING, RESET)


@documented.reply("quota.headers", on=["createWebhook", "deleteWebhook"], status=[201, 204])
def webhooks_without_headers(call: Call, reply: Reply) -> Reply:
    """Webhooks are made and deleted without the two headers."""
    return reply.without_headers(REMAINING, RESET)


@documented.reply("quota.headers")
def headers_misspelt(call: Call, reply: Reply) -> Reply:
    """The headers are called X-Rate-Limit-Remaining and X-Rate-Limit-Reset."""
    return Reply(
        reply.status,
        reply.body,
        {name.replace("X-RateLimit", "X-Rate-Limit"): text for name, text in reply.headers.items()},
    )


@documented.reply("quota.headers")
def headers_of_the_draft(call: Call, reply: Reply) -> Reply:
    """The headers have lost their X-, as in the IETF's draft."""
    return Reply(
        reply.status,
        reply.body,
        {name.replace("X-RateLimit", "RateLimit"): text for name, text in reply.headers.items()},
    )


@documented.reply("quota.remaining")
def remaining_is_fractional(call: Call, reply: Reply) -> Reply:
    """Remaining is a float."""
    return with_number(reply, REMAINING, f"{reply.headers.get(REMAINING)}.0")


@documented.reply("quota.remaining")
def remaining_is_doubled(call: Call, reply: Reply) -> Reply:
    """A proxy joins its own Remaining to the server's."""
    return with_number(reply, REMAINING, f"{reply.headers.get(REMAINING)}, {reply.headers.get(REMAINING)}")


@documented.reply("quota.remaining", status=[429])
def remaining_is_negative(call: Call, reply: Reply) -> Reply:
    """Remaining is -1 on a refusal."""
    return with_number(reply, REMAINING, "-1")


@documented.reply("quota.remaining")
def remaining_with_limit(call: Call, reply: Reply) -> Reply:
    """Remaining is a fraction of the limit, such as 9/10."""
    return with_number(reply, REMAINING, f"{reply.headers.get(REMAINING)}/10")


@assumed.reply("quota.reset.unit")
def reset_is_iso(call: Call, reply: Reply) -> Reply:
    """Reset is an ISO 8601 time."""
    return with_number(reply, RESET, instant(int(reply.headers.get(RESET, "0"))))


@assumed.reply("quota.reset.unit")
def reset_is_fractional(call: Call, reply: Reply) -> Reply:
    """Reset has decimals."""
    return with_number(reply, RESET, f"{reply.headers.get(RESET)}.500")


@documented.part("quota.cost", "quota.exact", "quota.reset.future", "quota.reset.unit")
class HeadersSwapped(Api):
    """Remaining and Reset are exchanged."""

    def limits(self, allowance: Allowance | None) -> dict[str, str]:
        limits = super().limits(allowance)
        return {REMAINING: limits[RESET], RESET: limits[REMAINING]} if limits else {}


@assumed.reply("quota.reset.unit")
def reset_in_milliseconds(call: Call, reply: Reply) -> Reply:
    """Reset is in Unix milliseconds."""
    return with_number(reply, RESET, f"{reply.headers.get(RESET)}000")


@assumed.part("quota.reset.unit")
class ResetIsSecondsLeft(Api):
    """Reset is the number of seconds left."""

    def limits(self, allowance: Allowance | None) -> dict[str, str]:
        limits = super().limits(allowance)
        return {**limits, RESET: str(allowance.retry_after)} if limits and allowance else limits


@assumed.part("quota.reset.future")
class ResetIsPast(Api):
    """Reset is the start of the window instead of its end."""

    def limits(self, allowance: Allowance | None) -> dict[str, str]:
        limits = super().limits(allowance)
        return {**limits, RESET: str(int(self.world.clock.now()) // 60 * 60)} if limits else limits


@assumed.reply("quota.headers.refusals", status=[404])
def not_found_without_headers(call: Call, reply: Reply) -> Reply:
    """A 404 comes without the two headers."""
    return reply.without_headers(REMAINING, RESET)


@assumed.reply("quota.headers.refusals", status=[400])
def bad_request_without_headers(call: Call, reply: Reply) -> Reply:
    """A 400 comes without the two headers."""
    return reply.without_headers(REMAINING, RESET)


@assumed.reply("quota.headers.refusals", status=[429])
def over_quota_without_headers(call: Call, reply: Reply) -> Reply:
    """A 429 comes without the two headers."""
    return reply.without_headers(REMAINING, RESET)


@assumed.part("quota.headers.unlimited")
class UnlimitedIsMinusOne(Api):
    """Unlimited plans send -1 and 0."""

    def limits(self, allowance: Allowance | None) -> dict[str, str]:
        return super().limits(allowance) or ({} if allowance is None else {REMAINING: "-1", RESET: "0"})


@assumed.reply("quota.headers.limit")
def limit_is_sent(call: Call, reply: Reply) -> Reply:
    """X-RateLimit-Limit is sent too."""
    return reply.with_headers({"X-RateLimit-Limit": "10"}) if REMAINING in reply.headers else reply


@assumed.reply("quota.retry-after", status=[429])
def over_quota_without_retry_after(call: Call, reply: Reply) -> Reply:
    """A 429 has no Retry-After."""
    return reply.without_headers("Retry-After")


@assumed.reply("quota.retry-after", status=[503])
def unavailable_without_retry_after(call: Call, reply: Reply) -> Reply:
    """A 503 has no Retry-After."""
    return reply.without_headers("Retry-After")


@assumed.reply("quota.retry-after", status=[503])
def retry_after_is_zero(call: Call, reply: Reply) -> Reply:
    """Retry-After is 0 on 503."""
    return reply.with_headers({"Retry-After": "0"})


@assumed.reply("quota.retry-after", status=[429, 503])
def retry_after_is_a_date(call: Call, reply: Reply) -> Reply:
    """Retry-After is an HTTP date, which RFC 9110 would allow."""
    return reply.with_headers({"Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"})


@assumed.reply("quota.retry-after.instant", status=[429])
def retry_after_is_constant(call: Call, reply: Reply) -> Reply:
    """Retry-After is two minutes on every 429, whatever Reset says."""
    return reply.with_headers({"Retry-After": "120"})


@assumed.reply("quota.no-store", status=[429])
def over_quota_can_be_cached(call: Call, reply: Reply) -> Reply:
    """A 429 may be stored by caches for a minute."""
    return reply.with_headers({"Cache-Control": "public, max-age=60"})
