import pytest

from mock_server.tests.web.control.admin import ENTERPRISE, FREE, Admin


def test_a_new_key_works_at_once_and_carries_its_plan(admin: Admin) -> None:
    made = admin.post("/keys", {"plan": "starter"})
    assert made["plan"] == "starter"
    assert admin.ask(made["key"]).headers["X-RateLimit-Remaining"] == "59"


def test_making_a_key_is_201(admin: Admin) -> None:
    assert admin.client.post("/__admin/keys").status_code == 201


@pytest.mark.parametrize(
    "body", ['{"plan": "gold"}', '{"plan": 1}', '{"plna": "free"}', "[]", "{", b"\xff", "[" * 99999]
)
def test_a_key_of_no_plan_is_a_problem(admin: Admin, body: str) -> None:
    answer = admin.client.post("/__admin/keys", data=body)
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


def test_keys_in_use_are_listed(admin: Admin) -> None:
    admin.ask(FREE)
    admin.ask("nonsense")
    (listed,) = admin.get("/keys")["keys"]
    assert (listed["key"], listed["plan"], listed["calls"]) == (FREE, "free", 1)


def test_a_key_tells_what_is_left_of_its_quota_at_the_time_of_its_clock(admin: Admin) -> None:
    admin.ask(FREE)
    minute, day = admin.get(f"/keys/{FREE}")["quota"]
    assert minute == {"seconds": 60, "limit": 10, "remaining": 9, "reset": "2026-06-15T12:01:00Z"}
    assert (day["limit"], day["remaining"]) == (500, 499)
    admin.put(f"/clock?key={FREE}", {"action": "advance", "seconds": 60})
    minute, day = admin.get(f"/keys/{FREE}")["quota"]
    assert (minute["remaining"], day["remaining"]) == (10, 499)
    assert admin.get(f"/keys/{FREE}")["last_used_at"] == "2026-06-15T12:00:00Z"


def test_a_key_of_an_unlimited_plan_has_no_windows(admin: Admin) -> None:
    assert admin.get(f"/keys/{ENTERPRISE}")["quota"] == []


def test_what_is_no_key_has_no_facts(admin: Admin) -> None:
    assert "opens no sandbox" in admin.problem("GET", "/keys/nonsense")["detail"]


def test_a_key_that_is_good_for_less_than_a_moment_is_made_and_refused(admin: Admin) -> None:
    made = admin.post("/keys", {"plan": "free", "expires_in": 1e-320})
    assert admin.ask(made["key"]).status_code == 401
