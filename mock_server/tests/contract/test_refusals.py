"""Refusals in the forms that operations declare for them."""

import json
from typing import Any

import pytest

from contract_tests.contract.loading import load
from mock_server.contract.refusals import Refusals

DOCUMENT = load()
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "string"}},
    },
}


def refusals(status: str, content: Any) -> Refusals:
    return Refusals({"responses": {status: {"description": "No.", "content": content}}}, DOCUMENT)


@pytest.mark.parametrize("status", ["404", "4XX", "default"])
def test_a_problem_says_what_is_wrong(status: str) -> None:
    found = refusals(status, {"application/problem+json": {"schema": PROBLEM}})
    reply = found.reply(404, "not_found", "There is none.", target="/v2/a?b=c")
    assert reply
    assert (reply.status, reply.headers["Content-Type"]) == (404, "application/problem+json")
    assert json.loads(reply.content) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is none.",
        "instance": "/v2/a",
    }


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        ({"required": ["error"], "properties": {"error": {"type": "string"}}}, {"error": "None."}),
        (
            {"properties": {"error": {"type": "object", "properties": {"code": True, "message": True}}}},
            {"error": {"code": "not_found", "message": "None."}},
        ),
        ({"required": ["code"], "properties": {"code": {"type": "integer"}}}, {"code": 404}),
        ({"required": ["reason"], "properties": {"reason": {"const": "x"}}}, {"reason": "x"}),
        ({"properties": {"text": {"type": "string", "x-value": "message"}}}, {"text": "None."}),
    ],
)
def test_other_forms_get_what_they_have_room_for(schema: Any, body: Any) -> None:
    reply = refusals("404", {"application/json": {"schema": {"type": "object", **schema}}}).reply(
        404, "not_found", "None."
    )
    assert reply
    assert json.loads(reply.content) == body


def test_text_is_the_message_and_an_example_comes_when_it_is_asked_for() -> None:
    plain = refusals("400", {"text/plain": {"schema": {"type": "string"}, "example": "Mine."}})
    told, shown = plain.reply(400, "x", "Theirs."), plain.reply(400, "x", "Theirs.", example=True)
    assert told
    assert shown
    assert (told.content, shown.content) == (b"Theirs.", b"Mine.")


@pytest.mark.parametrize(
    ("status", "content"),
    [
        ("404", {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}),
        ("404", {}),
        ("200", {"application/json": {"schema": PROBLEM}}),
        ("5XX", {"application/json": {"schema": PROBLEM}}),
    ],
)
def test_the_common_envelope_is_left_to_the_contract(status: str, content: Any) -> None:
    assert refusals(status, content).reply(404, "not_found", "None.") is None
