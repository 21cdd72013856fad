"""What the contract says of delivering events: the operation, and when an attempt is repeated."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from contract_tests.contract.loading import resolve
from mock_server.domain.signature import SignatureScheme


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """One delivery's life, from the contract's `x-delivery`."""

    attempts: int
    first_delay_seconds: float
    delay_factor: float
    timeout_seconds: float
    follow_redirects: bool
    ends_on_status: tuple[int, ...]

    @classmethod
    def from_operation(cls, operation: Mapping[str, Any]) -> Self:
        given = operation["x-delivery"]
        values = {field.name: given[field.name] for field in fields(cls)}
        return cls(**{**values, "ends_on_status": tuple(values["ends_on_status"])})

    def delay(self, attempt: int) -> float | None:
        """Seconds from this failed attempt (1 is the first) to the next; None after the last."""
        if attempt >= self.attempts:
            return None
        return self.first_delay_seconds * self.delay_factor ** (attempt - 1)

    @property
    def longest_seconds(self) -> float:
        """From the first attempt to the last."""
        return sum(self.delay(attempt) or 0 for attempt in range(1, self.attempts))


def delivery_operation(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The operation that delivers events, the one with `x-delivery`; LookupError if the contract has none."""
    for item in document.get("webhooks", {}).values():
        for operation in item.values():
            if isinstance(operation, Mapping) and "x-delivery" in operation:
                return operation
    raise LookupError("no operation under webhooks has x-delivery; put it back where schemas/openapi.yaml has it")


def signature_scheme(operation: Mapping[str, Any], document: Mapping[str, Any]) -> SignatureScheme:
    """How that operation signs; LookupError if no header does, ValueError as `SignatureScheme.from_parameter`."""
    for parameter in (resolve(document, each) for each in operation.get("parameters", ())):
        if "x-signature" in parameter:
            return SignatureScheme.from_parameter(parameter)
    raise LookupError("no parameter of the delivery has x-signature; put it back where schemas/openapi.yaml has it")
