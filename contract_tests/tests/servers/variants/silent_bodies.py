"""Answers that differ where the page is silent."""

from dataclasses import replace
from typing import Any

from contract_tests.tests.servers.clock import instant
from contract_tests.tests.servers.directory import Carrier
from contract_tests.tests.servers.messages import Body, Call, Reply, json_reply
from contract_tests.tests.servers.modifiers import Differing
from contract_tests.tests.servers.shipments import KNOWN_NUMBER, LIVES, Event, Shipment, Shipments

silent = Differing(keeps_assumed=False)
ERRORS = (400, 401, 404, 405, 413, 415, 429, 503)


@silent.reply(status=ERRORS)
def errors_are_flat(call: Call, reply: Reply) -> Reply:
    """Code and message stand at the top of an error body."""
    return reply.with_value({"success": False, **reply.value()["error"]})


@silent.reply(status=ERRORS)
def errors_come_as_a_list(call: Call, reply: Reply) -> Reply:
    """An error body has a list of errors."""
    return reply.with_value({"errors": [reply.value()["error"]]})


@silent.reply(status=ERRORS)
def error_is_the_code(call: Call, reply: Reply) -> Reply:
    """An error is its code, beside a detail."""
    error = reply.value()["error"]
    return reply.with_value({"error": error["code"], "detail": error["message"]})


@silent.reply(on=["createWebhook"], status=[201])
def created_is_200(call: Call, reply: Reply) -> Reply:
    """A new webhook is 200."""
    return replace(reply, status=200)


@silent.reply(on=["deleteWebhook"], status=[204])
def deleted_is_200(call: Call, reply: Reply) -> Reply:
    """A deleted webhook is 200, with a body."""
    return json_reply(200, {"success": True}).with_headers(reply.headers)


@silent.reply(on=["trackBatch"], status=[200])
def batch_is_207(call: Call, reply: Reply) -> Reply:
    """A batch is 207."""
    return replace(reply, status=207)


@silent.body(on=["trackBatch"], status=[200])
def results_have_another_name(body: Body) -> None:
    """A batch's results are called shipments, without success and count."""
    results = body.pop("results")
    body.clear()
    body["shipments"] = results


@silent.body(on=["trackBatch"], status=[200])
def refusals_stand_apart(body: Body) -> None:
    """A batch's refusals stand in a list of their own."""
    body["errors"] = [result for result in body["results"] if not result["success"]]
    body["results"] = [result for result in body["results"] if result["success"]]


@silent.tracking
def nulls_are_left_out(body: Body) -> None:
    """What is unknown is left out."""
    for thing in (body, body["carrier"]):
        for name in [name for name, value in thing.items() if value is None]:
            del thing[name]


@silent.tracking
def service_is_left_out(body: Body) -> None:
    """The carrier has no service."""
    del body["carrier"]["service"]


@silent.tracking
def estimate_and_places_are_left_out(body: Body) -> None:
    """There is neither estimate nor origin nor destination."""
    for name in ("estimated_delivery", "origin", "destination"):
        del body[name]


@silent.tracking
def other_status_words(body: Body) -> None:
    """Statuses and event types are words of another vocabulary."""
    body["status"] = {"in_transit": "transit", "info_received": "pre_transit"}.get(body["status"], body["status"])
    for event in body["events"]:
        event["type"] = {"customs": "clearance", "pickup": "collected"}.get(event["type"], event["type"])


@silent.tracking
def oldest_first(body: Body) -> None:
    """Events come oldest first."""
    body["events"].reverse()


@silent.tracking
def keys_in_another_order(body: Body) -> None:
    """Keys come in alphabetical order."""
    in_order = sorted(body.items())
    body.clear()
    body.update(in_order)


@silent.tracking
def countries_of_three_letters(body: Body) -> None:
    """Countries are alpha-3 codes."""
    for place in (body["origin"], body["destination"]):
        if place:
            place["country"] = {"US": "USA", "CH": "CHE"}[place["country"]]


@silent.tracking
def estimate_has_an_hour(body: Body) -> None:
    """The estimate is an hour, not the end of a day."""
    if body["estimated_delivery"]:
        body["estimated_delivery"] = body["estimated_delivery"].replace("T23:59:00Z", "T15:30:00Z")


@silent.part
class PolledJustNow(Shipments):
    """The carrier is polled with every request, and last_updated says so."""

    def body(self, shipment: Shipment, language: str = "en") -> Body:
        polled = max(shipment.polled, int(self.clock.now()))
        return {**super().body(shipment, language), "last_updated": instant(polled)}


@silent.part
class Delivered(Shipments):
    """The known shipment was delivered, so that its number has a new life with the next event."""

    def first(self, number: str, carrier: Carrier) -> Shipment:
        first = super().first(number, carrier)
        if number != KNOWN_NUMBER:
            return first
        start = first.events[-1].at
        events = tuple(Event(kind, "Zürich, CH", start + 3600 * n) for n, kind in enumerate(LIVES[2]))
        return replace(first, events=events[::-1])


@silent.part
class OneMomentHasAnyOrder(Shipments):
    """The two oldest events are of one moment, and come in either order by turns."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.turn = 0

    def body(self, shipment: Shipment, language: str = "en") -> Body:
        body = super().body(shipment, language)
        if len(body["events"]) > 1:
            *others, older, oldest = body["events"]
            self.turn += 1
            pair = [older, {**oldest, "timestamp": older["timestamp"]}]
            body["events"] = [*others, *(pair if self.turn % 2 else reversed(pair))]
        return body
