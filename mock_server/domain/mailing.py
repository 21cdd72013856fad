"""Mailing: how the contract wants events written, signed and repeated, ready for use."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from mock_server.domain.deliveries import Delivery
from mock_server.domain.delivery_rules import DeliveryRules, delivery_operation, signature_scheme
from mock_server.domain.events import EventCatalogue
from mock_server.domain.signature import SIGNATURE_HEADER, SignatureScheme, standard_headers

USER_AGENT = "TrackFlow-Webhooks/2.0"


@dataclass(frozen=True, slots=True)
class Mailing:
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

    def headers(self, delivery: Delivery, now: float) -> dict[str, str]:
        """The headers of an attempt at that instant of real time, in Unix seconds."""
        headers = {"Content-Type": self.events.media_type, "User-Agent": USER_AGENT}
        if delivery.secret is not None:
            headers[self.scheme.header] = self.scheme.sign(delivery.secret, delivery.body)
            if self.standard:
                headers |= standard_headers(delivery.secret, delivery.event_id, int(now), delivery.body)
        if delivery.flawed:
            for name in headers.keys() & {self.scheme.header, SIGNATURE_HEADER}:
                headers[name] = flawed(headers[name])
        if self.label and delivery.faults:
            headers[self.label] = ", ".join(delivery.faults)
        return headers


def flawed(signature: str) -> str:
    """The signature with one character wrong, well behind any prefix and before any padding."""
    place = len(signature) * 3 // 4
    return f"{signature[:place]}{'0' if signature[place] != '0' else '1'}{signature[place + 1 :]}"
