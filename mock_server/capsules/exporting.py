"""A capsule in the form of other tools: a script of curl, a test for pytest, an HTTP archive."""

import json
import shlex
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from mock_server.capsules import showing
from mock_server.capsules.form import Capsule
from mock_server.capsules.replaying import Replay, body_of, specification_of
from mock_server.capsules.requests import MADE, requests, resent
from mock_server.capsules.secrets import SecretMask
from mock_server.capsules.story import course_of, timed
from mock_server.contract.specification import Specification
from mock_server.domain.clock import to_text
from mock_server.server.reply import Reply
from mock_server.version import __version__

Item = Mapping[str, Any]


def exported(capsule: Capsule, again: Replay, form: str) -> str:
    """The session as `curl`, `pytest` or `har`; `again` is its replay, which knows the answers."""
    return FORMS[form](capsule, again, specification_of(capsule))


def _curl(capsule: Capsule, again: Replay, specification: Specification) -> str:
    name = specification.key_header
    lines = [
        "#!/bin/sh",
        "# " + "\n# ".join(showing.facts(capsule)),
        "BASE=${TRACKFLOW_BASE_URL:-http://127.0.0.1:8080}",
        "KEY=${TRACKFLOW_API_KEY:?say with which key}",
        "",
    ]
    for item, headers, _ in requests(capsule, again.replies):
        if "note" in item:
            if line := showing.line_of(item):
                lines.append(f"# {line.strip()}")
            continue
        parts = ["curl", "-sS", "-i", *(("-I",) if item["method"] == "HEAD" else ("-X", item["method"]))]
        given = [part for each in resent(headers, name).items() for part in ("-H", shlex.quote(": ".join(each)))]
        body = body_of(item)
        data = ["--data-binary", shlex.quote(body.decode("utf-8", "replace"))] if body else []
        url = '"$BASE"' + shlex.quote(item["target"])
        lines.append(" ".join([*parts, url, "-H", f'"{name}: $KEY"', *given, *data]) + f"  # {item['status']}")
    return "\n".join(lines) + "\n"


def _pytest(capsule: Capsule, again: Replay, specification: Specification) -> str:
    begins = course_of(capsule["clock"]["course"])
    world = capsule["world"]
    lines = [
        '"""' + "\n".join(showing.facts(capsule)),
        "",
        "Written by `trackflow-mock capsule export`; it needs the fixture that trackflow-mock brings to pytest.",
        '"""',
        "",
        "import http.client",
        "import json",
        "from urllib.parse import urlsplit",
        "",
        "import pytest",
        "",
        f"SETTINGS = { {**capsule['settings'], 'seed': world['seed']}!r}",
        "",
        "",
        '@pytest.fixture(scope="session")',
        "def trackflow_settings():",
        "    return SETTINGS",
        "",
        "",
        "def ask(trackflow, method, target, headers, body):",
        "    connection = http.client.HTTPConnection(urlsplit(trackflow.url).netloc, timeout=60)",
        f"    connection.request(method, target, body, {{**headers, {specification.key_header!r}: trackflow.key}})",
        "    answer = connection.getresponse()",
        "    content = answer.read()",
        "    connection.close()",
        "    return answer.status, content",
        "",
        "",
        f"@pytest.mark.trackflow({capsule['plan']!r})",
        "def test_session(trackflow):",
        "    made = {}",
    ]
    clock = {"course": capsule["clock"]["course"], "at": to_text(begins.at(capsule["clock"]["base"]))}
    steps = [*_clocked(clock), *(step for pin in world["shipments"] for step in _pinned({"shipment": pin}))]
    rules: list[Any] = list(world["faults"]["rules"])
    steps += [f'trackflow.plane.post("/faults", {rule!r})' for rule in rules]
    for item, headers, reply in requests(capsule, again.replies):
        if item.get("note") == "rules":
            now = [rule for _, rule in item["rules"]]
            steps += [f"trackflow.recover({each['id']!r})" for each in rules if each not in now]
            steps += [f'trackflow.plane.post("/faults", {each!r})' for each in now if each not in rules]
            rules = now
        elif "note" in item:
            steps += CHANGES[item["note"]](item) if item["note"] in CHANGES else []
        elif "broken" not in item:
            steps += _asked(item, resent(headers, specification.key_header), reply)
    return "\n".join([*lines, *(f"    {step}" for step in steps)]) + "\n"


def _asked(item: Item, headers: Mapping[str, str], reply: Reply | None) -> Iterator[str]:
    body = body_of(item) or None
    target = repr(item["target"])
    if item["method"] == "DELETE":
        target = f"made.get({item['target'].rpartition('/')[2]!r}, {item['target']!r})"
    call = f"ask(trackflow, {item['method']!r}, {target}, {dict(headers)!r}, {body!r})"
    if reply is not None and reply.wire is not None and reply.wire.remains(reply.content) != reply.content:
        yield "with pytest.raises((http.client.HTTPException, OSError)):"
        yield f"    {call}"
        return
    yield f"status, content = {call}"
    yield f"assert status == {item['status']}"
    name = _made(reply)
    if name:
        yield f"made[{name!r}] = {item['target']!r} + '/' + json.loads(content)[{MADE!r}]"


def _clocked(item: Item) -> list[str]:
    course = item["course"]
    steps = [f"trackflow.clock.set({item['at']!r})"]
    if not course["scale"]:
        return [*steps, f"trackflow.clock.freeze(auto_advance={course['auto_advance']!r})"]
    return [*steps, f"trackflow.clock.scale({course['scale']!r})"]


def _pinned(item: Item) -> list[str]:
    pin = item["shipment"]
    return [f'trackflow.plane.put("/shipments/{pin["tracking_number"]}", {dict(pin)!r})']


CHANGES: Mapping[str, Callable[[Item], list[str]]] = MappingProxyType(
    {
        "clock": _clocked,
        "pin": _pinned,
        "unpin": lambda item: [f'trackflow.plane.delete("/shipments/{item["tracking_number"]}")'],
        "event": lambda item: [
            f'trackflow.plane.post("/shipments/{item["tracking_number"]}/events", {dict(item["event"])!r})'
        ],
        "quota": lambda item: [f"trackflow.use_up({item['remaining']})"],
        "subscribe": lambda item: [f'trackflow.plane.post("/webhooks", {dict(item["webhook"])!r})'],
    }
)


def _har(capsule: Capsule, again: Replay, specification: Specification) -> str:
    mask = SecretMask(specification)
    host = specification.document["servers"][0]["url"].removesuffix(specification.base_path)
    entries = []
    for (item, headers, reply), (_, course) in zip(requests(capsule, again.replies), timed(capsule), strict=True):
        if "note" in item:
            continue
        url = host + item["target"]
        body = body_of(item)
        asked: dict[str, Any] = {
            "method": item["method"],
            "url": url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(headers),
            "queryString": [],
            "headersSize": -1,
            "bodySize": len(body),
        }
        if body:
            asked["postData"] = {
                "mimeType": headers.get("content-type", ""),
                "text": body.decode("utf-8", "backslashreplace"),
            }
        entries.append(
            {
                "startedDateTime": _moment(course.at(item["base"])),
                "time": 0,
                "request": asked,
                "response": _answered(item, reply, mask),
                "cache": {},
                "timings": {"send": 0, "wait": 0, "receive": 0},
                **({"comment": item["fault"]} if "fault" in item else {}),
            }
        )
    creator = {"name": "trackflow-mock", "version": __version__}
    return json.dumps({"log": {"version": "1.2", "creator": creator, "entries": entries}}, indent=1) + "\n"


def _answered(item: Item, reply: Reply | None, mask: SecretMask) -> dict[str, Any]:
    content = b"" if reply is None else reply.content
    headers = {} if reply is None else reply.headers
    told: dict[str, Any] = {"size": len(content), "mimeType": headers.get("Content-Type", "")}
    try:
        told["text"] = mask.text(content.decode())
    except UnicodeDecodeError:
        told |= {"text": b64encode(content).decode(), "encoding": "base64"}
    return {
        "status": item["status"],
        "statusText": _phrase(item["status"]),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(mask.headers(headers)),
        "content": told,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(content),
    }


def _made(reply: Reply | None) -> str | None:
    """The id of what a request has made."""
    try:
        value = reply.value() if reply is not None else None
    except ValueError:  # a fault has spoilt it
        return None
    found = value.get(MADE) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else None


def _pairs(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _moment(instant: float) -> str:
    return (datetime.fromtimestamp(0, UTC) + timedelta(seconds=instant)).isoformat(timespec="milliseconds")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


FORMS: Mapping[str, Callable[[Capsule, Replay, Specification], str]] = MappingProxyType(
    {"curl": _curl, "pytest": _pytest, "har": _har}
)
