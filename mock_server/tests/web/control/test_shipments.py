from typing import Any
from urllib.parse import quote

import pytest

from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.journey import Event
from mock_server.tests.web.control.admin import ENTERPRISE, FREE, NUMBER, OTHER, Admin
from mock_server.web.app import MockServer
from mock_server.world import World

STATUSES = ["pending", "in_transit", "delivered", "exception", "returned", "expired"]


@pytest.mark.parametrize("status", STATUSES)
def test_a_pinned_status_is_what_the_api_answers_and_only_this_key_gets_it(admin: Admin, status: str) -> None:
    before = admin.track(OTHER)
    answer = admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": status})
    assert answer["pinned"] is True
    assert admin.track(FREE) == answer["shipment"]
    assert answer["shipment"]["status"] == status
    assert admin.track(OTHER) == before


def test_without_a_key_every_present_and_future_world_has_the_pin(admin: Admin) -> None:
    admin.ask(FREE)
    admin.put(f"/shipments/{NUMBER}", {"status": "returned"})
    assert [admin.track(key)["status"] for key in (FREE, OTHER)] == ["returned", "returned"]
    assert admin.get(f"/shipments/{NUMBER}")["pinned"] is True
    admin.delete(f"/shipments/{NUMBER}?key={FREE}")
    assert [admin.track(key)["status"] == "returned" for key in (FREE, OTHER, ENTERPRISE)] == [False, True, True]
    admin.delete(f"/shipments/{NUMBER}")
    assert [admin.track(key)["status"] == "returned" for key in (OTHER, "tf_test_free_new")] == [False, False]


def test_what_was_pinned_is_as_everybody_finds_it_when_it_is_let_go(admin: Admin) -> None:
    before = admin.track(FREE)
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "returned"})
    assert admin.delete(f"/shipments/{NUMBER}?key={FREE}")["shipment"] == before
    assert admin.track(FREE) == before
    assert admin.problem("DELETE", f"/shipments/{NUMBER}?key={FREE}")["status"] == 404


def test_events_to_come_are_shown_to_who_asks(admin: Admin) -> None:
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "out_for_delivery"})
    assert "future_events" not in admin.get(f"/shipments/{NUMBER}?key={FREE}")
    (event,) = admin.get(f"/shipments/{NUMBER}?key={FREE}&future=1")["future_events"]
    assert (event["type"], event["timestamp"]) == ("delivered", "2026-06-15T18:00:00Z")


def test_an_event_is_added_and_told_to_who_delivers(admin: Admin, app: MockServer) -> None:
    told: list[tuple[str, str, str]] = []

    def deliver(world: World, number: TrackingNumber, event: Event) -> int:
        told.append((world.account.key, number.text, event.type))
        return 1

    app.worlds.on_event.append(deliver)
    answer = admin.post(f"/shipments/{NUMBER}/events?key={FREE}", {"type": "exception", "status": "Fell off the lorry"})
    assert answer["pending_deliveries"] == 1
    assert told == [(FREE, NUMBER, "exception")]
    body = admin.track(FREE)
    assert (body["status"], body["status_description"]) == ("exception", "Fell off the lorry")
    assert body["events"][0]["timestamp"] == "2026-06-15T12:00:00Z"


def test_an_event_without_a_key_happens_to_present_and_future_worlds(admin: Admin) -> None:
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "out_for_delivery"})
    admin.post(f"/shipments/{NUMBER}/events", {"type": "exception"})
    assert [admin.track(key)["status"] for key in (FREE, OTHER)] == ["exception", "exception"]
    assert len(admin.track(FREE)["events"]) != len(admin.track(OTHER)["events"])


def test_the_same_event_twice_in_a_second_is_a_conflict(admin: Admin) -> None:
    event = {"type": "exception", "status": "Package damaged"}
    admin.post(f"/shipments/{NUMBER}/events?key={FREE}", event)
    assert admin.problem("POST", f"/shipments/{NUMBER}/events?key={FREE}", event)["status"] == 409


@pytest.mark.parametrize("status", ["delivered", "returned"])
@pytest.mark.parametrize("kind", ["pickup", "delivered"])
def test_nothing_follows_the_end_so_an_event_is_a_conflict_and_changes_nothing(
    admin: Admin, status: str, kind: str
) -> None:
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": status})
    before = admin.track(FREE)
    problem = admin.problem("POST", f"/shipments/{NUMBER}/events?key={FREE}", {"type": kind})
    assert problem["status"] == 409
    assert f"nothing follows {status}" in problem["detail"]
    assert "PUT the shipment to begin another" in problem["detail"]
    assert admin.track(FREE) == before
    late = {"type": "transit", "timestamp": "2026-06-01T00:00:00Z"}
    assert admin.post(f"/shipments/{NUMBER}/events?key={FREE}", late)["shipment"]["status"] == status


def test_a_number_that_forces_an_error_answers_once_it_is_pinned(admin: Admin, app: MockServer) -> None:
    number = app.worlds.foundation.magic.magic_number("ups", "503")
    assert admin.ask(FREE, f"/v2/track/{number}").status_code == 503
    assert admin.get(f"/shipments/{number}?key={FREE}")["scenario"] == "503"
    admin.put(f"/shipments/{number}?key={FREE}", {"status": "delivered"})
    assert admin.track(FREE, number)["status"] == "delivered"


def test_a_number_that_only_its_carrier_knows_can_be_pinned(admin: Admin) -> None:
    wish = {"status": "delivered", "carrier": "ups-mail-innovations", "service": "Expedited"}
    code = admin.ask(FREE, "/v2/carriers").get_json()["carriers"][10]["code"]
    answer = admin.put("/shipments/PARCEL12345", {**wish, "carrier": code})
    assert answer["shipment"]["carrier"] == {
        "code": code,
        "name": answer["shipment"]["carrier"]["name"],
        "service": "Expedited",
    }
    assert admin.ask(FREE, f"/v2/track/PARCEL12345?carrier={code}").get_json()["status"] == "delivered"


def test_a_batch_finds_pinned_shipments_too(admin: Admin) -> None:
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "returned"})
    answer = admin.ask(FREE, "/v2/track/batch", method="POST", json={"shipments": [{"tracking_number": NUMBER}]})
    assert answer.get_json()["results"][0]["status"] == "returned"


@pytest.mark.parametrize(
    ("wish", "pointer", "words"),
    [
        ({"status": "deliverd"}, "/status", "did you mean delivered?"),
        ({"stauts": "delivered"}, "", "stauts is not known here"),
        ({"events": [{"type": "transit"}, {"type": "teleport"}]}, "/events/1/type", "teleport"),
        ({"events": [{"type": "transit", "timestamp": "yesterday"}]}, "/events/0/timestamp", "yesterday"),
        ({"origin": {"city": "Oslo", "country": "Norway"}}, "/origin/country", "Norway"),
        ({"estimated_delivery": "2026-06-20T12:00:00Z"}, "/estimated_delivery", "T23:59:00Z"),
        ({"status_description": ""}, "/status_description", "fewer than 1"),
        ([], "", "not an object"),
    ],
)
def test_a_wrong_wish_names_the_place_and_pins_nothing(admin: Admin, wish: Any, pointer: str, words: str) -> None:
    problem = admin.problem("PUT", f"/shipments/{NUMBER}?key={FREE}", wish)
    assert (problem["status"], problem["errors"][0]["pointer"]) == (400, pointer)
    assert words in problem["detail"]
    assert admin.get(f"/shipments/{NUMBER}?key={FREE}")["pinned"] is False


def test_a_shipment_is_not_older_than_its_newest_event(admin: Admin) -> None:
    event = {"type": "transit", "timestamp": "2026-06-15T11:00:00Z"}
    wish: dict[str, Any] = {"events": [event], "last_updated": "2026-06-15T10:59:59Z"}
    problem = admin.problem("PUT", f"/shipments/{NUMBER}?key={FREE}", wish)
    assert problem["status"] == 400
    assert problem["detail"].startswith("last_updated 2026-06-15T10:59:59Z is before the newest event")
    assert "give 2026-06-15T11:00:00Z or later" in problem["detail"]
    made_up = admin.problem("PUT", f"/shipments/{NUMBER}?key={FREE}", {"last_updated": "2020-01-01T00:00:00Z"})
    assert "last_updated 2020-01-01T00:00:00Z is before the newest event" in made_up["detail"]
    assert admin.get(f"/shipments/{NUMBER}?key={FREE}")["pinned"] is False
    answer = admin.put(f"/shipments/{NUMBER}?key={FREE}", {**wish, "last_updated": event["timestamp"]})
    assert answer["shipment"]["last_updated"] == event["timestamp"]


@pytest.mark.parametrize(
    ("number", "wish", "status"),
    [
        (NUMBER, {"status": "delivered", "events": [{"type": "transit"}]}, 400),
        (NUMBER, {"tracking_number": "1Z204E380338943508"}, 400),
        (NUMBER, {"carrier": "usp"}, 400),
        ("PARCEL12345", {"status": "delivered"}, 404),
        ("x", {"status": "delivered"}, 400),
    ],
)
def test_a_wish_that_cannot_be_pins_nothing(admin: Admin, number: str, wish: Any, status: int) -> None:
    assert admin.problem("PUT", f"/shipments/{number}?key={FREE}", wish)["status"] == status
    assert admin.get(f"/shipments/{NUMBER}?key={FREE}")["pinned"] is False


@pytest.mark.parametrize("text", ["2026-06-15t09:00:00z", "2026-06-15 09:00:00.999Z", "2026-06-15T14:30:00+05:30"])
def test_events_and_looks_are_at_an_instant_in_any_form_of_rfc_3339(admin: Admin, text: str) -> None:
    wish = {"events": [{"type": "transit", "timestamp": text}], "last_updated": text, "expires_at": text}
    shipment = admin.put(f"/shipments/{NUMBER}?key={FREE}", wish)["shipment"]
    assert shipment["events"][0]["timestamp"] == shipment["last_updated"] == "2026-06-15T09:00:00Z"
    assert admin.get(f"/shipments/{NUMBER}?key={FREE}&at={quote(text)}")["now"] == "2026-06-15T09:00:00Z"


def test_an_estimate_is_the_end_of_a_day_in_utc_however_it_is_written(admin: Admin) -> None:
    wish = {"status": "in_transit", "estimated_delivery": "2026-06-18t01:59:00+02:00"}
    shipment = admin.put(f"/shipments/{NUMBER}?key={FREE}", wish)["shipment"]
    assert shipment["estimated_delivery"] == "2026-06-17T23:59:00Z"
    problem = admin.problem("PUT", f"/shipments/{NUMBER}", {**wish, "estimated_delivery": "2026-06-17T23:59:00+02:00"})
    assert problem["errors"][0]["pointer"] == "/estimated_delivery"


@pytest.mark.parametrize(
    "text",
    ["noon", "2026-06-15T09:00:00Z\n", "2026-06-15T09:00:00", "0001-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59"],
)
def test_a_wrong_instant_is_a_problem_at_every_place(admin: Admin, text: str) -> None:
    event = {"type": "transit", "timestamp": text}
    for pointer, wish in [
        ("/events/0/timestamp", {"events": [event]}),
        ("/last_updated", {"last_updated": text}),
        ("/expires_at", {"expires_at": text}),
        ("/estimated_delivery", {"estimated_delivery": text}),
    ]:
        problem = admin.problem("PUT", f"/shipments/{NUMBER}?key={FREE}", wish)
        assert (problem["status"], problem["errors"][0]["pointer"]) == (400, pointer)
    assert admin.problem("POST", f"/shipments/{NUMBER}/events?key={FREE}", event)["status"] == 400
    assert admin.problem("GET", f"/shipments/{NUMBER}?key={FREE}&at={quote(text)}")["status"] == 400


def test_a_plus_that_a_url_took_for_a_space_is_told(admin: Admin) -> None:
    problem = admin.problem("GET", f"/shipments/{NUMBER}?key={FREE}&at=2026-06-15T09:00:00+02:00")
    assert "in a URL a plus is written %2B" in problem["detail"]
