"""Webhooks of this run: made once, used by several probes, told by events that the target is asked for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from contract_tests.api import Api, shipments
from contract_tests.batches import results_of
from contract_tests.exchange import Exchange
from contract_tests.facts import UnverifiableError, lacking
from contract_tests.ledger import Ledger
from contract_tests.numbers import number_like, pasted
from contract_tests.passive.history import classes, over, successors
from contract_tests.receiver import LOOPBACK, HookReceiver, ReceivedDelivery
from contract_tests.spoilt import AGAIN, SpoiltError
from contract_tests.states import States
from contract_tests.subscriptions import webhook_id, webhook_secret
from contract_tests.target import Number, Target

SILENCE_SECONDS = 0.15  # after which a delivery on the same machine would have come
DELIVERY_SECONDS = 5.0
_GREETING_SECONDS = 0.5
_YOUNG = 4  # numbers that are looked up for one whose life is not over
_A_SECOND = 1.1  # in which a clock in whole seconds surely moves on
LEAST_PATIENCE = 2.0  # a busy machine may hold a delivery up for a second
_EVENT_TYPES = "/components/schemas/Tracking/$defs/eventType/oneOf"
_LAGS, _TIMES = 50, 3  # as many times as long as something of our own takes is a delivery waited for
_MOST_PATIENCE = 30.0
ELSEWHERE = "https://example.com/hooks/trackflow"


@dataclass(frozen=True, slots=True)
class Hook:
    """One subscription: its name in this run, the receiver's box for it, and the answer that made it."""

    name: str
    box: str
    number: Number
    events: Sequence[str] | None
    url: str
    exchange: Exchange
    id: str | None
    secret: str | None


def same_event(one: ReceivedDelivery, other: ReceivedDelivery) -> bool:
    """Whether two deliveries tell of one event: by their ids, or else by the shipment they show."""
    facts, others = one.message.facts, other.message.facts
    if facts.get("id") is not None and facts.get("id") == others.get("id"):
        return True
    shipment = facts.get("data")
    return shipment == others.get("data") if isinstance(shipment, dict) and "events" in shipment else (
        one.message.body == other.message.body
    )  # fmt: skip


@dataclass(slots=True)
class WebhookLab:
    """The run's subscriptions and the events that were brought about for them."""

    api: Api
    ledger: Ledger
    states: States
    target: Target
    receiver: HookReceiver | None = None
    why_no_receiver: str | None = None
    hooks: dict[str, Hook] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    dead: tuple[Hook, int] | None = None  # a webhook whose receiver is dead, and which delivery it died at
    ended: list[tuple[Hook, int]] = field(default_factory=list)  # what was deleted, and how many had come to it
    spare: list[str] = field(default_factory=list)  # ids of webhooks to elsewhere, which nobody needs any longer
    one_ends_all: bool = False  # the deletion of one webhook has deleted others
    settled: bool = False
    silence: float = SILENCE_SECONDS
    patience: float = DELIVERY_SECONDS
    _told: dict[tuple[str, str], float] = field(default_factory=dict)  # when which event was brought about last
    _fired: float | None = None
    _number: Number | None = None
    _used: list[Number] = field(default_factory=list)
    _made: Counter[str] = field(default_factory=Counter)
    _ended_by: str | None = None  # the probe that brought the life of the shipment to its end
    _greeted: set[str] = field(default_factory=set)  # boxes whose webhooks may have been told of events
    _greets: bool = False  # new webhooks are told something before anything happens

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
        self._renewed()
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

    def _secret(self, facts: Mapping[str, Any]) -> str | None:
        """The account's one secret, if it has one, else the webhook's own."""
        return self.target.webhook_secret or webhook_secret(facts)

    def number(self) -> Number:
        """The shipment that events happen to: one whose life is not over, preferably the known one."""
        self._renewed()
        if self._number is None:
            self._number = self.api.facts.known()
            if self._over(self.api.once(self._number)):
                self._number = self._younger() or self._number
        return self._number

    def _renewed(self) -> None:
        """A probe after the one that ended the shipment's life has another shipment, and webhooks for that."""
        if self._ended_by is not None and self._ended_by != self.api.session.probe:
            self._ended_by = self._number = None
            self.hooks.clear()

    def ready_for(self, kind: str) -> None:
        """Sees to a shipment to which that may happen next, and to new webhooks if it is another one."""
        now = str(self.api.read(self.api.once(self.number())).get("status"))
        may_follow = successors(self.api.contract).get(now)
        if may_follow is not None and classes(self.api.contract).get(kind) not in {now, *may_follow}:
            self._number = self._younger() or self._number
            self.hooks.clear()

    def listening(self) -> HookReceiver:
        """The receiver, which the target has accepted; UnverifiableError if there is none."""
        if self.receiver is None:
            self._open()
        if self.receiver is None:
            raise UnverifiableError(self.why_no_receiver or "no receiver")
        obstacle = self.states.obstacle("event occurs")
        if obstacle is not None:
            raise obstacle
        return self.receiver

    def greeted(self) -> None:
        """Forgets what came to new webhooks before anything happened: a greeting, as some senders send, is no event."""
        fresh = [hook.box for hook in self.hooks.values() if hook.box not in self._greeted]
        self._greeted.update(fresh)
        receiver = self.receiver
        if receiver is None or not fresh:
            return
        self._greets |= any(receiver.deliveries(each) for each in fresh)
        if self._greets:
            receiver.wait_until("", lambda _: False, self.silence)
            for each in fresh:
                receiver.forget(each)

    def greets(self) -> bool:
        """Whether another new webhook is told something though nothing happens."""
        hook = self.hook("greeted", ["delivered"])
        self._greets |= self.listening().wait(hook.box, 1, _GREETING_SECONDS)
        return self._greets

    def event(self, kind: str, number: Number | None = None) -> None:
        """Something happens to the shipment."""
        self.greeted()
        chosen = number or self.number()
        word = self.api.contract.wire(kind, _EVENT_TYPES)
        self._apart(chosen, kind)
        self.states.ask("event occurs", tracking_number=chosen.tracking_number, type=word)
        self.api.forget()
        self.settled = False
        if chosen == self._number and not successors(self.api.contract).get(classes(self.api.contract).get(kind, "")):
            self._ended_by = self.api.session.probe
        if not self.marks.setdefault("events", 0):
            self._fired = self.api.session.sleeper.clock.now()
        self.marks["events"] += 1

    def _apart(self, number: Number, kind: str) -> None:
        """Sees to it that the same is not told twice of a shipment in the same second."""
        sleeper, asked = self.api.session.sleeper, (number.tracking_number, kind)
        rest = self._told.get(asked, 0.0) + _A_SECOND - sleeper.now()
        if rest > 0:
            sleeper.pass_time(rest, f"waiting {rest:.0f} s between two events of a kind")
        self._told[asked] = sleeper.now()

    def move(self, seconds: float) -> None:
        """Moves the target's clock, so that retries fall due."""
        self.api.session.sleeper.move(seconds)
        self.settled = False

    def arrivals(self, hook: Hook, count: int) -> list[ReceivedDelivery]:
        """The hook's deliveries so far, after waiting for so many of them."""
        receiver = self.listening()
        fresh = len(receiver.deliveries(hook.box)) < count
        came = receiver.wait(hook.box, count, self.patience) or receiver.wait(hook.box, count, self._more_patience())
        if fresh and self._fired is not None:
            # The first event tells how long this sender takes, and so how long to wait for others, or for none.
            took, self._fired = self.api.session.sleeper.clock.now() - self._fired, None
            self.silence = min(max(self.silence, 3 * took), DELIVERY_SECONDS) if came else self.silence
            self.patience = min(max(LEAST_PATIENCE, 20 * took), DELIVERY_SECONDS) if came else self.silence
        return receiver.deliveries(hook.box)

    def _more_patience(self) -> float:
        """Seconds for which a delivery that has not come is waited for once more: many, if this machine is busy now."""
        return min(_LAGS * max(self.listening().lag() for _ in range(_TIMES)), _MOST_PATIENCE)

    def attempts(self, hook: Hook, first: int, count: int, *, silence: bool = False) -> list[ReceivedDelivery]:
        """Every attempt at the event whose first attempt was that delivery, after waiting for so many."""
        receiver = self.listening()

        def same(all_of_them: list[ReceivedDelivery]) -> list[ReceivedDelivery]:
            return [each for each in all_of_them if same_event(all_of_them[first], each)]

        if len(receiver.deliveries(hook.box)) <= first:
            return []
        seconds = self.silence if silence else self.patience
        if not receiver.wait_until(hook.box, lambda them: len(same(them)) >= count, seconds) and not silence:
            receiver.wait_until(hook.box, lambda them: len(same(them)) >= count, self._more_patience())
        return same(receiver.deliveries(hook.box))

    def quiet(self) -> None:
        """Comes back when whatever is under way must have arrived."""
        if not self.settled:
            self.listening().wait_until("", lambda _: False, self.silence)
            self.settled = True

    def stays_silent(self, hook: Hook, count: int) -> bool:
        """Whether no more than so many deliveries have come, after a moment in which more would have come."""
        wait = 0.0 if self.settled else self.silence
        silent = not self.listening().wait(hook.box, count + 1, wait)
        self.settled = self.settled or silent
        return silent

    def drop(self, name: str) -> Exchange | None:
        """Deletes the subscription, if its id is known; the next one called so is another."""
        hook = self.hooks.pop(name)
        self.deleted(hook)
        if self.one_ends_all:
            self.hooks.clear()
        return self.api.unsubscribe(hook.id) if hook.id else None

    def deleted(self, hook: Hook) -> None:
        """Remembers that the subscription was ended; what comes to it from now on should not."""
        if self.receiver is not None and self._greets:
            self.receiver.wait_until("", lambda _: False, self.silence)
        came = len(self.receiver.deliveries(hook.box)) if self.receiver else 0
        self.ended.append((hook, came))

    def fresh(self, hook: Hook, seen: int) -> tuple[list[ReceivedDelivery], list[ReceivedDelivery]]:
        """What came to the hook after so many: of new events, and of events that had come before."""
        came = self.listening().deliveries(hook.box)
        again = [each for each in came[seen:] if any(same_event(each, other) for other in came[:seen])]
        return [each for each in came[seen:] if each not in again], again

    def witness(self, hook: Hook, seen: int) -> bool:
        """Whether one more delivery came to the hook, so that silence elsewhere means something."""
        return len(self.arrivals(hook, seen + 1)) > seen

    def close(self) -> None:
        if self.receiver is not None:
            self.receiver.close()

    def _subscribe(
        self, number: Number, events: Sequence[str] | None, url: str, *, once: bool = False, typed: bool = False
    ) -> Exchange:
        if typed:
            exchange = self.api.subscribe(pasted(number.tracking_number), url, events, once=once)
            if not 400 <= exchange.status < 500:
                return exchange
        exchange = self.api.subscribe(number, url, events, once=once)
        if self.receiver is not None and url.startswith(self.receiver.base) and 400 <= exchange.status < 500:
            # A real API may want HTTPS and a public name; its webhooks can still be made, and deleted.
            self.why_no_receiver = f"the target refuses webhooks to {url} ({exchange.status})"
            self.receiver.close()
            self.receiver = None
            exchange = self.api.subscribe(number, ELSEWHERE, events)
        return exchange

    def _url(self, name: str) -> str:
        if self.receiver is None and self.why_no_receiver is None:
            self._open()
        return self.receiver.url(name) if self.receiver else ELSEWHERE

    def _open(self) -> None:
        if self.why_no_receiver is not None:
            return
        url = self.target.receiver_url
        local = urlsplit(self.api.session.base_url).hostname in LOOPBACK
        if url is None and local and self.target.states_url is not None:
            url = f"http://{LOOPBACK[0]}:0/"
        if url is None:
            self.why_no_receiver = str(lacking("webhook_receiver"))
            return
        try:
            self.receiver = HookReceiver(url, self.api.session.sleeper.clock, self.target.listen)
        except UnverifiableError as error:
            self.why_no_receiver = str(error)
        except OSError as error:
            self.why_no_receiver = f"{url} can't be listened on: {error.strerror}"

    def _younger(self) -> Number | None:
        """A number like the known one whose life is not over, for a target that has been checked before."""
        numbers = [number_like(self.api, self.api.facts.known(), f"young {count}") for count in range(_YOUNG)]
        numbers = [each for each in numbers if each not in self._used]
        self._used += numbers
        for number, body in zip(numbers, self._looked_up(numbers), strict=True):
            if body.get("status") and not over(self.api.contract, body):
                return number
        return None

    def _looked_up(self, numbers: Sequence[Number]) -> Iterator[Mapping[str, Any]]:
        """What is known of the numbers: asked for at once, or one by one where a batch of them is refused."""
        results = results_of(self.api, self.api.batch(shipments(numbers))) if len(numbers) > 1 else []
        if len(results) == len(numbers):
            yield from results
        else:
            yield from (self.api.read(self.api.once(each)) for each in numbers)

    def _over(self, answer: Exchange) -> bool:
        return over(self.api.contract, self.api.read(answer))
