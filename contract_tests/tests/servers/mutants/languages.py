"""Texts in the wrong language, and words that should not have been translated."""

from dataclasses import replace
from typing import Any

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Body, Call, Reply
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.refusals import RefusalError
from contract_tests.tests.servers.shipments import Shipments
from contract_tests.tests.servers.texts import spoken, texts

documented = Breaking("languages", "documented")
assumed = Breaking("languages", "assumed")


@documented.part("track.parameter.lang")
class DefaultIsGerman(Api):
    """Without lang, texts are German."""

    def language(self, call: Call) -> str:
        return spoken(call.query.get("lang", "de"))


@documented.part("track.parameter.lang")
class LanguageSticks(Api):
    """Without lang, texts are in the language that was last asked for."""

    last = "en"

    def language(self, call: Call) -> str:
        self.last = spoken(call.query.get("lang", self.last))
        return self.last


@documented.part("track.parameter.lang")
class LanguageIsRequired(Api):
    """Without lang, a request is 400."""

    def language(self, call: Call) -> str:
        if "lang" not in call.query:
            raise RefusalError("invalid_request", "lang is required.")
        return super().language(call)


@assumed.part("track.lang.translates", "track.parameter.lang")
class FrenchCrashes(Api):
    """A text in French is 500."""

    def language(self, call: Call) -> str:
        language = super().language(call)
        if language == "fr":
            raise KeyError(language)
        return language


@assumed.part("track.lang.translates")
class LanguageIsIgnored(Shipments):
    """Texts are always English."""

    def text(self, event_type: str, language: str) -> str:
        return super().text(event_type, "en")


@assumed.part("track.lang.translates", "track.parameter.lang")
class FirstLanguageIsCached(Api):
    """A shipment is told in the language of the first request for it."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.cache: dict[str, Reply] = {}

    def track_shipment(self, key: Key, call: Call) -> Reply:
        if call.argument not in self.cache:
            self.cache[call.argument] = super().track_shipment(key, call)
        return self.cache[call.argument]


@assumed.part("track.lang.fallback")
class UnknownLanguageIs400(Api):
    """An unknown language is 400."""

    def language(self, call: Call) -> str:
        tag = call.query.get("lang", "en")
        if spoken(tag) == "en" and not tag.lower().startswith("en"):
            raise RefusalError("invalid_request", f"Unknown language {tag!r}.")
        return super().language(call)


@assumed.part("track.lang.fallback", "track.content-language")
class UnknownLanguageIsGerman(Api):
    """An unknown language is answered in German."""

    def language(self, call: Call) -> str:
        tag = call.query.get("lang", "en")
        return "de" if spoken(tag) == "en" and not tag.lower().startswith("en") else super().language(call)


@assumed.part("track.lang.case")
class LanguageIsCaseSensitive(Api):
    """The tag FR is answered in English."""

    def language(self, call: Call) -> str:
        tag = call.query.get("lang", "en")
        return "en" if tag.isupper() else spoken(tag)


@assumed.part("track.lang.subtag")
class RegionsAreUnknown(Api):
    """The tag pt-BR is answered in English."""

    def language(self, call: Call) -> str:
        tag = call.query.get("lang", "en")
        return spoken(tag) if tag in texts() or "-" not in tag else "en"


@assumed.part("track.languages", "track.lang.translates")
class OnlyWesternLanguages(Api):
    """Texts in Arabic, Chinese, Japanese and Korean are English."""

    def language(self, call: Call) -> str:
        language = super().language(call)
        return "en" if language in {"ar", "zh-CN", "ja", "ko"} else language


@assumed.part("track.lang.texts-only")
class StatusIsTranslated(Shipments):
    """The word status is translated too."""

    def body(self, shipment: Any, language: str = "en") -> Body:
        body = super().body(shipment, language)
        return body if language == "en" else {**body, "status": f"{body['status']}_{language}"}


@assumed.part("track.lang.texts-only")
class EventTypesAreTranslated(Shipments):
    """Event types are translated too."""

    def event(self, event: Any, language: str) -> Body:
        body = super().event(event, language)
        return body if language == "en" else {**body, "type": body["status"]}


@assumed.part("track.lang.texts-only")
class CarrierNamesAreTranslated(Shipments):
    """Carriers' names are translated too."""

    def body(self, shipment: Any, language: str = "en") -> Body:
        body = super().body(shipment, language)
        if language != "en":
            body["carrier"]["name"] += " (Transports)"
        return body


@assumed.part("track.lang.texts-only")
class PlacesAreTranslated(Shipments):
    """Places are translated too."""

    def event(self, event: Any, language: str) -> Body:
        translated = {"fr": "Zurich", "it": "Zurigo", "es": "Zúrich"}.get(language, "Zürich")
        return super().event(replace(event, location=(event.location or "").replace("Zürich", translated)), language)


@assumed.part("track.lang.translates", "track.status.text")
class OnlyTheDescriptionIsTranslated(Shipments):
    """Events stay English under a translated description."""

    def event(self, event: Any, language: str) -> Body:
        return super().event(event, "en")


@assumed.reply("track.content-language", on=["trackShipment"], status=[200])
def content_language_missing(call: Call, reply: Reply) -> Reply:
    """There is no Content-Language."""
    return reply.without_headers("Content-Language")


@assumed.reply("track.content-language", on=["trackShipment"], status=[200])
def content_language_is_always_english(call: Call, reply: Reply) -> Reply:
    """Content-Language is en, whatever the texts are."""
    return reply.with_headers({"Content-Language": "en"})


@assumed.reply("track.content-language", on=["trackShipment"], status=[200])
def content_language_is_what_was_asked(call: Call, reply: Reply) -> Reply:
    """Content-Language repeats lang, even if the texts fell back to English."""
    return reply.with_headers({"Content-Language": call.query.get("lang", "en")})


@assumed.reply("api.utf8", on=["trackShipment"], status=[200])
def body_is_latin_1(call: Call, reply: Reply) -> Reply:
    """Bodies are ISO 8859-1, as far as that goes."""
    return replace(reply, body=reply.body.decode().encode("latin-1", errors="replace"))


@assumed.reply("api.utf8", on=["trackShipment"], status=[200])
def body_is_utf_16(call: Call, reply: Reply) -> Reply:
    """Bodies are UTF-16."""
    return replace(reply, body=reply.body.decode().encode("utf-16"))
