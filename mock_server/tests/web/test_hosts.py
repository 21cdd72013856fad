"""Names of this machine: a mock on loopback answers to those, on every path."""

import pytest

from mock_server.domain.clock import ManualClock
from mock_server.settings import Settings
from mock_server.web.app import create_app
from mock_server.web.hosts import Hosts
from mock_server.world import journals

FOREIGN = [
    "evil.example",
    "evil.example:8080",
    "127.0.0.1.evil.example",
    "10.0.0.1",
    "localhost.evil.example",
    "[2001::1]:1",
]
OWN = ["localhost", "LOCALHOST:8080", "localhost.", "127.0.0.1:8080", "127.8.9.1", "[::1]:8080", "app.localhost:1"]
PATHS = [
    "/v2/carriers",
    "/v2/track/1Z204E380338943508",
    "/",
    "/nowhere",
    "/__admin/health",
    "/__admin/",
    "/__admin/keys",
    "/__admin/nothing",
    "/__adminx",
]
KEY = {"X-API-Key": "tf_test_free_a"}


@pytest.mark.parametrize("host", FOREIGN)
def test_on_loopback_another_name_is_refused_and_how_to_allow_it_is_told(host: str) -> None:
    complaint = Hosts("127.0.0.1").complaint(host)
    assert complaint is not None
    assert "is not this machine; use 127.0.0.1 or localhost" in complaint


@pytest.mark.parametrize("host", [*OWN, None])
@pytest.mark.parametrize("bind", ["127.0.0.1", "::1", "localhost"])
def test_on_loopback_its_own_names_are_good(host: str | None, bind: str) -> None:
    assert Hosts(bind).complaint(host) is None


@pytest.mark.parametrize("host", FOREIGN)
def test_a_mock_that_listens_to_other_machines_answers_to_any_name(host: str) -> None:
    assert Hosts("0.0.0.0").complaint(host) is None
    assert Hosts("192.168.1.7").complaint(host) is None


def test_a_name_that_was_allowed_is_good_whatever_its_case_and_port() -> None:
    hosts = Hosts("127.0.0.1", ["Mock.Test"])
    assert hosts.complaint("mock.test:8080") is None
    assert hosts.complaint("MOCK.TEST.") is None
    assert hosts.complaint("other.mock.test") is not None


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", FOREIGN)
def test_every_path_of_a_mock_on_loopback_is_refused_to_another_name(clock: ManualClock, path: str, host: str) -> None:
    app = create_app(Settings(), clock)
    answer = app.test_client().get(path, headers={**KEY, "Host": host})
    assert answer.status_code == 403
    assert "is not this machine" in answer.get_data(as_text=True)
    assert app.worlds.all() == ()


def test_a_webhook_cannot_be_made_by_another_name(clock: ManualClock) -> None:
    app = create_app(Settings(), clock)
    body = {"tracking_number": "1Z204E380338943508", "url": "http://127.0.0.1:9/"}
    answer = app.test_client().post("/v2/webhooks", json=body, headers={**KEY, "Host": "evil.example"})
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["success"] is False
    assert [entry.status for entry in journals.heard(app.worlds)] == [403]


def test_the_api_is_there_under_the_contract_s_own_host_and_the_control_plane_is_not(clock: ManualClock) -> None:
    client = create_app(Settings(), clock).test_client()
    assert client.get("/v2/carriers", headers={**KEY, "Host": "api.trackflow.io"}).status_code == 200
    assert client.get("/__admin/health", headers={"Host": "api.trackflow.io"}).status_code == 403


def test_a_host_that_the_user_allows_has_all_of_it(clock: ManualClock) -> None:
    client = create_app(Settings(allow_host=("mock.test",)), clock).test_client()
    for path in ("/v2/carriers", "/__admin/keys"):
        assert client.get(path, headers={**KEY, "Host": "mock.test:8080"}).status_code == 200
