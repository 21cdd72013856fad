"""Two doors into one mock: this project's server asks it directly, Flask by one rule for each operation."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import waitress.server
import yaml
from flask import Response
from werkzeug.serving import make_server

from mock_server.domain.clock import ManualClock, from_text
from mock_server.server.background import BackgroundServer
from mock_server.server.options import Options
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.settings import Settings
from mock_server.tests.server.raw_client import RawClient, ask
from mock_server.web.app import MockServer, create_app
from mock_server.web.front import Front

TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"
KEY = "X-API-Key: tf_test_enterprise_doors"
NUMBER = "1Z204E380338943508"
HOOK = json.dumps({"tracking_number": NUMBER, "url": "https://example.com/hook"})
BATCH = json.dumps({"shipments": [{"tracking_number": NUMBER}, {"tracking_number": "449044304137821"}]})
FAULT = {"match": {"method": "GET", "path": "/v2/carriers"}}
Door = Callable[[MockServer], Callable[[Request], Reply]]


def raw(method: str, target: str, body: str = "", *headers: str) -> bytes:
    length = [f"Content-Length: {len(body)}", "Content-Type: application/json"] if body else []
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *headers, *length, "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body.encode()


def told(transcript: Path) -> bytes:
    """The request that a transcript of the page makes, as curl sends it."""
    text = transcript.read_text(encoding="utf-8")
    path = re.search(r"http://127\.0\.0\.1:8080([^\s\"'`)\\]+)", text)
    assert path is not None
    body = re.search(r"-d '(.*?)'", text, re.DOTALL)
    return raw("POST" if body else "GET", path[1], body[1] if body else "", KEY)


REQUESTS = {
    **{path.name: told(path) for path in sorted(TRANSCRIPTS.glob("*.md"))},
    "tracked": raw("GET", f"/v2/track/{NUMBER}?carrier=ups&lang=de", "", KEY),
    "head": raw("HEAD", f"/v2/track/{NUMBER}", "", KEY),
    "encoded": raw("GET", f"/v2/track/%31{NUMBER[1:]}?utm=caf%C3%A9", "", KEY),
    "slash in a number": raw("GET", "/v2/track/1Z%2F9", "", KEY),
    "no number": raw("GET", "/v2/track/", "", KEY),
    "wrong number": raw("GET", "/v2/track/!", "", KEY),
    "batch": raw("POST", "/v2/track/batch", BATCH, KEY),
    "batch by GET": raw("GET", "/v2/track/batch", "", KEY),
    "broken batch": raw("POST", "/v2/track/batch", "{", KEY),
    "created": raw("POST", "/v2/webhooks", HOOK, KEY),
    "unknown webhook": raw("DELETE", "/v2/webhooks/wh_none", "", KEY),
    "carriers": raw("GET", "/v2/carriers", "", KEY),
    "no key": raw("GET", "/v2/carriers"),
    "options": raw("OPTIONS", "/v2/carriers", "", KEY),
    "wrong method": raw("PATCH", "/v2/carriers", "", KEY),
    "no method": raw("FROB", "/v2/carriers", "", KEY),
    "nowhere": raw("GET", "/v2/nowhere", "", KEY),
    "root": raw("GET", "/", "", KEY),
    "two slashes": raw("GET", "//v2/carriers", "", KEY),
    "slash behind": raw("GET", "/v2/carriers/", "", KEY),
    "preferred": raw("GET", "/v2/carriers", "", KEY, "Prefer: code=503"),
    "ready": raw("GET", "/__admin/ready"),
    "no such noun": raw("GET", "/__admin/nothing"),
    "too long": raw("POST", "/v2/track/batch", "[" + " " * 1024 * 1024 + "]", KEY),
    "no http": b"nonsense\r\n\r\n",
}
FAULTS: list[dict[str, Any]] = [
    {"type": "CONNECTION_RESET_BY_PEER"},
    {"type": "EMPTY_RESPONSE"},
    {"type": "MALFORMED_RESPONSE_CHUNK"},
    {"type": "RANDOM_DATA_THEN_CLOSE"},
    {"type": "truncate_body", "bytes": 7},
    {"type": "dribble", "numberOfChunks": 3, "totalDuration": 3},
    {"type": "latency", "milliseconds": 2},
]


def fast(app: MockServer) -> Callable[[Request], Reply]:
    return Front(app.mock, app).answer


def by_flask(app: MockServer) -> Callable[[Request], Reply]:
    return app.answer


@contextmanager
def open_door(door: Door) -> Iterator[tuple[MockServer, str]]:
    """The same mock each time, behind one of its doors."""
    app = create_app(Settings(seed=5), ManualClock(from_text("2026-06-15T12:00:00Z")))
    front = Front(app.mock, app)
    options = Options(refuse=front.refuse, limits=front.options().limits, now=app.worlds.clock.now)
    with BackgroundServer(door(app), options=options) as server:
        yield app, server.url


def received(url: str, data: bytes) -> bytes | str:
    """Every byte that comes back, or how the connection ends."""
    with RawClient(url) as client:
        client.send(data)
        try:
            return client.rest()
        except ConnectionResetError:
            return "reset"


def test_both_doors_answer_the_page_s_requests_and_every_other_byte_for_byte() -> None:
    answers = []
    for door in (fast, by_flask):
        with open_door(door) as (app, url):
            answers.append({name: received(url, data) for name, data in REQUESTS.items()})
            entries = [world.journal.entries() for world in app.worlds.all()]
            answers[-1]["journal"] = repr([[(e.method, e.target, e.status, e.body) for e in each] for each in entries])
    assert answers[0] == answers[1]
    assert len({str(answer) for answer in answers[0].values()}) > 15


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault["type"]))
def test_what_happens_on_the_wire_happens_at_both_doors(fault: dict[str, Any]) -> None:
    answers = []
    for door in (fast, by_flask):
        with open_door(door) as (_, url):
            rule = raw("POST", "/__admin/faults", json.dumps({"fault": fault, "id": "one"}))
            assert ask(url, rule.replace(b"Host: localhost", b"Host: localhost")).status == 201
            answers.append(received(url, REQUESTS["carriers"]))
    assert answers[0] == answers[1]


def test_there_is_a_rule_for_each_operation_of_the_contract(app: MockServer) -> None:
    rules = {
        (rule.endpoint, rule.rule, *sorted((rule.methods or set()) - {"HEAD"})) for rule in app.url_map.iter_rules()
    }
    for operation in app.pipeline.specification.operations.values():
        path = app.pipeline.specification.base_path + operation.path.replace("{", "<").replace("}", ">")
        assert (operation.id, path, operation.method) in rules


def test_an_operation_that_an_overlay_adds_has_a_rule_and_an_answer(tmp_path: Path) -> None:
    operation = {"operationId": "pingParcel", "responses": {"204": {"description": "Pong."}}}
    parameters = [{"name": "parcel-id", "in": "path", "required": True, "schema": {"type": "string"}}]
    overlay = {
        "overlay": "1.0.0",
        "info": {"title": "Ours", "version": "1"},
        "actions": [
            {"target": "$.paths", "update": {"/ping/{parcel-id}": {"parameters": parameters, "get": operation}}}
        ],
    }
    file = tmp_path / "ours.yaml"
    file.write_text(yaml.safe_dump(overlay), encoding="utf-8")
    app = create_app(Settings(overlay=(file,)))
    assert [rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/v2/ping/")] == ["pingParcel"]
    answer = app.test_client().get("/v2/ping/1", headers=dict([KEY.split(": ")]))
    assert (answer.status_code, answer.data) == (204, b"")


def test_hooks_and_extensions_of_flask_see_the_operations(app: MockServer) -> None:
    seen: list[str | None] = []

    @app.before_request
    def note() -> None:
        from flask import request

        seen.append(request.endpoint)

    @app.after_request
    def mark(response: Response) -> Response:
        response.headers["X-Marked"] = "yes"
        return response

    answer = app.test_client().get("/v2/carriers", headers=dict([KEY.split(": ")]))
    assert (answer.status_code, answer.headers["X-Marked"], seen) == (200, "yes", ["listCarriers"])


def test_flask_s_own_command_lists_the_operations() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "mock_server", "routes"], capture_output=True, text=True, check=True
    )
    for operation in ("trackShipment", "trackBatch", "listCarriers", "createWebhook", "deleteWebhook"):
        assert operation in done.stdout


@contextmanager
def werkzeug_server(app: MockServer) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def waitress_server(app: MockServer) -> Iterator[str]:
    server: Any = waitress.server.create_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.trigger.pull_trigger(server.close)
    thread.join()
    server.task_dispatcher.shutdown()


OWN = {"date", "server", "connection", "via"}  # what each server says for itself


@pytest.mark.parametrize("other", [werkzeug_server, waitress_server])
def test_any_wsgi_server_can_serve_it(other: Callable[[MockServer], Any]) -> None:
    def answers(url: str) -> dict[str, object]:
        found: dict[str, object] = {}
        for name in ("curl.md", "batch.md", "tracked", "encoded", "batch by GET", "created", "no key", "nowhere"):
            answer = ask(url, REQUESTS[name])
            headers = {key: value for key, value in answer.headers.items() if key not in OWN}
            found[name] = (answer.status, headers, answer.body)
        return found

    with open_door(fast) as (_, url):
        expected = answers(url)
    app = create_app(Settings(seed=5), ManualClock(from_text("2026-06-15T12:00:00Z")))
    with other(app) as url:
        assert urlsplit(url).port
        assert answers(url) == expected
        assert ask(url, raw("POST", "/v2/track/batch", "x" * 1_100_000, KEY)).status == 413
