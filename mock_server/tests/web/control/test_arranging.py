"""Rules that are edited, paused and put in another order, and what comes next in a sandbox."""

from mock_server.tests.web.control.admin import FREE, NUMBER, Admin

DOWN = {"id": "down", "fault": {"type": "error", "code": "carrier_unavailable"}}
WRONG = {"id": "wrong", "fault": {"type": "error", "code": "internal_error"}}


def test_a_paused_rule_strikes_nothing_and_goes_on_counting_later(admin: Admin) -> None:
    admin.post(f"/faults?key={FREE}", DOWN)
    assert admin.ask(FREE).status_code == 503
    paused = admin.post(f"/faults/down/pause?key={FREE}")
    assert (paused["paused"], paused["applied"]) == (True, 1)
    assert admin.ask(FREE).status_code == 200
    assert "paused" not in admin.post(f"/faults/down/resume?key={FREE}")
    assert admin.ask(FREE).status_code == 503
    assert admin.get(f"/faults/down?key={FREE}")["applied"] == 2


def test_a_rule_can_be_written_paused(admin: Admin) -> None:
    admin.post("/faults", {**DOWN, "paused": True})
    assert admin.ask(FREE).status_code == 200
    admin.post("/faults/down/resume")
    assert admin.ask(FREE).status_code == 503


def test_an_edited_rule_keeps_its_place_and_counts_anew(admin: Admin) -> None:
    admin.post("/faults", DOWN)
    admin.post("/faults", WRONG)
    admin.ask(FREE)
    edited = admin.put("/faults/down", {"fault": {"type": "error", "code": "not_found"}})
    assert (edited["id"], edited["applied"]) == ("down", 0)
    assert [each["id"] for each in admin.get("/faults")["faults"]] == ["down", "wrong"]
    assert admin.ask(FREE).status_code == 404
    assert admin.client.put("/__admin/faults/down", json=WRONG).status_code == 409
    assert "there is no fault rule" in admin.problem("PUT", "/faults/none", DOWN)["detail"]


def test_rules_are_asked_in_the_order_in_which_they_were_put(admin: Admin) -> None:
    admin.post("/faults", DOWN)
    admin.post("/faults", WRONG)
    assert [each["id"] for each in admin.post("/faults/wrong/move", {"before": "down"})["faults"]] == ["wrong", "down"]
    assert admin.ask(FREE).status_code == 500
    admin.post("/faults/wrong/move", {"before": None})
    assert admin.ask(FREE).status_code == 503
    assert "no rule of the same list" in admin.problem("POST", "/faults/down/move", {"before": "none"})["detail"]


def test_a_message_names_fifty_rules_of_a_list_and_counts_the_others(admin: Admin) -> None:
    for place in range(52):
        admin.post("/faults", {**DOWN, "id": f"rule-{place}"})
    detail = admin.problem("POST", "/faults/rule-0/move", {"before": "none"})["detail"]
    assert detail.startswith("before='none' is no rule of the same list; there are rule-0, rule-1, ")
    assert detail.endswith(", rule-49 and 2 more")


def test_what_comes_next_is_told_soonest_first(admin: Admin) -> None:
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "in_transit"})
    admin.post(f"/webhooks?key={FREE}", {"tracking_number": NUMBER, "url": "http://127.0.0.1/__inbox/x"})
    admin.post(f"/faults?key={FREE}", {**DOWN, "from": "2026-06-15T12:00:30Z"})
    coming = admin.get(f"/clock/upcoming?key={FREE}&seconds=864000&limit=1000")["upcoming"]
    assert [each["at"] for each in coming] == sorted(each["at"] for each in coming)
    assert [each["kind"] for each in coming[:2]] == ["rule", "window"]
    scan = next(each for each in coming if each["kind"] == "scan")
    assert (scan["subject"], scan["webhooks"]) == (NUMBER, 1)
    admin.put(f"/clock?key={FREE}", {"action": "set", "instant": scan["at"]})
    admin.delete(f"/faults?key={FREE}")
    assert admin.track(FREE)["events"][0]["timestamp"] == scan["at"]


def test_a_shipment_is_shown_as_of_another_instant(admin: Admin) -> None:
    admin.put(f"/shipments/{NUMBER}?key={FREE}", {"status": "out_for_delivery"})
    future = admin.get(f"/shipments/{NUMBER}?key={FREE}&future=1")["future_events"][-1]
    then = admin.get(f"/shipments/{NUMBER}?key={FREE}&at={future['timestamp']}")
    assert (then["shipment"]["status"], then["now"]) == ("delivered", future["timestamp"])
    assert admin.track(FREE)["status"] == "out_for_delivery"
    assert "is no instant" in admin.problem("GET", f"/shipments/{NUMBER}?at=soon")["detail"]


def test_an_entry_tells_the_quota_before_and_after_it(admin: Admin) -> None:
    admin.ask(FREE)
    admin.ask(FREE, "/v2/track/400")
    newest, first = admin.get("/requests")["requests"]
    assert (first["quota"], newest["quota"]) == ({"before": 10, "after": 9}, {"before": 9, "after": 8})
