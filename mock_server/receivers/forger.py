"""Forging: deliveries as TrackFlow would send them, and as a stranger might."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from random import Random
from types import MappingProxyType
from typing import Any

from mock_server.domain.clock import to_text
from mock_server.domain.webhooks.events import WebhookEvent, encode
from mock_server.domain.webhooks.terms import DeliveryTerms
from mock_server.receivers.client import DeliveryRequest
from mock_server.receivers.slips import Signing

Writing = Callable[[Any], bytes]


def compact(value: object) -> bytes:
    """JSON as JavaScript writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


# How receivers that parse a body and write it again are likely to do so.
REWRITINGS: Mapping[str, Writing] = MappingProxyType(
    {
        "JSON.stringify": compact,
        "json.dumps": lambda value: json.dumps(value).encode(),
        "json.dumps without escapes": lambda value: json.dumps(value, ensure_ascii=False).encode(),
        "a writer that sorts names": lambda value: json.dumps(
            value, ensure_ascii=False, separators=(",", ":"), sort_keys=True
        ).encode(),
    }
)

# These are looked for together with no other slip.
RARE_REWRITINGS: Mapping[str, Writing] = MappingProxyType(
    {
        "json.dumps with sort_keys": lambda value: json.dumps(value, sort_keys=True).encode(),
        "JSON.stringify with an indent": lambda value: json.dumps(value, ensure_ascii=False, indent=2).encode(),
    }
)


class Forger:
    """Makes deliveries for one webhook. All ids are drawn from `random`, so a run repeats."""

    def __init__(
        self, document: Mapping[str, Any], secret: str, random: Random, now: float, webhook_id: str | None = None
    ) -> None:
        """`now` is the Unix time of every event; `webhook_id` is for receivers that choose the secret by it."""
        terms = DeliveryTerms.from_document(document)
        self.catalogue, self.rules, self.scheme = terms.events, terms.rules, terms.scheme
        self.headers = terms.plain_headers
        self.writing: Writing = encode
        self.signing: Signing = self.scheme.sign
        self.now = now
        self._secret = secret
        self._random = random
        self._example = self.catalogue.facts(self.catalogue.examples["delivered"])
        self._webhook_id = webhook_id or self._example["webhook_id"]

    # Events

    def event(
        self, *, at: float | None = None, kind: str | None = None, webhook_id: str | None = None, **data: object
    ) -> dict[str, Any]:
        """An event with an id of its own, now and of the type of its status if not told; `data` replaces facts."""
        facts = {**deepcopy(self._example["data"]), **data}
        event = WebhookEvent(
            id=f"evt_{self._random.randbytes(12).hex()}",
            type=kind or self.catalogue.type_of(facts["status"]),
            created_at=self.now if at is None else at,
            webhook_id=webhook_id or self._webhook_id,
            data=facts,
        )
        # A receiver is examined with what TrackFlow may send; one attack each has what the mock has beyond that.
        return {
            name: each for name, each in self.catalogue.value(event).items() if name not in self.catalogue.mock_only
        }

    def scans(self, count: int) -> list[dict[str, Any]]:
        """So many scans of a shipment, newest first, a minute apart."""
        newest = self._example["data"]["events"][0]
        return [{**newest, "timestamp": to_text(self.now - 60 * index)} for index in range(count)]

    # Signatures

    def sign(self, body: bytes, secret: str | None = None) -> str:
        """The header's value as the receiver is known to expect it."""
        return self.signing(self._secret if secret is None else secret, body)

    def foreign_secret(self) -> str:
        return f"whsec_{b64encode(self._random.randbytes(24)).decode()}"

    def downgraded(self, body: bytes) -> str:
        """A right signature under a weaker hash, and saying so."""
        return replace(self.scheme, algorithm="sha1", prefix="sha1=").sign(self._secret, body)

    # Deliveries

    def delivery(self, value: Any = None, **changes: Any) -> DeliveryRequest:
        """An event, written as the receiver is known to read it, and signed."""
        return self.signed(self.writing(self.event() if value is None else value), **changes)

    def signed(self, body: bytes, signature: str | None = None, **changes: Any) -> DeliveryRequest:
        """These bytes with the right signature, or the given one."""
        headers = self.headers() | {self.scheme.header: self.sign(body) if signature is None else signature}
        return DeliveryRequest(body, headers, **changes)

    def unsigned(self, body: bytes) -> DeliveryRequest:
        return DeliveryRequest(body, self.headers())
