"""The id in the contract's example of a webhook, for tools that run the examples one after another."""

import json
from typing import Any

from mock_server.tests.web.control.admin import FREE
from mock_server.web.app import MockServer

EXAMPLE = "wh_3f9a1c5e7b2d4860a1b2c3d4"
REQUEST = {"tracking_number": "1Z204E380338943508", "url": "https://example.com/hooks/trackflow"}
HEADERS = {"x-api-key": FREE, "content-type": "application/json"}


def made(app: MockServer, **changed: Any) -> str:
    reply = app.pipeline.answer("POST", "/v2/webhooks", HEADERS, json.dumps({**REQUEST, **changed}).encode())
    return str(json.loads(reply.content)["webhook_id"])


def deleted(app: MockServer, webhook_id: str) -> int:
    return app.pipeline.answer("DELETE", f"/v2/webhooks/{webhook_id}", HEADERS, b"").status


def left(app: MockServer) -> list[str]:
    return [each.webhook_id for each in app.worlds.of(FREE).webhooks.subscriptions.all()]


def test_the_example_s_id_is_the_webhook_that_the_example_makes_once(app: MockServer) -> None:
    assert deleted(app, EXAMPLE) == 404
    made(app)
    assert [deleted(app, EXAMPLE), deleted(app, EXAMPLE)] == [204, 404]


def test_of_several_it_is_the_newest_whatever_they_filter(app: MockServer) -> None:
    first = made(app, events=["delivered"])
    made(app)
    assert deleted(app, EXAMPLE) == 204
    assert left(app) == [first]


def test_it_is_no_webhook_of_another_number_or_url(app: MockServer) -> None:
    others = [made(app, url="https://example.com/hooks/other"), made(app, tracking_number="1Z999AA10123456784")]
    assert deleted(app, EXAMPLE) == 404
    assert left(app) == others
