"""A target made of a function, and the pieces of a run around it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.clock import ManualClock
from contract_tests.contract.document import Contract
from contract_tests.exchange import Response, SentRequest
from contract_tests.options import RunOptions
from contract_tests.run import Run, prepare
from contract_tests.target import Target

KEY = "tf_live_free_1"


def reply(status: int, value: Any = None, headers: Mapping[str, str] | None = None) -> Response:
    """A response with a JSON body, or none."""
    body = b"" if value is None else json.dumps(value).encode()
    kind = {"Content-Type": "application/json"} if body else {}
    return Response(status, tuple({**kind, **(headers or {})}.items()), body)


@dataclass(slots=True)
class ScriptedTransport:
    """A transport that answers from a function and keeps what was asked."""

    answer: Callable[[SentRequest], Response]
    asked: list[SentRequest] = field(default_factory=list)

    def send(self, request: SentRequest) -> Response:
        self.asked.append(request)
        return self.answer(request)

    def close(self) -> None:
        """Nothing is open."""


def a_run(
    contract: Contract,
    answer: Callable[[SentRequest], Response],
    *,
    clock: ManualClock | None = None,
    target: Target | None = None,
    **options: Any,
) -> tuple[Run, ScriptedTransport]:
    """A run against the function, with a clock that stands still until moved."""
    script = ScriptedTransport(answer)
    asked = RunOptions(**{"base_url": "http://target", "api_key": KEY, **options})
    run = prepare(asked, clock=clock or ManualClock(), transport=script, contract=contract, target=target or Target())
    return run, script
