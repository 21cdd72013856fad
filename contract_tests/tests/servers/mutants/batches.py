"""Batches that lose, mix up or misjudge shipments."""

from dataclasses import replace
from typing import Any

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Body, Call, Reply
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.refusals import RefusalError

documented = Breaking("batch", "documented")
assumed = Breaking("batch", "assumed")


@documented.part("batch.example")
class OneCarrierABatch(Api):
    """Shipments of two carriers in one batch are refused."""

    def batch(self, key: Key, call: Call) -> list[Body]:
        shipments = super().batch(key, call)
        if len({item.get("carrier") for item in shipments}) > 1:
            raise RefusalError("invalid_request", "All shipments of a batch must have the same carrier.")
        return shipments


@documented.part("batch.request", "batch.example")
class ShipmentsHaveAnotherName(Api):
    """The request's list is called trackings."""

    def json_object(self, call: Call) -> Body:
        body = super().json_object(call)
        return {"shipments": body.get("trackings")} if call.operation == "trackBatch" else body


@documented.part("batch.request", "batch.example")
class ShipmentsAreTexts(Api):
    """A batch takes numbers, not objects."""

    def check_item(self, item: Any) -> None:
        if not isinstance(item, str):
            raise RefusalError("invalid_request", "Each shipment must be a tracking number.")


@documented.part("batch.path", "batch.example")
class BatchIsElsewhere(Api):
    """Batches are posted to /v2/batch."""

    def route(self, call: Call) -> tuple[str, Call]:
        paths = {"/v2/batch": "/v2/track/batch", "/v2/track/batch": "/v2/nowhere"}
        return super().route(replace(call, path=paths.get(call.path, call.path)))


@assumed.body("batch.order", on=["trackBatch"], status=[200])
def results_reversed(body: Body) -> None:
    """Results come in the opposite order."""
    body["results"].reverse()


@assumed.body("batch.order", on=["trackBatch"], status=[200])
def refusals_last(body: Body) -> None:
    """Refused shipments come after all others."""
    body["results"].sort(key=lambda result: not result["success"])


@assumed.body("batch.order", on=["trackBatch"], status=[200])
def results_by_number(body: Body) -> None:
    """Results are sorted by number."""
    body["results"].sort(key=lambda result: str(result["tracking_number"]))


@assumed.body("batch.duplicates", "batch.length", on=["trackBatch"], status=[200])
def duplicates_answered_once(body: Body) -> None:
    """A shipment that was asked for twice is answered once."""
    body["results"] = list({result["tracking_number"]: result for result in body["results"]}.values())
    body["count"] = len(body["results"])


@assumed.body("batch.length", "batch.refusal", on=["trackBatch"], status=[200])
def refused_shipments_left_out(body: Body) -> None:
    """Only the shipments that were found are answered."""
    body["results"] = [result for result in body["results"] if result["success"]]
    body["count"] = len(body["results"])


@assumed.body("batch.length", on=["trackBatch"], status=[200])
def last_result_lost(body: Body) -> None:
    """The last of several results is lost."""
    if len(body["results"]) > 1:
        body["results"].pop()
        body["count"] -= 1


@assumed.body("batch.count", on=["trackBatch"], status=[200])
def count_is_of_successes(body: Body) -> None:
    """The count is of the shipments that were found."""
    body["count"] = sum(result["success"] for result in body["results"])


@assumed.body("batch.count", on=["trackBatch"], status=[200])
def batch_count_is_one_less(body: Body) -> None:
    """The count is one less than there are results."""
    body["count"] -= 1


@assumed.body("batch.body", on=["trackBatch"], status=[200])
def batch_count_is_text(body: Body) -> None:
    """The count is a text."""
    body["count"] = str(body["count"])


@assumed.body("batch.body", on=["trackBatch"], status=[200])
def results_called_data(body: Body) -> None:
    """The results are called data."""
    body["data"] = body.pop("results")


@assumed.body("batch.body.results", "batch.body", on=["trackBatch"], status=[200])
def results_keyed_by_number(body: Body) -> None:
    """The results are an object keyed by number."""
    body["results"] = {result["tracking_number"]: result for result in body["results"]}


@assumed.body("batch.body", on=["trackBatch"], status=[200])
def success_means_all(body: Body) -> None:
    """A batch says success false if any shipment was refused."""
    body["success"] = all(result["success"] for result in body["results"])


@assumed.body("batch.same-as-single", "batch.body.results", on=["trackBatch"], status=[200])
def results_are_summaries(body: Body) -> None:
    """Results have no events."""
    for result in body["results"]:
        result.pop("events", None)


@assumed.body("batch.same-as-single", on=["trackBatch"], status=[200])
def results_have_the_newest_event_only(body: Body) -> None:
    """Results have one event each."""
    for result in body["results"]:
        if result["success"]:
            del result["events"][1:]


@assumed.body("batch.refusal", "batch.body.results", on=["trackBatch"], status=[200])
def refusal_without_number(body: Body) -> None:
    """A refused shipment's result does not say which it is."""
    for result in body["results"]:
        if not result["success"]:
            del result["tracking_number"]


@assumed.body("batch.refusal", "batch.body.results", on=["trackBatch"], status=[200])
def refusal_is_null(body: Body) -> None:
    """A refused shipment's result is null."""
    body["results"] = [result if result["success"] else None for result in body["results"]]


@assumed.body("batch.refusal.code", on=["trackBatch"], status=[200])
def refusals_all_say_not_found(body: Body) -> None:
    """Whatever was wrong with a shipment, its code is not_found."""
    for result in body["results"]:
        if not result["success"]:
            result["error"]["code"] = "not_found"


@assumed.body("batch.refusal.code", "batch.refusal", on=["trackBatch"], status=[200])
def refusals_all_say_invalid_request(body: Body) -> None:
    """Whatever was wrong with a shipment, its code is invalid_request."""
    for result in body["results"]:
        if not result["success"]:
            result["error"]["code"] = "invalid_request"


@assumed.reply("batch.200", on=["trackBatch"], status=[200])
def refusals_make_207(call: Call, reply: Reply) -> Reply:
    """A batch with a refused shipment is 207."""
    return replace(reply, status=207) if b'"error"' in reply.body else reply


@assumed.part("batch.independent")
class OneRefusalRefusesAll(Api):
    """One refused shipment makes the whole batch fail with its error."""

    def result(self, item: Body) -> Body:
        return self.look_up(item["tracking_number"], item.get("carrier"))


@assumed.part("batch.unavailable")
class OneCarrierDownFailsAll(Api):
    """One carrier that is down makes the whole batch 503."""

    def result(self, item: Body) -> Body:
        result = super().result(item)
        if not result["success"] and result["error"]["code"] == "carrier_unavailable":
            raise RefusalError("carrier_unavailable", headers={"Retry-After": "30"})
        return result


@assumed.part("batch.same-as-single")
class CarriersOfItemsAreIgnored(Api):
    """A batch detects every carrier, also of shipments that name one."""

    def result(self, item: Body) -> Body:
        return super().result({"tracking_number": item["tracking_number"]})


@assumed.part("batch.detected", "batch.request")
class CarriersOfItemsAreRequired(Api):
    """A shipment of a batch must name its carrier."""

    def check_item(self, item: Any) -> None:
        super().check_item(item)
        if "carrier" not in item:
            raise RefusalError("invalid_request", "Each shipment needs a carrier.")


@assumed.part("batch.duplicates")
class DuplicatesAreRefused(Api):
    """A batch with a shipment twice is 400."""

    def batch(self, key: Key, call: Call) -> list[Body]:
        shipments = super().batch(key, call)
        if len({item["tracking_number"] for item in shipments}) < len(shipments):
            raise RefusalError("invalid_request", "A number may stand in a batch once.")
        return shipments


@assumed.part("batch.request.nonempty")
class EmptyBatchIsAnswered(Api):
    """An empty batch is 200, with no results."""

    def check_size(self, key: Key, size: int) -> None:
        super().check_size(key, size or 1)


@assumed.reply("batch.oversized", on=["trackBatch"], status=[400])
def oversized_batch_names_no_limit(call: Call, reply: Reply) -> Reply:
    """The message for an oversized batch names neither plan nor limit."""
    error = {"code": "invalid_request", "message": "Too many shipments."}
    return reply.with_value({"success": False, "error": error}) if b"plan allows" in reply.body else reply


@assumed.part("batch.same-as-single", "delivery.data.current")
class BatchesAreCached(Api):
    """A batch answers a shipment as it was when a batch first asked for it."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.cache: dict[tuple[object, ...], Body] = {}

    def result(self, item: Body) -> Body:
        name = (item["tracking_number"], item.get("carrier"))
        if name not in self.cache:
            self.cache[name] = super().result(item)
        return self.cache[name]
