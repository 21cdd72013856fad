"""Requests that crash the server, or slip through unread."""

from typing import Any

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.directory import Carrier, Directory
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Body, Call, Reply
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.refusals import RefusalError

documented = Breaking("robustness", "documented")
assumed = Breaking("robustness", "assumed")


@assumed.part("track.undetected")
class LongNumbersCrash(Directory):
    """A number of more than 39 characters is 500."""

    def number(self, text: str) -> str:
        if len(text) > 39:
            raise OverflowError("value too long for type character varying(39)")
        return super().number(text)


@assumed.part("track.number.form")
class NonAsciiNumbersCrash(Directory):
    """A number with letters beyond ASCII is 500."""

    def number(self, text: str) -> str:
        text.encode("ascii")
        return super().number(text)


@assumed.part("track.number.form")
class NonAsciiDigitsPass(Directory):
    """Digits and letters of any script pass as a number."""

    def number(self, text: str) -> str:
        number = self.normalise(text)
        return number if number.isalnum() and 5 <= len(number) <= 50 else super().number(text)


@assumed.part("track.number.form")
class SlashesCrash(Api):
    """A number with an escaped slash is 500."""

    def look_up(self, text: str, code: str | None, language: str = "en") -> Body:
        if "/" in text:
            raise FileNotFoundError(text)
        return super().look_up(text, code, language)


@documented.part("errors.400.number")
class MismatchCrashes(Directory):
    """A number that does not fit the carrier named is 500."""

    def fits(self, carrier: Carrier, number: str) -> bool:
        if not super().fits(carrier, number):
            raise AttributeError("'NoneType' object has no attribute 'group'")
        return True


@assumed.part("errors.json")
class ListBodiesCrash(Api):
    """A JSON body that is a list is 500."""

    def json_object(self, call: Call) -> Body:
        if call.body.lstrip().startswith(b"["):
            raise TypeError("list indices must be integers or slices, not str")
        return super().json_object(call)


@assumed.part("errors.json")
class EmptyBodiesCrash(Api):
    """An empty body is 500."""

    def json_object(self, call: Call) -> Body:
        if not call.body:
            raise AttributeError("'NoneType' object has no attribute 'get'")
        return super().json_object(call)


@assumed.part("errors.json")
class MalformedJsonIsReadAsNothing(Api):
    """A body that is not JSON is read as an empty object."""

    def json_object(self, call: Call) -> Body:
        try:
            return super().json_object(call)
        except RefusalError as refusal:
            if refusal.message != "The body is not JSON.":
                raise
            return {"shipments": [{"tracking_number": "UNKNOWN"}]}


@assumed.part("errors.fields")
class NumbersOfNumbersCrash(Api):
    """A tracking_number that is a JSON number is 500."""

    def check_item(self, item: Any) -> None:
        if isinstance(item, dict) and isinstance(item.get("tracking_number"), int):
            raise AttributeError("'int' object has no attribute 'upper'")
        super().check_item(item)


@assumed.part("errors.fields")
class FieldTypesAreConverted(Api):
    """A tracking_number of any type is turned into text."""

    def json_object(self, call: Call) -> Body:
        body = super().json_object(call)
        if "tracking_number" in body:
            body["tracking_number"] = str(body["tracking_number"])
        shipments = body.get("shipments")
        for item in shipments if isinstance(shipments, list) else []:
            if isinstance(item, dict) and "tracking_number" in item:
                item["tracking_number"] = str(item["tracking_number"])
        return body


@assumed.part("errors.fields")
class MissingShipmentsCrash(Api):
    """A batch without shipments is 500."""

    def json_object(self, call: Call) -> Body:
        body = super().json_object(call)
        if call.operation == "trackBatch" and "shipments" not in body:
            raise KeyError("shipments")
        return body


@assumed.part("errors.fields")
class MissingNumbersAreNotFound(Api):
    """A shipment of a batch without tracking_number is not found, under a 200."""

    def check_item(self, item: Any) -> None:
        if isinstance(item, dict) and "tracking_number" not in item:
            item["tracking_number"] = "1Z0000000000000000"
        super().check_item(item)


@documented.part("track.unavailable", "errors.503")
class CarriersNeverComeBack(Api):
    """A carrier that was down once stays down."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.down = Remembering(self.down)


class Remembering(set[str]):
    """A set that forgets nothing."""

    def discard(self, element: object) -> None:
        pass


@documented.part("errors.503")
class StaleAnswersInsteadOf503(Api):
    """A carrier that is down is answered with what is known."""

    def check_available(self, carrier: Carrier) -> None:
        pass


@assumed.part("track.safe")
class AskingFlipsTheStatus(Api):
    """Every second answer says out_for_delivery."""

    asked = 0

    def track_shipment(self, key: Key, call: Call) -> Reply:
        reply = super().track_shipment(key, call)
        self.asked += 1
        return reply if self.asked % 2 else reply.with_value({**reply.value(), "status": "out_for_delivery"})


@assumed.part("track.safe")
class AskingScans(Api):
    """Asking for a shipment adds an event to it."""

    def track_shipment(self, key: Key, call: Call) -> Reply:
        number, carrier = self.world.directory.recognise(call.argument, call.query.get("carrier"))
        reply = super().track_shipment(key, call)
        self.world.shipments.happen(number, carrier, "transit")
        return reply


@assumed.part("track.safe")
class EstimateMovesWithEachAnswer(Api):
    """Every answer estimates a day later than the one before."""

    asked = 0

    def track_shipment(self, key: Key, call: Call) -> Reply:
        reply = super().track_shipment(key, call)
        self.asked += 1
        return reply.with_value({**reply.value(), "estimated_delivery": f"2026-12-{self.asked % 28 + 1:02}T23:59:00Z"})


@assumed.part("delivery.data.current", "track.events.grow")
class ShipmentsAreCached(Api):
    """A shipment is answered as it was when it was first asked for."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.cache: dict[tuple[str, ...], Body] = {}

    def look_up(self, text: str, code: str | None, language: str = "en") -> Body:
        name = (text, code or "", language)
        if name not in self.cache:
            self.cache[name] = super().look_up(text, code, language)
        return self.cache[name]
