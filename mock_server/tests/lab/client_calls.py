"""Calls of clients made to measure, and the failures that they are to meet, for tests."""

from dataclasses import replace
from typing import Any

from mock_server.api.conversations import Conversations
from mock_server.contract.specification import Specification
from mock_server.lab.calls import ClientCall
from mock_server.lab.failures import Point
from mock_server.lab.space import points

NUMBER = "1Z204E380338943508"


def call(specification: Specification, operation: str = "trackShipment", **more: Any) -> ClientCall:
    made = specification.operations[operation]
    subject = NUMBER if operation in {"trackShipment", "createWebhook"} else None
    plain = ClientCall(
        operation, 1, made.method, "/v2/x", subject, (), 0, None, int(made.status), Conversations(specification)
    )
    return replace(plain, **more)


def explored(specification: Specification, *calls: ClientCall, events: int = 0) -> list[Point]:
    return points(calls, specification, hang=30, plan="growth", events=events)


SPECIFICATION = Specification.load()
CALL = ClientCall("trackShipment", 1, "GET", "/v2/x", None, (), 0, None, 200, Conversations(SPECIFICATION))
