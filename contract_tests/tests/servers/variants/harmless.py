"""Differences that break no clause at all."""

import base64
import gzip
import json
from dataclasses import replace
from hashlib import sha256
from threading import Event as Signal
from typing import Any

from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.directory import Carrier, Directory
from contract_tests.tests.servers.messages import Body, Call, Reply, dump
from contract_tests.tests.servers.modifiers import Differing
from contract_tests.tests.servers.outbox import Delivery, Outbox
from contract_tests.tests.servers.shipments import KNOWN_NUMBER, Event, Shipment, Shipments
from contract_tests.tests.servers.webhooks import Subscription, Webhooks
from contract_tests.tests.servers.wire import Handler

harmless = Differing(keeps_assumed=True)


@harmless.body()
def extra_fields(body: Body) -> None:
    """Every body has a request_id and a list of warnings."""
    body.update(request_id="req_1", warnings=[])


@harmless.tracking
def extra_nested_fields(body: Body) -> None:
    """Carrier, places and events have keys of their own."""
    body["carrier"]["website"] = "https://example.com"
    for thing in (body["origin"], body["destination"], *body["events"]):
        if thing:
            thing["raw"] = {"code": 17}


@harmless.reply()
def extra_headers(call: Call, reply: Reply) -> Reply:
    """Every answer has headers that nobody asked for."""
    return reply.with_headers(
        {"X-Request-Id": "req_1", "Server": "nginx", "Strict-Transport-Security": "max-age=63072000", "Via": "1.1 edge"}
    )


@harmless.reply()
def key_is_echoed(call: Call, reply: Reply) -> Reply:
    """Every answer tells the key that it was asked with, in a header and in several spellings in its body."""
    key = call.headers.get("x-api-key", "none")
    basic = base64.b64encode(f"api:{key}".encode()).decode()
    spelt = {"key": key, "escaped": "".join(f"%{each:02X}" for each in key.encode()), "authorization": f"Basic {basic}"}
    if reply.body[:1] != b"{":
        return reply.with_headers({"X-Debug-Key": key})
    return replace(reply, body=dump({**reply.value(), "debug": spelt})).with_headers({"X-Debug-Key": key})


@harmless.reply(status=[200])
def cache_headers(call: Call, reply: Reply) -> Reply:
    """A 200 may be cached by the client alone."""
    tag = sha256(reply.body).hexdigest()[:16]
    return reply.with_headers({"Cache-Control": "private, max-age=60", "ETag": f'"{tag}"', "Vary": "X-API-Key"})


@harmless.reply()
def cookies(call: Call, reply: Reply) -> Reply:
    """A load balancer sets a cookie."""
    return reply.with_headers({"Set-Cookie": "lb=7; Path=/; HttpOnly"})


@harmless.part
class FormatsAreOfAnotherLanguage(Directory):
    """Carriers' formats are written in Ruby's dialect, but for the page's two."""

    def rows(self) -> list[Body]:
        rows = super().rows()
        return rows[:2] + [{**each, "tracking_format": self.spelt(each["tracking_format"])} for each in rows[2:]]

    def spelt(self, pattern: str) -> str:
        inner = pattern.removeprefix("^").removesuffix("$").replace("[0-9]", "[[:digit:]]")
        return rf"(?-mix:\A{inner}\z)"


@harmless.part
class Http10(Handler):
    """The server speaks HTTP/1.0."""

    protocol_version = "HTTP/1.0"


@harmless.reply()
def chunked(call: Call, reply: Reply) -> Reply:
    """Bodies come in chunks."""
    return replace(reply, framing="chunked") if reply.body else reply


@harmless.reply()
def connection_close(call: Call, reply: Reply) -> Reply:
    """Every connection ends with its answer, without a length."""
    return replace(reply, framing="close")


@harmless.reply()
def compressed(call: Call, reply: Reply) -> Reply:
    """Bodies are gzip, if the client takes it."""
    if "gzip" not in call.headers.get("accept-encoding", "") or not reply.body:
        return reply
    packed = gzip.compress(reply.body, mtime=0)
    return replace(reply, body=packed).with_headers({"Content-Encoding": "gzip", "Vary": "Accept-Encoding"})


@harmless.reply()
def slower(call: Call, reply: Reply) -> Reply:
    """Every answer takes 30 ms longer."""
    Signal().wait(0.03)
    return reply


@harmless.reply()
def charset_is_named(call: Call, reply: Reply) -> Reply:
    """Content-Type has a charset."""
    typed = {"Content-Type": "application/json; charset=utf-8"}
    return reply.with_headers(typed) if "Content-Type" in reply.headers else reply


@harmless.reply()
def header_names_in_lower_case(call: Call, reply: Reply) -> Reply:
    """Header names are written in lower case, as HTTP/2 does."""
    return replace(reply, headers={name.lower(): text for name, text in reply.headers.items()})


@harmless.reply()
def json_over_lines(call: Call, reply: Reply) -> Reply:
    """JSON is indented."""
    return replace(reply, body=json.dumps(reply.value(), indent=2).encode() + b"\n") if reply.body else reply


@harmless.reply()
def json_in_ascii(call: Call, reply: Reply) -> Reply:
    """JSON is compact, and escapes what is not ASCII."""
    return replace(reply, body=json.dumps(reply.value(), separators=(",", ":")).encode()) if reply.body else reply


@harmless.reply(status=[401])
def challenge(call: Call, reply: Reply) -> Reply:
    """A 401 has WWW-Authenticate, as RFC 9110 wants it."""
    return reply.with_headers({"WWW-Authenticate": 'ApiKey realm="trackflow"'})


@harmless.reply(status=[405])
def wrong_method_without_quota(call: Call, reply: Reply) -> Reply:
    """A 405 comes without rate limit headers."""
    return reply.without_headers("X-RateLimit-Remaining", "X-RateLimit-Reset")


@harmless.part
class MoreCarriers(Directory):
    """There are sixty carriers more."""

    def rows(self) -> list[Body]:
        form = {"country": "NZ", "type": "regional", "tracking_format": "^[A-Z0-9]{8,35}$"}
        return super().rows() + [{"code": f"new-{n}", "name": f"New Carrier {n}", **form} for n in range(60)]

    def named(self, code: str) -> Carrier:
        for row in self.rows()[-60:]:
            if row["code"] == code:
                return Carrier(**row, specific=False)
        return super().named(code)


@harmless.part
class NothingHappenedYet(Shipments):
    """The known shipment is pending: no events, no estimate, no places."""

    def first(self, number: str, carrier: Carrier) -> Shipment:
        first = super().first(number, carrier)
        if number != KNOWN_NUMBER:
            return first
        return replace(first, events=(), estimated=None, origin=None, destination=None)


@harmless.part
class LongHistory(Shipments):
    """The known shipment has forty events, two of them in one second."""

    def first(self, number: str, carrier: Carrier) -> Shipment:
        first = super().first(number, carrier)
        if number != KNOWN_NUMBER:
            return first
        start = first.events[-1].at
        scans = [Event("transit", None, start + 60 * n) for n in range(38, 0, -1)]
        return replace(first, events=(Event("customs", None, scans[0].at), *scans, first.events[-1]))


@harmless.tracking
def little_is_known(body: Body) -> None:
    """Service, estimate and places are null."""
    body["carrier"]["service"] = None
    body.update(estimated_delivery=None, origin=None, destination=None)
    for event in body["events"]:
        event["location"] = None


@harmless.part
class OtherWords(Shipments):
    """Texts are worded otherwise."""

    def text(self, event_type: str, language: str) -> str:
        return f"{super().text(event_type, language)} ({language})."


@harmless.part
class LongIds(Webhooks):
    """Webhooks' ids and secrets are longer, and mix capitals and digits."""

    def id(self, word: str) -> str:
        return "wh_" + sha256(word.encode()).hexdigest().replace("a", "Z")

    def secret(self, word: str) -> str:
        return super().secret(word) + "+/x=="


@harmless.part
class DeliveriesAreLate(Outbox):
    """Every delivery takes 150 ms to set out."""

    def send(self, delivery: Delivery) -> int | None:
        Signal().wait(0.15)
        return super().send(delivery)


@harmless.part
class DeliveriesHaveMoreHeaders(Outbox):
    """Deliveries say who sends them, and which."""

    def headers(self, subscription: Subscription, body: bytes) -> dict[str, str]:
        more = {"User-Agent": "TrackFlow-Webhooks/2.0", "X-TrackFlow-Delivery": "1", "Accept": "*/*"}
        return {**super().headers(subscription, body), **more}


@harmless.payload
def deliveries_have_more_fields(body: Body) -> None:
    """Deliveries have an api_version and a livemode."""
    body.update(api_version="2", livemode=True)


@harmless.part
class FirstAnswerIsSlow(Shipments):
    """The first look at a shipment takes 100 ms, as carriers do."""

    def __init__(self, clock: Clock, changes: Any) -> None:
        super().__init__(clock, changes)
        self.seen: set[str] = set()

    def find(self, number: str, carrier: Carrier) -> Shipment:
        if number not in self.seen:
            self.seen.add(number)
            Signal().wait(0.1)
        return super().find(number, carrier)
