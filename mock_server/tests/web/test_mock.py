"""What the mock answers beside the contract's operations."""

import pytest

from mock_server.domain.clock import ManualClock
from mock_server.settings import Settings
from mock_server.web.app import create_app

KEY = {"X-API-Key": "tf_test_free_a"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/", "/?utm=x"])
def test_the_root_leads_a_browser_to_the_console(clock: ManualClock, path: str) -> None:
    client = create_app(Settings(), clock).test_client()
    led = client.get(path, headers=BROWSER)
    assert (led.status_code, led.headers["Location"], led.headers["Vary"]) == (303, "/__admin/", "Accept")
    assert client.get("/__admin/", headers=BROWSER).mimetype == "text/html"


@pytest.mark.parametrize(
    ("path", "headers", "strict"), [("/", KEY, False), ("/x", BROWSER, False), ("/", BROWSER, True)]
)
def test_whoever_is_no_browser_at_the_root_is_told_of_the_api(
    clock: ManualClock, path: str, headers: dict[str, str], strict: bool
) -> None:
    answer = create_app(Settings(strict=strict), clock).test_client().get(path, headers=headers)
    assert answer.status_code == 404
    assert answer.json is not None
    assert "no path of this API, which lives under /v2/" in answer.json["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "/v2/carriers/", "ends in a slash; leave it out; the nearest operation is GET /v2/carriers"),
        ("GET", "/carriers", "lacks the prefix /v2; the nearest operation is GET /v2/carriers"),
        ("GET", "/v2/v2/track/1Z999AA10123456784", "the nearest operation is GET /v2/track/{trackingNumber}"),
        ("POST", "/v2//webhooks", "write one slash; the nearest operation is POST /v2/webhooks"),
        ("DELETE", "/v2/webhook/wh_1", "under /v2/: the nearest operation is DELETE /v2/webhooks/{webhookId}"),
    ],
)
def test_a_path_that_slipped_is_told_with_the_nearest_operation(
    clock: ManualClock, method: str, path: str, told: str
) -> None:
    answer = create_app(Settings(), clock).test_client().open(path, method=method, headers=KEY)
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["error"]["code"] == "not_found"
    assert told in answer.json["error"]["message"]
