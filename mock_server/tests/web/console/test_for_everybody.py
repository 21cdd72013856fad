"""The pages for whoever looks at them: screen readers, phones, wide screens, and people who write HTML into names."""

import json
from pathlib import Path
from typing import Any, Literal

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, expect

from mock_server.settings import Settings
from mock_server.tests.served import served
from mock_server.tests.web.console.conftest import KEY, NUMBER, ServedConsole
from mock_server.web.app import create_app

HOSTILE = "<img src=x onerror=document.title='taken'>\"'><script>document.title='taken'</script>"
PAGES = (
    "/",
    f"/keys/{KEY}",
    "/clock",
    "/requests",
    "/requests/1",
    "/requests/unmatched",
    "/docs?q=quota.batch",  # all of it is made of the same; thousands of clauses take axe a minute
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

SCHEMES: tuple[tuple[Literal["light", "dark"], dict[str, Any]], ...] = (
    ("light", {}),
    ("dark", {"runOnly": ["color-contrast"]}),
)


def furnish(lab: ServedConsole) -> None:
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


@pytest.mark.long
def test_axe_finds_no_violation_on_any_page_in_light_and_dark(lab: ServedConsole, browser: Browser, axe: str) -> None:
    furnish(lab)
    context = browser.new_context(bypass_csp=True)  # axe is put into the page, which forbids that
    page = context.new_page()
    found: dict[Any, Any] = {}
    for path in PAGES:
        page.emulate_media(color_scheme="light")
        page.goto(f"{lab.url}/__admin{path}{'&' if '?' in path else '?'}key={KEY}")
        page.evaluate(axe)
        for scheme, rules in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            told = page.evaluate(
                "rules => axe.run({resultTypes: ['violations'], ...rules})"
                ".then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 120))]))",
                rules,
            )
            if told:
                found[scheme, path] = told
    context.close()
    assert found == {}


def test_no_page_scrolls_sideways_from_a_phone_to_a_wide_screen_and_no_html_of_a_stranger_runs(
    lab: ServedConsole,
) -> None:
    furnish(lab)
    wide: list[object] = []
    for path in (*PAGES, "/docs"):
        lab.open(path)
        for width in (390, 1280, 2560):
            lab.page.set_viewport_size({"width": width, "height": 900})
            over = lab.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            wide += [(width, path, over)] if over > 0 else []
        assert "taken" not in lab.page.title()
        assert lab.page.locator("img").count() == 0
    assert wide == []


def test_the_name_of_a_contract_is_text_whatever_is_written_in_it(context: BrowserContext, tmp_path: Path) -> None:
    overlay = {
        "overlay": "1.0.0",
        "info": {"title": HOSTILE, "version": "1"},
        "actions": [{"target": "$.info", "update": {"title": HOSTILE, "description": HOSTILE, "x-note": HOSTILE}}],
    }
    (tmp_path / "odd.json").write_text(json.dumps(overlay), encoding="utf-8")
    page = context.new_page()
    with served(create_app(Settings(overlay=(tmp_path / "odd.json",)))) as server:
        for path in ("/", "/docs", "/docs/guides/"):
            page.goto(f"{server.url}/__admin{path}")
            assert page.title() != "taken"
            assert page.locator("img").count() == 0
        page.goto(f"{server.url}/__admin/docs")
        expect(page.locator("main")).to_contain_text(HOSTILE)


def test_what_is_new_takes_neither_focus_nor_selection_nor_an_open_part_away(lab: ServedConsole) -> None:
    lab.told("POST", "/faults", {"id": "down", "fault": {"type": "error", "code": "not_found"}}, key=KEY)
    lab.open("/faults")
    pause = lab.page.get_by_role("button", name="Pause down", exact=True)
    pause.focus()
    lab.page.evaluate("getSelection().selectAllChildren(document.querySelector('.rule-id'))")
    lab.track()
    expect(lab.page.locator("#p-rules")).to_contain_text("struck 1")
    expect(pause).to_be_focused()
    assert lab.page.evaluate("getSelection().toString()") == "down"


def test_ten_thousand_requests_are_a_page_of_a_hundred_and_a_way_to_the_rest(context: BrowserContext) -> None:
    app = create_app(Settings(journal_size=10_000, time_scale=0))
    for _ in range(10_000):
        app.mock.pipeline.answer("GET", "/v2/carriers", {"x-api-key": KEY}, b"")
    page = context.new_page()
    with served(app) as server:
        page.goto(f"{server.url}/__admin/requests")
        expect(page.locator("#shown")).to_have_text("100")
        expect(page.locator("#journal")).to_contain_text("of 10000")
        expect(page.locator("#rows tr")).to_have_count(100)
        page.get_by_role("button", name="Show older").click()
        expect(page.locator("#rows tr")).to_have_count(200)
        ids = page.evaluate("[...document.querySelectorAll('#rows tr')].map(row => Number(row.id.slice(2)))")
        assert ids == list(range(10_000, 9_800, -1))
        page.goto(f"{server.url}/__admin/keys/{KEY}")
        expect(page.locator("#p-requests tbody tr").first).to_be_visible()
        expect(page.locator("#p-verdict")).to_contain_text("Waited out Retry-After?")
        page.goto(f"{server.url}/__admin/requests?text=nowhere")
        expect(page.locator("#none")).to_contain_text("No request yet fits.")


def test_a_page_of_another_site_can_make_nothing_happen(lab: ServedConsole) -> None:
    order = {"order": '{"method":"POST","path":"/reset","query":{},"body":null}'}
    lab.track()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}):
        for path in ("do", "forms/key", "preview/key", "try"):
            answer = requests.post(f"{lab.url}/__admin/console/{path}", data=order, headers=headers, timeout=10)
            assert answer.status_code == 403, (path, headers)
    assert lab.get("/keys")["meta"]["total"] == 1
