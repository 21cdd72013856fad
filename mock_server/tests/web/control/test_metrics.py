import re

from mock_server.tests.web.control.admin import FREE, NUMBER, OTHER, Admin
from mock_server.web.control.metrics import Metric

LINE = re.compile(r"(# (HELP|TYPE) [a-z_]+ .+)|([a-z_]+(\{([a-z]+=\"[^\"\n]*\",?)+\})? [0-9.e+]+)")


def scraped(admin: Admin) -> dict[str, float]:
    answer = admin.client.get("/__admin/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.get_data(as_text=True).splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    return {
        name.removeprefix("trackflow_mock_"): float(value)
        for name, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))
    }


def test_requests_are_counted_by_operation_and_status(admin: Admin) -> None:
    for key in (FREE, FREE, OTHER, "nonsense"):
        admin.ask(key)
    admin.ask(FREE, "/v2/parcels")
    found = scraped(admin)
    assert found['requests_total{operation="listCarriers",status="200"}'] == 3
    assert found['requests_total{operation="listCarriers",status="401"}'] == 1
    assert found['requests_total{operation="unknown",status="404"}'] == 1
    assert found["sandboxes"] == 2
    assert found["journal_entries"] == 5
    assert found["journal_bytes"] > 5000


def test_what_is_forgotten_was_counted_all_the_same(admin: Admin) -> None:
    admin.ask(FREE)
    admin.delete("/requests")
    admin.post("/reset")
    found = scraped(admin)
    assert found['requests_total{operation="listCarriers",status="200"}'] == 1
    assert (found["journal_entries"], found["journal_bytes"], found["sandboxes"]) == (0, 0, 0)


def test_faults_are_counted_by_name(admin: Admin) -> None:
    admin.post("/faults", {"id": "down", "fault": {"type": "error", "code": "carrier_unavailable"}, "times": 2})
    for _ in range(3):
        admin.ask(FREE)
    admin.ask(FREE, headers={"Prefer": "code=500"})
    found = scraped(admin)
    assert (found['faults_total{fault="down"}'], found['faults_total{fault="prefer"}']) == (2, 1)


def test_webhooks_and_deliveries_are_counted(admin: Admin) -> None:
    hook = {"tracking_number": NUMBER, "url": "https://example.com/"}
    admin.post(f"/webhooks?key={FREE}", hook)
    admin.post(f"/shipments/{NUMBER}/events?key={FREE}", {"type": "exception"})
    found = scraped(admin)
    assert (found["webhooks"], found['deliveries{state="pending"}'], found['deliveries{state="failed"}']) == (1, 1, 0)


def test_a_label_can_say_anything() -> None:
    lines = list(Metric("x", "gauge", "An x.", [({"name": 'a"b\\c\nd'}, 1)]).lines())
    assert lines[-1] == 'trackflow_mock_x{name="a\\"b\\\\c\\nd"} 1'
