import pytest

from mock_server.domain.clock import ManualClock
from mock_server.tests.web.control.admin import FREE, NUMBER, OTHER, Admin
from mock_server.web.app import MockServer
from mock_server.world import World

REMAINING = "X-RateLimit-Remaining"


def exhaust(admin: Admin, key: str = FREE) -> None:
    while admin.ask(key).status_code != 429:
        pass


def test_the_clock_of_a_key_is_the_server_s_until_it_is_moved(admin: Admin, clock: ManualClock) -> None:
    clock.sleep(1.5)
    assert admin.get(f"/clock?key={FREE}") == {
        "now": "2026-06-15T12:00:01Z",
        "unix": clock.now(),
        "scale": 1.0,
        "frozen": False,
        "auto_advance": 0.0,
    }


def test_a_minute_later_the_minute_is_fresh_and_for_this_key_only(admin: Admin) -> None:
    exhaust(admin)
    exhaust(admin, OTHER)
    assert admin.put(f"/clock?key={FREE}", {"action": "advance", "seconds": 60})["now"] == "2026-06-15T12:01:00Z"
    assert admin.ask(FREE).headers[REMAINING] == "9"
    assert admin.ask(OTHER).status_code == 429


def test_at_utc_midnight_the_day_is_fresh(admin: Admin, app: MockServer) -> None:
    app.worlds.of(FREE).quota.leave(0)
    admin.put(f"/clock?key={FREE}", {"action": "advance", "seconds": 60})
    assert admin.ask(FREE).headers["X-RateLimit-Reset"] == "1781568000"
    admin.put(f"/clock?key={FREE}", {"action": "set", "instant": "2026-06-16T00:00:00Z"})
    assert admin.ask(FREE).headers[REMAINING] == "9"


def test_retry_after_and_reset_go_by_the_sandbox_s_clock(admin: Admin) -> None:
    admin.put(f"/clock?key={FREE}", {"action": "set", "instant": "2030-01-01T23:59:18+00:00"})
    exhaust(admin)
    refused = admin.ask(FREE)
    assert (refused.headers["Retry-After"], refused.headers["X-RateLimit-Reset"]) == ("42", "1893542400")


def test_a_scaled_clock_divides_retry_after(running: Admin, base: ManualClock) -> None:
    running.put("/clock", {"action": "scale", "factor": 20})
    exhaust(running)
    assert running.ask(FREE).headers["Retry-After"] == "3"
    base.sleep(3)
    assert running.ask(FREE).status_code == 200


def test_a_frozen_clock_stands_still_until_it_runs_again(admin: Admin, clock: ManualClock) -> None:
    admin.put(f"/clock?key={FREE}", {"action": "freeze"})
    clock.sleep(100)
    assert admin.get(f"/clock?key={FREE}")["now"] == "2026-06-15T12:00:00Z"
    admin.put(f"/clock?key={FREE}", {"action": "scale", "factor": 2})
    clock.sleep(30)
    assert admin.get(f"/clock?key={FREE}")["now"] == "2026-06-15T12:01:00Z"
    assert admin.put(f"/clock?key={FREE}", {"action": "reset"})["now"] == "2026-06-15T12:02:10Z"


@pytest.mark.parametrize(("auto_advance", "told"), [(True, "60"), (60, "1"), (7, "9")])
def test_a_frozen_clock_lets_a_client_succeed_that_waits_as_it_was_told(
    admin: Admin, clock: ManualClock, auto_advance: float, told: str
) -> None:
    admin.put(f"/clock?key={FREE}", {"action": "freeze", "auto_advance": auto_advance})
    exhaust(admin)
    assert admin.ask(FREE).headers["Retry-After"] == told
    clock.sleep(int(told) - 0.5)
    assert admin.ask(FREE).status_code == 429
    clock.sleep(0.5)
    assert admin.ask(FREE).status_code == 200


def test_a_frozen_clock_stays_frozen_for_a_client_that_waits_unless_that_was_asked_for(
    admin: Admin, clock: ManualClock
) -> None:
    admin.put(f"/clock?key={FREE}", {"action": "freeze"})
    exhaust(admin)
    clock.sleep(3600)
    assert admin.ask(FREE).status_code == 429


def test_without_a_key_every_present_and_future_world_moves(admin: Admin) -> None:
    admin.put(f"/clock?key={FREE}", {"action": "advance", "seconds": 3600})
    answer = admin.put("/clock", {"action": "advance", "seconds": 60})
    assert answer["now"] == "2026-06-15T12:01:00Z"
    assert {key: shown["now"] for key, shown in answer["keys"].items()} == {FREE: "2026-06-15T13:01:00Z"}
    assert admin.get(f"/clock?key={OTHER}")["now"] == "2026-06-15T12:01:00Z"
    answer = admin.put("/clock", {"action": "reset"})
    assert (answer["now"], answer["keys"]) == ("2026-06-15T12:00:00Z", {})
    assert admin.get(f"/clock?key={FREE}")["now"] == "2026-06-15T12:00:00Z"


def test_a_whole_life_is_walked_in_72_advanced_hours_each_step_once(admin: Admin, app: MockServer) -> None:
    number = app.worlds.foundation.magic.magic_number("ups", "011")
    key = "tf_test_enterprise_walker"
    steps = [(admin.track(key, number)["status"], 0)]
    for _ in range(72):
        admin.put(f"/clock?key={key}", {"action": "advance", "seconds": 3600})
        body = admin.track(key, number)
        steps.append((body["status"], len(body["events"])))
    seen = list(dict.fromkeys(steps))
    assert [count for _, count in seen] == list(range(len(seen)))
    assert (seen[0][0], seen[-1][0]) == ("pending", "delivered")


def test_the_journal_and_the_shipments_are_on_the_sandbox_s_clock(admin: Admin) -> None:
    admin.put(f"/clock?key={FREE}", {"action": "set", "instant": "2027-02-03T04:05:06Z"})
    assert admin.track(FREE)["last_updated"] == "2027-02-03T04:00:00Z"
    assert admin.get(f"/requests?key={FREE}")["requests"][0]["at"] == "2027-02-03T04:05:06Z"


def test_who_delivers_is_told_of_every_move_and_tells_what_is_pending(admin: Admin, app: MockServer) -> None:
    told: list[str] = []

    def due(world: World) -> int:
        told.append(world.account.key)
        return 2

    app.worlds.on_clock_moved.append(due)
    admin.ask(FREE)
    admin.ask(OTHER)
    assert admin.put("/clock", {"action": "advance", "seconds": 1})["pending_deliveries"] == 4
    assert admin.put(f"/clock?key={FREE}", {"action": "reset"})["pending_deliveries"] == 2
    assert told == [FREE, OTHER, FREE]


@pytest.mark.parametrize(
    ("order", "pointer", "word"),
    [
        ({}, "", "action is missing"),
        ({"action": "stop"}, "/action", "freeze"),
        ({"action": "advance"}, "", "seconds is missing"),
        ({"action": "advance", "seconds": -1}, "/seconds", "less than 0"),
        ({"action": "advance", "seconds": "60"}, "/seconds", "not a number"),
        ({"action": "set", "instant": "noon"}, "/instant", "date-time"),
        ({"action": "set", "instant": "2026-12-24T17:00:00Z\n"}, "/instant", "white space around it"),
        ({"action": "set", "instant": "2026-12-24T17:00:00"}, "/instant", "no offset, so end it with Z"),
        ({"action": "scale", "factor": 1e9}, "/factor", "86400"),
        ({"action": "freeze", "auto_advance": -1}, "/auto_advance", "-1"),
    ],
)
def test_a_wrong_order_names_the_place_and_moves_nothing(
    admin: Admin, order: dict[str, object], pointer: str, word: str
) -> None:
    before = admin.get("/clock")
    problem = admin.problem("PUT", "/clock", order)
    assert problem["status"] == 400
    assert problem["errors"][0]["pointer"] == pointer
    assert word in problem["detail"]
    assert admin.get("/clock") == before


@pytest.mark.parametrize(
    "text",
    ["2026-12-24t17:00:00z", "2026-12-24 17:00:00.25Z", "2026-12-24T22:30:00+05:30", "2026-12-24T17:00:00-00:00"],
)
def test_the_clock_is_set_to_an_instant_in_any_form_of_rfc_3339(admin: Admin, text: str) -> None:
    assert admin.put("/clock", {"action": "set", "instant": text})["now"] == "2026-12-24T17:00:00Z"


def test_a_leap_second_is_the_second_after_it(admin: Admin) -> None:
    assert admin.put("/clock", {"action": "set", "instant": "2026-12-31T23:59:60Z"})["now"] == "2027-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "order",
    [
        {"action": "set", "instant": "1999-01-01T00:00:00Z"},
        {"action": "set", "instant": "2026-06-15T23:59:60Z"},
        {"action": "advance", "seconds": 1e300},
        {"action": "advance", "seconds": 10**400},
        {"action": "advance", "seconds": 8.2e9},
    ],
)
def test_no_clock_moves_if_one_cannot(admin: Admin, order: dict[str, object]) -> None:
    admin.put(f"/clock?key={FREE}", {"action": "advance", "seconds": 3e7})
    before = admin.get("/clock")
    assert admin.problem("PUT", "/clock", order)["status"] == 400
    assert admin.get("/clock") == before


def test_an_instant_out_of_range_is_told_as_it_was_given(admin: Admin) -> None:
    order = {"action": "set", "instant": "9999-12-31T23:59:59Z"}
    detail = admin.problem("PUT", "/clock", order)["detail"]
    assert detail.startswith("9999-12-31T23:59:59Z is outside the clock's range")


def test_a_key_that_is_none_has_no_clock(admin: Admin) -> None:
    assert "opens no sandbox" in admin.problem("PUT", "/clock?key=x", {"action": "freeze"})["detail"]


def test_a_shipment_moves_with_the_clock(admin: Admin) -> None:
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "out_for_delivery"})
    assert admin.track(FREE)["status"] == "out_for_delivery"
    admin.put(f"/clock?key={FREE}", {"action": "advance", "seconds": 6 * 3600})
    assert admin.track(FREE)["status"] == "delivered"
