import pytest

from mock_server.tests.web.control.admin import FREE, Admin


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
    assert admin.get("/keys")["keys"] == [{"key": FREE, "plan": "free"}]
