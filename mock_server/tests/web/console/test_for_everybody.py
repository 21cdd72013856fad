"""The pages for whoever looks at them: screen readers, phones, wide screens, and people who write HTML into names."""

from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, expect

from mock_server.tests.web.console.conftest import KEY, NUMBER, Lab

HOSTILE = "<img src=x onerror=document.title='taken'>\"'><script>document.title='taken'</script>"
PAGES = (
    "/",
    f"/keys/{KEY}",
    "/clock",
    "/requests",
    "/requests/1",
    "/requests/unmatched",
    "/docs",
    "/docs/guides/faults",
    "/faults",
    "/faults/down",
    "/scenario",
    "/shipments",
    f"/shipments/{NUMBER}",
    "/webhooks",
    "/deliveries",
    "/inbox/orders",
    "/report",
    "/try?operation=trackBatch",
)


def furnish(lab: Lab) -> None:
    """Something to see on every page, with HTML wherever somebody can write."""
    lab.track()
    requests.get(f"{lab.url}/v2/track/{HOSTILE}", headers={"X-API-Key": KEY, "User-Agent": HOSTILE}, timeout=10)
    requests.get(f"{lab.url}/v2/{HOSTILE}?{HOSTILE}", headers={"X-API-Key": HOSTILE}, timeout=10)
    rule = {"id": "down", "fault": {"type": "error", "code": "not_found"}, "match": {"header": {"User-Agent": HOSTILE}}}
    lab.told("POST", "/faults", rule, key=KEY)
    lab.told("PUT", f"/shipments/{NUMBER}", {"status": "in_transit", "service": HOSTILE}, key=KEY)
    lab.told("POST", "/webhooks", {"tracking_number": NUMBER, "url": f"{lab.url}/__inbox/orders?x='onload='y"}, key=KEY)
    lab.told("POST", "/webhooks/trigger", {"number": NUMBER, "event": "delivered"}, key=KEY)
    requests.post(f"{lab.url}/__inbox/orders", data=HOSTILE, headers={"X-Odd": HOSTILE}, timeout=10)
    lab.told("PUT", "/scenario", {"name": HOSTILE[:90], "document": {"description": HOSTILE}}, key="tf_test_free_other")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_any_page(lab: Lab, browser: Browser, axe: str, scheme: Any) -> None:
    furnish(lab)
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)  # axe is put into the page, which forbids that
    page = context.new_page()
    found: dict[str, Any] = {}
    for path in PAGES:
        page.goto(f"{lab.url}/__admin{path}{'&' if '?' in path else '?'}key={KEY}")
        page.evaluate(axe)
        told = page.evaluate(
            "axe.run().then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 120))]))"
        )
        if told:
            found[path] = told
    context.close()
    assert found == {}


def test_no_page_scrolls_sideways_from_a_phone_to_a_wide_screen_and_no_html_of_a_stranger_runs(lab: Lab) -> None:
    furnish(lab)
    wide: list[object] = []
    for width in (390, 1280, 2560):
        lab.page.set_viewport_size({"width": width, "height": 900})
        for path in PAGES:
            lab.open(path)
            over = lab.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            wide += [(width, path, over)] if over > 0 else []
            assert "taken" not in lab.page.title()
            assert lab.page.locator("img").count() == 0
    assert wide == []


def test_what_is_new_takes_neither_focus_nor_selection_nor_an_open_part_away(lab: Lab) -> None:
    lab.told("POST", "/faults", {"id": "down", "fault": {"type": "error", "code": "not_found"}}, key=KEY)
    lab.open("/faults")
    pause = lab.page.get_by_role("button", name="Pause down", exact=True)
    pause.focus()
    lab.page.evaluate("getSelection().selectAllChildren(document.querySelector('.rule-id'))")
    lab.track()
    expect(lab.page.locator("#p-rules")).to_contain_text("struck 1")
    expect(pause).to_be_focused()
    assert lab.page.evaluate("getSelection().toString()") == "down"


def test_ten_thousand_requests_are_a_page_of_a_hundred_and_a_way_to_the_rest(lab: Lab) -> None:
    world = lab.app.worlds.of(KEY)
    for _ in range(250):
        lab.app.mock.pipeline.answer("GET", "/v2/carriers", {"x-api-key": KEY}, b"")
    assert len(world.journal) == 250
    lab.open("/requests")
    expect(lab.page.locator("#rows tr")).to_have_count(100)
    lab.page.get_by_role("button", name="Show older").click()
    expect(lab.page.locator("#rows tr")).to_have_count(200)
    ids = lab.page.evaluate("[...document.querySelectorAll('#rows tr')].map(row => Number(row.id.slice(2)))")
    assert ids == list(range(250, 50, -1))


def test_a_page_of_another_site_can_make_nothing_happen(lab: Lab) -> None:
    order = {"order": '{"method":"POST","path":"/reset","query":{},"body":null}'}
    lab.track()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}):
        for path in ("do", "forms/key", "preview/key", "try"):
            answer = requests.post(f"{lab.url}/__admin/console/{path}", data=order, headers=headers, timeout=10)
            assert answer.status_code == 403, (path, headers)
    assert lab.get("/keys")["meta"]["total"] == 1
