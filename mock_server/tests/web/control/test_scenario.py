"""`/scenario` as its user sees it."""

import pytest

from mock_server.tests.web.control.admin import FREE, NUMBER, OTHER, Admin

MINE = """\
# one number, one fault
shipments:
  - { tracking_number: 1Z999AA10123456784, status: returned }
faults:
  - fault: { type: error, code: carrier_unavailable }
    match: { operation: listCarriers }
"""


def test_a_shipped_scenario_is_played_by_its_name(admin: Admin) -> None:
    assert admin.get("/scenario")["name"] == "none"
    shown = admin.put("/scenario", {"name": "ups-outage"})
    assert shown["name"] == "ups-outage"
    assert shown["document"]["faults"][0]["id"] == "ups-outage"
    assert "calm" in shown["available"]
    assert admin.ask(FREE, f"/v2/track/{NUMBER}").status_code == 503
    assert admin.ask(FREE, "/v2/track/999999999999?carrier=fedex").status_code == 200


def test_a_scenario_may_be_for_one_sandbox(admin: Admin) -> None:
    admin.put(f"/scenario?key={FREE}", {"name": "ups-outage"})
    assert admin.ask(FREE, f"/v2/track/{NUMBER}").status_code == 503
    assert admin.ask(OTHER, f"/v2/track/{NUMBER}").status_code == 200
    assert admin.get(f"/scenario?key={FREE}")["name"] == "ups-outage"
    assert admin.get("/scenario")["name"] == admin.get(f"/scenario?key={OTHER}")["name"] == "none"


def test_a_document_may_be_json_or_yaml_in_json(admin: Admin) -> None:
    for document in (MINE, {"faults": [{"fault": {"type": "error", "code": "internal_error"}}]}):
        admin.put("/scenario", {"name": "mine", "document": document})
        assert admin.ask(FREE).headers["X-Mock-Fault"] == "mine-1"


def test_a_document_may_be_the_yaml_file_itself(admin: Admin) -> None:
    answer = admin.client.put("/__admin/scenario", data=MINE, content_type="application/yaml")
    assert answer.status_code == 200
    assert admin.track(FREE)["status"] == "returned"
    assert admin.ask(FREE).headers["X-Mock-Fault"] == "given-1"


def test_a_scenario_starts_the_sandbox_anew(admin: Admin) -> None:
    admin.ask(FREE)
    admin.post(f"/faults?key={FREE}", {"fault": {"type": "error", "code": "internal_error"}})
    admin.put(f"/scenario?key={FREE}", {"name": "calm"})
    answer = admin.ask(FREE)
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (200, "9")


def test_its_clock_and_limits_are_the_sandbox_s(admin: Admin) -> None:
    document = {"clock": {"instant": "2026-12-24T18:00:00Z", "scale": 0}, "plans": {"free": {"requests_per_minute": 1}}}
    admin.put(f"/scenario?key={FREE}", {"document": document})
    assert admin.get(f"/clock?key={FREE}")["now"] == "2026-12-24T18:00:00Z"
    assert admin.get(f"/clock?key={OTHER}")["now"] == "2026-06-15T12:00:00Z"
    answers = [admin.ask(FREE) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["Retry-After"] == "60"


def test_the_server_s_clock_goes_where_a_scenario_for_all_puts_it(admin: Admin) -> None:
    admin.put("/scenario", {"document": {"clock": "2026-12-24T18:00:00Z"}})
    assert admin.get(f"/clock?key={FREE}")["now"] == "2026-12-24T18:00:00Z"
    admin.post("/reset")
    assert admin.get(f"/clock?key={FREE}")["now"] == "2026-06-15T12:00:00Z"


def test_deleted_faults_of_a_scenario_strike_no_future_sandbox_either(admin: Admin) -> None:
    admin.put("/scenario", {"name": "ups-outage"})
    admin.delete("/faults/ups-outage")
    assert admin.ask(FREE, f"/v2/track/{NUMBER}").status_code == 200


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({}, "has 0 properties"),
        ({"name": "stormy"}, "stormy: is no shipped scenario; those are black-friday, calm"),
        ({"name": "../../schemas/plans"}, "is no shipped scenario"),
        ({"document": []}, "document: [] is not an object or a string"),
        ({"document": {"faults": [{"fault": {"type": "drop"}, "every": 0}]}}, "faults[0].every: 0 is less than 1"),
        ({"document": "faults:\n  - fault: { type: drp }\n"}, "document: line 2 column 14: faults[0].fault.type: "),
        ({"document": "{"}, "not YAML"),
    ],
)
def test_a_wrong_scenario_is_told_and_changes_nothing(admin: Admin, order: object, told: str) -> None:
    admin.ask(FREE)
    assert told in admin.problem("PUT", "/scenario", order)["detail"]
    assert admin.get("/scenario")["name"] == "none"
    assert admin.ask(FREE).headers["X-RateLimit-Remaining"] == "8"


@pytest.mark.parametrize(
    ("body", "told"), [(b"seed: x\n", "the body: line 1 column 1: seed"), (b"\xff\xfe", "not UTF-8")]
)
def test_a_wrong_yaml_body_is_told_with_line_and_column(admin: Admin, body: bytes, told: str) -> None:
    answer = admin.client.put("/__admin/scenario", data=body, content_type="application/yaml")
    assert answer.status_code == 400
    assert told in answer.get_data(as_text=True)


def test_a_key_that_opens_no_sandbox_is_refused(admin: Admin) -> None:
    assert "opens no sandbox" in admin.problem("PUT", "/scenario?key=nonsense", {"name": "calm"})["detail"]


def test_its_webhooks_may_wait_for_what_no_carrier_knows_yet_as_those_of_the_api(admin: Admin) -> None:
    webhook = {"tracking_number": "9400 1000 0000 0000 0000 0", "url": "https://example.com/h"}
    asked = {**webhook, "events": ["delivered", "delivered"]}
    answer = admin.client.post("/v2/webhooks", json=asked, headers={"X-API-Key": OTHER})
    assert answer.status_code == 201
    admin.put(f"/scenario?key={FREE}", {"document": {"webhooks": [asked]}})
    (mine,), (others,) = (admin.get(f"/webhooks?key={key}")["webhooks"] for key in (FREE, OTHER))
    assert mine["tracking_number"] == others["tracking_number"] == "940010000000000000000"
    assert mine["events"] == others["events"] == ["delivered"]
