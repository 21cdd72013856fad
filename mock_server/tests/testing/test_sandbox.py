"""The Python API, against a real mock: what a test can do with a sandbox."""

import http.client
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import mock_server
from mock_server.control_client import ControlPlane, SteeringError
from mock_server.domain.webhooks.signing import SignatureScheme
from mock_server.server.listening import ListenError
from mock_server.settings import Settings
from mock_server.testing.running import AttachedMock, RunningMock
from mock_server.testing.sandbox import Sandbox

NUMBER = "1Z999AA10123456784"
OTHER = "449044304137821"


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with RunningMock(Settings(clock="2026-06-15T12:00:00Z")) as running:
        yield running


@pytest.fixture
def trackflow(mock: RunningMock) -> Iterator[Sandbox]:
    with mock.sandbox() as sandbox:
        yield sandbox


def ask(sandbox: Sandbox, path: str = "/v2/carriers", **headers: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=20)
    connection.request("GET", path, headers={"X-API-Key": sandbox.key, **headers})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


class PersistentClient:
    """A client that tries three times."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def track(self, number: str) -> int:
        statuses = (ask(self.sandbox, f"/v2/track/{number}") for _ in range(3))
        return next((status for status in statuses if status == 200), 0)


def test_the_interface_s_own_example(trackflow: Sandbox) -> None:
    trackflow.fail("carrier_unavailable", times=2)
    trackflow.ship(NUMBER, status="out_for_delivery")
    assert PersistentClient(trackflow).track(NUMBER) == 200
    trackflow.clock.advance(hours=6)
    trackflow.webhooks.wait(type="tracking.delivered")
    assert [request.status for request in trackflow.requests] == [503, 503, 200]


def test_running_is_the_same_as_a_context_manager() -> None:
    with mock_server.running(plan="free", seed=7) as trackflow:
        assert ask(trackflow) == 200
        assert (trackflow.plan, trackflow.base_url) == ("free", f"{trackflow.url}/v2")
        assert trackflow.key.startswith("tf_test_free_")
    with mock_server.running() as another:
        assert ask(another) == 200


def test_two_sandboxes_do_not_meet(mock: RunningMock) -> None:
    with mock.sandbox("free") as one, mock.sandbox("free") as other:
        one.use_up()
        one.fail("internal_error")
        one.clock.freeze()
        one.ship(NUMBER, "returned")
        assert ask(one) == 429
        assert ask(other) == 200
        assert other.ship(NUMBER)["status"] != "returned"
        assert [request.status for request in other.requests] == [200]


def test_tests_side_by_side_each_have_their_own_world(mock: RunningMock) -> None:
    def one_test(number: int) -> list[int]:
        with mock.sandbox("free") as trackflow:
            trackflow.fail("carrier_unavailable", times=number % 3 + 1)
            trackflow.clock.advance(minutes=number)
            for _ in range(4):
                ask(trackflow)
            return [request.status for request in trackflow.requests]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one_test, range(24)))
    assert found == [[503] * (number % 3 + 1) + [200] * (3 - number % 3) for number in range(24)]


def test_the_clock_can_stand_in_for_sleep(mock: RunningMock) -> None:
    with mock.sandbox("free") as trackflow:
        trackflow.clock.freeze()
        trackflow.use_up()
        assert ask(trackflow) == 429
        sleep = trackflow.clock.advance
        sleep(60)
        trackflow.clock.set("2026-06-16T00:00:00Z")
        assert ask(trackflow) == 200
        assert trackflow.report["retry_after"]["verdict"] == "good"


def test_the_clock_is_set_frozen_scaled_and_reset(trackflow: Sandbox) -> None:
    trackflow.clock.freeze()
    trackflow.clock.set(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC))
    trackflow.clock.advance(1, minutes=1, hours=1, days=1)
    assert trackflow.clock.now == datetime(2030, 1, 3, 4, 5, 6, tzinfo=UTC)
    trackflow.clock.set(datetime(2030, 1, 1))  # noqa: DTZ001 - one without a zone is meant
    assert trackflow.clock.now == datetime(2030, 1, 1, tzinfo=UTC)
    trackflow.clock.scale(60)
    trackflow.clock.reset()
    assert trackflow.clock.now.year == 2026


def test_requests_are_told_as_values(trackflow: Sandbox) -> None:
    ask(trackflow, f"/v2/track/{NUMBER}?lang=fr", Prefer="code=404")
    ask(trackflow, "/v2/parcels")
    first, second = trackflow.requests
    assert (first.operation, first.path, first.status, first.fault) == (
        "trackShipment",
        f"/v2/track/{NUMBER}",
        404,
        "prefer",
    )
    assert first.reply()["error"]["code"] == "not_found"
    assert (second.operation, second.status) == (None, 404)
    assert str(first).endswith(
        f"GET /v2/track/{NUMBER}?lang=fr -> 404 [prefer] not_found: asked for by the Prefer header"
    )


def test_waiting_for_requests_ends_when_they_have_come(trackflow: Sandbox) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(trackflow.wait_for, 2, operation="listCarriers", timeout=20)
        for _ in range(2):
            ask(trackflow)
        assert [request.status for request in waiting.result()] == [200, 200]


def test_waiting_in_vain_says_what_came(trackflow: Sandbox) -> None:
    ask(trackflow, "/v2/parcels")
    with pytest.raises(TimeoutError, match=r"0 of 1 requests came .*GET /v2/parcels -> 404"):
        trackflow.wait_for(operation="listCarriers", timeout=0)
    with pytest.raises(TimeoutError, match="received was nothing; watched is no shipment"):
        trackflow.webhooks.wait(timeout=0)


def test_any_fault_can_strike_and_be_taken_back(trackflow: Sandbox) -> None:
    rule = trackflow.spoil({"type": "wrong_status", "status": 418}, match={"operation": "listCarriers"})
    assert (ask(trackflow), ask(trackflow, f"/v2/track/{NUMBER}")) == (418, 200)
    trackflow.recover(rule)
    assert ask(trackflow) == 200
    trackflow.fail("unauthorized", every=2)
    assert [ask(trackflow) for _ in range(4)] == [200, 401, 200, 401]
    trackflow.recover()
    assert ask(trackflow) == 200


def test_a_shipment_goes_through_what_a_test_lets_happen(trackflow: Sandbox) -> None:
    shipped = trackflow.ship(NUMBER, "in_transit", service="UPS Express", estimated_delivery=None)
    assert (shipped["carrier"]["service"], shipped["estimated_delivery"]) == ("UPS Express", None)
    trackflow.webhooks.forget()
    told = trackflow.happen(NUMBER, "exception", status="Eaten by a dog")
    assert told["status_description"] == "Eaten by a dog"
    (received,) = trackflow.webhooks.wait(type="tracking.exception")
    assert received.event["data"] == told
    assert trackflow.webhooks.received == [received]


def test_what_is_received_is_signed_with_the_webhook_s_own_secret(trackflow: Sandbox, mock: RunningMock) -> None:
    trackflow.webhooks.watch(NUMBER)
    trackflow.happen(NUMBER, "delivered")
    (received,) = trackflow.webhooks.wait()
    world = mock.front.mock.worlds.of(trackflow.key)
    (subscription,) = world.webhooks.subscriptions.all()
    scheme: SignatureScheme = world.foundation.terms.scheme
    assert received.headers[scheme.header.lower()] == scheme.sign(subscription.secret, received.body)
    assert [delivery["state"] for delivery in trackflow.webhooks.deliveries] == ["delivered"]


def test_a_sandbox_is_forgotten_when_its_test_is_over(mock: RunningMock) -> None:
    with mock.sandbox() as trackflow:
        ask(trackflow)
        assert mock.front.mock.worlds.known(trackflow.key) is not None
    assert mock.front.mock.worlds.known(trackflow.key) is None


@pytest.mark.parametrize("sign", ["\n", " ", "\u00a0", "\u200b", "\u3000"])
def test_a_number_may_be_pasted_with_white_space(trackflow: Sandbox, sign: str) -> None:
    assert trackflow.ship(f"{sign}{NUMBER[:4]}{sign}{NUMBER[4:]}{sign}", "in_transit")["tracking_number"] == NUMBER
    assert trackflow.happen(f"{NUMBER}{sign}", "delivered")["status"] == "delivered"


def test_a_number_that_is_part_of_a_url_is_no_number(trackflow: Sandbox) -> None:
    for sign in "?#/%":
        with pytest.raises(SteeringError, match="does not match"):
            trackflow.ship(f"{NUMBER}{sign}key")


def test_a_mock_that_runs_already_serves_as_well(mock: RunningMock) -> None:
    with AttachedMock(mock.url) as attached, attached.sandbox("free") as trackflow:
        trackflow.ship(NUMBER, status="out_for_delivery")
        assert ask(trackflow) == 200
        trackflow.clock.advance(hours=6)
        assert trackflow.webhooks.wait(type="tracking.delivered")
        assert trackflow.plan == "free"


def test_a_mock_with_a_token_wants_it() -> None:
    with RunningMock(Settings(admin_token="t0ken-of-many-letters")) as mock:
        with mock.sandbox() as trackflow:
            trackflow.clock.freeze()
        with pytest.raises(SteeringError, match="Bearer TOKEN"), AttachedMock(mock.url) as locked, locked.sandbox():
            pass


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda it: it.ship(NUMBER, "deliverd"), "did you mean delivered?"),
        (lambda it: it.ship("x"), "tracking_number"),
        (lambda it: it.fail("carrier_unavalable"), "carrier_unavailable"),
        (lambda it: it.happen(NUMBER, "teleport"), "teleport"),
        (lambda it: it.recover("nothing"), "nothing"),
        (lambda it: it.clock.advance(-1), "less than 0"),
        (lambda it: it.wait_for(methud="GET"), "methud"),
    ],
)
def test_what_the_mock_refuses_is_told_in_its_own_words(trackflow: Sandbox, call: Any, words: str) -> None:
    with pytest.raises(SteeringError, match=words):
        call(trackflow)


def test_a_mock_that_is_not_there_is_told() -> None:
    with pytest.raises(SteeringError, match="does not answer"):
        ControlPlane("http://127.0.0.1:1").get("/health")


def test_an_unknown_plan_is_told(mock: RunningMock) -> None:
    with pytest.raises(SteeringError, match="gold"), mock.sandbox("gold"):
        pass


def test_announced_waits_are_as_short_as_the_contract_can_say_unless_a_test_says_how_long(trackflow: Sandbox) -> None:
    trackflow.fail("carrier_unavailable", times=1)
    trackflow.fail("carrier_unavailable", times=1, retry_after_seconds=0)
    trackflow.fail("rate_limit_exceeded", times=1)
    trackflow.fail("carrier_unavailable", times=1, retry_after_seconds=30)
    assert [ask(trackflow) for _ in range(5)] == [503, 503, 429, 503, 200]
    assert [each.reply_headers.get("Retry-After") for each in trackflow.requests] == ["1", "1", "1", "30", None]
    refused = trackflow.requests[2]
    assert 0 < int(refused.reply_headers["X-RateLimit-Reset"]) - refused.at.timestamp() <= 1


def test_a_sandbox_begins_anew_in_a_scenario(trackflow: Sandbox, tmp_path: Path) -> None:
    trackflow.scenario("ups-outage")
    assert ask(trackflow, f"/v2/track/{NUMBER}") == 503
    trackflow.scenario({"faults": [{"fault": {"type": "error", "code": "internal_error"}}]})
    assert ask(trackflow) == 500
    file = tmp_path / "ours.yaml"
    file.write_text("plans: { growth: { requests_per_minute: 1, requests_per_day: 5 } }\n")
    for path in (file, str(file)):
        trackflow.scenario(path)
        assert [ask(trackflow), ask(trackflow)] == [200, 429]
    with pytest.raises(SteeringError, match="stormy"):
        trackflow.scenario("stormy")


@pytest.mark.parametrize("anew", [Sandbox.reset, lambda sandbox: sandbox.scenario("calm")], ids=["reset", "scenario"])
def test_webhooks_hear_of_a_shipment_again_after_the_sandbox_began_anew(
    trackflow: Sandbox, anew: Callable[[Sandbox], None]
) -> None:
    trackflow.ship(NUMBER, status="in_transit")
    anew(trackflow)
    trackflow.ship(NUMBER, status="in_transit")
    trackflow.happen(NUMBER, "out_for_delivery")
    assert trackflow.webhooks.wait(type="tracking.updated")


def test_a_mock_listens_on_the_port_it_is_given_or_says_why_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=str(port)), mock_server.running(port=port):
            pass
    with mock_server.running(port=port) as sandbox:
        assert sandbox.url == f"http://127.0.0.1:{port}"
    with mock_server.running() as one, mock_server.running() as another:
        assert one.url != another.url
