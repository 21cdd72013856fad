"""Slips that a language invites: what all objects have, what loops share, what is made once, what JSON is written."""

import json
from dataclasses import replace
from typing import Any

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.directory import Carrier, Directory
from contract_tests.tests.servers.keys import PLANS, Key, Keys
from contract_tests.tests.servers.messages import Body, Call, Reply, json_reply
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.quota import Allowance, Quota
from contract_tests.tests.servers.webhooks import Subscription, Webhooks

documented = Breaking("natural", "documented")
assumed = Breaking("natural", "assumed")
MEMBERS = frozenset({"constructor", "toString", "valueOf", "hasOwnProperty", "__proto__"})


@documented.part("errors.401")
class KeysAreMembersOfAnObject(Keys):
    """A key is looked for among an object's members, of which every object has some."""

    def known(self, text: str | None) -> Key:
        return Key(text, PLANS["growth"]) if text in MEMBERS else super().known(text)


@assumed.part("errors.unknown-carrier")
class CarriersAreMembersOfAnObject(Directory):
    """A carrier is looked for among an object's members, of which every object has some, and none a format."""

    def named(self, code: str) -> Carrier:
        if code in MEMBERS:
            raise TypeError("undefined has no tracking_format")
        return super().named(code)


@documented.reply("api.json", on=["trackShipment"], status=[200])
def what_is_unknown_is_no_number(call: Call, reply: Reply) -> Reply:
    """A weight that is not known is NaN, as it is in a column of numbers."""
    return reply.with_value({**reply.value(), "weight_kg": float("nan")})


@documented.tracking("track.success")
def success_is_one(body: Body) -> None:
    """The word success is 1, as a table of numbers keeps it."""
    body["success"] = 1


@assumed.reply("api.utf8", on=["trackShipment"], status=[200])
def texts_are_cut_within_a_character(call: Call, reply: Reply) -> Reply:
    """A text is cut in the middle of a character, where one is two units."""
    cut = {**reply.value(), "status_description": "\ud83d"}
    return replace(reply, body=json.dumps(cut).encode())


@assumed.body("batch.body", "batch.length", "batch.body.results", on=["trackBatch"], status=[200])
def one_result_is_no_list(body: Body) -> None:
    """The only result of a batch is not in a list, as XML that was made into JSON has it."""
    if len(body["results"]) == 1:
        body["results"] = body["results"][0]


@assumed.part("batch.length", "batch.count")
class ResultsPileUp(Api):
    """A batch is answered what earlier ones were, too: its list is made once."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.results: list[Body] = []

    def track_batch(self, key: Key, call: Call) -> Reply:
        self.results += super().track_batch(key, call).value()["results"]
        return json_reply(200, {"success": True, "count": len(self.results), "results": self.results})


@assumed.body("batch.order", "batch.same-as-single", "batch.independent", on=["trackBatch"], status=[200])
def every_result_is_the_last(body: Body) -> None:
    """Every result of a batch is the last one, which all turns of a loop share."""
    body["results"] = body["results"][-1:] * len(body["results"])


@documented.part("delivery.filter")
class FiltersPileUp(Webhooks):
    """A webhook's filter has the names of all that were made before, too: its list is made once."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.names: tuple[str, ...] = ()

    def create(self, key: Key, number: str, carrier: str | None, url: str, events: tuple[str, ...]) -> Subscription:
        self.names = (*self.names, *(each for each in events if each not in self.names))
        made = super().create(key, number, carrier, url, events)
        self.alive[made.id] = replace(made, events=self.names)
        return made


@documented.part("delivery.operation", "delivery.each")
class EventsGoToTheLastUrl(Api):
    """Every webhook's event goes to the url of the last one, which all turns of a loop share."""

    def happen(self, text: str, event_type: str) -> None:
        number, carrier = self.world.directory.recognise(text, None)
        shipment = self.world.shipments.happen(number, carrier, event_type)
        all_of_them = self.world.webhooks.listening(number)
        told = [each for each in all_of_them if self.world.webhooks.wants(each, event_type)]
        for each in told:
            shared = replace(each, url=told[-1].url)
            self.world.outbox.post(shared, event_type, self.world.shipments.body(shipment))


@documented.part("track.tracking_number", "errors.400.number")
class NumbersAreCutAtTwenty(Directory):
    """A column has room for twenty characters of a number."""

    def normalise(self, text: str) -> str:
        return super().normalise(text)[:20]


@documented.part("quota.cost", "quota.exact")
class EachNumberHasAWindow(Quota):
    """What is counted is counted by key and path."""

    def bucket(self, key: Key, call: Call) -> str:
        return f"{key.text} {call.path}"


@documented.part("quota.batch-cost")
class BatchesTellWhatWasLeftBefore(Api):
    """A batch's answer tells what was left before its shipments were counted."""

    def charge(self, key: Key, call: Call) -> Allowance:
        cost = self.cost(key, call)
        if call.operation != "trackBatch" or cost < 2:
            return super().charge(key, call)
        before = self.world.quota.charge(key, call, 1)
        return replace(before, granted=self.world.quota.charge(key, call, cost - 1).granted)
