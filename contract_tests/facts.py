"""What a probe needs to know of the target, found out or given; without it, nothing is claimed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from contract_tests.contract.document import Contract, PlanLimits
from contract_tests.exchange import Key
from contract_tests.keyring import PLAN_KEY, Keyring, Need
from contract_tests.masking import Mask
from contract_tests.target import Number, Target

HOW = {
    "known_number": "name a tracking number with data: [numbers] known in the target file",
    "missing_number": "name a well-formed number without data: [numbers] missing in the target file",
    "unavailable_number": "name a number whose carrier is down: [numbers] unavailable in the target file, or [states]",
    "limited_plan": "give a key of a plan with limits: [keys] free, starter or growth in the target file, or --plan "
    "where the key does not say it",
    "plan_of_the_key": "say the plan of the key with --plan, or name keys by plan: [keys] in the target file",
    "second_key": "give a second key: [keys] in the target file",
    "revoked_key": "give a key that was taken back: [keys] revoked in the target file",
    "states": "give a control plane that can bring about states: [states] url in the target file",
    "webhook_receiver": "say where deliveries can reach this machine: [webhooks] receiver_url in the target file",
    "writes": "run without --safe",
    "exhaust_quota": "allow a real 429 with --exhaust-quota",
    "patience": "give a control plane that knows the state 'time passes': [states] url in the target file",
}


class UnverifiableError(Exception):
    """A fact is missing; the message says which, and how to give it."""


def lacking(need: str) -> UnverifiableError:
    """The error for a need that is not met."""
    plan = need.removeprefix(PLAN_KEY)
    if plan != need:
        return UnverifiableError(f"give a key of the plan {plan}: [keys] {plan} in the target file")
    return UnverifiableError(HOW.get(need, need))


@dataclass(slots=True)
class Facts:
    """Numbers and keys of the target, each asked for by the probe that needs it.

    `finders` look for a number that nobody has named, and say by `found` or `not_found` what they saw. `left` is what
    a key's answers said is left of its minute.
    """

    contract: Contract
    target: Target
    key: Key
    safe: bool = False
    exhaust_quota: bool = False
    mask: Mask = field(default_factory=Mask)
    finders: dict[str, Callable[[], object]] = field(default_factory=dict)
    left: Callable[[Key], int | None] = lambda _: None
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
    def plan(self) -> PlanLimits | None:
        """The plan of the key that the run uses; None if nobody knows."""
        return self.contract.plans.get(self.key.plan or "")

    @property
    def keyring(self) -> Keyring:
        return Keyring(self.contract, self.key, self.target.keys, self.left)

    def key_for(self, need: Need) -> tuple[Key, PlanLimits]:
        """Whichever of the given keys can show what is needed, and its plan."""
        found = self.keyring.find(need)
        if found is None:
            raise lacking(self.keyring.lacking(need))
        return found

    def revoked_key(self) -> Key:
        key = self.keyring.named("revoked")
        if key is None:
            raise lacking("revoked_key")
        return key

    def to_be_used_up(self) -> tuple[Key, PlanLimits]:
        """The key that is used up soonest, and its plan; only with permission to use it up."""
        if not self.exhaust_quota:
            raise lacking("exhaust_quota")
        return self.key_for(Need(minute=True, least="minute"))

    def writes(self) -> None:
        """Passes if webhooks may be made."""
        if self.safe:
            raise lacking("writes")

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
