"""What QA does in a day, by mouse and keyboard in a real browser, each effect compared with what the API says."""

import re

import requests
from playwright.sync_api import Route, expect

from mock_server.tests.web.console.conftest import KEY, NUMBER, ServedConsole

TOLD = "() => new Promise((done) => { document.body.dispatchEvent(new Event('changed')); setTimeout(done); })"
"""A page is told that something has changed; over once it has begun to look what."""


def test_qa_makes_a_key_and_sees_it_once(lab: ServedConsole) -> None:
    lab.open("/", key=None)
    lab.page.get_by_label("Starter").check()
    lab.page.get_by_role("button", name="Make key").click()
    lab.done("The key works from now on")
    made = lab.page.locator("#told code.key").inner_text()
    assert lab.get(f"/keys/{made}")["plan"] == "starter"
    expect(lab.page.locator("#keys")).to_contain_text(made)  # without a reload
    lab.page.reload()
    expect(lab.page.locator("#told")).to_be_empty()


def test_qa_makes_a_key_run_out_and_sees_the_429(lab: ServedConsole) -> None:
    lab.track()
    lab.open(f"/keys/{KEY}", key=None)
    lab.page.get_by_role("button", name="Let it run out", exact=True).click()
    lab.done("No lookup is left")
    assert lab.get(f"/keys/{KEY}")["quota"][0]["remaining"] == 0
    expect(lab.page.locator("#p-quota")).to_contain_text("0 of 10")
    assert lab.track().status_code == 429
    expect(lab.page.locator("#p-requests tbody tr").first).to_contain_text("429")  # told by the server, not asked for


def test_qa_sends_a_request_and_sees_what_it_cost(lab: ServedConsole) -> None:
    lab.open("/try?operation=trackShipment")
    lab.page.locator("[name='path.trackingNumber']").fill(NUMBER)
    lab.page.get_by_role("button", name="Send").click()
    expect(lab.page.locator("#tried-status")).to_contain_text("200")
    expect(lab.page.locator("#tried-cost")).to_contain_text("1 (10 → 9)")
    assert lab.get(f"/keys/{KEY}")["quota"][0]["remaining"] == 9
    for language, word in (
        ("Python", "requests.request"),
        ("Node", "await fetch"),
        ("Java", "HttpClient"),
        ("Ruby", "Net::HTTP"),
    ):
        lab.page.locator("summary", has_text=language).click()
        expect(lab.page.get_by_role("region", name=language)).to_contain_text(word)


def test_qa_lets_time_pass_to_the_next_scan_and_sets_a_date(lab: ServedConsole) -> None:
    lab.told("PUT", f"/shipments/{NUMBER}", {"status": "in_transit"}, key=KEY)
    lab.open("/clock")
    coming = lab.get("/clock/upcoming", key=KEY, seconds=864000)["upcoming"]
    scan = next(each for each in coming if each["kind"] == "scan")
    expect(lab.page.locator("#p-next")).to_contain_text(scan["text"])
    lab.page.get_by_role("button", name=re.compile("^To the next scan")).first.click()
    lab.done("Time went on")
    assert scan["at"] <= lab.get("/clock", key=KEY)["now"]
    lab.page.get_by_label("Date and time").fill("2026-12-24T18:30:00")
    lab.page.get_by_role("button", name="Set", exact=True).click()
    lab.done("The clock is set")
    assert lab.get("/clock", key=KEY)["now"] == "2026-12-24T18:30:00Z"
    expect(lab.page.locator("#p-now time")).to_have_text("2026-12-24 18:30:00")
    lab.page.get_by_role("button", name="Run", exact=True).click()
    lab.done("The clock runs")
    assert lab.get("/clock", key=KEY)["scale"] == 1


def test_a_change_that_comes_while_the_page_looks_is_shown_too(lab: ServedConsole) -> None:
    lab.told("PUT", "/clock", {"action": "freeze"}, key=KEY)
    lab.page.route("**/console/live*", lambda route: route.abort())  # it hears of changes here alone
    lab.open("/clock")

    def slow(route: Route) -> None:
        before = route.fetch()
        lab.page.unroute(lab.page.url)
        lab.told("PUT", "/clock", {"action": "set", "instant": "2026-12-24T18:30:00Z"}, key=KEY)
        lab.page.evaluate(TOLD)
        route.fulfill(response=before)

    lab.page.route(lab.page.url, slow)
    lab.page.evaluate(TOLD)
    expect(lab.page.locator("#p-now time")).to_have_text("2026-12-24 18:30:00")


def test_qa_takes_ups_down_pauses_reorders_and_deletes(lab: ServedConsole) -> None:
    lab.open("/faults")
    lab.page.get_by_role("button", name="Add: UPS is down", exact=True).click()
    lab.done("UPS is down is in force")
    (rule,) = lab.get("/faults", key=KEY)["faults"]
    assert lab.track().status_code == 503
    expect(lab.page.locator("#p-rules")).to_contain_text("struck 1")
    lab.page.get_by_role("button", name=f"Pause {rule['id']}", exact=True).click()
    lab.done("The rule rests")
    assert lab.track().status_code == 200
    lab.page.get_by_role("button", name="Add: Two seconds late", exact=True).click()
    lab.done("Two seconds late is in force")
    late = lab.get("/faults", key=KEY)["faults"][1]["id"]
    lab.page.get_by_role("button", name=f"Ask {late} sooner", exact=True).press("Enter")
    lab.done("The rule is asked sooner")
    assert [each["id"] for each in lab.get("/faults", key=KEY)["faults"]] == [late, rule["id"]]
    assert lab.get(f"/faults/{rule['id']}", key=KEY)["applied"] == 1
    handles = lab.page.locator("[data-drag]")
    expect(handles.first).to_have_attribute("data-drag", late)
    lab.page.locator(".grip").nth(1).drag_to(handles.first)
    lab.done("asked in another order")
    assert [each["id"] for each in lab.get("/faults", key=KEY)["faults"]] == [rule["id"], late]
    lab.page.get_by_role("button", name=f"Delete {late}", exact=True).click()
    lab.done("The rule is gone")
    assert len(lab.get("/faults", key=KEY)["faults"]) == 1


def test_qa_writes_a_rule_in_the_form_and_mends_what_is_wrong(lab: ServedConsole) -> None:
    lab.open("/faults")
    form = lab.page.locator("#form-fault")
    form.locator("[name='/fault/type']").select_option("error")
    form.get_by_role("button", name="Add the rule").click()
    code = form.locator("[name='/fault/code']")
    expect(code).to_have_attribute("aria-invalid", "true")
    expect(form.locator("#errors-fault")).to_contain_text("code is missing")
    expect(code).to_be_focused()
    code.fill("internal_error")
    form.locator("[name='/id']").fill("once")
    form.locator("[name='/times']").fill("1")
    form.locator("[name='/match/operation']").fill("trackShipment")
    form.get_by_text("The same with curl").click()
    expect(form.locator(".preview")).to_contain_text('"code": "internal_error"')
    form.get_by_role("button", name="Add the rule").click()
    lab.done("The rule is in force")
    assert lab.track().status_code == 500
    lab.page.get_by_role("link", name="Edit once").click()
    lab.page.locator("[name='/times']").fill("2")
    lab.page.get_by_role("button", name="Change the rule").click()
    lab.page.wait_for_url("**/__admin/faults?*")
    assert lab.get("/faults/once", key=KEY)["times"] == 2


def test_qa_edits_a_scenario_and_is_told_the_line(lab: ServedConsole) -> None:
    lab.open("/scenario?edit=flaky")
    editor = lab.page.locator("#yaml")
    good = editor.input_value()
    editor.fill(good.replace("carrier_unavailable", "no_such_code"))
    lab.page.get_by_role("button", name="Start this scenario").click()
    expect(lab.page.locator("#errors-scenario")).to_contain_text(re.compile(r"line \d+.*no_such_code"))
    wrong = int(re.findall(r"line (\d+)", lab.page.locator("#errors-scenario").inner_text())[0])
    expect(lab.page.locator(".gutter .wrong")).to_have_text(str(wrong))
    editor.fill(good)
    lab.page.get_by_role("button", name="Start this scenario").click()
    lab.done("The scenario is played")
    assert lab.get("/scenario", key=KEY)["document"]["seed"] == 20
    lab.page.get_by_role("button", name="Start ups-outage", exact=True).click()
    lab.done("ups-outage is played")
    assert lab.get("/scenario", key=KEY)["name"] == "ups-outage"


def test_qa_filters_requests_and_sends_a_colleague_the_link(lab: ServedConsole) -> None:
    for number in (NUMBER, "400"):
        lab.track(number)
    lab.open("/requests")
    expect(lab.page.locator("#rows tr")).to_have_count(2)
    lab.page.get_by_label("Status").select_option("4xx")
    expect(lab.page.locator("#rows tr")).to_have_count(1)
    assert "status=4xx" in lab.page.url
    lab.page.get_by_label("Text").focus()
    lab.track(NUMBER)
    lab.track("401x")
    expect(lab.page.locator("#rows tr")).to_have_count(2)  # the one that fits came by itself, the other did not
    expect(lab.page.get_by_label("Text")).to_be_focused()
    lab.page.reload()
    expect(lab.page.locator("#rows tr")).to_have_count(2)
    lab.page.locator("#rows tr a").last.click()
    expect(lab.page.locator("main")).to_contain_text("Why: invalid_tracking_number")
    expect(lab.page.locator("main")).to_contain_text("9 → 8")
    lab.page.get_by_role("link", name="Make a rule for this").click()
    expect(lab.page.locator("[name='/match/operation']")).to_have_value("trackShipment")


def test_near_misses_and_violations_say_why(lab: ServedConsole) -> None:
    requests.get(f"{lab.url}/v2/tracks/{NUMBER}", headers={"X-API-Key": KEY}, timeout=60)
    lab.track("400")
    lab.open("/requests/unmatched")
    expect(lab.page.locator("#misses")).to_contain_text("/v2/track/{trackingNumber}")
    lab.open("/requests/violations")
    clause = lab.get("/requests/violations", key=KEY)["requests"][0]["clause"]["id"]
    expect(lab.page.locator("#misses")).to_contain_text(clause)


def test_qa_pins_a_shipment_lets_a_scan_happen_and_looks_back(lab: ServedConsole) -> None:
    lab.open("/shipments")
    form = lab.page.locator("#form-pin")
    form.locator("[name=number]").fill(NUMBER)
    form.locator("[name='/status']").fill("out_for_delivery")
    form.get_by_role("button", name="Pin").click()
    lab.page.wait_for_url(f"**/shipments/{NUMBER}?*")
    assert lab.track().json()["status"] == "out_for_delivery"
    lab.page.locator("[name='/type']").select_option("delivered")
    lab.page.get_by_role("button", name="Add the event").click()
    lab.done("The scan has happened")
    assert lab.track().json()["status"] == "delivered"
    expect(lab.page.locator("#status")).to_have_text("delivered")
    lab.page.get_by_label("Date and time (UTC)").fill("2026-06-15T11:00:00")
    lab.page.get_by_role("button", name="Show", exact=True).last.click()
    then = lab.get(f"/shipments/{NUMBER}", key=KEY, carrier="ups", at="2026-06-15T11:00:00Z")["shipment"]["status"]
    expect(lab.page.locator("#status")).to_have_text(then)
    lab.page.get_by_role("button", name="Unpin", exact=True).click()
    lab.page.wait_for_load_state()
    expect(lab.page.locator("main")).to_contain_text("what everybody finds")
    assert lab.get("/shipments", key=KEY)["meta"]["total"] == 0


def test_qa_sees_a_webhook_in_the_built_in_inbox(lab: ServedConsole) -> None:
    lab.told("PUT", f"/shipments/{NUMBER}", {"status": "in_transit"}, key=KEY)
    lab.open("/webhooks")
    lab.page.locator("[name='/tracking_number']").fill(NUMBER)
    lab.page.get_by_role("button", name="Subscribe").click()
    lab.done("The webhook is subscribed")
    lab.page.locator("[name='/number']").fill(NUMBER)
    lab.page.get_by_role("button", name="Trigger", exact=True).click()
    lab.done("The event is on its way")
    (message,) = lab.get("/inbox/inbox")["messages"]
    assert message["signature_check"] == "right"
    lab.page.locator("#p-deliveries a", has_text="tracking.delivered").click()
    expect(lab.page.locator("#state")).to_have_text("delivered")
    expect(lab.page.locator("#signature")).to_have_text("right")
    lab.page.get_by_role("button", name="Replay", exact=True).click()
    lab.done("Sent once more")
    assert lab.get("/inbox/inbox")["meta"]["total"] == 2
    lab.open("/inbox/inbox")
    expect(lab.page.locator("#p-messages li")).to_have_count(2)
    expect(lab.page.locator("#p-messages")).to_contain_text("signature right")


def test_qa_sends_a_pending_delivery_now_and_spoils_the_next(lab: ServedConsole) -> None:
    url = f"{lab.url}/__inbox/broken?status=503"
    lab.told("POST", "/webhooks", {"tracking_number": NUMBER, "url": url}, key=KEY)
    lab.told("POST", "/webhooks/trigger", {"number": NUMBER, "event": "delivered"}, key=KEY)
    (pending,) = lab.get("/deliveries", key=KEY)["deliveries"]
    lab.open(f"/deliveries/{pending['id']}")
    expect(lab.page.locator("#p-delivery")).to_contain_text("in 30 s")
    lab.page.get_by_role("button", name="Send now", exact=True).click()
    lab.done("The attempt is made")
    assert lab.get(f"/deliveries/{pending['id']}")["attempts"][-1]["number"] == 2
    lab.open("/webhooks")
    lab.page.get_by_label("How").select_option("bad_signature")
    lab.page.get_by_role("button", name="Spoil it").click()
    lab.done("The next one is spoilt")
    lab.told("POST", "/webhooks/trigger", {"number": NUMBER, "event": "delivered"}, key=KEY)
    assert lab.get("/inbox/broken")["messages"][0]["signature_check"] == "wrong"


def test_what_happens_elsewhere_is_seen_at_once(lab: ServedConsole) -> None:
    lab.open("/inbox/orders")
    requests.post(f"{lab.url}/__inbox/orders", data="from a colleague", timeout=10)
    expect(lab.page.locator("#p-messages")).to_contain_text("from a colleague")
    lab.open("/clock")
    lab.told("PUT", "/clock", {"action": "advance", "seconds": 3600}, key=KEY)
    expect(lab.page.locator("#p-now time")).to_have_text("2026-06-15 13:00:00")
    lab.open("/faults")
    lab.told("POST", "/faults", {"id": "theirs", "fault": {"type": "error", "code": "not_found"}}, key=KEY)
    expect(lab.page.locator("#p-rules")).to_contain_text("theirs")
    url = f"{lab.url}/__inbox/broken?status=503"
    lab.told("POST", "/webhooks", {"tracking_number": NUMBER, "url": url}, key=KEY)
    lab.open("/deliveries")
    lab.told("POST", "/webhooks/trigger", {"number": NUMBER, "event": "delivered"}, key=KEY)
    expect(lab.page.locator("main")).to_contain_text("tracking.delivered")
    lab.told("PUT", "/clock", {"action": "advance", "seconds": 60}, key=KEY)
    (pending,) = lab.get("/deliveries", key=KEY)["deliveries"]
    assert pending["attempts"] == 2
    expect(lab.page.locator("[data-label=attempts]")).to_have_text("2")


def test_the_report_shows_the_developer_what_their_client_did(lab: ServedConsole) -> None:
    lab.told("POST", "/states", {"state": "quota used", "params": {"key": KEY, "remaining": 0}})
    for _ in range(3):
        lab.track()
    lab.open("/report")
    finding = lab.get("/report", key=KEY)["keys"][0]["findings"][0]
    assert finding["verdict"] == "bad"
    expect(lab.page.locator("#p-report")).to_contain_text(finding["advice"])
    lab.page.get_by_role("link", name=f"request {finding['requests'][0]}", exact=True).first.click()
    expect(lab.page.locator("main")).to_contain_text("429")


def test_the_contract_is_searched_and_sifted_by_its_source(lab: ServedConsole) -> None:
    lab.open("/docs", key=None)
    clause = lab.page.locator("#clause-quota\\.batch\\.atomic")
    kind = clause.get_attribute("data-source")
    other = "documented" if kind == "assumed" else "assumed"
    lab.page.get_by_label("Source").select_option(other)
    expect(clause).to_be_hidden()
    assert f"source={other}" in lab.page.url
    lab.page.get_by_label("Source").select_option("")
    lab.page.get_by_label("Search", exact=True).fill("quota.batch.atomic")
    expect(clause).to_be_visible()
    expect(lab.page.locator("#clause-track\\.path")).to_be_hidden()
