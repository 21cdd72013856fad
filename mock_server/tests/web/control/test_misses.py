import pytest

from mock_server.tests.web.control.admin import FREE, NUMBER, Admin


def test_what_the_contract_does_not_know_is_told_with_the_nearest_operation_and_why(admin: Admin) -> None:
    admin.ask(FREE)
    admin.ask(FREE, "/v2/carriers/")
    admin.ask(None, f"/track/{NUMBER}")
    admin.ask(FREE, "/v2/track/batch")
    answer = admin.get("/requests/unmatched")
    assert answer["meta"] == {"total": 3}
    assert [(each["nearest"]["operation"], each["why"]) for each in answer["requests"]] == [
        ("trackBatch", "GET is not a method of /v2/track/batch; use POST"),
        ("trackShipment", f"'/track/{NUMBER}' lacks the prefix /v2; it also lacks X-API-Key"),
        ("listCarriers", "'/v2/carriers/' ends in a slash; leave it out"),
    ]
    assert answer["requests"][0]["nearest"]["path"] == "/v2/track/batch"
    assert admin.get(f"/requests/unmatched?key={FREE}")["meta"] == {"total": 2}
    assert len(admin.get("/requests/unmatched?limit=1")["requests"]) == 1


def test_what_broke_the_contract_is_told_with_the_clause(admin: Admin) -> None:
    admin.ask(FREE)
    admin.ask(None)
    admin.ask("nonsense")
    admin.ask(FREE, f"/v2/track/{NUMBER}?carrier=fedex")
    admin.ask(FREE, "/v2/track/x")
    admin.ask(FREE, "/v2/track/batch", method="POST", json={"shipments": [{"tracking_number": NUMBER}] * 6})
    admin.ask(FREE, "/v2/webhooks", method="POST", json={"url": "https://example.com"})
    admin.ask(FREE, "/v2/webhooks", method="POST", data="url=x")
    admin.ask(FREE, "/v2/carriers", method="DELETE")
    answer = admin.get("/requests/violations")
    assert [each["clause"]["id"] for each in reversed(answer["requests"])] == [
        "auth.header",
        "errors.401",
        "errors.400.number",
        "track.number.form",
        "batch.size",
        "webhook.request.required",
        "errors.415",
        "errors.405",
    ]
    newest = answer["requests"][0]
    assert newest["clause"]["title"] == "a method that the path does not answer is 405 invalid_request"
    assert newest["clause"]["source"] == "assumed"
    assert FREE not in str(answer)


@pytest.mark.parametrize("preference", ["code=400", "code=401", "code=503"])
def test_an_injected_refusal_blames_nobody(admin: Admin, preference: str) -> None:
    admin.ask(FREE, f"/v2/track/{NUMBER}", headers={"Prefer": preference})
    assert admin.get("/requests/violations")["requests"] == []


def test_a_body_that_was_cut_is_blamed_on_the_refusal(admin: Admin) -> None:
    shipments = [{"tracking_number": NUMBER, "carrier": "x" * 9000}, {}]
    admin.ask(FREE, "/v2/track/batch", method="POST", json={"shipments": shipments})
    (entry,) = admin.get("/requests/violations")["requests"]
    assert entry["clause"]["id"] == "errors.400.request"
    assert entry["truncated"] is True


def test_an_unknown_number_breaks_nothing(admin: Admin) -> None:
    admin.ask(FREE, "/v2/track/PARCEL12345")
    assert admin.get("/requests/violations")["requests"] == []


def test_a_path_of_the_control_plane_that_is_none_is_told_with_where_they_are(admin: Admin) -> None:
    told = admin.problem("GET", "/nosuch")
    assert (told["status"], "/__admin/nosuch" in told["detail"]) == (404, True)
    assert "guides/control-plane" in told["detail"]


def test_a_method_that_a_path_does_not_take_is_told_with_those_it_takes(admin: Admin) -> None:
    assert "takes GET, HEAD, OPTIONS, PUT" in admin.problem("PATCH", "/clock")["detail"]
    assert admin.client.patch("/__admin/clock").headers["Allow"]
