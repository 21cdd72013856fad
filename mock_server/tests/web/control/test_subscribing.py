from typing import Any

import pytest

from mock_server.tests.web.control.admin import FREE, NUMBER, OTHER, Admin

HOOK = {"tracking_number": NUMBER, "url": "https://example.com/hook", "events": ["delivered"]}


def test_a_webhook_can_be_added_without_a_request_of_the_client(admin: Admin) -> None:
    made = admin.post(f"/webhooks?key={FREE}", HOOK)
    assert (made["tracking_number"], made["carrier"], made["events"]) == (NUMBER, "ups", ["delivered"])
    assert made["secret"].startswith("whsec_")
    assert [each["webhook_id"] for each in admin.get(f"/webhooks?key={FREE}")["webhooks"]] == [made["webhook_id"]]
    assert admin.get(f"/webhooks?key={OTHER}")["webhooks"] == []
    assert admin.get("/requests")["meta"] == {"total": 0}
    assert admin.ask(FREE).headers["X-RateLimit-Remaining"] == "9"


@pytest.mark.parametrize(
    ("query", "change"),
    [
        ("", {}),
        ("?key=nonsense", {}),
        (f"?key={FREE}", {"url": "ftp://example.com"}),
        (f"?key={FREE}", {"url": "https://:0/"}),
        (f"?key={FREE}", {"events": ["lost"]}),
        (f"?key={FREE}", {"tracking_number": "x"}),
    ],
)
def test_a_webhook_that_cannot_be_is_a_problem(admin: Admin, query: str, change: dict[str, Any]) -> None:
    assert admin.problem("POST", f"/webhooks{query}", {**HOOK, **change})["status"] == 400
    assert admin.get("/webhooks")["webhooks"] == []
