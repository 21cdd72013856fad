"""Which urls a webhook may have, at every door, and what is said of the others."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from mock_server.contract.forms import FormError
from mock_server.domain.clock import ManualClock
from mock_server.persistence import snapshots
from mock_server.settings import Settings
from mock_server.web.app import MockServer, create_app

KEY = {"X-API-Key": "tf_test_enterprise_urls"}
NUMBER = "1Z999AA10123456784"
GOOD = [
    "https://example.com",
    "https://example.com/hook?a=1#part",
    "https://[::1]:8443/h",
    "https://[2001:db8::1]/h",
    "https://[::ffff:192.0.2.1]/h",
    "HTTPS://example.com/h",
    "hTTps://EXAMPLE.com",
    "https://example.com./h",
    "https://example.com:/h",
    "https://example.com:00443/h",
    "https://ex_ample.com/h",
    "https://192.0.2.1/h",
    "http://127.0.0.1:5000/h",
    "HTTP://LocalHost./h",
    "http://a.localhost:/h",
    "http://[::1]/h",
    "http://[0:0:0:0:0:0:0:1]:80/h",
    "http://[::ffff:127.0.0.1]/h",
]
WITH_PASSWORD = ["https://me:secret@example.com/h", "https://secret@example.com/h", "http://:secret@127.0.0.1/h"]
BAD = [
    "",
    "example.com/h",
    "ftp://example.com/h",
    "https:example.com",
    "https:///h",
    "https://./h",
    "https://.example.com/h",
    "https://a..b/h",
    "https://exa mple.com/h",
    "https://%65xample.com/h",
    "https://example.com:0/h",
    "https://example.com:65536/h",
    "https://example.com:80a/h",
    "https://example.com:-1/h",
    "https://[::1/h",
    "https://::1/h",
    "https://[1:2:3]/h",
    "https://[v1.a]/h",
    "https://[fe80::1%25eth0]/h",
    "https://example.com/h\n",
    "https://example.com\t/h",
    "https://example.com\\@example.org/h",
    "http://example.com/h",
    "http://10.0.0.1/h",
    "http://[2001:db8::1]/h",
    "http://2130706433/h",
    "http://127.0.0.1.example.com/h",
]


@pytest.fixture
def app(clock: ManualClock) -> MockServer:
    return create_app(Settings(), clock)


def subscribed(client: FlaskClient, url: str) -> tuple[int, Any]:
    answer = client.post("/v2/webhooks", headers=KEY, json={"tracking_number": NUMBER, "url": url})
    return answer.status_code, answer.json


@pytest.mark.parametrize("url", GOOD)
def test_a_url_is_taken_however_it_may_be_written_and_told_as_given(app: MockServer, url: str) -> None:
    status, body = subscribed(app.test_client(), url)
    assert (status, body.get("url")) == (201, url)


@pytest.mark.parametrize("url", BAD)
def test_a_url_that_no_delivery_could_be_taken_to_is_refused(app: MockServer, url: str) -> None:
    status, body = subscribed(app.test_client(), url)
    assert (status, body["error"]["code"]) == (400, "invalid_request")
    assert "url" in body["error"]["message"]


@pytest.mark.parametrize("url", WITH_PASSWORD)
def test_a_password_in_a_url_is_refused_with_the_reason_and_not_told_on(app: MockServer, url: str) -> None:
    status, body = subscribed(app.test_client(), url)
    assert status == 400
    assert "user or a password before its host, which would be in every log" in body["error"]["message"]
    assert "secret" not in body["error"]["message"]


def test_what_a_client_may_not_subscribe_to_no_snapshot_and_no_scenario_brings_in(app: MockServer) -> None:
    assert subscribed(app.test_client(), GOOD[0])[0] == 201
    taken = json.loads(json.dumps(snapshots.take(app.worlds)))
    (hook,) = taken["worlds"][0]["webhooks"]["subscriptions"]
    for url in [*BAD, *WITH_PASSWORD]:
        hook["url"] = url
        with pytest.raises(FormError, match="url"):
            snapshots.restore(app.worlds, taken)
        with pytest.raises(FormError, match="url"):
            app.worlds.foundation.stage("mine", {"webhooks": [{"tracking_number": NUMBER, "url": url}]})
    for url in GOOD:
        hook["url"] = url
        snapshots.restore(app.worlds, taken)
        app.worlds.foundation.stage("mine", {"webhooks": [{"tracking_number": NUMBER, "url": url}]})


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://receiver:5000/h", 201),
        ("HTTP://Receiver.:5000/h", 201),
        ("http://10.0.0.7/h", 201),
        ("http://[2001:db8::5]:80/h", 201),
        ("http://127.0.0.1/h", 201),
        ("https://example.com/h", 201),
        ("http://other:5000/h", 400),
        ("http://receiver.example.com/h", 400),
        ("http://10.0.0.70/h", 400),
        ("http://1030.0.7/h", 400),
        ("http://receiver:99999/h", 400),
        ("http://me@receiver/h", 400),
    ],
)
def test_one_flag_lets_webhooks_go_to_a_receiver_in_plain_http(clock: ManualClock, url: str, status: int) -> None:
    settings = Settings(webhook_allow=("RECEIVER", "10.0.0.7", "[2001:db8::5]"))
    assert subscribed(create_app(settings, clock).test_client(), url)[0] == status


def test_the_contract_of_a_mock_says_which_hosts_it_was_told_to_deliver_to(clock: ManualClock) -> None:
    served = create_app(Settings(webhook_allow=("receiver",)), clock).test_client()
    assert b"started with --webhook-allow for these hosts" in served.get("/__admin/contract.json").data
