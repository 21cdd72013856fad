"""Journeys: everything that happens to a shipment, and what of it is known at an instant.

Instants are Unix seconds in UTC.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from operator import attrgetter
from typing import Any, Self

from mock_server.domain.clock import from_text, to_text
from mock_server.domain.shipments.calendar import DAY
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.phrases import Phrase, Phrases
from mock_server.domain.shipments.places import Town

POLL_SECONDS = 15 * 60  # how often TrackFlow asks the carrier for news
SILENCE_SECONDS = 30 * DAY  # after which a shipment counts as expired
EXPIRED = "expired"  # the one status that no event gives
_at = attrgetter("at")


@dataclass(frozen=True, slots=True)
class Event:
    """One scan or message of the carrier; `estimate` is the delivery it expected from then on."""

    at: float
    phrase: Phrase
    location: str | None
    estimate: float | None = None

    @property
    def type(self) -> str:
        return self.phrase.type


@dataclass(frozen=True, slots=True)
class Journey:
    """The whole life of a shipment, future scans included, oldest first."""

    number: TrackingNumber
    service: str | None
    origin: Town | None
    destination: Town | None
    events: tuple[Event, ...]
    waiting: Phrase  # what is said before the first event
    expires_at: float | None = None
    polled_at: float | None = None  # the one time it was polled, for a journey that stands still

    def at(self, now: float) -> "TrackedShipment":
        """What is known at the instant; it changes at events, at polls, and when the shipment expires."""
        if self.polled_at is not None:
            seen, polled, until = len(self.events), self.polled_at, inf
        else:
            seen, polled = bisect_right(self.events, now, key=_at), now // POLL_SECONDS * POLL_SECONDS
            until = polled + POLL_SECONDS
            if seen < len(self.events):
                until = min(until, self.events[seen].at)
        status = self.events[seen - 1].phrase.status if seen else self.waiting.status
        if seen and seen == len(self.events) and self.expires_at is not None and now >= self.expires_at:
            status = EXPIRED
        elif self.expires_at is not None and now < self.expires_at:
            until = min(until, self.expires_at)
        newest = self.events[seen - 1].at if seen else polled
        return TrackedShipment(self, seen, status, max(polled, newest) if self.polled_at is None else polled, until)

    @classmethod
    def from_body(cls, number: TrackingNumber, body: Mapping[str, Any], phrases: Phrases) -> Self:
        """The journey that a tracking body shows; with `last_updated` in it, it stands still as of then.

        Events in words of the default language are known phrases and can be translated; others stay as they are.
        """
        estimate = _instant(body.get("estimated_delivery"))
        events = [
            Event(from_text(row["timestamp"]), phrases.saying(row["status"], row["type"]), row["location"], estimate)
            for row in reversed(body["events"])
        ]
        return cls(
            number,
            body["carrier"]["service"],
            _read_town(body.get("origin")),
            _read_town(body.get("destination")),
            tuple(events),
            phrases["pending"],
            polled_at=_instant(body.get("last_updated")),
        )

    def shifted(self, seconds: float) -> Self:
        """The same journey so many seconds later; by whole days, estimates stay ends of days."""
        events = (
            replace(event, at=event.at + seconds, estimate=event.estimate and event.estimate + seconds)
            for event in self.events
        )
        return replace(self, events=tuple(events), expires_at=self.expires_at and self.expires_at + seconds)

    def next_event_after(self, instant: float) -> Event | None:
        """The first event later than the instant, or None; where time stands still, nothing happens."""
        if self.polled_at is not None:
            return None
        index = bisect_right(self.events, instant, key=_at)
        return self.events[index] if index < len(self.events) else None


@dataclass(frozen=True, slots=True)
class TrackedShipment:
    """A shipment as the last poll of its carrier left it; it stays so `until` an instant."""

    journey: Journey
    seen: int  # how many events are visible
    status: str
    last_updated: float
    until: float = inf

    @property
    def key(self) -> tuple[int, float, str]:
        """Equal for one journey at two instants exactly if their facts are equal."""
        return self.seen, self.last_updated, self.status

    @property
    def events(self) -> Sequence[Event]:
        """The visible events, newest first."""
        return self.journey.events[: self.seen][::-1]

    @property
    def words(self) -> str:
        """What the newest event says, in the default language."""
        return (self.journey.events[self.seen - 1].phrase if self.seen else self.journey.waiting).words

    @property
    def estimated_delivery(self) -> float | None:
        return None if self.status == EXPIRED or not self.seen else self.journey.events[self.seen - 1].estimate

    def facts(self, language: str) -> dict[str, Any]:
        """The tracking body in the page's order of keys, its texts in that language."""
        journey, events = self.journey, self.events
        carrier = journey.number.carrier
        newest = events[0].phrase if events else journey.waiting
        estimate = self.estimated_delivery
        return {
            "success": True,
            "tracking_number": journey.number.text,
            "carrier": {"code": carrier.code, "name": carrier.name, "service": journey.service},
            "status": self.status,
            "status_description": newest.text(language),
            "estimated_delivery": None if estimate is None else to_text(estimate),
            "origin": _town(journey.origin) if events else None,
            "destination": _town(journey.destination) if events else None,
            "events": [
                {
                    "status": event.phrase.text(language),
                    "location": event.location,
                    "timestamp": to_text(event.at),
                    "type": event.type,
                }
                for event in events
            ],
            "last_updated": to_text(self.last_updated),
        }


def _town(town: Town | None) -> dict[str, str] | None:
    return None if town is None else {"city": town.city, "country": town.country}


def _read_town(town: Mapping[str, str] | None) -> Town | None:
    return None if town is None else Town(town["city"], town["country"])


def _instant(text: str | None) -> float | None:
    return None if text is None else from_text(text)
