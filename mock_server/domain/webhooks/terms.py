"""DeliveryTerms: how the contract wants events written, signed and repeated, ready for use."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from contract_tests.contract.loading import resolve
from contract_tests.contract.pointers import follow, pointer
from mock_server.domain.webhooks.delivery import Delivery
from mock_server.domain.webhooks.events import EventCatalogue
from mock_server.domain.webhooks.signing import SIGNATURE_HEADER, SignatureScheme, standard_headers


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
    operation: Mapping[str, Any] = follow(document, delivery_place(document))
    return operation


def delivery_place(document: Mapping[str, Any]) -> str:
    """Where that operation is, as a pointer."""
    for name, item in document.get("webhooks", {}).items():
        for verb, operation in item.items():
            if isinstance(operation, Mapping) and "x-delivery" in operation:
                return pointer(("webhooks", name, verb))
    raise LookupError("no operation under webhooks has x-delivery; put it back where schemas/openapi.yaml has it")


def signature_scheme(operation: Mapping[str, Any], document: Mapping[str, Any]) -> SignatureScheme:
    """How that operation signs; LookupError if no header does, ValueError as `SignatureScheme.from_parameter`."""
    for parameter in (resolve(document, each) for each in operation.get("parameters", ())):
        if "x-signature" in parameter:
            return SignatureScheme.from_parameter(parameter)
    raise LookupError("no parameter of the delivery has x-signature; put it back where schemas/openapi.yaml has it")


USER_AGENT = "TrackFlow-Webhooks/2.0"


@dataclass(frozen=True, slots=True)
class DeliveryTerms:
    """One contract's events, signatures and rules of delivery.

    With `standard`, deliveries carry the three headers of Standard Webhooks too; `label` names the header that says
    which fault rule had a hand in a delivery, None where nothing outside the contract may be sent.
    """

    operation: str
    events: EventCatalogue
    scheme: SignatureScheme
    rules: DeliveryRules
    standard: bool = False
    label: str | None = None

    @classmethod
    def from_document(
        cls,
        document: Mapping[str, Any],
        *,
        first_delay: float | None = None,
        standard: bool = False,
        label: str | None = None,
    ) -> Self:
        """What the contract says, but for the seconds to the first retry if they are given.

        ValueError for a contract that does not say how to deliver.
        """
        try:
            operation = delivery_operation(document)
            scheme = signature_scheme(operation, document)
        except LookupError as error:
            raise ValueError(str(error)) from None
        rules = DeliveryRules.from_operation(operation)
        if first_delay is not None:
            rules = replace(rules, first_delay_seconds=first_delay)
        return cls(operation["operationId"], EventCatalogue(operation, document), scheme, rules, standard, label)

    def plain_headers(self) -> dict[str, str]:
        """What every delivery carries, signed or not."""
        return {"Content-Type": self.events.media_type, "User-Agent": USER_AGENT}

    def signed_headers(self, secret: str, event_id: str, body: bytes, now: float) -> dict[str, str]:
        """The headers of a delivery signed at that instant of real time, in Unix seconds.

        ValueError for a secret that Standard Webhooks, where they are asked for, cannot sign with.
        """
        headers = self.plain_headers() | {self.scheme.header: self.scheme.sign(secret, body)}
        return headers | (standard_headers(secret, event_id, int(now), body) if self.standard else {})

    def headers(self, delivery: Delivery, now: float) -> dict[str, str]:
        """The headers of an attempt at that instant of real time, in Unix seconds."""
        if delivery.secret is None:
            headers = self.plain_headers()
        else:
            headers = self.signed_headers(delivery.secret, delivery.event_id, delivery.body, now)
        if delivery.flawed:
            for name in headers.keys() & {self.scheme.header, SIGNATURE_HEADER}:
                headers[name] = flawed(headers[name])
        if delivery.media_type is not None:
            headers["Content-Type"] = delivery.media_type
        if self.label and delivery.faults:
            headers[self.label] = ", ".join(delivery.faults)
        return headers


def flawed(signature: str) -> str:
    """The signature with one character wrong, well behind any prefix and before any padding."""
    place = len(signature) * 3 // 4
    return f"{signature[:place]}{'0' if signature[place] != '0' else '1'}{signature[place + 1 :]}"
