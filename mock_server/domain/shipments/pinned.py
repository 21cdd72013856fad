"""Pins: shipments as a test wants them, and journeys written so that they can be pinned again elsewhere."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from mock_server.domain.clock import from_text, to_text
from mock_server.domain.shipments.calendar import HOUR, end_of_day
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.journey import EXPIRED, Event, Journey, TrackedShipment
from mock_server.domain.shipments.phrases import Phrase, Phrases
from mock_server.domain.shipments.places import Town
from mock_server.domain.shipments.source import Identity, ShipmentSource, identity

Wish = Mapping[str, Any]  # a value of schemas/shipment.schema.json


@dataclass(frozen=True, slots=True)
class Pin:
    """A shipment as it was asked for; what the wish leaves out stays as everybody finds it."""

    number: TrackingNumber
    wish: Wish

    def journey(self, seed: int, source: ShipmentSource, now: float) -> Journey:
        """The shipment's life, seen from the instant; ValueError for a status that no life leads to."""
        wish = self.wish
        found = self._told(seed, source, now)
        journey = replace(
            found,
            service=_service(wish, found.service),
            origin=_town(wish["origin"]) if "origin" in wish else found.origin,
            destination=_town(wish["destination"]) if "destination" in wish else found.destination,
            expires_at=_second(wish["expires_at"]) if "expires_at" in wish else found.expires_at,
            polled_at=_second(wish["last_updated"]) if "last_updated" in wish else found.polled_at,
        )
        if "estimated_delivery" in wish and "events" not in wish:
            estimate = _instant(wish["estimated_delivery"])
            journey = replace(journey, events=tuple(replace(event, estimate=estimate) for event in journey.events))
        if "status_description" in wish:
            journey = _reworded(journey, now, wish["status_description"], source.phrases)
        return journey

    def checked(self, seed: int, source: ShipmentSource, now: float) -> Journey:
        """The journey; ValueError also if the wish says one thing of this instant and its events another."""
        journey = self.journey(seed, source, now)
        seen = journey.at(now)
        if "last_updated" in self.wish and seen.events and seen.events[0].at > seen.last_updated:
            newest = to_text(seen.events[0].at)
            raise ValueError(
                f"last_updated {self.wish['last_updated']} is before the newest event, which is of {newest}; "
                f"give {newest} or later, or events of your own that end before it"
            )
        status = self.wish.get("status", seen.status)
        if status != seen.status:
            raise ValueError(
                f"status {status!r} is not what the newest event says, which is {seen.status!r}; leave one of them out"
            )
        words = self.wish.get("status_description", seen.words)
        if words != seen.words:
            raise ValueError(f"status_description {words!r} is no event's, because there are none; add one")
        return journey

    def _told(self, seed: int, source: ShipmentSource, now: float) -> Journey:
        """The journey as far as status and events make it."""
        wish = self.wish
        if "events" in wish:
            found = source.journey(seed, self.number, now)
            events = tuple(sorted(_events(wish, source.phrases, now), key=lambda event: event.at))
            expires_at = now // 1 if wish.get("status") == EXPIRED else None
            return replace(found, events=events, expires_at=expires_at, polled_at=None)
        if "status" not in wish:
            return source.journey(seed, self.number, now)
        try:
            return source.in_status(seed, self.number, wish["status"], now)
        except KeyError:
            raise ValueError(f"no life leads to status {wish['status']!r}; say its events too") from None


def by_identity(pins: Iterable[Pin]) -> dict[Identity, Pin]:
    """The pins, each under what tells its shipment from others."""
    return {identity(pin.number): pin for pin in pins}


def wish_of(journey: Journey) -> dict[str, Any]:
    """The journey as a wish; pinning that wish gives the journey again, whatever the seed and the instant."""
    wish: dict[str, Any] = {
        "service": journey.service,
        "origin": _place(journey.origin),
        "destination": _place(journey.destination),
        "events": [
            {
                "type": event.type,
                "status": event.phrase.words,
                "location": event.location,
                "timestamp": to_text(event.at),
                "estimated_delivery": None if event.estimate is None else to_text(event.estimate),
            }
            for event in reversed(journey.events)
        ],
    }
    if journey.expires_at is not None:
        wish["expires_at"] = to_text(journey.expires_at)
    if journey.polled_at is not None:
        wish["last_updated"] = to_text(journey.polled_at)
    return wish


def with_event(
    journey: Journey,
    record: Mapping[str, Any],
    phrases: Phrases,
    now: float,
    *,
    ends: Collection[str] = (),
    anew: bool = False,
) -> tuple[Journey, Event]:
    """The journey as far as it is known now, one more event in it, and that event.

    `record` is an event of a wish. Without a timestamp it is the newest; what was to come does not come any more.
    ValueError for an event that is there already, and for one after a status of `ends`, which nothing follows, unless
    it may be the first of a parcel that gets the number `anew`.
    """
    known: Sequence[Event] = journey.at(now).events[::-1]
    newest = known[-1] if known else None
    at = _second(record["timestamp"]) if "timestamp" in record else max(now // 1, newest.at if newest else 0)
    if newest and newest.phrase.status in ends and at >= newest.at:
        if not anew:
            raise ValueError(
                f"nothing follows {newest.phrase.status}, as {journey.number.text} is since {to_text(newest.at)}; "
                "PUT the shipment to begin another"
            )
        known, newest = (), None
    taken = {(event.at, event.phrase.words) for event in known}
    phrase = (
        phrases.saying(record["status"], record["type"])
        if "status" in record
        else next((each for each in usual(record["type"], phrases) if (at, each.words) not in taken), None)
    )
    if phrase is None or (at, phrase.words) in taken:
        raise ValueError(
            f"the same event of type {record['type']!r} is there already at {to_text(at)}; give another timestamp"
        )
    estimate = _promise(at, newest)
    if "estimated_delivery" in record:
        estimate = _instant(record["estimated_delivery"])
    event = Event(at, phrase, record.get("location", newest.location if newest else None), estimate)
    events = tuple(sorted((*known, event), key=lambda each: each.at))
    return replace(journey, events=events, expires_at=None, polled_at=None), event


def as_if_said(journey: Journey, phrase: Phrase, now: float, *, ends: Collection[str] = ()) -> TrackedShipment:
    """What would be known if the carrier said that now; an end by a status of `ends` has not come then."""
    known: Sequence[Event] = journey.at(now).events[::-1]
    while known and known[-1].phrase.status in ends:
        known = known[:-1]
    newest = known[-1] if known else None
    at = max(now // 1, newest.at if newest else 0)
    if all((each.at, each.phrase) != (at, phrase) for each in known):
        known = (*known, Event(at, phrase, newest.location if newest else None, _promise(at, newest)))
    return replace(journey, events=tuple(known), expires_at=None, polled_at=None).at(max(now, at))


def usual(event_type: str, phrases: Phrases) -> Iterator[Phrase]:
    """What carriers say for events of that type, the usual words first."""
    fitting = [phrase for phrase in map(phrases.__getitem__, phrases.keys) if phrase.type == event_type]
    return iter(sorted(fitting, key=lambda phrase: phrase.key != event_type))


def _events(wish: Wish, phrases: Phrases, now: float) -> Iterator[Event]:
    """The events of a wish, oldest first where their timestamps do not say otherwise."""
    at = now // 1 + HOUR
    events = []
    for record in wish["events"]:
        at = _second(record["timestamp"]) if "timestamp" in record else at - HOUR
        phrase = (
            phrases.saying(record["status"], record["type"])
            if "status" in record
            else next(usual(record["type"], phrases))
        )
        estimate = _instant(record.get("estimated_delivery", wish.get("estimated_delivery")))
        events.append(Event(at, phrase, record.get("location"), estimate))
    return reversed(events)


def _promise(at: float, newest: Event | None) -> float | None:
    """The estimate as it stood, moved to the day of the event if that is already later."""
    if newest is None or newest.estimate is None or newest.estimate >= at:
        return newest.estimate if newest else None
    return end_of_day(datetime.fromtimestamp(at, UTC).date())


def _reworded(journey: Journey, now: float, words: str, phrases: Phrases) -> Journey:
    """The journey with these words for its newest event."""
    seen = journey.at(now).seen
    if not seen:
        return journey
    newest = journey.events[seen - 1]
    reworded = replace(newest, phrase=phrases.saying(words, newest.type))
    return replace(journey, events=(*journey.events[: seen - 1], reworded, *journey.events[seen:]))


def _service(wish: Wish, found: str | None) -> str | None:
    carrier = wish.get("carrier")
    if "service" in wish:
        service: str | None = wish["service"]
        return service
    return carrier.get("service", found) if isinstance(carrier, Mapping) else found


def _town(place: Mapping[str, str] | None) -> Town | None:
    return None if place is None else Town(place["city"], place["country"])


def _place(town: Town | None) -> dict[str, str] | None:
    return None if town is None else {"city": town.city, "country": town.country}


def _second(text: str) -> float:
    """The second that an instant is in; the API has no smaller unit."""
    return from_text(text) // 1


def _instant(text: str | None) -> float | None:
    return None if text is None else _second(text)
