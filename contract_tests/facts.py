"""What a probe needs to know of the target, found out or given; without it, nothing is claimed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from contract_tests.contract.document import Contract, Plan
from contract_tests.exchange import Key
from contract_tests.masking import Mask
from contract_tests.target import Number, Target

HOW = {
    "known_number": "name a tracking number with data: [numbers] known in the target file",
    "missing_number": "name a well-formed number without data: [numbers] missing in the target file",
    "unavailable_number": "name a number whose carrier is down: [numbers] unavailable in the target file, or [states]",
    "limited_plan": "give a key of a plan with limits, and --plan",
    "plan_key:free": "give a key of the plan: [keys] free in the target file",
    "plan_key:starter": "give a key of the plan: [keys] starter in the target file",
    "plan_key:growth": "give a key of the plan: [keys] growth in the target file",
    "plan_key:enterprise": "give a key of the plan: [keys] enterprise in the target file",
    "second_key": "give a second key: [keys] in the target file",
    "revoked_key": "give a key that was taken back: [keys] revoked in the target file",
    "states": "give a control plane that can bring about states: [states] url in the target file",
    "webhook_receiver": "say where deliveries can reach this machine: [webhooks] receiver_url in the target file",
    "writes": "run without --safe",
    "exhaust_quota": "allow a real 429 with --exhaust-quota",
    "patience": "give a control plane that knows the state 'time passes': [states] url in the target file",
}
PLANLESS = {"revoked"}


class UnverifiableError(Exception):
    """A fact is missing; the message says which, and how to give it."""


def lacking(need: str) -> UnverifiableError:
    """The error for a need that is not met."""
    return UnverifiableError(HOW.get(need, need))


@dataclass(slots=True)
class Facts:
    """Numbers and keys of the target, each asked for by the probe that needs it.

    `finders` look for a number that nobody has named, and say by `found` or `not_found` what they saw.
    """

    contract: Contract
    target: Target
    key: Key
    safe: bool = False
    exhaust_quota: bool = False
    mask: Mask = field(default_factory=Mask)
    finders: dict[str, Callable[[], object]] = field(default_factory=dict)
    _found: dict[str, Number | str] = field(default_factory=dict)

    def altered(self, text: str) -> Key:
        """A good key with something about it changed; it is not shown either."""
        key = Key(text, "TRACKFLOW_API_KEY_ALTERED", good=False)
        self.mask.learn(key.text, key.variable)
        return key

    def found(self, name: str, value: Number) -> None:
        """Remembers a number that a probe has found fit for that role."""
        self._found[name] = value

    def not_found(self, name: str, reason: str) -> None:
        self._found[name] = reason

    def known(self) -> Number:
        return self._number("known", self.target.known)

    def missing(self) -> Number:
        return self._number("missing", self.target.missing)

    def unavailable(self) -> Number:
        return self._number("unavailable", self.target.unavailable)

    @property
    def plan(self) -> Plan | None:
        """The plan of the key that the run uses; None if nobody knows."""
        return self.contract.plans.get(self.key.plan or "")

    def limited(self) -> Plan:
        """The plan of the run's key, if it has limits."""
        plan = self.plan
        if plan is None or not plan.limited:
            raise lacking("limited_plan")
        return plan

    def key_of(self, plan: str) -> Key:
        """A key of that plan."""
        if self.key.plan == plan:
            return self.key
        if plan in self.target.keys:
            return self._key(plan)
        raise lacking(f"plan_key:{plan}")

    def of_small_batches(self) -> tuple[Key, Plan]:
        """The key whose plan has the smallest batches, and the plan."""
        plans = [each for each in self.contract.plans.values() if each.name in {self.key.plan, *self.target.keys}]
        if not plans:
            raise UnverifiableError("the key's plan is not known; say it with --plan")
        plan = min(plans, key=lambda each: (each.batch_size, each.name != self.key.plan))
        return self.key_of(plan.name), plan

    def second_key(self) -> Key:
        """A good key other than the run's own, of a limited plan if there is one."""
        names = [name for name in reversed([*self.contract.plans]) if name in self.target.keys]
        others = [name for name in names if self.target.keys[name] != self.key.text]
        others.sort(key=lambda name: not self.contract.plans[name].limited)
        if not others:
            raise lacking("second_key")
        return self._key(others[0])

    def revoked_key(self) -> Key:
        if "revoked" not in self.target.keys:
            raise lacking("revoked_key")
        return self._key("revoked")

    def smallest(self) -> tuple[Key, Plan]:
        """The key that is used up soonest, and its plan; only with permission to use it up."""
        if not self.exhaust_quota:
            raise lacking("exhaust_quota")
        for plan in self.contract.plans.values():
            if plan.per_minute is not None and (plan.name in self.target.keys or self.key.plan == plan.name):
                return self.key_of(plan.name), plan
        raise lacking("limited_plan")

    def writes(self) -> None:
        """Passes if webhooks may be made."""
        if self.safe:
            raise lacking("writes")

    def _key(self, name: str) -> Key:
        text = self.target.keys[name]
        if text == self.key.text:
            return self.key
        return Key(text, f"TRACKFLOW_KEY_{name.upper()}", None if name in PLANLESS else name, name not in PLANLESS)

    def _number(self, name: str, given: Number | None) -> Number:
        if given is None and name not in self._found and name in self.finders:
            self.finders[name]()
        found = self._found.get(name, given)
        if isinstance(found, Number):
            return found
        raise UnverifiableError(f"{found}; {HOW[name + '_number']}") if found else lacking(name + "_number")


def choose_key(contract: Contract, target: Target, given: str | None, plan: str | None) -> Key | None:
    """The run's key: the one given, else the target file's of the plan asked for, else of the largest limited plan."""
    named: Mapping[str, str] = {text: name for name, text in target.keys.items()}
    if given is None:
        plans = [each for each in contract.plans.values() if each.limited][::-1]
        plans += [each for each in contract.plans.values() if not each.limited]
        order = [plan] if plan else [each.name for each in plans]
        given = next((target.keys[name] for name in order if name in target.keys), None)
    if given is None:
        return None
    if plan is None and named.get(given) in contract.plans:
        plan = named[given]
    if plan is None:
        of_form = contract.plan_of_key(given)
        plan = of_form.name if of_form else None
    return Key(given, plan=plan)
