"""OrdinaryShipments: ordinary shipments are believable, and keep the contract at every instant."""

from collections import Counter
from datetime import datetime
from functools import cache
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.contract.loading import fixture, resolve
from mock_server.domain.shipments.calendar import Season
from mock_server.domain.shipments.journey import EXPIRED, Event, Journey, TrackedShipment
from mock_server.domain.shipments.ordinary import OrdinaryShipments
from mock_server.domain.shipments.places import Place
from mock_server.tests.domain.shipments.shipping import PHRASES, PLACES, SPECIFICATION, days_of_season, random_numbers

DAY = 86400
STATUSES = resolve(SPECIFICATION.document, "#/components/schemas/Tracking/$defs/status")["oneOf"]
NEXT = {status["const"]: {status["const"], *status["x-next"]} for status in STATUSES}
TRAFFIC = OrdinaryShipments(PLACES, PHRASES, fixture("journeys.json"))
BY_LABEL = {town.label: town for country in PLACES.countries for town in PLACES.towns(country)}
ROUND = 120  # numbers and instants for each example that Hypothesis makes


@cache
def sample() -> list[Journey]:
    """Enough journeys of one season to count."""
    return [TRAFFIC.journey(0, number, Season(5).start) for number in random_numbers(2500)]


def somewhen(random: Random) -> float:
    return random.uniform(946684800, 4102444800)  # the years 2000 to 2100


def check_invariants(tracked: TrackedShipment) -> None:
    """What the contract promises of every tracking body."""
    events = tracked.events
    times = [event.at for event in events]
    assert all(newer > older for newer, older in pairwise(times))
    assert not events or tracked.last_updated >= times[0]
    assert tracked.status in ({events[0].phrase.status, EXPIRED} if events else {"pending"})
    statuses = [event.phrase.status for event in reversed(events)]
    assert all(later in NEXT[earlier] for earlier, later in pairwise(statuses))
    assert not {"delivered", "returned"} & set(statuses[:-1])
    assert statuses.count("info_received") == bool(statuses)
    estimate = tracked.estimated_delivery
    if estimate is not None:
        assert estimate % DAY == DAY - 60
        assert tracked.status == "delivered" or estimate >= times[0]


@given(st.integers(0))
def test_every_shipment_keeps_the_contract_at_every_instant(seed: int) -> None:
    random = Random(seed)
    for number in random_numbers(ROUND, seed):
        instant = somewhen(random)
        tracked = TRAFFIC.journey(seed, number, instant).at(instant)
        assert 0 <= instant - tracked.last_updated < 900, number
        check_invariants(tracked)


@given(st.integers(0))
def test_within_a_season_history_only_grows(seed: int) -> None:
    random = Random(seed)
    for number in random_numbers(ROUND, seed):
        season = Season.of(somewhen(random))
        earlier, later = sorted(random.uniform(season.start, season.end - 1) for _ in range(2))
        before = TRAFFIC.journey(seed, number, earlier).at(earlier)
        after = TRAFFIC.journey(seed, number, later).at(later)
        assert list(after.events)[len(after.events) - len(before.events) :] == list(before.events)
        assert after.last_updated >= before.last_updated
        assert all(event.at < season.end for event in TRAFFIC.journey(seed, number, later).events)


def test_every_body_fits_the_schema_in_every_language() -> None:
    operation = SPECIFICATION.operations["trackShipment"]
    for number, language in zip(random_numbers(60, 3), PHRASES.languages * 3, strict=True):
        facts = TRAFFIC.journey(1, number, 1795435200).at(1795435200).facts(language)
        operation.check_reply(facts)  # raises where they do not
        assert operation.write(facts, Random(0)) == facts


@pytest.mark.parametrize("instant", [*days_of_season()])
def test_on_any_day_shipments_of_every_kind_are_found(instant: float) -> None:
    found = Counter(journey.at(instant).status for journey in sample())
    share = {status: count / len(sample()) for status, count in found.items()}
    under_way = sum(share.get(each, 0) for each in NEXT) - sum(
        share.get(each, 0) for each in ("pending", "info_received", "delivered", "returned", "expired")
    )
    assert 0.12 < share["delivered"] < 0.85
    assert 0.03 < share["pending"] < 0.42
    assert 0.05 < under_way < 0.42
    for rare in ("info_received", "exception", "available_for_pickup", "returned", "expired"):
        assert 0 < share[rare] < 0.15, rare


@pytest.mark.parametrize("day", ["2026-06-15T12:00:00Z", "2026-11-23T16:00:00Z"])
def test_all_ten_statuses_are_found_on_the_days_that_people_try_first(day: str) -> None:
    instant = datetime.fromisoformat(day).timestamp()
    found = {TRAFFIC.journey(0, number, instant).at(instant).status for number in random_numbers(2500)}
    assert found == set(NEXT)


def test_every_phrase_is_used() -> None:
    used = {event.phrase.key for journey in sample() for event in journey.events}
    assert used == {key for key in PHRASES.keys if PHRASES[key].type}


def scans(*phrases: str) -> list[tuple[Event, Place]]:
    return [
        (event, BY_LABEL[event.location])
        for journey in sample()
        for event in journey.events
        if event.phrase.key in phrases and event.location
    ]


def local(event: Event, place: Place) -> datetime:
    return datetime.fromtimestamp(event.at, ZoneInfo(place.zone))


def test_nobody_collects_or_delivers_on_a_day_of_rest_and_few_do_on_saturdays() -> None:
    found = scans("picked_up", "out_for_delivery", "delivered", "delivered_front_door", "available_for_pickup")
    weekdays = Counter(local(event, place).isoweekday() for event, place in found if place.rest_day == 7)
    assert 7 not in weekdays
    assert 0 < weekdays[6] < 0.6 * weekdays[3]
    assert all(local(event, place).isoweekday() != place.rest_day for event, place in found)


def test_couriers_ring_by_day_wherever_that_is() -> None:
    for event, place in scans("delivered", "delivered_signed", "recipient_unavailable", "notice_left"):
        assert 8 <= local(event, place).hour < 21, (event, place)


def test_facilities_work_at_night_too() -> None:
    hours = Counter(local(event, place).hour for event, place in scans("arrived_facility", "departed_facility"))
    assert all(hours[hour] for hour in range(24))


def days_to_deliver(*, abroad: bool) -> list[float]:
    outcomes = [journey for journey in sample() if journey.events and journey.events[-1].phrase.status == "delivered"]
    return sorted((each.events[-1].at - each.events[0].at) / DAY for each in outcomes if is_abroad(each) == abroad)


def is_abroad(journey: Journey) -> bool:
    return (
        journey.origin is not None
        and journey.destination is not None
        and (journey.origin.country != journey.destination.country)
    )


def test_parcels_take_days_at_home_and_weeks_abroad() -> None:
    home, abroad = days_to_deliver(abroad=False), days_to_deliver(abroad=True)
    assert 2 < home[len(home) // 10] < home[len(home) // 2] < 6
    assert 5 < abroad[len(abroad) // 4] < abroad[len(abroad) // 2] < abroad[len(abroad) * 19 // 20] < 25


def test_customs_see_what_crosses_a_customs_border_and_nothing_else() -> None:
    for journey in sample():
        if journey.events and journey.origin and journey.destination:
            seen = any(event.type == "customs" for event in journey.events)
            assert not seen or PLACES.customs_between(journey.origin.country, journey.destination.country)


@pytest.mark.parametrize("mishap", ["weather_delay", "recipient_unavailable"])
def test_an_estimate_moves_when_something_goes_wrong(mishap: str) -> None:
    moved = 0
    for journey in sample():
        for before, event in pairwise(journey.events):
            if event.phrase.key == mishap and event.estimate and before.estimate:
                assert event.estimate >= before.estimate
                moved += event.estimate > before.estimate
    assert moved > 20


@pytest.mark.parametrize("mishap", ["address_incorrect", "customs_documents_missing", "damaged"])
def test_nobody_estimates_when_somebody_else_must_act(mishap: str) -> None:
    found = [pair for journey in sample() for pair in pairwise(journey.events) if pair[1].phrase.key == mishap]
    assert len(found) > 10
    assert all(before.estimate is not None and event.estimate is None for before, event in found)


def test_a_silent_shipment_expires_after_thirty_days_and_no_other_does() -> None:
    expiring = [journey for journey in sample() if journey.expires_at is not None]
    assert expiring
    for journey in expiring:
        assert journey.expires_at == journey.events[-1].at + 30 * DAY
        assert journey.at(journey.expires_at).status == EXPIRED
        assert journey.events[-1].phrase.status in {"info_received", "in_transit", "exception"}
