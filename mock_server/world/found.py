"""A shipment as a client finds it."""

from dataclasses import dataclass
from typing import Any

from mock_server.domain.shipments.journey import TrackedShipment


@dataclass(frozen=True, slots=True)
class FoundShipment:
    """A shipment as a client finds it from the instant `since` on; `pause` is seconds before the answer.

    `key` is None where the shipment is this world's own, else equal for two found_shipments with equal facts.
    """

    tracked: TrackedShipment
    key: tuple[object, ...] | None
    since: float
    pause: float = 0.0

    def facts(self, language: str) -> dict[str, Any]:
        return self.tracked.facts(language)
