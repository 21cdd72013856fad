"""The plans of the page: how much a key may ask."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.contract.errors import ApiError


@dataclass(frozen=True, slots=True)
class Plan:
    """One row of the page's table of plans; None is unlimited."""

    name: str
    requests_per_minute: int | None
    requests_per_day: int | None
    batch_size: int

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Plan":
        return cls(record["name"], record["requests_per_minute"], record["requests_per_day"], record["batch_size"])


@dataclass(frozen=True, slots=True)
class Account:
    """Who is asking: a key, and the plan it carries."""

    key: str
    plan: Plan


class Accounts:
    """Tells a key's plan from the key itself: `tf_test_free_1` is Free, `tf_live_sk_...` the default plan."""

    def __init__(self, plans: Iterable[Plan], default_plan: str) -> None:
        self.plans = {plan.name: plan for plan in plans}
        self.default = self.plan(default_plan)
        names = "|".join(map(re.escape, self.plans))
        self._form = re.compile(rf"tf_(?:test|live)_(?:(?P<plan>{names})|sk)_[A-Za-z0-9_-]{{1,64}}")

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
        form = self._form.fullmatch(key)
        if form is None:
            raise ApiError("unauthorized", "the API key is not tf_test_<plan>_<name>, tf_live_<plan>_<name> or ..._sk_...")
        plan = form["plan"]
        return Account(key, self.plans[plan] if plan else self.default)
