"""What happens when a delivery fails, and what must not happen after it succeeded."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event

from contract_tests.contract.pointers import follow
from contract_tests.deliveries import ended, event_of, examined
from contract_tests.facts import UnverifiableError
from contract_tests.ledger import Ledger
from contract_tests.proving import proves
from contract_tests.receiver import ReceivedDelivery, ReceiverReply
from contract_tests.run import Run
from contract_tests.subscriptions import Hook
from contract_tests.webhook_lab import WebhookLab

_EVENT = "transit"
_EARLY, _LATE = 5, 10  # seconds by which a retry must not come too early, and may come too late
_ELSEWHERE = "elsewhere"
_TRIED = 3  # delays that are looked at


@proves(
    "delivery.retries", "delivery.id.stable", "delivery.redirect", "delivery.success", "webhook.delete.pending",
    "webhook.delete.silent",
    rank=34, given={"webhook.delete.silent": ("delivery.id.stable",)},
)  # fmt: skip
def test_a_failed_delivery_is_repeated(lab: WebhookLab, run: Run, ledger: Ledger) -> None:
    rules = follow(run.contract.document, "/webhooks/trackingEvent/post/x-delivery")
    receiver = lab.arrivals.listening()
    lab.ready_for(_EVENT)
    trial, pending, witness = (lab.hook(name) for name in ("trial", "pending", "all"))
    moved = ReceiverReply(302, location=receiver.url(_ELSEWHERE))
    receiver.answer(trial.box, [ReceiverReply(404), moved, moved], afterwards=ReceiverReply(202))
    receiver.answer(pending.box, afterwards=ReceiverReply(500))
    had = len(lab.arrivals.of(trial, 0))
    run.session.make_room(1)  # for the deletion: a wait for the quota would let the retries come
    began = run.sleeper.now()
    lab.event(_EVENT)
    if not lab.arrivals.of(trial, had + 1):
        raise UnverifiableError("no event was delivered, so none could be repeated")
    ended(lab, run.contract, ledger)
    lab.arrivals.of(pending, 1)
    lab.drop("pending")
    if lab.one_ends_all:
        raise UnverifiableError("the deletion of one webhook deletes all of them, so no other can be watched")
    first, factor = rules["first_delay_seconds"], rules["delay_factor"]
    delays = [first * factor**count for count in range(_TRIED)]
    trials = _Trials(lab, run, ledger, trial, began, delays)
    trials.not_before(1)
    trials.by_then(2)
    silent = lab.arrivals.stays_silent(pending, 1)
    ledger.judge("webhook.delete.pending", pending.exchange, "no retry after deletion", "a retry came", holds=silent)
    trials.not_before(2)
    third = trials.by_then(3, clause="delivery.redirect")
    attempts = lab.arrivals.of(trial, 0)[had:]
    _same(run, ledger, trial, attempts)
    for each in attempts[1:]:
        examined(run.contract, ledger, trial, each)
    strayed = bool(receiver.deliveries(_ELSEWHERE))
    ledger.judge("delivery.redirect", trial.exchange, "the redirect not followed", "it was followed", holds=not strayed)
    if third:
        trials.not_before(3)
    if third and trials.by_then(4):
        lab.move(delays[2] * factor**2)
        settled = lab.arrivals.stays_silent(trial, 4)
        ledger.judge("delivery.success", trial.exchange, "nothing after a 2xx", "another attempt", holds=settled)
    told = len(lab.arrivals.of(witness, 0))
    _told_to_the_dead(lab)
    if lab.arrivals.witness(witness, told):
        ended(lab, run.contract, ledger)


@proves("delivery.timeout", rank=91)
def test_a_slow_answer_is_a_failure(lab: WebhookLab, run: Run, ledger: Ledger) -> None:
    rules = follow(run.contract.document, "/webhooks/trackingEvent/post/x-delivery")
    receiver = lab.arrivals.listening()
    if "default" not in lab.hooks:
        lab.ready_for(_EVENT)
    slow = lab.hook("default")
    held = receiver.held_since(slow.box)
    if held is None:
        receiver.answer(slow.box, [ReceiverReply(200, held=Event())])
        lab.event(_EVENT)
        lab.arrivals.of(slow, 1)
        held = receiver.held_since(slow.box)
    if held is None:
        raise UnverifiableError("no delivery came that could have been answered slowly")
    rest = held + rules["timeout_seconds"] + 0.5 - run.sleeper.clock.now()
    if rest > 0:
        run.progress(f"waiting {rest:.0f} s for a delivery to be given up")
        run.sleeper.clock.sleep(rest)
    lab.move(rules["first_delay_seconds"] + _LATE)
    attempts = lab.arrivals.attempts(slow, 0, 2)
    expected = f"a retry after {rules['timeout_seconds']} s without an answer"
    ledger.judge("delivery.timeout", slow.exchange, expected, "none came", holds=len(attempts) > 1)


@proves("delivery.gone", rank=92)
def test_a_410_ends_the_subscription(lab: WebhookLab, ledger: Ledger) -> None:
    receiver = lab.arrivals.listening()
    gone, witness = lab.hook("default"), lab.hook("all")
    lab.arrivals.quiet()
    receiver.answer(gone.box, [ReceiverReply(410)])
    lab.hooks.pop("default")
    seen = len(lab.arrivals.of(gone, 0))
    lab.event("exception")
    if not lab.arrivals.witness(gone, seen):
        raise UnverifiableError("no event was delivered that could have been answered with 410")
    lab.arrivals.quiet()
    seen, told = len(lab.arrivals.of(gone, 0)), len(lab.arrivals.of(witness, 0))
    lab.event("out_for_delivery")
    if lab.arrivals.witness(witness, told):
        ended = lab.arrivals.stays_silent(gone, seen)
        ledger.judge("delivery.gone", gone.exchange, "nothing after a 410", "another event came", holds=ended)


@proves("delivery.give-up", "delivery.retries", rank=96)
def test_a_dead_receiver_is_given_up(lab: WebhookLab, run: Run, ledger: Ledger) -> None:
    rules = follow(run.contract.document, "/webhooks/trackingEvent/post/x-delivery")
    lab.arrivals.listening()
    if lab.dead is None:
        lab.ready_for(_EVENT)
    dead, start = lab.dead or _told_to_the_dead(lab)
    lab.arrivals.of(dead, start + 1)
    attempts = rules["attempts"]
    made = len(lab.arrivals.attempts(dead, start, 1))
    if not made:
        raise UnverifiableError("no event was delivered, so none could be given up")
    while 0 < made < attempts:
        delay = rules["first_delay_seconds"] * rules["delay_factor"] ** (made - 1) + _LATE
        # A second time, because the answer to the last attempt may have been read when the clock was moved already.
        if not any(_moved(lab, dead, start, made, delay) for _ in range(2)):
            break
        made = len(lab.arrivals.attempts(dead, start, 0))
    ledger.judge("delivery.retries", dead.exchange, f"{attempts} attempts", made, holds=made >= attempts)
    if made >= attempts:
        lab.move(rules["first_delay_seconds"] * rules["delay_factor"] ** attempts)
        count = len(lab.arrivals.attempts(dead, start, attempts + 1, silence=True))
        expected = f"nothing after attempt {attempts}"
        ledger.judge("delivery.give-up", dead.exchange, expected, f"{count} attempts", holds=count == attempts)


def _told_to_the_dead(lab: WebhookLab) -> tuple[Hook, int]:
    """Brings an event about that the trial's receiver answers with failure; answers how many came to it before."""
    dead = lab.hook("trial")
    lab.arrivals.listening().answer(dead.box, afterwards=ReceiverReply(500))
    lab.dead = dead, len(lab.arrivals.of(dead, 0))
    lab.event(_EVENT)
    return lab.dead


def _moved(lab: WebhookLab, dead: Hook, start: int, made: int, delay: float) -> bool:
    """Whether another attempt comes when so much time has passed."""
    lab.move(delay)
    return len(lab.arrivals.attempts(dead, start, made + 1)) > made


@dataclass(slots=True)
class _Trials:
    """The attempts at an event that was brought about after `began`, with the delays between them.

    All times are the target's, in which the real ones that a busy machine takes pass as well: a delay may count from
    when an attempt was due, or from when it came.
    """

    lab: WebhookLab
    run: Run
    ledger: Ledger
    hook: Hook
    began: float
    delays: Sequence[float]
    came: float = 0.0

    def not_before(self, attempts: int) -> None:
        """Enters that no further attempt comes before it can be due; nothing where that time has passed meanwhile."""
        due, now = self.began + sum(self.delays[:attempts]), self.run.sleeper.now
        self.came = self.came or now()
        self.lab.move(max(0.0, due - _EARLY - now()))
        silent = self.lab.arrivals.stays_silent(self.hook, attempts)
        if silent or now() < due:
            expected = f"no attempt {attempts + 1} before its time"
            self.ledger.judge("delivery.retries", self.hook.exchange, expected, "it came too early", holds=silent)

    def by_then(self, attempts: int, *, clause: str = "delivery.retries") -> bool:
        """Enters that an attempt comes when it is surely due."""
        due, now = self.came + self.delays[attempts - 2], self.run.sleeper.now
        self.lab.move(max(0.0, due + _LATE - now()))
        holds = len(self.lab.arrivals.of(self.hook, attempts)) >= attempts
        self.came = now()
        return self.ledger.judge(clause, self.hook.exchange, f"attempt {attempts} in time", "none came", holds=holds)


def _same(run: Run, ledger: Ledger, hook: Hook, deliveries: list[ReceivedDelivery]) -> None:
    if len(deliveries) < 2:
        return
    identifiers = [event_of(run.contract, each).get("id") for each in deliveries]
    same = len({(str(name), each.message.body) for name, each in zip(identifiers, deliveries, strict=True)}) == 1
    ledger.judge("delivery.id.stable", hook.exchange, "the same id and the same body", identifiers, holds=same)
