"""Requests that show what each kind of answer costs, sent where nothing that was sent before has shown it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from contract_tests.api import Api, shipments
from contract_tests.batches import filling, paired
from contract_tests.contract.document import PlanLimits
from contract_tests.exchange import Key
from contract_tests.keyring import Need
from contract_tests.ledger import Ledger
from contract_tests.passive.quota_law import Charge, QuotaReading, readings, seen_costs
from contract_tests.run import Run
from contract_tests.session import OBSTACLES

LARGE = 20  # shipments of a batch that is dear enough to show a charge with a ceiling
_COUNTED = Need(limited=True)
_ROOMY = Need(limited=True, batch=LARGE, left=LARGE + 2)
_STRANGER = Need(other=True)
_ENOUGH = 3  # answers without a word of the quota, after which none is expected
_SOON = 2.0  # seconds before the end of a window in which nothing is begun that is compared with before


@dataclass(frozen=True, slots=True)
class Counted:
    """A key whose answers tell what is left."""

    run: Run
    key: Key
    plan: PlanLimits | None

    @property
    def api(self) -> Api:
        return self.run.api

    def told(self) -> QuotaReading | None:
        """What the key's last answer told, if the next one can be compared with it."""
        last = next((each for each in reversed(self.run.session.exchanges) if each.key == self.key), None)
        found = next(readings(self.run.contract, [last] if last else []), None)
        return found if found and self.run.sleeper.now() < found.ends_at - _SOON else None

    def tells_nothing(self) -> bool:
        """Whether the key's answers so far, and there were some, told nothing of what is left."""
        answers = [each for each in self.run.session.exchanges if each.key == self.key]
        return len(answers) >= _ENOUGH and not any(True for _ in readings(self.run.contract, answers))

    def ready(self) -> None:
        """Sees to an answer that the next one can be compared with."""
        if self.told() is None:
            self.lookup()

    def lookup(self) -> None:
        self.api.track(self.run.facts.known(), key=self.key)

    def batch(self, size: int) -> None:
        self.ready()
        numbers = filling(self.api, size)
        exchange = self.api.batch(shipments(numbers), key=self.key)
        if exchange.response.succeeded:
            paired(self.api, self.run.ledger, exchange, [each.tracking_number for each in numbers])


def counted_key(run: Run) -> Counted:
    """The run's own key if its answers are counted, else another one's."""
    own = run.facts.key
    if run.facts.plan is None and any(
        each.exchange.key == own for each in readings(run.contract, run.session.exchanges)
    ):
        return Counted(run, own, None)
    return Counted(run, *run.facts.key_for(_COUNTED))


def show_costs(run: Run, ledger: Ledger) -> None:
    """Sends one of each that is counted and of which nothing is known; enters why where it can't."""
    for (clause, operation), show in _SHOWN_BY.items():
        seen = seen_costs(run.contract, run.session.exchanges).get(clause, [])
        if any(operation in {None, _operation(each)} for each in seen):
            continue
        try:
            key = counted_key(run)
            if key.tells_nothing():
                return
            show(key)
        except OBSTACLES as error:
            ledger.obstacle(clause, str(error))
    with suppress(*OBSTACLES):  # a small one has been seen
        _large_batch(run)


def _large_batch(run: Run) -> None:
    """Sends a large batch with whichever key has room for it, unless small ones were charged wrongly already."""
    if run.facts.safe or not _charged_well(run):
        return
    found = run.facts.keyring.find(_ROOMY)
    if found is not None:
        Counted(run, *found).batch(LARGE)


def _charged_well(run: Run) -> bool:
    """Whether a batch of one sort was charged as it should be, and no large one was seen yet."""
    seen = seen_costs(run.contract, run.session.exchanges).get("quota.batch-cost", [])
    return any(each.right for each in seen) and all(each.fall.expected < LARGE for each in seen)


def _directory(counted: Counted) -> None:
    counted.ready()
    counted.api.carriers(key=counted.key, again=True)


def _lookups(counted: Counted) -> None:
    counted.lookup()
    counted.lookup()


def _refused_batch(counted: Counted) -> None:
    counted.ready()
    facts = counted.run.facts
    counted.api.batch(shipments([facts.known(), facts.missing()]), key=counted.key)


def _invalid_batch(counted: Counted) -> None:
    counted.ready()
    counted.api.batch([], key=counted.key)


def _refusal(counted: Counted) -> None:
    counted.ready()
    counted.api.track(counted.run.facts.missing(), key=counted.key)


def _unavailable(counted: Counted) -> None:
    counted.ready()
    counted.api.track(counted.run.facts.unavailable(), key=counted.key, wanting_5xx=True)


def _free(counted: Counted) -> None:
    counted.ready()
    counted.api.track(counted.run.facts.known(), keyless=True)
    counted.lookup()


def _strangers(counted: Counted) -> None:
    """Something of another key between two answers."""
    own = counted.run.facts.key
    stranger = own if own != counted.key else counted.run.facts.key_for(_STRANGER)[0]
    counted.ready()
    counted.api.track(counted.run.facts.known(), key=stranger)
    counted.lookup()


def _operation(charge: Charge) -> str | None:
    operation = charge.fall.after.exchange.operation
    return operation.id if operation else None


_SHOWN_BY: Mapping[tuple[str, str | None], Callable[[Counted], None]] = {
    ("quota.cost.every-operation", "listCarriers"): _directory,
    ("quota.batch-cost", None): lambda counted: counted.batch(2),
    ("quota.cost", None): _lookups,
    ("quota.cost.refusals", None): _refusal,
    ("quota.cost.unavailable", None): _unavailable,
    ("quota.batch-cost.refused", None): _refused_batch,
    ("quota.batch-cost.invalid", None): _invalid_batch,
    ("quota.free", None): _free,
    ("quota.per-key", None): _strangers,
}
