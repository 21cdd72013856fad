"""The target's operations as calls."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from contract_tests.contract.document import Contract
from contract_tests.contract.operations import Operation, examples
from contract_tests.contract.pointers import follow
from contract_tests.contract.reading import name_of
from contract_tests.exchange import JSON, Exchange, Key
from contract_tests.facts import Facts, UnverifiableError
from contract_tests.ledger import Ledger
from contract_tests.passive.watch import watch
from contract_tests.session import Session
from contract_tests.subscriptions import webhook_id
from contract_tests.target import Number, bare

NOWHERE = "no-such-route"
_FILTERS = "/components/schemas/Webhook/$defs/events/items/oneOf"


@dataclass(slots=True, repr=False)
class Api:
    """One target, by operation; every answer has been through the passive checks when it arrives.

    `repeats` is whether a batch may ask for a shipment twice; None until that is known.
    """

    contract: Contract
    session: Session
    facts: Facts
    ledger: Ledger
    seed: int
    repeats: bool | None = None
    _directory: Exchange | None = None
    _nowhere: dict[str, Exchange] = field(default_factory=dict)
    _once: dict[tuple[str, str | None, str | None], Exchange] = field(default_factory=dict)

    def track(
        self,
        number: Number | str,
        *,
        lang: str | None = None,
        query: Mapping[str, str] | None = None,
        key: Key | None = None,
        odd: bool = False,
        **how: Any,
    ) -> Exchange:
        """A shipment; what is `odd` may be refused before the API sees it, and is not judged as the API's answer."""
        asked = number if isinstance(number, Number) else Number(number)
        asked_query = {**asked.query, **({"lang": lang} if lang is not None else {}), **(query or {})}
        operation = self.operation("trackShipment")
        target = operation.target({operation.path_parameter: asked.tracking_number}, asked_query)
        return self.call(None if odd else operation, target, key=key, **how)

    def once(self, number: Number, *, lang: str | None = None, again: bool = False) -> Exchange:
        """As `track`, but a question that was asked before is not asked again, unless it must be."""
        asked = (number.tracking_number, number.carrier, lang)
        if again or asked not in self._once:
            self._once[asked] = self.track(number, lang=lang)
        return self._once[asked]

    def answered(self, number: Number) -> bool:
        """Whether the target has shown data for the number, now or before."""
        asked = (each for each in self.session.exchanges if f"/{number.tracking_number}" in each.request.url)
        return any(each.response.succeeded for each in asked) or self.once(number).response.succeeded

    def forget(self) -> None:
        """From now on every question is asked anew: something has happened."""
        self._once.clear()

    def carriers(self, *, key: Key | None = None, again: bool = False, **how: Any) -> Exchange:
        """The directory; the same answer every time unless it must be asked for again."""
        if self._directory is None or again or key or how:
            operation = self.operation("listCarriers")
            exchange = self.call(operation, operation.target({}, {}), key=key, **how)
            if key or how:
                return exchange
            self._directory = exchange
        return self._directory

    def nowhere(self, like: Exchange) -> Exchange:
        """What a path answers that no implementation has, to the same method and body."""
        method = like.request.method
        if method not in self._nowhere:
            headers = tuple(each for each in like.request.headers if each[0] == "Content-Type")
            target = f"/{NOWHERE}/{NOWHERE}" if method == "DELETE" else f"/{NOWHERE}"
            self._nowhere[method] = self.call(None, target, method=method, headers=headers, body=like.request.body)
        return self._nowhere[method]

    def batch(
        self, shipments: list[dict[str, str]], *, key: Key | None = None, expected_cost: int | None = None, **how: Any
    ) -> Exchange:
        """A batch, which costs its length unless it should be refused."""
        operation = self.operation("trackBatch")
        body = {self._request_name(operation, "shipments"): shipments}
        cost = max(len(shipments), 1) if expected_cost is None else expected_cost
        return self.post(operation, body, key=key, cost=cost, **how)

    def subscribe(
        self, number: Number | str, url: str | None, events: Any = None, *, key: Key | None = None, **how: Any
    ) -> Exchange:
        """A new webhook; it is deleted at the end of the run unless a probe does so before."""
        self.facts.writes()
        operation = self.operation("createWebhook")
        text = number.tracking_number if isinstance(number, Number) else number
        words = [self.contract.wire(each, _FILTERS) for each in events] if isinstance(events, list) else events
        given = {"tracking_number": text, "url": url, "events": words}
        body = {self._request_name(operation, name): each for name, each in given.items() if each is not None}
        return self.post(operation, body, key=key, **how)

    def unsubscribe(self, identifier: str, *, key: Key | None = None, **how: Any) -> Exchange:
        operation = self.operation("deleteWebhook")
        exchange = self.call(operation, self._webhook_target(identifier), key=key, **how)
        if exchange.response.succeeded:
            self.session.deleted(identifier)
        return exchange

    def post(self, operation: Operation, body: Any, *, content_type: str = JSON, **how: Any) -> Exchange:
        """A request with a body: bytes as they are, anything else as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = (("Content-Type", content_type),) if content_type else ()
        if operation.id == "createWebhook":
            self.session.budget.room_for(2)  # to make it, and to delete it
        exchange = self.call(operation, operation.target({}, {}), body=raw, headers=headers, **how)
        if operation.id == "createWebhook" and exchange.response.succeeded:
            identifier = webhook_id(self.read(exchange))
            if identifier is not None:
                self._names_one_webhook(exchange, identifier)
                self.session.created(identifier, self._webhook_target(identifier), how.get("key") or self.session.key)
        return exchange

    def call(
        self,
        operation: Operation | None,
        target: str,
        *,
        method: str | None = None,
        key: Key | None = None,
        keyless: bool = False,
        **how: Any,
    ) -> Exchange:
        """Any request below the base path, with the run's key unless another or none is asked for."""
        sent_as = method or (operation.method if operation else "GET")
        known = operation if operation and sent_as == operation.method else None
        return self.session.send(known, sent_as, target, key=None if keyless else key or self.session.key, **how)

    def judged_as(self, exchange: Exchange, operation: Operation) -> None:
        """Puts an answer to a method that the path does not have through the passive checks of one that it has."""
        watch(self.contract, self.ledger, replace(exchange, operation=operation), None, 0.0)

    def operation(self, identifier: str) -> Operation:
        """The operation of that name; UnverifiableError if an overlay has removed it."""
        if identifier not in self.contract.operations:
            raise UnverifiableError(f"the contract has no operation {identifier}")
        return self.contract.operations[identifier]

    def read(self, exchange: Exchange) -> dict[str, Any]:
        """The body under the contract's names; empty if it is no object."""
        operation = exchange.operation
        answer = operation.nearest(exchange.status) if operation else None
        if answer is None or answer.schema_place is None or not exchange.facts:
            return exchange.facts
        facts = self.contract.read(answer.schema_place, exchange.facts)
        return facts if isinstance(facts, dict) else {}

    def page_number(self) -> str:
        """The number that the page itself tracks."""
        for parameter in self.contract.document["paths"][self.operation("trackShipment").path]["parameters"]:
            for each in examples(parameter).values():
                return str(each)
        raise UnverifiableError("the contract shows no tracking number")

    def random(self, *purpose: object) -> random.Random:
        """Chance that is the same in every run with this seed."""
        return random.Random("/".join(map(str, (self.seed, *purpose))))

    def _names_one_webhook(self, exchange: Exchange, identifier: str) -> None:
        """Enters that the id of a new webhook is not that of another one, for another number, which is still there."""
        if identifier not in self.session.webhooks:
            return
        name = self._request_name(self.operation("createWebhook"), "tracking_number")
        numbers = {
            _sent(each, name)
            for each in self.session.exchanges
            if each.operation is exchange.operation and webhook_id(self.read(each)) == identifier
        }
        found = f"{identifier}, which a webhook for another number has"
        if len(numbers) > 1:
            self.ledger.breach("webhook.id", exchange, "an id of its own", found)

    def _webhook_target(self, identifier: str) -> str:
        operation = self.operation("deleteWebhook")
        return operation.target({operation.path_parameter: identifier}, {})

    def _request_name(self, operation: Operation, fact: str) -> str:
        return name_of(self.contract.document, follow(self.contract.document, operation.request_schema_place), fact)


def _sent(exchange: Exchange, name: str) -> str:
    """The number that a request for a webhook named, without its spelling."""
    try:
        body = json.loads(exchange.request.body or b"")
    except ValueError:
        return ""
    return bare(str(body.get(name))) if isinstance(body, dict) else ""


def shipments(numbers: Sequence[Number]) -> list[dict[str, str]]:
    """The numbers as the items of a batch."""
    return [each.shipment for each in numbers]
