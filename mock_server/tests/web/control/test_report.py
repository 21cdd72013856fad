from mock_server.domain.clients.journal import masked
from mock_server.domain.clock import ManualClock
from mock_server.tests.web.control.admin import FREE, NUMBER, OTHER, Admin


def verdicts(admin: Admin, key: str) -> dict[str, str]:
    (judged,) = admin.get(f"/report?key={key}")["keys"]
    return {finding["id"]: finding["verdict"] for finding in judged["findings"]}


def test_a_client_that_waits_and_one_that_does_not_are_told_apart(admin: Admin, clock: ManualClock) -> None:
    for key, patience in ((FREE, 1.0), (OTHER, 0.5)):
        refused = admin.ask(key, headers={"Prefer": "code=429"})
        clock.sleep(int(refused.headers["Retry-After"]) * patience)
        admin.ask(key, headers={"Prefer": "code=429"})
    assert verdicts(admin, FREE)["retry_after"] == "good"
    assert verdicts(admin, OTHER)["retry_after"] == "bad"
    assert admin.get("/report")["verdict"] == "bad"


def test_the_ids_are_those_of_the_journal(admin: Admin) -> None:
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "delivered"})
    admin.ask(OTHER)
    for _ in range(2):
        admin.track(FREE)
    (judged,) = admin.get(f"/report?key={FREE}")["keys"]
    finding = next(each for each in judged["findings"] if each["id"] == "terminal")
    assert finding["requests"] == ["2", "3"]
    assert admin.get("/requests/2")["operation"] == "trackShipment"
    assert (judged["requests"], judged["plan"], judged["verdict"]) == (2, "free", "bad")


def test_what_never_reached_the_key_s_world_is_judged_too(admin: Admin) -> None:
    for _ in range(2):
        admin.ask(FREE, "/v2/parcels")
    admin.ask(FREE)
    assert verdicts(admin, FREE)["client_errors"] == "bad"


def test_a_report_on_the_newest_keys_leaves_the_others_out(admin: Admin) -> None:
    admin.ask(FREE)
    admin.ask(OTHER)
    assert [each["key"] for each in admin.get("/report?limit=1")["keys"]] == [masked(OTHER)]
    assert len(admin.get("/report?limit=9")["keys"]) == 2


def test_keys_are_masked(admin: Admin) -> None:
    admin.ask(FREE)
    assert FREE not in str(admin.get("/report"))
