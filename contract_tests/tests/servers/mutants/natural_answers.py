"""Slips in answers and in reading requests, as serialisers, frameworks and regular expressions make them."""

import json
import re
from typing import Any

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.directory import Carrier, Directory
from contract_tests.tests.servers.keys import PLANS, Key, Keys
from contract_tests.tests.servers.messages import Body, Call, Reply, dump
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.refusals import RefusalError
from contract_tests.tests.servers.shipments import Shipment, Shipments

documented = Breaking("natural", "documented")
assumed = Breaking("natural", "assumed")
_MOST_EXACT = 2**53


@documented.reply("api.json")
def bodies_begin_with_a_byte_order_mark(call: Call, reply: Reply) -> Reply:
    """Every body begins with a byte order mark, as some frameworks' UTF-8 does."""
    return Reply(reply.status, b"\xef\xbb\xbf" + reply.body, reply.headers) if reply.body else reply


@documented.reply("api.json", "track.required", on=["trackShipment"])
def bodies_are_encoded_twice(call: Call, reply: Reply) -> Reply:
    """A shipment's JSON is put into a JSON text."""
    return reply.with_value(reply.body.decode()) if reply.body else reply


@documented.tracking("track.events", "track.required")
def no_events_are_null(body: Body) -> None:
    """A list of no events is null, as a nil slice is."""
    body["events"] = body["events"] or None


@documented.tracking("track.required", "track.events")
def empty_lists_are_left_out(body: Body) -> None:
    """A list of no events is left out, as what is empty is by some serialisers."""
    if not body["events"]:
        del body["events"]


@documented.tracking("track.last_updated", "api.timestamps")
def never_scanned_is_never_updated(body: Body) -> None:
    """A shipment without events was never updated."""
    if not body["events"]:
        body["last_updated"] = None


@documented.tracking("track.status_description")
def never_scanned_has_nothing_to_say(body: Body) -> None:
    """A shipment without events has no description."""
    if not body["events"]:
        body["status_description"] = None


@documented.tracking("track.estimated_delivery", "api.timestamps")
def nulls_are_text(body: Body) -> None:
    """What is not known is the text null."""
    for name, value in body.items():
        if value is None:
            body[name] = "null"


@documented.tracking("api.timestamps")
def times_in_lower_case(body: Body) -> None:
    """The letters of a time are written small, as RFC 3339 allows and the page does not show."""
    body["last_updated"] = body["last_updated"].lower()


@documented.tracking("track.tracking_number")
def long_digits_are_rounded(body: Body) -> None:
    """A number of digits alone has been a floating-point number on its way."""
    if body["tracking_number"].isdigit() and int(body["tracking_number"]) > _MOST_EXACT:
        body["tracking_number"] = f"{float(body['tracking_number']):.0f}"


@documented.tracking("track.tracking_number")
def leading_zeros_are_lost(body: Body) -> None:
    """A number of digits alone has lost the zeros that it began with."""
    if body["tracking_number"].isdigit():
        body["tracking_number"] = str(int(body["tracking_number"]))


@assumed.tracking("api.utf8")
def texts_are_escaped_for_html(body: Body) -> None:
    """Texts are escaped for a page that nobody asked for."""
    for event in body["events"]:
        event["location"] = event["location"] and event["location"].replace(",", "&#44;")


@documented.part("errors.400.number")
class FormatsHoldForOneLine(Directory):
    """A carrier's format is good if any line of a number has it."""

    def number(self, text: str) -> str:
        return super().number(text.partition("\n")[0])


@documented.part("errors.503", "track.200")
class OneCarrierDownTakesAllDown(Api):
    """While a carrier that answered before is down, no shipment is answered."""

    def check_available(self, carrier: Carrier) -> None:
        super().check_available(carrier)
        if len(self.down) > 1:
            raise RefusalError("carrier_unavailable")


@documented.part("auth.header")
class TheHeadersNameHasItsCase(Keys):
    """The key is found only where its header is written X-API-Key, which many a client and proxy writes small."""

    def admit(self, call: Call) -> Key:
        if "X-API-Key" not in call.names:
            raise RefusalError("unauthorized")
        return super().admit(call)


@documented.part("errors.401")
class KeysArePatterns(Keys):
    """A key is looked for in a table as a pattern, in which an underscore stands for any character."""

    def known(self, text: str | None) -> Key:
        asked = re.escape(text or "").replace("_", ".")
        keys = (f"tf_live_{plan}_1" for plan in PLANS)
        return super().known(next((each for each in keys if re.fullmatch(asked, each)), None))


@assumed.part("track.lang.alone")
class BrowsersChooseTheLanguage(Api):
    """Without lang, texts are in the language that Accept-Language asks for."""

    def language(self, call: Call) -> str:
        asked = call.headers.get("accept-language", "*").split(",")[0].split(";")[0]
        query = call.query if "lang" in call.query or asked == "*" else {**call.query, "lang": asked}
        return super().language(Call(call.method, call.path, query))


@documented.part("track.parameter.lang", "track.lang.fallback", "track.languages")
class AnEmptyLanguageCrashes(Api):
    """A lang without a letter is 500."""

    def language(self, call: Call) -> str:
        return super().language(call) if call.query.get("lang", "en")[0] else ""


@assumed.part("errors.json")
class NullBodiesCrash(Api):
    """A JSON body that is null is 500."""

    def json_object(self, call: Call) -> Body:
        if call.body.strip() == b"null":
            raise TypeError("null")
        return super().json_object(call)


@assumed.part("errors.fields")
class NullShipmentsCrash(Api):
    """A batch with a null among its shipments is 500."""

    def check_item(self, item: Any) -> None:
        if item is None:
            raise TypeError("null")
        super().check_item(item)


@assumed.part("carriers.rows.first")
class TheDirectoryIsShuffled(Directory):
    """The directory comes in another order every time, as some languages' maps do."""

    turn = 0

    def rows(self) -> list[Body]:
        self.turn += 7
        rows = super().rows()
        return rows[self.turn :] + rows[: self.turn]


@assumed.part("delivery.data.current", "track.events.grow")
class ReplicasAreAMomentBehind(Shipments):
    """The first look at a shipment after an event comes from a copy that does not have it yet."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.before: dict[str, Shipment] = {}

    def happen(self, number: str, carrier: Carrier, event_type: str) -> Shipment:
        before = super().find(number, carrier)
        after = super().happen(number, carrier, event_type)
        self.before[number] = before
        return after

    def find(self, number: str, carrier: Carrier) -> Shipment:
        return self.before.pop(number, None) or super().find(number, carrier)


@documented.reply("carriers.list", "api.json", on=["listCarriers"])
def the_directory_is_one_json_text_a_line(call: Call, reply: Reply) -> Reply:
    """The directory is a stream of carriers, one a line."""
    value = json.loads(reply.body)
    return Reply(reply.status, b"\n".join(map(dump, value.get("carriers", [value]))), reply.headers)
