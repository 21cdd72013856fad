"""Each shipped scenario does what it says, seen by a client."""

from collections import Counter
from collections.abc import Callable

import pytest
from werkzeug.test import Client

from mock_server.contract.messages import Reply
from mock_server.domain.clock import ManualClock, to_text
from mock_server.domain.webhooks.delivery import Signature
from mock_server.faults import scenarios
from mock_server.faults.matching import Subject
from mock_server.server.playing import InPieces, Reset
from mock_server.settings import Settings
from mock_server.web.app import MockServer, create_app

UPS, FEDEX, USPS = "1Z999AA10123456784", "999999999999?carrier=fedex", "9400100000000000000000?carrier=usps"
UNLIMITED = {"X-API-Key": "tf_test_enterprise_a"}
Start = Callable[[str], MockServer]


@pytest.fixture
def start(clock: ManualClock) -> Start:
    """A mock that was started with `--scenario NAME`."""
    return lambda name: create_app(Settings(scenario=name), clock)


def replies(app: MockServer, target: str, calls: int = 1, key: str = "tf_test_enterprise_a") -> list[Reply]:
    return [app.pipeline.answer("GET", target, {"x-api-key": key}, b"") for _ in range(calls)]


def statuses(app: MockServer, target: str, calls: int = 1, key: str = "tf_test_enterprise_a") -> list[int]:
    return [reply.status for reply in replies(app, target, calls, key)]


@pytest.mark.parametrize("name", scenarios.shipped())
def test_a_mock_starts_in_it_and_every_operation_answers(name: str, start: Start) -> None:
    client = Client(start(name))
    assert client.get("/__admin/scenario").json["name"] == name  # type: ignore[index]  # an answer, so JSON
    for path in ("/v2/carriers", f"/v2/track/{FEDEX}"):
        assert client.get(path, headers=UNLIMITED).status_code in {200, 500, 503}


def test_nothing_goes_wrong_in_calm(start: Start) -> None:
    app = start("calm")
    for target in ("/v2/carriers", f"/v2/track/{UPS}", f"/v2/track/{FEDEX}"):
        for reply in replies(app, target, 100):
            assert (reply.status, reply.pause, reply.wire, "X-Mock-Fault" in reply.headers) == (200, 0, None, False)


def test_flaky_fails_one_call_in_twenty_the_same_ones_each_time(start: Start) -> None:
    first, second = (statuses(start("flaky"), "/v2/carriers", 1000) for _ in range(2))
    assert first == second
    assert set(first) == {200, 503}
    assert 30 <= first.count(503) <= 70


def test_flaky_fails_other_calls_for_another_key(start: Start) -> None:
    app = start("flaky")
    first, second = (statuses(app, "/v2/carriers", 200, f"tf_test_enterprise_{name}") for name in "ab")
    assert first != second


def test_slow_takes_its_time_and_sends_long_bodies_in_pieces(start: Start) -> None:
    app = start("slow")
    pauses = sorted(reply.pause for reply in replies(app, f"/v2/track/{UPS}", 400))
    assert pauses[0] > 0
    assert 0.6 < pauses[200] < 1.0
    assert 2.0 < pauses[-1] <= 10.0
    (carriers,) = replies(app, "/v2/carriers")
    assert carriers.wire == InPieces(10, 2.0)


def test_in_ups_outage_ups_is_down_and_others_answer_in_the_same_batch(start: Start) -> None:
    app = start("ups-outage")
    (down,) = replies(app, f"/v2/track/{UPS}")
    assert (down.status, down.headers["Retry-After"]) == (503, "30")
    assert statuses(app, f"/v2/track/{FEDEX}") == statuses(app, "/v2/carriers") == [200]
    shipments = [{"tracking_number": UPS}, {"tracking_number": "999999999999", "carrier": "fedex"}]
    batch = Client(app).post("/v2/track/batch", headers=UNLIMITED, json={"shipments": shipments})
    assert batch.json is not None
    assert [result["success"] for result in batch.json["results"]] == [False, True]


@pytest.mark.parametrize("plan", ["free", "starter", "growth", "enterprise"])
def test_rate_limited_lets_every_plan_ask_five_times_a_minute(start: Start, clock: ManualClock, plan: str) -> None:
    app = start("rate-limited")
    found = replies(app, "/v2/carriers", 6, f"tf_test_{plan}_a")
    assert [reply.status for reply in found] == [200] * 5 + [429]
    assert [reply.headers["X-RateLimit-Remaining"] for reply in found] == ["4", "3", "2", "1", "0", "0"]
    assert int(found[5].headers["X-RateLimit-Reset"]) == clock.now() + int(found[5].headers["Retry-After"])
    clock.sleep(int(found[5].headers["Retry-After"]))
    assert statuses(app, "/v2/carriers", 1, f"tf_test_{plan}_a") == [200]


def test_rate_limited_refuses_a_batch_that_no_waiting_could_help(start: Start, clock: ManualClock) -> None:
    client = Client(start("rate-limited"))
    for size, status in ((6, 400), (5, 429), (4, 200), (1, 429), (6, 429)):
        batch = client.post("/v2/track/batch", headers=UNLIMITED, json={"shipments": [{"tracking_number": UPS}] * size})
        assert batch.status_code == status
        if status == 400:
            assert batch.json is not None
            assert batch.json["error"]["code"] == "invalid_request"
            assert "the enterprise plan has 5 a minute, however long you wait" in batch.json["error"]["message"]
            assert batch.headers["X-RateLimit-Remaining"] == "4"
            assert "Retry-After" not in batch.headers
    clock.sleep(60)
    batch = client.post("/v2/track/batch", headers=UNLIMITED, json={"shipments": [{"tracking_number": UPS}] * 5})
    assert batch.status_code == 200


def test_rate_limited_also_ends_after_a_hundred_calls_a_day(start: Start, clock: ManualClock) -> None:
    app = start("rate-limited")
    for _ in range(20):
        assert statuses(app, "/v2/carriers", 5) == [200] * 5
        clock.sleep(60)
    (refused,) = replies(app, "/v2/carriers")
    assert (refused.status, to_text(int(refused.headers["X-RateLimit-Reset"]))) == (429, "2026-06-16T00:00:00Z")


def test_webhook_storm_spoils_deliveries_in_every_way_and_no_call(start: Start) -> None:
    app = start("webhook-storm")
    world = app.worlds.of("tf_test_enterprise_a")
    assert world.clock.course.scale == 3600
    event = Subject.about("deliverTrackingEvent", UPS, "ups")
    found = [world.faults.for_delivery(event) for _ in range(400)]
    assert {delivery.signature for delivery in found} == {Signature.GOOD, Signature.BAD, Signature.MISSING}
    assert {delivery.copies for delivery in found} == {1, 3}
    for ways in ("overtaken", "dropped", "delay"):
        assert 5 < sum(bool(getattr(delivery, ways)) for delivery in found) < 200
    assert statuses(app, "/v2/carriers", 50) == [200] * 50


def test_black_friday_is_slow_unreliable_and_without_usps_at_noon(start: Start, clock: ManualClock) -> None:
    app = start("black-friday")
    assert to_text(app.worlds.of("tf_test_enterprise_a").clock.now()) == "2026-11-27T11:55:00Z"
    found = replies(app, f"/v2/track/{UPS}", 500)
    counts = Counter(reply.status for reply in found)
    assert counts[500] in range(3, 25)
    assert counts[200] == 500 - counts[500]
    assert any(reply.wire == Reset() for reply in found)
    assert all(reply.pause > 0 for reply in found)
    shipment = next(reply.value() for reply in found if reply.status == 200)
    assert shipment["status"] == "exception"
    app.worlds.clock.advance(10 * 60)
    world = app.worlds.of("tf_test_enterprise_b")
    assert 503 in statuses(app, f"/v2/track/{USPS}", 3, world.account.key)
    assert 503 not in statuses(app, f"/v2/track/{FEDEX}", 10, world.account.key)
    world.clock.advance(30 * 60)
    assert 503 not in statuses(app, f"/v2/track/{USPS}", 10, world.account.key)
