"""Reading opens nothing: a page of another site that links here evicts nobody."""

import pytest

from mock_server.tests.web.control.admin import NUMBER, Admin
from mock_server.web.app import MockServer

UNUSED = "tf_test_free_never_used"


@pytest.mark.parametrize(
    "path",
    [
        "/clock",
        "/faults",
        "/scenario",
        f"/shipments/{NUMBER}",
        "/requests",
        "/requests/unmatched",
        "/requests/violations",
        "/webhooks",
        "/deliveries",
        "/report",
        "/snapshot",
        "/keys",
        "/metrics",
        "/",
    ],
)
def test_a_read_about_a_key_that_was_never_used_opens_no_sandbox(admin: Admin, app: MockServer, path: str) -> None:
    before = app.worlds.all()
    answer = admin.client.get(f"/__admin{path}?key={UNUSED}")
    assert answer.status_code == 200
    assert app.worlds.all() == before


def test_what_a_read_tells_of_a_key_is_what_it_is_when_it_is_used(admin: Admin, app: MockServer) -> None:
    admin.post("/faults", {"id": "all", "fault": {"type": "latency", "milliseconds": 1}})
    paths = ["/clock", "/scenario", f"/shipments/{NUMBER}"]
    before = [admin.get(f"{path}?key={UNUSED}") for path in paths]
    snapshot = admin.get(f"/snapshot?key={UNUSED}")
    admin.ask(UNUSED)
    assert [admin.get(f"{path}?key={UNUSED}") for path in paths] == before
    assert [each["key"] for each in snapshot["worlds"]] == [UNUSED]
