"""News: which events are told, when, and what the shipment was like then."""

from math import inf

from mock_server.domain.shipments.calendar import LENGTH, Season
from mock_server.domain.shipments.journey import Journey
from mock_server.domain.webhooks.watches import MOST_SEASONS, News, news, next_look, tracked_at
from mock_server.tests.domain.shipments.shipping import CARRIERS, DISPATCH, EXAMPLE, magic_number
from mock_server.tests.domain.webhooks.webhook_sandbox import HOUR, NUMBER, START, event, journey

THREE = journey(event(START + 1), event(START + 2), event(START + 3))


def told(shipment: Journey | None, after: float, until: float) -> list[News]:
    return list(news(lambda _: shipment, (after, inf), until))


def test_every_event_after_the_mark_and_up_to_the_instant_is_told_once() -> None:
    assert [each.event.at - START for each in told(THREE, START, START + 3)] == [1, 2, 3]
    assert [each.event.at - START for each in told(THREE, START + 1, START + 2.5)] == [2]
    assert told(THREE, START + 3, START + HOUR) == []


def test_events_of_one_second_are_told_one_by_one_each_as_the_newest() -> None:
    shipment = journey(event(START), event(START + 5), event(START + 5, "delivered"), event(START + 5, "returned"))
    found = told(shipment, START, START + 5)
    assert [len(each.tracked.events) for each in found] == [2, 3, 4]
    assert [each.tracked.status for each in found] == ["in_transit", "delivered", "returned"]
    again = list(news(lambda _: shipment, found[0].mark, START + 5))
    assert [each.mark for each in again] == [each.mark for each in found[1:]]


def test_an_event_is_told_with_what_a_client_would_have_seen_then() -> None:
    for each in told(THREE, START, START + 3):
        assert each.tracked.facts("en") == THREE.at(each.event.at).facts("en")


def test_a_shipment_that_stands_still_or_is_none_has_no_news() -> None:
    assert EXAMPLE is not None
    page = CARRIERS.recognise(EXAMPLE["tracking_number"], "ups")
    assert told(DISPATCH.journey(0, page, START), 0, START + LENGTH) == []
    assert told(None, 0, START) == []


def test_every_season_tells_its_own_shipment() -> None:
    number = magic_number("002")
    first = Season.of(START)
    found = list(news(lambda instant: DISPATCH.journey(0, number, instant), (START, inf), first.end + 3 * LENGTH - 1))
    instants = [each.event.at for each in found]
    assert instants == sorted(instants)
    seasons = {Season.of(each.event.at).index for each in found}
    assert seasons == {first.index, first.index + 1, first.index + 2, first.index + 3}
    for each in found:
        journey_then = DISPATCH.journey(0, number, each.event.at)
        assert each.tracked.facts("en") == journey_then.at(each.event.at).facts("en")


def test_a_clock_set_years_ahead_tells_the_last_year_only() -> None:
    asked = []

    def find(instant: float) -> None:
        asked.append(instant)

    assert list(news(find, (START, inf), START + 200 * LENGTH)) == []
    assert len(asked) == MOST_SEASONS + 1


def test_the_next_look_is_at_the_next_event_or_when_the_season_ends() -> None:
    assert next_look(lambda _: THREE, START + 1) == START + 2
    assert next_look(lambda _: THREE, START + 3) == Season.of(START).end
    assert next_look(lambda _: None, START) == Season.of(START).end


def test_a_pinned_poll_stays_what_it_was() -> None:
    shipment = DISPATCH.in_status(0, NUMBER, "delivered", START)
    assert tracked_at(shipment, 0).seen == 1
    assert tracked_at(shipment, len(shipment.events) - 1).status == "delivered"
