"""What a world's parts ask of each other.

Each function knows these parts and not the world, so that a world is in no circle, and what it has is free as soon as
it is let go of: nothing of it waits for the garbage collector, which stops everybody.
"""

from collections.abc import Mapping
from typing import Any

from mock_server.contract.errors import ApiError
from mock_server.domain.clients.journal import NOTE_BYTES, Journal
from mock_server.domain.clock import SandboxClock
from mock_server.domain.shipments.journey import Journey
from mock_server.domain.shipments.pinned import Pin
from mock_server.domain.shipments.source import Identity, Shipments
from mock_server.domain.webhooks.delivery import DeliveryPlan
from mock_server.domain.webhooks.subscriptions import Subscription
from mock_server.domain.webhooks.watches import WatchKey
from mock_server.faults.active import ActiveFaults
from mock_server.faults.matching import Subject
from mock_server.world.foundation import Foundation

AS_IT_IS = DeliveryPlan()


def watched(foundation: Foundation, shipments: Shipments, place: WatchKey, instant: float) -> Journey | None:
    """The shipment that subscriptions to a number hear of; None without one, or if the number forces an error."""
    text, carrier = place
    try:
        number = foundation.recognise(text, carrier)
    except ApiError:
        return shipments.pinned_as(text)
    scenario = foundation.scenario(number)
    if scenario and scenario.error and not shipments.pinned(number):
        return None
    return shipments.find(number, instant)


def handling(
    operation: str, faults: ActiveFaults, subscription: Subscription, event: Mapping[str, Any]
) -> DeliveryPlan:
    """What goes wrong with the next delivery to the subscription, which is of that event."""
    if not faults.misdelivers:
        return AS_IT_IS
    subject = Subject.about(operation, subscription.tracking_number, subscription.carrier)
    return faults.for_delivery(subject, event)


def note(clock: SandboxClock, journal: Journal, kind: str, value: Any = None, size: int = 0) -> int:
    """Keep in mind what has changed the world, beside the requests of its client; its number among such notes."""
    return journal.note(clock.base.now(), kind, value, NOTE_BYTES + size)


def pinned(foundation: Foundation, seed: int, saved: Identity, wish: Mapping[str, Any], now: float) -> Journey:
    """The shipment that was saved so, seen from the instant."""
    carrier, text = saved
    return Pin(foundation.recognise(text, carrier), wish).journey(seed, foundation.source, now)
