"""The plans of the page: how much a key may ask."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Self

from mock_server.contract.errors import ApiError


@dataclass(frozen=True, slots=True)
class Plan:
    """One row of the page's table of plans.

    `limits` pairs the seconds of each window with the lookups it allows; an unlimited plan has none.
    """

    name: str
    limits: tuple[tuple[int, int], ...]
    batch_size: int

    @classmethod
    def from_record(cls, record: Mapping[str, Any], windows: Sequence[Mapping[str, Any]]) -> Self:
        """The plan of one record of plans.json, with the windows of the contract's `x-quota`."""
        limits = ((window["seconds"], record[window["limit"]]) for window in windows)
        return cls(record["name"], tuple((seconds, limit) for seconds, limit in limits if limit), record["batch_size"])


@dataclass(frozen=True, slots=True)
class Account:
    """Who is asking: a key, and the plan it carries.

    Whatever is drawn for the account follows from `chance`, which tells nobody the key.
    """

    key: str
    plan: Plan
    chance: str = ""


class Accounts:
    """Tells a key's plan from the key itself: `tf_test_free_1` is Free, `tf_live_sk_...` the default plan."""

    def __init__(self, plans: Iterable[Plan], default_plan: str, form: Mapping[str, Any]) -> None:
        """`form` is the contract's `x-keys`: the pattern whose second group is the plan, and the default's word."""
        self.plans = {plan.name: plan for plan in plans}
        self.default = self.plan(default_plan)
        self._form = re.compile(form["pattern"])
        self._words = {**self.plans, form["default_plan_word"]: self.default}

    def plan(self, name: str) -> Plan:
        """The plan of that name; ValueError with the choices if there is none."""
        try:
            return self.plans[name]
        except KeyError:
            raise ValueError(f"{name!r} is no plan; choose one of {', '.join(self.plans)}") from None

    def authenticate(self, key: str | None) -> Account:
        """The account behind a key; ApiError `unauthorized` for a missing, revoked or malformed one."""
        if key is None:
            raise ApiError("unauthorized", "no API key was sent")
        found = self._form.fullmatch(key)
        plan = self._words.get(found[2]) if found else None
        if plan is None:
            raise ApiError("unauthorized", f"the API key has not the form {self._form.pattern} with a plan's name")
        return Account(key, plan, blake2b(key.encode(), digest_size=8).hexdigest())
