"""Requests that are read differently where the page is silent."""

import re
from dataclasses import replace

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.check_digits import passes
from contract_tests.tests.servers.directory import Carrier, Directory
from contract_tests.tests.servers.messages import Call, Reply
from contract_tests.tests.servers.modifiers import Differing
from contract_tests.tests.servers.refusals import RefusalError
from contract_tests.tests.servers.texts import spoken

silent = Differing(keeps_assumed=False)


@silent.reply(status=[405])
def no_405(call: Call, reply: Reply) -> Reply:
    """A wrong method is 404."""
    error = {"code": "not_found", "message": "There is nothing here."}
    return replace(reply, status=404).without_headers("Allow").with_value({"success": False, "error": error})


@silent.reply(status=[400, 413, 415])
def malformed_is_422(call: Call, reply: Reply) -> Reply:
    """A malformed request is 422, unless it is the number."""
    return replace(reply, status=422) if b"invalid_request" in reply.body else reply


@silent.part
class HeadIsGet(Api):
    """HEAD is answered like GET."""

    def route(self, call: Call) -> tuple[str, Call]:
        method, call = super().route(call)
        return method, replace(call, method="GET") if (method, call.method) == ("GET", "HEAD") else call


@silent.part
class PreflightIsAnswered(Api):
    """OPTIONS is answered without a key, as browsers need it."""

    def answer(self, call: Call) -> Reply:
        if call.method != "OPTIONS":
            return super().answer(call)
        return Reply(204, b"", {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "X-API-Key"})


@silent.part
class IdsHaveAForm(Api):
    """The id of a webhook that there never was has no route, with a key or without."""

    def route(self, call: Call) -> tuple[str, Call]:
        allowed, routed = super().route(call)
        if routed.operation == "deleteWebhook" and not re.fullmatch(r"wh_[1-9a-f][0-9a-f]{23}", routed.argument):
            raise RefusalError("not_found")
        return allowed, routed


@silent.part
class KeyComesFirst(Api):
    """The key is asked for before the route is known."""

    def route(self, call: Call) -> tuple[str, Call]:
        self.world.keys.admit(call)
        return super().route(call)


@silent.part
class CheckDigitsMatter(Directory):
    """A wrong check digit is 400."""

    def recognise(self, text: str, code: str | None) -> tuple[str, Carrier]:
        number, carrier = super().recognise(text, code)
        if carrier.code == "ups" and number.startswith("1Z") and not passes("ups", number):
            raise RefusalError("invalid_tracking_number")
        return number, carrier


@silent.part
class NumbersAreTakenAsTheyAre(Directory):
    """Numbers are not normalised."""

    def normalise(self, text: str) -> str:
        return text


@silent.part
class EnglishOnly(Api):
    """Every text is English."""

    def language(self, call: Call) -> str:
        return "en"


@silent.part
class LanguagesAreStrict(Api):
    """An unknown language is 400."""

    def language(self, call: Call) -> str:
        tag = call.query.get("lang", "en")
        if spoken(tag) == "en" and not tag.lower().startswith("en"):
            raise RefusalError("invalid_request", f"Unknown language {tag!r}.")
        return super().language(call)


@silent.part
class ReadersLanguage(Api):
    """Without lang, texts are in the language that the client would like best, if it says so."""

    def language(self, call: Call) -> str:
        liked = call.headers.get("accept-language", "en").split(",")[0].partition(";")[0]
        return spoken(call.query.get("lang", liked))


@silent.reply(on=["trackShipment"])
def language_is_not_told(call: Call, reply: Reply) -> Reply:
    """There is no Content-Language."""
    return reply.without_headers("Content-Language")
