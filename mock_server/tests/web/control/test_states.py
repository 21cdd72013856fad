from typing import Any

import pytest

from mock_server.tests.web.control.admin import ENTERPRISE, FREE, NUMBER, OTHER, Admin

TRACKED = f"/v2/track/{NUMBER}"


def make(admin: Admin, state: str, query: str = "", **params: Any) -> dict[str, Any]:
    return admin.post(f"/states{query}", {"state": state, "params": params})


def test_a_carrier_that_is_down_is_down_for_all_and_comes_back(admin: Admin) -> None:
    for _ in range(2):
        make(admin, "carrier unavailable", carrier="ups")
    assert [admin.ask(key, TRACKED).status_code for key in (FREE, OTHER)] == [503, 503]
    assert admin.ask(FREE, "/v2/track/449044304137821").status_code == 200
    assert admin.ask(FREE, f"{TRACKED[:-2]}?carrier=ups").status_code == 400
    for _ in range(2):
        make(admin, "carrier available", carrier="ups")
    assert admin.ask(FREE, TRACKED).status_code == 200


def test_a_carrier_can_be_down_for_one_key(admin: Admin) -> None:
    make(admin, "carrier unavailable", carrier="ups", key=FREE)
    assert [admin.ask(key, TRACKED).status_code for key in (FREE, OTHER)] == [503, 200]
    make(admin, "carrier available", carrier="ups")
    assert admin.ask(FREE, TRACKED).status_code == 200


@pytest.mark.parametrize("kind", ["pickup", "customs", "failed_attempt", "delivered", "exception", "returned"])
def test_an_event_occurs(admin: Admin, kind: str) -> None:
    admin.track(FREE)
    make(admin, "event occurs", tracking_number=NUMBER, type=kind)
    for key in (FREE, OTHER):
        assert admin.track(key)["events"][0]["type"] == kind


def test_the_same_event_again_occurs_a_second_later(admin: Admin) -> None:
    for _ in range(3):
        make(admin, "event occurs", tracking_number=NUMBER, type="out_for_delivery", key=FREE)
    stamps = [event["timestamp"] for event in admin.track(FREE)["events"][:3]]
    assert stamps == ["2026-06-15T12:00:02Z", "2026-06-15T12:00:01Z", "2026-06-15T12:00:00Z"]


def test_nothing_follows_a_delivery_so_the_next_event_is_of_a_new_parcel(admin: Admin) -> None:
    for kind in ("delivered", "delivered", "exception"):
        make(admin, "event occurs", tracking_number=NUMBER, type=kind, key=FREE)
        make(admin, "time passes", seconds=1, key=FREE)
    body = admin.track(FREE)
    assert [event["type"] for event in body["events"]] == ["exception"]


def test_time_passes(admin: Admin) -> None:
    make(admin, "time passes", seconds=90)
    make(admin, "time passes", f"?key={FREE}", seconds=10)
    assert admin.get(f"/clock?key={OTHER}")["now"] == "2026-06-15T12:01:30Z"
    assert admin.get(f"/clock?key={FREE}")["now"] == "2026-06-15T12:01:40Z"


def test_a_quota_is_used_in_both_windows(admin: Admin) -> None:
    make(admin, "quota used", key=FREE, remaining=2)
    assert [admin.ask(FREE).status_code for _ in range(3)] == [200, 200, 429]
    assert admin.ask(OTHER).status_code == 200
    make(admin, "time passes", key=FREE, seconds=60)
    assert admin.ask(FREE).headers["X-RateLimit-Reset"] == "1781568000"


def test_an_unlimited_quota_cannot_be_used_up(admin: Admin) -> None:
    order = {"state": "quota used", "params": {"key": ENTERPRISE, "remaining": 0}}
    assert admin.problem("POST", "/states", order)["status"] == 409


def test_a_state_that_nobody_can_make_is_404_and_names_those_there_are(admin: Admin) -> None:
    problem = admin.problem("POST", "/states", {"state": "moon full", "params": {"phase": 1}})
    assert problem["status"] == 404
    assert "time passes" in problem["detail"]


@pytest.mark.parametrize(
    ("order", "pointer"),
    [
        ({}, ""),
        ({"state": 1}, "/state"),
        ({"state": "time passes"}, ""),
        ({"state": "time passes", "params": {}}, "/params"),
        ({"state": "time passes", "params": {"seconds": "1"}}, "/params/seconds"),
        ({"state": "carrier unavailable", "params": {"carrier": "usp"}}, "/params/carrier"),
        ({"state": "event occurs", "params": {"tracking_number": NUMBER, "type": "teleport"}}, "/params/type"),
        ({"state": "quota used", "params": {"key": FREE, "remaining": -1}}, "/params/remaining"),
    ],
)
def test_a_wrong_order_names_the_place(admin: Admin, order: Any, pointer: str) -> None:
    problem = admin.problem("POST", "/states", order)
    assert (problem["status"], problem["errors"][0]["pointer"]) == (400, pointer)


@pytest.mark.parametrize(
    "params", [{"tracking_number": "x", "type": "pickup"}, {"tracking_number": NUMBER, "type": "pickup", "key": "x"}]
)
def test_what_names_nothing_is_refused(admin: Admin, params: Any) -> None:
    assert admin.problem("POST", "/states", {"state": "event occurs", "params": params})["status"] == 400
