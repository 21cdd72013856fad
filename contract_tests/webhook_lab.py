"""Webhooks of this run: made once, used by several probes, told by events that the target is asked for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract_tests.api import Api
from contract_tests.arrivals import Arrivals
from contract_tests.eventful import EventfulShipment
from contract_tests.exchange import Exchange
from contract_tests.ledger import Ledger
from contract_tests.numbers import pasted
from contract_tests.spoilt import AGAIN, SpoiltError
from contract_tests.states import States
from contract_tests.subscriptions import Hook, webhook_id, webhook_secret
from contract_tests.target import Number

_A_SECOND = 1.1  # in which a clock in whole seconds surely moves on
_EVENT_TYPES = "/components/schemas/Tracking/$defs/eventType/oneOf"
ELSEWHERE = "https://example.com/hooks/trackflow"


@dataclass(slots=True)
class WebhookLab:
    """The run's subscriptions and the events brought about for them; `secret` is the account's, if it has one."""

    api: Api
    ledger: Ledger
    states: States
    arrivals: Arrivals
    secret: str | None = None
    hooks: dict[str, Hook] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    dead: tuple[Hook, int] | None = None  # a webhook whose receiver is dead, and which delivery it died at
    ended: list[tuple[Hook, int]] = field(default_factory=list)  # what was deleted, and how many had come to it
    spare: list[str] = field(default_factory=list)  # ids of webhooks to elsewhere, which nobody needs any longer
    one_ends_all: bool = False  # the deletion of one webhook has deleted others
    _shipment: EventfulShipment = field(init=False)
    _told: dict[tuple[str, str], float] = field(default_factory=dict)  # when which event was brought about last
    _made: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._shipment = EventfulShipment(self.api)

    def hook(
        self,
        name: str,
        events: Sequence[str] | None = None,
        *,
        number: Number | None = None,
        url: str | None = None,
        typed: bool = False,
    ) -> Hook:
        """The subscription called so, made if it is not there yet; `typed` names the number as people type it."""
        self._renew()
        if name not in self.hooks:
            chosen = number or self.number()
            for _ in range(AGAIN):
                box = name if not self._made[name] else f"{name}-{self._made[name]}"
                self._made[name] += 1
                try:
                    exchange = self._subscribe(chosen, events, url or self._url(box), once=True, typed=typed)
                    break
                except SpoiltError:
                    continue  # whether it was made is not known, so another one has a box of its own
            else:
                exchange = self._subscribe(chosen, events, url or self._url(box))
            facts = self.api.read(exchange) if exchange.response.succeeded else {}
            self.hooks[name] = Hook(
                name, box, chosen, events, url or self._url(box), exchange, webhook_id(facts), self._secret(facts)
            )
        return self.hooks[name]

    def number(self) -> Number:
        """The shipment that events happen to."""
        self._renew()
        return self._shipment.number()

    def ready_for(self, kind: str) -> None:
        """Sees to a shipment to which that may happen next, and to new webhooks if it is another one."""
        self._renew()
        if self._shipment.exchanged_for(kind):
            self.hooks.clear()

    def begins(self) -> None:
        """What comes to the webhooks that there are comes of events from now on."""
        self.arrivals.begins([hook.box for hook in self.hooks.values()])

    def greets(self) -> bool:
        """Whether a new webhook is told something though nothing happens."""
        return self.arrivals.greeted(self.hook("greeted", ["delivered"]))

    def event(self, kind: str, number: Number | None = None) -> None:
        """Something happens to the shipment."""
        self.begins()
        chosen = number or self.number()
        word = self.api.contract.wire(kind, _EVENT_TYPES)
        self._apart(chosen, kind)
        self.states.ask("event occurs", tracking_number=chosen.tracking_number, type=word)
        self.api.forget()
        self.arrivals.settled = False
        self._shipment.happened(kind, chosen)
        if not self.marks.setdefault("events", 0):
            self.arrivals.fired()
        self.marks["events"] += 1

    def move(self, seconds: float) -> None:
        """Moves the target's clock, so that retries fall due."""
        self.api.session.sleeper.move(seconds)
        self.arrivals.settled = False

    def drop(self, name: str) -> Exchange | None:
        """Deletes the subscription, if its id is known; the next one called so is another."""
        hook = self.hooks.pop(name)
        came = self.arrivals.so_far(hook)
        if self.one_ends_all:
            self.hooks.clear()
        exchange = self.api.unsubscribe(hook.id) if hook.id else None
        if exchange is not None and exchange.response.succeeded:
            self.ended.append((hook, came))
        return exchange

    def deleted(self, hook: Hook) -> None:
        """Remembers that the subscription was ended; what comes to it from now on should not."""
        self.ended.append((hook, self.arrivals.so_far(hook)))

    def close(self) -> None:
        self.arrivals.close()

    def _renew(self) -> None:
        """A probe after the one that ended the shipment's life has another shipment, and webhooks for that."""
        if self._shipment.renewed():
            self.hooks.clear()

    def _secret(self, facts: Mapping[str, Any]) -> str | None:
        """The account's one secret, if it has one, else the webhook's own."""
        return self.secret or webhook_secret(facts)

    def _apart(self, number: Number, kind: str) -> None:
        """Sees to it that the same is not told twice of a shipment in the same second."""
        sleeper, asked = self.api.session.sleeper, (number.tracking_number, kind)
        rest = self._told.get(asked, 0.0) + _A_SECOND - sleeper.now()
        if rest > 0:
            sleeper.pass_time(rest, f"waiting {rest:.0f} s between two events of a kind")
        self._told[asked] = sleeper.now()

    def _subscribe(
        self, number: Number, events: Sequence[str] | None, url: str, *, once: bool = False, typed: bool = False
    ) -> Exchange:
        if typed:
            exchange = self.api.subscribe(pasted(number.tracking_number), url, events, once=once)
            if not 400 <= exchange.status < 500:
                return exchange
        exchange = self.api.subscribe(number, url, events, once=once)
        if 400 <= exchange.status < 500 and self.arrivals.refused(url, exchange.status):
            exchange = self.api.subscribe(number, ELSEWHERE, events)
        return exchange

    def _url(self, box: str) -> str:
        return self.arrivals.url(box) or ELSEWHERE
