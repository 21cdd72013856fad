"""What arrives at the run's own webhooks, and how long it is waited for."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from contract_tests.clock import Clock
from contract_tests.facts import UnverifiableError, lacking
from contract_tests.receiver import LOOPBACK, HookReceiver, ReceivedDelivery
from contract_tests.states import States
from contract_tests.subscriptions import Hook
from contract_tests.target import Target

SILENCE_SECONDS = 0.15  # after which a delivery on the same machine would have come
DELIVERY_SECONDS = 5.0
LEAST_PATIENCE = 2.0  # a busy machine may hold a delivery up for a second
_LAGS, _TIMES = 50, 3  # as many times as long as something of our own takes is a delivery waited for
_MOST_PATIENCE = 30.0
_GREETING_SECONDS = 0.5


@dataclass(slots=True)
class Arrivals:
    """The deliveries of each webhook, at a receiver that is opened when the first one is to be received."""

    base_url: str
    clock: Clock
    states: States
    target: Target
    receiver: HookReceiver | None = None
    why_none: str | None = None  # why there is no receiver
    silence: float = SILENCE_SECONDS
    patience: float = DELIVERY_SECONDS
    settled: bool = False
    greets: bool = False  # new webhooks are told something before anything happens
    _fired: float | None = None
    _begun: set[str] = field(default_factory=set)  # boxes whose webhooks may have been told of events

    def listening(self) -> HookReceiver:
        """The receiver, which the target has accepted; UnverifiableError if there is none."""
        if self.receiver is None:
            self._open()
        if self.receiver is None:
            raise UnverifiableError(self.why_none or "no receiver")
        obstacle = self.states.obstacle("event occurs")
        if obstacle is not None:
            raise obstacle
        return self.receiver

    def url(self, box: str) -> str | None:
        """Where the deliveries of that box go, if they can be received."""
        if self.receiver is None and self.why_none is None:
            self._open()
        return self.receiver.url(box) if self.receiver else None

    def refused(self, url: str, status: int) -> bool:
        """Whether that is a url of the receiver's, which is given up then.

        A real API may want HTTPS and a public name; its webhooks can still be made, and deleted.
        """
        if self.receiver is None or not url.startswith(self.receiver.base):
            return False
        self.why_none = f"the target refuses webhooks to {url} ({status})"
        self.close()
        return True

    def begins(self, boxes: list[str]) -> None:
        """Forgets what came to new webhooks before anything happened: a greeting, as some senders send, is no event."""
        fresh = [each for each in boxes if each not in self._begun]
        self._begun.update(fresh)
        receiver = self.receiver
        if receiver is None or not fresh:
            return
        self.greets |= any(receiver.deliveries(each) for each in fresh)
        if self.greets:
            self._pause()
            for each in fresh:
                receiver.forget(each)

    def greeted(self, hook: Hook) -> bool:
        """Whether new webhooks are told something though nothing happens, as this one would be."""
        self.greets |= self.listening().wait(hook.box, 1, _GREETING_SECONDS)
        return self.greets

    def fired(self) -> None:
        """The first event happens now, which tells how long this sender takes."""
        self._fired = self.clock.now()

    def of(self, hook: Hook, count: int) -> list[ReceivedDelivery]:
        """The hook's deliveries so far, after waiting for so many of them."""
        receiver = self.listening()
        fresh = len(receiver.deliveries(hook.box)) < count
        came = receiver.wait(hook.box, count, self.patience) or receiver.wait(hook.box, count, self._more_patience())
        if fresh and self._fired is not None:
            # The first event tells how long this sender takes, and so how long to wait for others, or for none.
            took, self._fired = self.clock.now() - self._fired, None
            self.silence = min(max(self.silence, 3 * took), DELIVERY_SECONDS) if came else self.silence
            self.patience = min(max(LEAST_PATIENCE, 20 * took), DELIVERY_SECONDS) if came else self.silence
        return receiver.deliveries(hook.box)

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
            self.listening()
            self._pause()
            self.settled = True

    def stays_silent(self, hook: Hook, count: int) -> bool:
        """Whether no more than so many deliveries have come, after a moment in which more would have come."""
        wait = 0.0 if self.settled else self.silence
        silent = not self.listening().wait(hook.box, count + 1, wait)
        self.settled = self.settled or silent
        return silent

    def so_far(self, hook: Hook) -> int:
        """How many have come to the hook, with what was on its way."""
        if self.receiver is None:
            return 0
        if self.greets:
            self._pause()
        return len(self.receiver.deliveries(hook.box))

    def fresh(self, hook: Hook, seen: int) -> tuple[list[ReceivedDelivery], list[ReceivedDelivery]]:
        """What came to the hook after so many: of new events, and of events that had come before."""
        came = self.listening().deliveries(hook.box)
        again = [each for each in came[seen:] if any(same_event(each, other) for other in came[:seen])]
        return [each for each in came[seen:] if each not in again], again

    def witness(self, hook: Hook, seen: int) -> bool:
        """Whether one more delivery came to the hook, so that silence elsewhere means something."""
        return len(self.of(hook, seen + 1)) > seen

    def close(self) -> None:
        if self.receiver is not None:
            self.receiver.close()
            self.receiver = None

    def _pause(self) -> None:
        """Comes back when whatever is under way must have arrived."""
        if self.receiver is not None:
            self.receiver.wait_until("", lambda _: False, self.silence)

    def _more_patience(self) -> float:
        """Seconds for which a delivery that has not come is waited for once more: many, if this machine is busy now."""
        return min(_LAGS * max(self.listening().lag() for _ in range(_TIMES)), _MOST_PATIENCE)

    def _open(self) -> None:
        if self.why_none is not None:
            return
        url = self.target.receiver_url
        local = urlsplit(self.base_url).hostname in LOOPBACK
        if url is None and local and self.target.states_url is not None:
            url = f"http://{LOOPBACK[0]}:0/"
        if url is None:
            self.why_none = str(lacking("webhook_receiver"))
            return
        try:
            self.receiver = HookReceiver(url, self.clock, self.target.listen)
        except UnverifiableError as error:
            self.why_none = str(error)
        except OSError as error:
            self.why_none = f"{url} can't be listened on: {error.strerror}"


def same_event(one: ReceivedDelivery, other: ReceivedDelivery) -> bool:
    """Whether two deliveries tell of one event: by their ids, or else by the shipment they show."""
    facts, others = one.message.facts, other.message.facts
    if facts.get("id") is not None and facts.get("id") == others.get("id"):
        return True
    shipment = facts.get("data")
    return shipment == others.get("data") if isinstance(shipment, dict) and "events" in shipment else (
        one.message.body == other.message.body
    )  # fmt: skip
