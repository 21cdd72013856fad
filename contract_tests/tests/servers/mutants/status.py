"""Wrong statuses."""

from dataclasses import replace

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.messages import Body, Call, Reply, json_reply
from contract_tests.tests.servers.modifiers import Breaking

documented = Breaking("status", "documented")
assumed = Breaking("status", "assumed")


@documented.reply("errors.404", on=["trackShipment"], status=[404])
def unknown_number_is_200(call: Call, reply: Reply) -> Reply:
    """A number without data is 200, with success false in the body."""
    return replace(reply, status=200)


@documented.reply("errors.404", on=["trackShipment"], status=[404])
def unknown_number_is_400(call: Call, reply: Reply) -> Reply:
    """A number without data is 400, with the right code."""
    return replace(reply, status=400)


@documented.reply("errors.404", on=["trackShipment"], status=[404])
def unknown_number_is_204(call: Call, reply: Reply) -> Reply:
    """A number without data is 204, without a body."""
    return replace(reply, status=204, body=b"").without_headers("Content-Type")


@documented.reply("errors.400.number", on=["trackShipment"], status=[400])
def bad_format_is_422(call: Call, reply: Reply) -> Reply:
    """A number that does not fit its carrier is 422."""
    return replace(reply, status=422) if b"invalid_tracking_number" in reply.body else reply


@documented.reply("errors.400.number", on=["trackShipment"], status=[400])
def bad_format_is_404(call: Call, reply: Reply) -> Reply:
    """A number that does not fit its carrier is 404 not_found."""
    if b"invalid_tracking_number" not in reply.body:
        return reply
    error = {"code": "not_found", "message": "No tracking data found for this number."}
    return replace(reply, status=404).with_value({"success": False, "error": error})


@documented.reply("errors.503", on=["trackShipment"], status=[503])
def unavailable_is_502(call: Call, reply: Reply) -> Reply:
    """A carrier that is down is 502."""
    return replace(reply, status=502)


@documented.reply("errors.503", on=["trackShipment"], status=[503])
def unavailable_is_404(call: Call, reply: Reply) -> Reply:
    """A carrier that is down looks like a number without data."""
    error = {"code": "not_found", "message": "No tracking data found for this number."}
    return replace(reply, status=404).with_value({"success": False, "error": error})


@documented.reply("track.200", on=["trackShipment"], status=[200])
def tracking_is_202(call: Call, reply: Reply) -> Reply:
    """A known shipment is 202."""
    return replace(reply, status=202)


@documented.reply("carriers.200", on=["listCarriers"], status=[200])
def directory_is_206(call: Call, reply: Reply) -> Reply:
    """The whole directory is 206, as if it were a part."""
    return replace(reply, status=206)


@documented.reply("errors.429", on=["trackShipment", "trackBatch", "listCarriers"], status=[429])
def over_quota_is_403(call: Call, reply: Reply) -> Reply:
    """A request over the quota is 403, with the right code."""
    return replace(reply, status=403)


@documented.reply("errors.429", status=[429])
def over_quota_is_503(call: Call, reply: Reply) -> Reply:
    """A request over the quota is 503, with the right code."""
    return replace(reply, status=503)


@assumed.reply("webhook.201", on=["createWebhook"], status=[201])
def created_webhook_is_202(call: Call, reply: Reply) -> Reply:
    """A new webhook is 202."""
    return replace(reply, status=202)


@assumed.reply("webhook.delete.204", on=["deleteWebhook"], status=[204])
def deleted_webhook_is_200(call: Call, reply: Reply) -> Reply:
    """A deleted webhook is 200, with a body."""
    return json_reply(200, {"success": True, "deleted": True}).with_headers(reply.headers)


@assumed.reply("batch.200", on=["trackBatch"], status=[200])
def batch_is_201(call: Call, reply: Reply) -> Reply:
    """A batch is 201, as if something had been made."""
    return replace(reply, status=201)


@assumed.reply("batch.200", "batch.independent", on=["trackBatch"], status=[200])
def batch_without_success_is_404(call: Call, reply: Reply) -> Reply:
    """A batch in which any shipment was refused is 404, results and all."""
    return replace(reply, status=404) if b'"success": false' in reply.body else reply


@assumed.part("errors.json")
class MalformedJsonIs500(Api):
    """A body that is not JSON is 500."""

    def json_object(self, call: Call) -> Body:
        if not call.body.lstrip().startswith((b"{", b"[")):
            raise RuntimeError("unexpected character")
        return super().json_object(call)


@assumed.reply("errors.unknown-carrier", on=["trackShipment"], status=[400])
def unknown_carrier_is_404(call: Call, reply: Reply) -> Reply:
    """An unknown carrier code is 404 not_found."""
    return (
        reply
        if b"invalid_request" not in reply.body
        else replace(reply, status=404, body=reply.body.replace(b"invalid_request", b"not_found"))
    )


@assumed.reply("order.route-first", status=[404])
def unknown_route_is_400(call: Call, reply: Reply) -> Reply:
    """An unknown route is 400."""
    return replace(reply, status=400) if call.operation is None else reply


@assumed.reply("batch.oversized", on=["trackBatch"], status=[400])
def oversized_batch_is_413(call: Call, reply: Reply) -> Reply:
    """A batch over the plan's size is 413."""
    return replace(reply, status=413) if b"plan allows" in reply.body else reply


@assumed.reply("errors.415", status=[415])
def other_media_type_is_400(call: Call, reply: Reply) -> Reply:
    """A body that is not application/json is 400."""
    return replace(reply, status=400)


@assumed.reply("errors.413", status=[413])
def large_body_is_400(call: Call, reply: Reply) -> Reply:
    """A body of more than 1 MiB is 400."""
    return replace(reply, status=400)


@assumed.reply("webhook.delete.404", on=["deleteWebhook"], status=[404])
def unknown_webhook_is_400(call: Call, reply: Reply) -> Reply:
    """An unknown webhook is 400."""
    return replace(reply, status=400)


@assumed.reply("errors.405", status=[405])
def wrong_method_is_404(call: Call, reply: Reply) -> Reply:
    """A method that the path does not answer is 404 not_found."""
    error = {"code": "not_found", "message": "There is nothing here."}
    return replace(reply, status=404).without_headers("Allow").with_value({"success": False, "error": error})


@assumed.reply("errors.405", status=[405])
def wrong_method_is_501(call: Call, reply: Reply) -> Reply:
    """A method that the path does not answer is 501."""
    return replace(reply, status=501)
