"""The order of checks, the quota's headers and forced outcomes, seen through the application."""

import gc
from dataclasses import replace
from types import FrameType

import pytest
from werkzeug.test import Client, TestResponse

from mock_server.domain.clock import ManualClock, from_text
from mock_server.settings import Settings
from mock_server.web.app import MockServer, create_app

FREE = {"X-API-Key": "tf_test_free_a"}
ENTERPRISE = {"X-API-Key": "tf_test_enterprise_a"}
REMAINING, RESET = "X-RateLimit-Remaining", "X-RateLimit-Reset"
TRACKED = "/v2/track/1Z204E380338943508"


@pytest.fixture
def client(app: MockServer) -> Client:
    return app.test_client()


def code(answer: TestResponse) -> str:
    assert answer.json is not None
    found: str = answer.json["error"]["code"]
    return found


def exhausted(client: Client) -> Client:
    for _ in range(10):
        client.get("/v2/carriers", headers=FREE)
    return client


def test_an_unknown_route_is_told_before_the_key_is_asked_for(client: Client) -> None:
    answer = client.get("/v2/parcels")
    assert (answer.status_code, code(answer)) == (404, "not_found")
    assert "/v2/parcels" in answer.json["error"]["message"]  # type: ignore[index]  # json was checked in code()
    assert REMAINING not in answer.headers


def test_the_key_is_asked_for_before_the_method_is_checked(client: Client) -> None:
    assert client.delete("/v2/carriers").status_code == 401
    assert client.delete("/v2/carriers", headers={"X-API-Key": "nonsense"}).status_code == 401
    assert client.get("/v2/carriers?api_key=tf_test_free_a").status_code == 401


def test_a_wrong_method_names_the_right_ones_and_costs_nothing(client: Client) -> None:
    answer = client.get("/v2/track/batch", headers=FREE)
    assert (answer.status_code, code(answer)) == (405, "invalid_request")
    assert answer.headers["Allow"] == "POST"
    assert answer.headers[REMAINING] == "10"
    assert client.put("/v2/carriers", headers=FREE).status_code == 405
    assert client.head("/v2/webhooks", headers=FREE).status_code == 405


def test_every_authenticated_answer_tells_the_quota(client: Client, clock: ManualClock) -> None:
    answer = client.get("/v2/carriers", headers=FREE)
    assert (answer.headers[REMAINING], answer.headers[RESET]) == ("9", str(int(clock.now()) + 60))
    refused = client.post("/v2/webhooks", headers=FREE, data="{", content_type="application/json")
    assert (refused.status_code, refused.headers[REMAINING]) == (400, "8")


def test_an_unlimited_plan_tells_no_quota(client: Client) -> None:
    answer = client.get("/v2/carriers", headers=ENTERPRISE)
    assert REMAINING not in answer.headers
    assert RESET not in answer.headers


def test_an_exhausted_key_gets_429_even_for_a_malformed_request(client: Client, clock: ManualClock) -> None:
    clock.sleep(18)
    answer = exhausted(client).post("/v2/webhooks", headers=FREE, data="{", content_type="application/json")
    assert (answer.status_code, code(answer)) == (429, "rate_limit_exceeded")
    assert answer.headers[REMAINING] == "0"
    assert int(answer.headers[RESET]) == clock.now() + 42
    assert answer.headers["Retry-After"] == "42"
    assert answer.headers["Cache-Control"] == "no-store"


def test_waiting_as_long_as_it_says_is_enough(client: Client, clock: ManualClock) -> None:
    answer = exhausted(client).get("/v2/carriers", headers=FREE)
    clock.sleep(int(answer.headers["Retry-After"]))
    assert client.get("/v2/carriers", headers=FREE).headers[REMAINING] == "9"


def test_keys_do_not_share_a_quota(client: Client) -> None:
    exhausted(client)
    assert client.get("/v2/carriers", headers={"X-API-Key": "tf_test_free_b"}).status_code == 200


def test_a_valid_batch_costs_its_length_and_an_invalid_one_costs_one(client: Client) -> None:
    shipments = [{"tracking_number": "1Z204E380338943508"}] * 4
    assert client.post("/v2/track/batch", headers=FREE, json={"shipments": shipments}).headers[REMAINING] == "6"
    too_many = client.post("/v2/track/batch", headers=FREE, json={"shipments": shipments[:1] * 6})
    assert (too_many.status_code, too_many.headers[REMAINING]) == (400, "5")
    assert "free plan allows 5" in too_many.get_data(as_text=True)
    assert client.post("/v2/track/batch", headers=FREE, json={"shipments": []}).headers[REMAINING] == "4"


def test_a_batch_that_does_not_fit_is_refused_whole(client: Client) -> None:
    shipments = [{"tracking_number": "1Z204E380338943508"}] * 4
    for _ in range(7):
        client.get("/v2/carriers", headers=FREE)
    answer = client.post("/v2/track/batch", headers=FREE, json={"shipments": shipments})
    assert (answer.status_code, answer.headers[REMAINING]) == (429, "3")
    assert client.post("/v2/track/batch", headers=FREE, json={"shipments": shipments[:3]}).status_code == 200


@pytest.mark.parametrize(
    ("preference", "status", "error"),
    [
        ("code=503", 503, "carrier_unavailable"),
        ("code=500", 500, "internal_error"),
        ("code=404", 404, "not_found"),
        ("code=400", 400, "invalid_tracking_number"),
        ("example=rate_limit_exceeded", 429, "rate_limit_exceeded"),
    ],
)
def test_an_outcome_can_be_preferred(client: Client, preference: str, status: int, error: str) -> None:
    answer = client.get(TRACKED, headers={**FREE, "Prefer": preference})
    assert (answer.status_code, code(answer)) == (status, error)
    assert answer.headers["Preference-Applied"] == preference
    assert answer.headers["X-Mock-Fault"] == "prefer"


def test_a_preferred_429_costs_nothing_and_looks_like_a_real_one(client: Client) -> None:
    answer = client.get(TRACKED, headers={**FREE, "Prefer": "code=429"})
    assert (answer.status_code, answer.headers[REMAINING]) == (429, "0")
    assert answer.headers["Retry-After"] == "60"
    assert client.get("/v2/carriers", headers=FREE).headers[REMAINING] == "9"


GROWTH = {"X-API-Key": "tf_test_growth_a"}
BATCH = {"shipments": [{"tracking_number": "1Z204E380338943508"}] * 3}


@pytest.mark.parametrize("preference", ["code=400", "code=413", "code=415", "code=500", "code=503", "code=418"])
def test_a_batch_that_is_refused_on_request_costs_one(client: Client, preference: str) -> None:
    answer = client.post("/v2/track/batch", headers={**GROWTH, "Prefer": preference}, json=BATCH)
    assert answer.status_code >= 400
    assert answer.headers[REMAINING] == "299"
    assert client.get("/v2/carriers", headers=GROWTH).headers[REMAINING] == "298"


@pytest.mark.parametrize(("error", "left"), [("carrier_unavailable", "299"), ("rate_limit_exceeded", "300")])
def test_a_batch_that_a_rule_refuses_costs_one_or_nothing(client: Client, error: str, left: str) -> None:
    client.post("/__admin/faults", json={"fault": {"type": "error", "code": error}, "times": 1})
    assert client.post("/v2/track/batch", headers=GROWTH, json=BATCH).status_code >= 400
    assert client.get("/v2/carriers", headers=GROWTH).headers[REMAINING] == str(int(left) - 1)
    assert client.post("/v2/track/batch", headers=GROWTH, json=BATCH).headers[REMAINING] == str(int(left) - 4)


def test_a_preferred_outcome_comes_before_the_request_is_checked(client: Client) -> None:
    answer = client.post("/v2/webhooks", headers={**FREE, "Prefer": "code=503"}, data="{")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize("preference", ["code=418", "example=none", "code=4x4", "delay=soon"])
def test_a_preference_that_can_not_be_met_is_refused_and_not_applied(client: Client, preference: str) -> None:
    answer = client.get(TRACKED, headers={**FREE, "Prefer": preference})
    assert (answer.status_code, code(answer)) == (400, "invalid_request")
    assert "Preference-Applied" not in answer.headers


def test_other_preferences_are_left_alone(client: Client) -> None:
    answer = client.get("/v2/carriers", headers={**FREE, "Prefer": "return=minimal"})
    assert answer.status_code == 200
    assert "Preference-Applied" not in answer.headers


@pytest.fixture
def strict_client(clock: ManualClock) -> Client:
    return create_app(Settings(strict=True), clock).test_client()


def test_a_strict_mock_sends_no_labels(strict_client: Client) -> None:
    answer = strict_client.get(TRACKED, headers={**FREE, "Prefer": "code=503"})
    assert answer.status_code == 503
    assert {"X-Mock-Fault", "Preference-Applied"} & set(answer.headers.keys()) == set()


def test_reset_can_be_told_as_seconds_left(clock: ManualClock) -> None:
    clock.sleep(10)
    client = create_app(Settings(reset_unit="delta"), clock).test_client()
    assert client.get("/v2/carriers", headers=FREE).headers[RESET] == "50"


def test_the_page_s_messages_are_sent_for_the_page_s_codes(app: MockServer) -> None:
    client = app.test_client()
    for kind in app.pipeline.specification.errors:
        if kind.fixed and kind.status in app.pipeline.specification.operations["trackShipment"].statuses:
            answer = client.get(TRACKED, headers={**ENTERPRISE, "Prefer": f"code={kind.status}"})
            assert answer.json is not None
            assert answer.json["error"]["message"] == kind.message or kind.status == 401


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"shipments": 3}', "application/json", 400),
        (b'{"shipments": [{"tracking_number": 3}]}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"", "application/json", 400),
    ],
)
def test_a_bad_body_is_refused_in_the_contract_s_shape(
    client: Client, body: bytes, content_type: str, status: int
) -> None:
    answer = client.post("/v2/track/batch", headers=ENTERPRISE, data=body, content_type=content_type)
    assert (answer.status_code, code(answer)) == (status, "invalid_request")


@pytest.mark.parametrize("preference", ["code=429", "code=503"])
def test_a_frozen_clock_keeps_the_promise_of_retry_after_where_it_advances_by_itself(
    app: MockServer, client: Client, clock: ManualClock, preference: str
) -> None:
    world = app.worlds.of(FREE["X-API-Key"])
    world.clock.change(lambda course, now: replace(course.run(now, 0.0), auto_advance=1.0))
    before = world.clock.now()
    wait = int(client.get("/v2/carriers", headers={**FREE, "Prefer": preference}).headers["Retry-After"])
    clock.sleep(wait)
    assert world.clock.now() == before + wait


def test_where_time_was_moved_the_date_moves_too(app: MockServer, client: Client) -> None:
    assert "Date" not in client.get("/v2/carriers", headers=FREE).headers  # the server has the right one
    app.worlds.of("tf_test_free_a").clock.set(from_text("2026-12-24T18:00:00Z"))
    answer = client.get("/v2/carriers", headers=FREE)
    assert answer.headers["Date"] == "Thu, 24 Dec 2026 18:00:00 GMT"
    assert answer.headers[RESET] == str(int(from_text("2026-12-24T18:01:00Z")))
    assert "Date" not in client.get("/v2/carriers", headers=ENTERPRISE).headers


@pytest.mark.parametrize("number", ["x", "1Z!!", "A" * 300])
def test_a_malformed_number_is_told_alike_alone_and_in_a_batch(app: MockServer, client: Client, number: str) -> None:
    alone = client.get(f"/v2/track/{number}", headers=GROWTH).json
    batch = client.post("/v2/track/batch", headers=GROWTH, json={"shipments": [{"tracking_number": number}]}).json
    assert alone is not None
    assert batch is not None
    assert alone["error"] == batch["results"][0]["error"]
    assert alone["error"]["message"] == app.pipeline.specification.errors["invalid_tracking_number"].message


@pytest.mark.parametrize("path", ["/v2/track/1Z!!", "/v2/track/1Z%00", "/v2/track/1Z999AA10123456784?lang=!"])
def test_refusals_keep_nothing_of_the_calls_that_they_refused(client: Client, path: str) -> None:
    def frames() -> int:
        gc.collect()
        return sum(isinstance(each, FrameType) for each in gc.get_objects())

    client.get(path, headers=ENTERPRISE)
    before = frames()
    for _ in range(20):
        client.get(path, headers=ENTERPRISE)
    assert frames() < before + 20


@pytest.mark.parametrize("ending", ["\n", " ", "\x7f", "/a b", "/a\n"])
def test_a_webhooks_url_has_no_room_for_another_line(client: Client, ending: str) -> None:
    hook = {"tracking_number": "1Z204E380338943508", "url": f"https://example.com{ending}"}
    answer = client.post("/v2/webhooks", headers=ENTERPRISE, json=hook)
    assert (answer.status_code, code(answer)) == (400, "invalid_request")


@pytest.mark.parametrize("events", [["all"] * 101, ["nothing"] * 50_000])
def test_a_list_that_nobody_has_a_use_for_is_refused_before_its_items_are_looked_at(
    client: Client, events: list[str]
) -> None:
    hook = {"tracking_number": "1Z204E380338943508", "url": "https://example.com/", "events": events}
    answer = client.post("/v2/webhooks", headers=ENTERPRISE, json=hook)
    assert (answer.status_code, code(answer)) == (400, "invalid_request")
    assert f"events has {len(events)} items" in answer.text
    assert client.post("/v2/webhooks", headers=ENTERPRISE, json={**hook, "events": ["all"] * 100}).status_code == 201


def test_a_batch_that_is_too_long_is_told_so_before_its_items_are_looked_at(client: Client) -> None:
    answer = client.post("/v2/track/batch", headers=ENTERPRISE, json={"shipments": [{}] * 51})
    assert (answer.status_code, code(answer)) == (400, "invalid_request")
    assert "shipments has 51 items" in answer.text
