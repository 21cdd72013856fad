"""The reference keeps the contract: its bodies fit the schemas, and its arithmetic is right."""

import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.conversation import FREE, GROWTH, KNOWN, LABEL, MISSING, PAGE, Conversation
from contract_tests.tests.servers.messages import Reply
from contract_tests.tests.servers.receiver import Receiver
from contract_tests.tests.servers.target import serving
from contract_tests.tests.servers.texts import texts

SCHEMAS = Path(__file__).parents[3] / "schemas"
REMAINING, RESET = "X-RateLimit-Remaining", "X-RateLimit-Reset"


@pytest.fixture(scope="module")
def schemas() -> Registry[Any]:
    files = {file.name: json.loads(file.read_text(encoding="utf-8")) for file in SCHEMAS.glob("*.schema.json")}
    return Registry().with_resources([(name, Resource.from_contents(body)) for name, body in files.items()])


@pytest.fixture
def talk() -> Iterator[Conversation]:
    server, receiver = serving(clock=Clock(lambda: 1_795_000_000.0)), Receiver()
    yield Conversation(server, receiver)
    server.close()
    receiver.close()


def check(value: object, reference: str, schemas: Registry[Any]) -> None:
    validator = Draft202012Validator(
        {"$ref": reference}, registry=schemas, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    assert [error.message for error in validator.iter_errors(value)] == []


def left(reply: Reply) -> int:
    return int(reply.headers[REMAINING])


def test_the_page_s_number_is_answered_with_the_page_s_example(talk: Conversation) -> None:
    assert talk.call("GET", f"/v2/track/{PAGE}").value() == {
        "success": True,
        "tracking_number": "1Z204E380338943508",
        "carrier": {"code": "ups", "name": "UPS", "service": "UPS Ground"},
        "status": "in_transit",
        "status_description": "Package transferred to destination facility",
        "estimated_delivery": "2026-06-17T23:59:00Z",
        "origin": {"city": "Los Angeles", "country": "US"},
        "destination": {"city": "New York", "country": "US"},
        "events": [
            {
                "status": "Package transferred to destination facility",
                "location": "Louisville, KY",
                "timestamp": "2026-06-15T03:42:00Z",
                "type": "transit",
            }
        ],
        "last_updated": "2026-06-15T09:00:00Z",
    }


@pytest.mark.parametrize("number", [PAGE, KNOWN, LABEL, *(f"RR99000000{n}GB" for n in range(9))])
def test_tracking_bodies_fit_their_schema(number: str, talk: Conversation, schemas: Registry[Any]) -> None:
    for language in texts():
        body = talk.call("GET", f"/v2/track/{number}", lang=language).value()
        check(body, "tracking.schema.json", schemas)


def test_the_other_bodies_fit_their_schemas(talk: Conversation, schemas: Registry[Any]) -> None:
    check(talk.call("GET", "/v2/carriers").value(), "carrier.schema.json#/$defs/list", schemas)
    batch = {"shipments": [{"tracking_number": KNOWN}, {"tracking_number": MISSING}]}
    check(talk.call("POST", "/v2/track/batch", batch).value(), "batch.schema.json", schemas)
    webhook = {"tracking_number": KNOWN, "url": talk.receiver.url}
    check(talk.call("POST", "/v2/webhooks", webhook).value(), "webhook.schema.json", schemas)
    for method, path, key in (
        ("GET", f"/v2/track/{MISSING}", GROWTH),
        ("GET", "/v2/nowhere", GROWTH),
        ("PUT", "/v2/carriers", GROWTH),
        ("GET", f"/v2/track/{KNOWN}", None),
        ("POST", "/v2/webhooks", GROWTH),
    ):
        check(talk.call(method, path, key=key).value(), "error.schema.json", schemas)


def test_no_two_languages_share_a_text(talk: Conversation) -> None:
    english = texts()["en"]
    for language, words in texts().items():
        assert words.keys() == english.keys()
        assert language == "en" or all(words[name] != english[name] for name in english)


def test_a_free_key_passes_exactly_ten_times_a_minute(talk: Conversation) -> None:
    replies = [talk.call("GET", f"/v2/track/{KNOWN}", key=FREE) for _ in range(11)]
    assert [left(reply) for reply in replies] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]
    assert [reply.status for reply in replies] == [200] * 10 + [429]
    assert replies[-1].headers["Retry-After"] == "20"
    assert replies[-1].headers["Cache-Control"] == "no-store"
    assert replies[-1].headers[RESET] == "1795000020"
    talk.state("time passes", seconds=20)
    assert left(talk.call("GET", f"/v2/track/{KNOWN}", key=FREE)) == 9


def test_the_day_is_counted_beside_the_minute(talk: Conversation) -> None:
    talk.state("quota used", key=FREE, remaining=4)
    talk.state("time passes", seconds=60)
    reply = talk.call("GET", f"/v2/track/{KNOWN}", key=FREE)
    assert (left(reply), int(reply.headers[RESET]) % 86_400) == (3, 0)


def test_a_batch_that_is_too_dear_costs_nothing(talk: Conversation) -> None:
    batch = {"shipments": [{"tracking_number": KNOWN}] * 4}
    replies = [talk.call("POST", "/v2/track/batch", batch, key=FREE) for _ in range(3)]
    assert [(reply.status, left(reply)) for reply in replies] == [(200, 6), (200, 2), (429, 2)]


def test_a_delivery_is_signed_filtered_repeated_and_ended(talk: Conversation, schemas: Registry[Any]) -> None:
    hook = {"tracking_number": KNOWN, "url": talk.receiver.url, "events": ["delivered"]}
    created = talk.call("POST", "/v2/webhooks", hook).value()
    talk.receiver.statuses.append(500)
    for kind in ("out_for_delivery", "delivered"):
        talk.state("event occurs", tracking_number=KNOWN, type=kind)
    assert talk.server.api.world.outbox.settle(5)
    talk.state("time passes", seconds=30)
    assert talk.server.api.world.outbox.settle(5)
    (_, _, headers, body), again = talk.receiver.seen
    assert again == ("POST", "/hook?to=me&kept=a%2Bb", headers, body)
    signature = hmac.new(created["secret"].encode(), body, "sha256").hexdigest()
    assert headers["x-trackflow-signature"] == f"sha256={signature}"
    check(json.loads(body), "webhook.schema.json#/$defs/event", schemas)
    assert json.loads(body)["data"] == talk.call("GET", f"/v2/track/{KNOWN}").value()
    talk.call("DELETE", f"/v2/webhooks/{created['webhook_id']}")
    talk.state("event occurs", tracking_number=KNOWN, type="delivered")
    assert talk.server.api.world.outbox.settle(5)
    assert len(talk.receiver.seen) == 2


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        (LABEL, "fedex"),
        ("330000000001", "fedex"),
        ("990000000004040", "fedex"),
        ("880000000000018", "dpd"),
        ("RR990000045GB", "royalmail"),
        ("EJ958083578US", "usps"),
        ("9400190000000000000045", "usps"),
        ("Z" * 20, None),
    ],
)
def test_a_webhook_names_the_carrier_detected(number: str, carrier: str | None, talk: Conversation) -> None:
    body = {"tracking_number": number, "url": "https://example.com/hook"}
    assert talk.call("POST", "/v2/webhooks", body).value()["carrier"] == carrier
