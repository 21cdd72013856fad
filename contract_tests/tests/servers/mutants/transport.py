"""Media types, methods and paths."""

import json
from dataclasses import replace

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Body, Call, Reply, json_reply
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.refusals import RefusalError

documented = Breaking("transport", "documented")
assumed = Breaking("transport", "assumed")


@documented.reply("api.json", on=["trackShipment"], status=[200])
def tracking_is_text_plain(call: Call, reply: Reply) -> Reply:
    """A tracking body is labelled text/plain."""
    return reply.with_headers({"Content-Type": "text/plain"})


@documented.reply("api.json", on=["trackShipment", "listCarriers", "trackBatch"], status=[200])
def nothing_is_labelled(call: Call, reply: Reply) -> Reply:
    """Bodies have no Content-Type."""
    return reply.without_headers("Content-Type")


@documented.reply("api.json", status=[404])
def not_found_is_html(call: Call, reply: Reply) -> Reply:
    """A 404 is a page for people."""
    page = b"<!doctype html><title>404 Not Found</title><h1>Not Found</h1>"
    return replace(reply, body=page).with_headers({"Content-Type": "text/html; charset=utf-8"})


@assumed.reply("api.media-type", status=[400, 401, 404, 405, 429, 503])
def errors_are_problems(call: Call, reply: Reply) -> Reply:
    """Errors are labelled application/problem+json."""
    return reply.with_headers({"Content-Type": "application/problem+json"})


@documented.reply("api.json", on=["trackShipment"], status=[200])
def body_is_gzip_by_name_only(call: Call, reply: Reply) -> Reply:
    """A body says it is gzip and is not."""
    return reply.with_headers({"Content-Encoding": "gzip"})


@documented.reply("api.json", on=["listCarriers"], status=[200])
def directory_is_cut_off(call: Call, reply: Reply) -> Reply:
    """The directory ends in the middle, at 64 KiB."""
    return replace(reply, body=reply.body[:65536])


@documented.reply("api.json", on=["trackBatch"], status=[200])
def batch_is_one_json_a_line(call: Call, reply: Reply) -> Reply:
    """A batch is answered with one JSON text a line."""
    return replace(reply, body=b"\n".join(json.dumps(each).encode() for each in reply.value()["results"]))


@documented.reply("api.json", on=["trackShipment"], status=[200])
def body_has_a_prefix(call: Call, reply: Reply) -> Reply:
    """A body starts with a guard against script inclusion."""
    return replace(reply, body=b")]}',\n" + reply.body)


@assumed.part("errors.415")
class MediaTypeParametersAreRefused(Api):
    """Content-Type must be exactly application/json, without charset."""

    def check_media_type(self, call: Call) -> None:
        if ";" in call.headers.get("content-type", ""):
            raise RefusalError("invalid_request", "Send application/json.", status=415)
        super().check_media_type(call)


@documented.part("batch.example", "batch.request")
class FormsAreWanted(Api):
    """Bodies must be sent as forms; JSON is 415."""

    def check_media_type(self, call: Call) -> None:
        if "x-www-form-urlencoded" not in call.headers.get("content-type", ""):
            raise RefusalError("invalid_request", "Send application/x-www-form-urlencoded.", status=415)


@assumed.part("errors.415")
class AnyMediaTypeIsRead(Api):
    """A JSON body is read whatever its Content-Type."""

    def check_media_type(self, call: Call) -> None:
        pass


@assumed.part("errors.413")
class AnyLengthIsRead(Api):
    """A body of any length is read."""

    def check_length(self, call: Call) -> None:
        pass


@documented.part("api.base-path")
class VersionIsThree(Api):
    """Every path is below /v3."""

    def route(self, call: Call) -> tuple[str, Call]:
        path = call.path.replace("/v2/", "/gone/").replace("/v3/", "/v2/")
        return super().route(replace(call, path=path))


@assumed.part("carriers.path")
class DirectoryIsElsewhere(Api):
    """The directory is at /v2/couriers."""

    def route(self, call: Call) -> tuple[str, Call]:
        if call.path == "/v2/carriers":
            raise RefusalError("not_found", f"There is nothing at {call.path}.")
        return super().route(replace(call, path=call.path.replace("/v2/couriers", "/v2/carriers")))


@assumed.reply("errors.405.allow", status=[405])
def wrong_method_without_allow(call: Call, reply: Reply) -> Reply:
    """A 405 has no Allow."""
    return reply.without_headers("Allow")


@assumed.reply("errors.405.allow", status=[405])
def allow_lists_everything(call: Call, reply: Reply) -> Reply:
    """Allow lists methods that the path does not answer."""
    return reply.with_headers({"Allow": "GET, POST, PUT, PATCH, DELETE"})


@assumed.reply("errors.405.allow", status=[405])
def allow_names_the_method_refused(call: Call, reply: Reply) -> Reply:
    """Allow names the method that was just refused."""
    return reply.with_headers({"Allow": call.method})


@assumed.part("errors.405")
class DirectoryCanBePut(Api):
    """PUT on the directory is answered like GET."""

    def route(self, call: Call) -> tuple[str, Call]:
        method, call = super().route(call)
        return method, replace(call, method="GET") if (call.operation, call.method) == ("listCarriers", "PUT") else call


@assumed.part("errors.405")
class AnyMethodTracks(Api):
    """Any method on a shipment's path is answered like GET."""

    def check_method(self, allowed: str, call: Call) -> None:
        if call.operation != "trackShipment":
            super().check_method(allowed, call)


@assumed.part("errors.405")
class WebhooksCanBeListed(Api):
    """GET on the webhooks lists them, secrets and all."""

    def answer(self, call: Call) -> Reply:
        reply = super().answer(call)
        if (call.path, call.method, reply.status) != ("/v2/webhooks", "GET", 405):
            return reply
        return json_reply(200, {"webhooks": [each.body() for each in self.world.webhooks.alive.values()]})


@assumed.part("errors.405")
class TraceEchoes(Api):
    """TRACE echoes the request, key and all."""

    def answer(self, call: Call) -> Reply:
        if call.method != "TRACE":
            return super().answer(call)
        lines = "".join(f"{name}: {text}\r\n" for name, text in call.headers.items())
        return Reply(200, lines.encode(), {"Content-Type": "message/http"})


@assumed.part("errors.405")
class PostDeletes(Api):
    """POST on a webhook's path deletes it."""

    def answer(self, call: Call) -> Reply:
        wanted = "DELETE" if call.method == "POST" and call.path.startswith("/v2/webhooks/") else call.method
        return super().answer(replace(call, method=wanted))


@assumed.part("errors.batch-is-no-number")
class BatchIsANumber(Api):
    """GET /v2/track/batch looks for a shipment called BATCH."""

    def route(self, call: Call) -> tuple[str, Call]:
        method, call = super().route(call)
        if call.operation == "trackBatch" and call.method == "GET":
            return "GET", replace(call, operation="trackShipment", argument="batch")
        return method, call


@assumed.part("api.unknown-fields")
class UnknownParametersAreRefused(Api):
    """An unknown query parameter is 400."""

    def operate(self, key: Key, call: Call) -> Reply:
        if set(call.query) - {"carrier", "lang"}:
            raise RefusalError("invalid_request", "Only carrier and lang are known.")
        return super().operate(key, call)


@assumed.part("api.unknown-fields")
class UnknownPropertiesAreRefused(Api):
    """An unknown property in a body is 400."""

    def json_object(self, call: Call) -> Body:
        body = super().json_object(call)
        unknown = set(body) - {"shipments", "tracking_number", "url", "events"}
        if unknown:
            raise RefusalError("invalid_request", f"Unknown properties: {', '.join(sorted(unknown))}.")
        return body


@documented.part("track.path", "track.200")
class NumberIsInTheQuery(Api):
    """A shipment is at /v2/track?number=..., and not at /v2/track/..."""

    def route(self, call: Call) -> tuple[str, Call]:
        if call.path == "/v2/track":
            return super().route(replace(call, path=f"/v2/track/{call.query.get('number', '')}"))
        return super().route(replace(call, path=call.path.replace("/v2/track/1", "/v2/nowhere/1")))


@assumed.part("webhook.delete.path", "webhook.delete.operation", "webhook.id")
class WebhooksAreDeletedElsewhere(Api):
    """A webhook is deleted at /v2/webhooks/{webhookId}/delete."""

    def route(self, call: Call) -> tuple[str, Call]:
        if call.path.startswith("/v2/webhooks/") and not call.path.endswith("/delete"):
            raise RefusalError("not_found", f"There is nothing at {call.path}.")
        return super().route(replace(call, path=call.path.removesuffix("/delete")))
