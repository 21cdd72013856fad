import re
from html import unescape
from urllib.parse import urljoin

import pytest
from werkzeug.test import Client

from mock_server.contract.specification import Specification
from mock_server.domain.clock import ManualClock
from mock_server.guides import guides
from mock_server.settings import Settings
from mock_server.tests.web.control.admin import Admin
from mock_server.web.app import MockServer, create_app

PAGES = [
    "/__admin/",
    "/__admin/docs",
    "/__admin/docs/guides/",
    "/__admin/requests",
    "/__admin/requests/unmatched",
    "/__admin/requests/violations",
    "/__admin/clock",
    "/__admin/keys",
    "/__admin/keys/tf_test_free_a",
    "/__admin/try",
    "/__admin/try?operation=trackBatch&key=tf_test_free_a",
    "/__admin/faults",
    "/__admin/scenario?edit=flaky",
    "/__admin/shipments",
    "/__admin/shipments/1Z999AA10123456784",
    "/__admin/webhooks",
    "/__admin/deliveries",
    "/__admin/inbox",
    "/__admin/inbox/orders",
    "/__admin/report",
]
ASSETS = [
    f"/__admin/console/assets/{name}" for name in ("console.css", "console.js", "htmx.min.js", "idiomorph.min.js")
]
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
GUIDES = [f"/__admin/docs/guides/{each.name}" for each in guides()]


def page(admin: Admin, path: str) -> str:
    answer = admin.client.get(path, headers=BROWSER)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("path", [*PAGES, *ASSETS])
def test_a_page_needs_nothing_from_elsewhere_and_nobody_may_put_it_into_another(admin: Admin, path: str) -> None:
    answer = admin.client.get(path, headers=BROWSER)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    if path not in ASSETS[2:]:  # libraries, as they were published
        assert re.findall(r"""(?:src|href)=["'](?:https?:)?//""", answer.get_data(as_text=True)) == []
        assert re.findall(r"@import|url\(", answer.get_data(as_text=True)) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_script_or_style_written_into_it(admin: Admin, path: str) -> None:
    text = page(admin, path)
    assert "unsafe" not in admin.client.get(path, headers=BROWSER).headers["Content-Security-Policy"]
    assert re.findall(r"<script(?! src=)|<style|\son\w+=|\sstyle=|javascript:", text) == []


@pytest.fixture(scope="module")
def found() -> set[str]:
    """What was there already when another page of the same mock referred to it: every page has the same navigation."""
    return set()


@pytest.mark.parametrize("path", [*PAGES, *GUIDES])
def test_what_a_page_refers_to_is_there(admin: Admin, found: set[str], path: str) -> None:
    for reference in re.findall(r'(?:src|href)="([^"#]+)"', page(admin, path)):
        place = urljoin(path, unescape(reference))
        if not reference.startswith(("data:", "https:")) and place not in found:
            assert admin.client.get(place, headers=BROWSER).status_code == 200, reference
            found.add(place)


def test_the_documentation_has_every_operation_clause_and_code_with_its_source(admin: Admin, app: MockServer) -> None:
    text = page(admin, "/__admin/docs")
    specification: Specification = app.pipeline.specification
    for operation in (*specification.operations, "deliverTrackingEvent"):
        assert f'id="{operation}"' in text
    for kind in specification.errors:
        assert f"<code>{kind.code}</code></td><td>{kind.message.replace(chr(39), '&#39;')}" in text
    for clause in ("track.path", "quota.batch.atomic", "delivery.signature.hmac"):
        assert f'id="clause-{clause}"' in text
    assert text.count('class="pill documented"') > 100
    assert text.count('class="pill assumed"') > 100
    assert "Trying to delete" not in text
    assert "“| lang | string | Optional | Language for event descriptions. Default: en |”" in text


@pytest.mark.parametrize("path", GUIDES)
def test_a_guide_is_shown_without_anything_from_elsewhere(admin: Admin, path: str) -> None:
    answer = admin.client.get(path, headers=BROWSER)
    text = answer.get_data(as_text=True)
    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert re.findall(r"""src=["']?(?:https?:)?//|<script(?! src=)|style=""", text) == []
    assert "<!-- " not in text
    assert "&lt;!-- " not in text


def test_a_guide_that_is_not_there_is_a_problem_that_names_the_nearest(admin: Admin) -> None:
    assert "did you mean 'webhooks'?" in admin.problem("GET", "/docs/guides/webhook")["detail"]
    for name in ("..%2f..%2fREADME", "%2e%2e", "faults/x", "%00"):
        assert admin.client.get(f"/__admin/docs/guides/{name}").status_code == 404, name


def test_no_file_but_the_assets_is_served(admin: Admin) -> None:
    for name in ("../frame.py", "%2e%2e%2fframe.py", "README.md", "licences", "nothing"):
        assert admin.client.get(f"/__admin/console/assets/{name}").status_code == 404


def test_a_program_gets_json_where_a_browser_gets_a_page(admin: Admin) -> None:
    for path in ("/keys", "/clock", "/requests", "/requests/unmatched"):
        for accept in (None, "*/*", "application/json", "application/json, text/html;q=0.5"):
            answer = admin.client.get(f"/__admin{path}", headers={"Accept": accept} if accept else {})
            assert (answer.status_code, answer.content_type) == (200, "application/json"), (path, accept)
            assert "Accept" in answer.headers["Vary"]
        assert page(admin, f"/__admin{path}").startswith("<!doctype html>")


def test_the_plane_s_own_name_leads_to_the_console(admin: Admin) -> None:
    answer = admin.client.get("/__admin")
    assert (answer.status_code, answer.headers["Location"]) == (308, "http://localhost/__admin/")


def test_where_a_token_is_needed_a_browser_asks_for_it(clock: ManualClock) -> None:
    client: Client = create_app(Settings(host="0.0.0.0", admin_token="t0ken-of-many-letters"), clock).test_client()
    refused = client.get("/__admin/")
    assert refused.status_code == 401
    assert [each.partition(" ")[0] for each in refused.headers.getlist("WWW-Authenticate")] == ["Bearer", "Basic"]
    for page in ("/__admin/", "/__admin/docs", "/__admin/openapi.json"):
        assert client.get(page, auth=("whoever", "t0ken-of-many-letters")).status_code == 200
    assert client.get("/__admin/", auth=("t0ken-of-many-letters", "wrong")).status_code == 401
    foreign = client.post(
        "/__admin/reset", auth=("", "t0ken-of-many-letters"), headers={"Origin": "https://evil.example"}
    )
    assert foreign.status_code == 403
