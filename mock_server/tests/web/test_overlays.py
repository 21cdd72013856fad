"""What an overlay changes on the wire, with no Python."""

from typing import Any

from mock_server.domain.clock import ManualClock
from mock_server.settings import Settings
from mock_server.web.app import create_app

FREE = {"X-API-Key": "tf_test_free_a"}

TRACKED = "/v2/track/1Z204E380338943508"
SCHEMAS = "$.components.schemas"


def test_a_receiver_elsewhere_without_a_certificate_is_taken_once_url_is_relaxed(
    overlaid: Any, clock: ManualClock
) -> None:
    hook = {"tracking_number": "1Z204E380338943508", "url": "http://hooks.lan:5000/trackflow"}
    refused = create_app(Settings(), clock).test_client().post("/v2/webhooks", headers=FREE, json=hook)
    assert refused.status_code == 400
    assert refused.json is not None
    assert refused.json["error"]["message"] == (
        'body: url: "http://hooks.lan:5000/trackflow" must be an https:// URL of a host, its port, '
        "if it has one, from 1 to 65535; or http:// to this machine (localhost, 127.0.0.1, [::1]) "
        "or to a host that the mock was started with --webhook-allow for"
    )
    url = f"{SCHEMAS}.Webhook['$defs'].request.properties.url"
    client = overlaid({"target": url, "update": {"anyOf": [{"pattern": "^http://hooks[.]lan[:/]"}]}})
    assert client.post("/v2/webhooks", headers=FREE, json=hook).status_code == 201
    elsewhere = {**hook, "url": "http://other.lan/"}
    assert client.post("/v2/webhooks", headers=FREE, json=elsewhere).status_code == 400


def test_a_renamed_property_keeps_its_content(overlaid: Any) -> None:
    client = overlaid(
        {"target": f"{SCHEMAS}.Tracking.properties.estimated_delivery", "remove": True},
        {
            "target": f"{SCHEMAS}.Tracking.properties",
            "update": {"eta": {"type": ["string", "null"], "x-value": "estimated_delivery"}},
        },
        {"target": f"{SCHEMAS}.Tracking.allOf[*].required[?@ == 'estimated_delivery']", "remove": True},
    )
    answer = client.get(TRACKED, headers=FREE).json
    assert answer["eta"] == "2026-06-17T23:59:00Z"
    assert "estimated_delivery" not in answer


def test_a_flat_error_envelope_is_sent_when_the_contract_says_so(overlaid: Any) -> None:
    client = overlaid(
        {"target": f"{SCHEMAS}.Error.properties.error", "remove": True},
        {"target": f"{SCHEMAS}.Error.required[?@ == 'error']", "remove": True},
        {
            "target": f"{SCHEMAS}.Error.properties",
            "update": {"code": {"$ref": "#/components/schemas/Error/$defs/code"}, "message": {"type": "string"}},
        },
    )
    assert client.get("/v2/carriers").json == {
        "success": False,
        "code": "unauthorized",
        "message": "Missing or invalid API key.",
    }


def test_statuses_codes_messages_limits_and_headers_follow_the_contract(overlaid: Any) -> None:
    code = f"{SCHEMAS}.Error['$defs'].code.oneOf[?@.const == 'unauthorized']"
    client = overlaid(
        {
            "target": code,
            "update": {"x-status": 403, "x-message": "No.", "const": "forbidden", "x-value": "unauthorized"},
        },
        {"target": "$['x-plans'].plans[?@.name == 'free']", "update": {"requests_per_minute": 3}},
        {"target": "$.components.securitySchemes.apiKey", "update": {"name": "X-Token"}},
    )
    refused = client.get("/v2/carriers")
    assert (refused.status_code, refused.json["error"]) == (403, {"code": "forbidden", "message": "No."})
    answer = client.get("/v2/carriers", headers={"X-Token": "tf_test_free_a"})
    assert answer.headers["X-RateLimit-Remaining"] == "2"


def test_a_renamed_request_property_is_read_under_its_new_name(overlaid: Any) -> None:
    request = f"{SCHEMAS}.Webhook['$defs'].request"
    client = overlaid(
        {"target": f"{request}.properties.url", "remove": True},
        {"target": f"{request}.required[?@ == 'url']", "remove": True},
        {"target": f"{request}.properties", "update": {"endpoint": {"type": "string", "x-value": "url"}}},
        {"target": f"{request}", "update": {"required": ["endpoint"]}},
    )
    body = {"tracking_number": "1Z204E380338943508", "endpoint": "https://example.com/hook"}
    answer = client.post("/v2/webhooks", headers=FREE, json=body)
    assert (answer.status_code, answer.json["url"]) == (201, "https://example.com/hook")


def test_a_header_that_the_contract_gains_is_sent(overlaid: Any) -> None:
    client = overlaid(
        {
            "target": "$.paths['/carriers'].get.responses['200'].headers",
            "update": {"X-RateLimit-Limit": {"x-value": "limit", "schema": {"type": "integer"}}},
        }
    )
    assert client.get("/v2/carriers", headers=FREE).headers["X-RateLimit-Limit"] == "10"
