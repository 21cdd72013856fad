"""Which of the given keys can show what a probe wants to see."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from contract_tests.contract.document import Contract, PlanLimits
from contract_tests.exchange import Key

PLANLESS = {"revoked"}
PLAN_KEY = "plan_key:"


@dataclass(frozen=True, slots=True)
class Need:
    """What a probe wants of a key; what is left out does not matter.

    `plan` is the very plan, `limited` one with limits or one without, `minute` one whose minute is limited, `batch` a
    plan that lets batches of that size through, `left` so many requests that are left of the minute as far as the key's
    answers have told, and `other` any key but the run's own. `least` prefers the smallest of the plans that fit, by
    the size of a batch or by the requests of a minute; else the run's own key is taken, or the largest limited plan's.
    """

    plan: str | None = None
    limited: bool | None = None
    minute: bool = False
    batch: int = 0
    left: int = 0
    other: bool = False
    least: str | None = None

    def met_by(self, plan: PlanLimits, left: int | None) -> bool:
        """Whether a key of that plan with so many requests left will do; None is not told, and may be all of them."""
        return (
            self.plan in {None, plan.name}
            and self.limited in {None, plan.limited}
            and not (self.minute and plan.per_minute is None)
            and plan.batch_size >= self.batch
            and (left is None or left >= self.left)
            and (plan.per_minute is None or plan.per_minute >= self.left)
        )


@dataclass(frozen=True, slots=True)
class Keyring:
    """The run's own key and those of the target file; `left` is what a key's answers said is left of its minute."""

    contract: Contract
    own: Key
    given: Mapping[str, str]
    left: Callable[[Key], int | None] = lambda _: None

    def named(self, name: str) -> Key | None:
        """The target file's key of that name; the run's own if it is the same."""
        text = self.given.get(name)
        if text is None:
            return None
        if text == self.own.text:
            return self.own
        return Key(text, f"TRACKFLOW_KEY_{name.upper()}", None if name in PLANLESS else name, name not in PLANLESS)

    def find(self, need: Need) -> tuple[Key, PlanLimits] | None:
        """The key that fits best, and its plan."""
        fitting = [each for each in self._all() if need.met_by(each[1], self.left(each[0]))]
        fitting = [each for each in fitting if not (need.other and each[0] == self.own)]
        if need.least is not None:
            return min(fitting, key=lambda each: (_size(each[1], need), each[0] != self.own), default=None)
        return next(iter(fitting), None)

    def lacking(self, need: Need) -> str:
        """The name of what is lacking where no key fits, by which is told how to give one."""
        unlimited = next((each.name for each in self.contract.plans.values() if not each.limited), None)
        plan = unlimited if need.limited is False else need.plan
        if plan is not None:
            return PLAN_KEY + plan
        if need.other:
            return "second_key"
        return "limited_plan" if need.limited or need.minute else "plan_of_the_key"

    def _all(self) -> Iterator[tuple[Key, PlanLimits]]:
        """The run's own, then the others: of limited plans the largest first, then of unlimited ones."""
        plans = self.contract.plans
        if (own := plans.get(self.own.plan or "")) is not None:
            yield self.own, own
        largest = [*plans.values()][::-1]
        for plan in sorted(largest, key=lambda each: not each.limited):
            key = self.named(plan.name)
            if key is not None and key != self.own:
                yield key, plan


def _size(plan: PlanLimits, need: Need) -> float:
    return plan.batch_size if need.least == "batch" else plan.per_minute or float("inf")
