"""Operations that an overlay brings: parameters, keys, media types and headers."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contract_tests.contract.files import DocumentError

FREE = {"X-API-Key": "tf_test_free_a"}
TRACKED = "/v2/track/1Z204E380338943508"
SCHEMAS = "$.components.schemas"
PROOF = {
    "type": "object",
    "required": ["signed_by", "signed_at"],
    "properties": {
        "signed_by": {"type": "string", "x-faker": "name"},
        "signed_at": {"type": "string", "format": "date-time"},
        "parcels": {"type": "integer", "minimum": 1, "maximum": 9},
    },
}
NEW_OPERATION = {
    "target": "$.paths",
    "update": {
        "/track/{trackingNumber}/proof": {
            "get": {
                "operationId": "proofOfDelivery",
                "parameters": [
                    {"name": "trackingNumber", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "page", "in": "query", "schema": {"type": "string", "pattern": "^[0-9]+$"}},
                ],
                "responses": {"200": {"description": "Who.", "content": {"application/json": {"schema": PROOF}}}},
            }
        }
    },
}


def operation(responses: Any = None, path: str = "/extra", **more: Any) -> dict[str, Any]:
    """An overlay's action that adds an operation."""
    fields = {"operationId": "extra", "responses": responses or {"200": {"description": "Done."}}, **more}
    return {"target": "$.paths", "update": {path: {"get": fields}}}


NODE = {
    "type": "object",
    "required": ["name", "parent"],
    "properties": {
        "name": {"type": "string"},
        "parent": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Node"}]},
        "children": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Node"}},
    },
}


TREE = {
    "type": "array",
    "minItems": 1,
    "items": {"anyOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "integer"}]},
}


@pytest.mark.parametrize(("name", "schema"), [("Node", NODE), ("Tree", TREE)])
def test_a_schema_that_contains_itself_is_served_with_data_that_ends(overlaid: Any, name: str, schema: Any) -> None:
    reference = {"$ref": f"#/components/schemas/{name}"}
    content = {"application/json": {"schema": reference}}
    body = {"content": {"application/json": {"schema": reference}}}
    client = overlaid(
        {"target": SCHEMAS, "update": {name: schema}},
        operation({"200": {"description": "It.", "content": content}}, requestBody=body),
    )
    whole = {**reference, "components": {"schemas": {name: schema}}}
    for number in range(20):
        answer = client.get(f"/v2/extra?x={number}", headers=FREE | {"X-API-Key": "tf_test_growth_a"})
        Draft202012Validator(whole).validate(answer.json)
        assert len(answer.data) < 2000
    bad = client.get("/v2/extra", headers=FREE, json="x")
    assert bad.status_code == 400


def test_parameters_of_a_new_operation_have_the_types_of_their_schemas(overlaid: Any) -> None:
    page = {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}}
    client = overlaid(operation(parameters=[page]))
    assert client.get("/v2/extra?page=2", headers=FREE).status_code == 200
    refused = client.get("/v2/extra?page=0", headers=FREE)
    assert refused.status_code == 400
    assert refused.json["error"]["message"] == "query parameter page: 0 is less than 1"


def test_headers_and_cookies_of_a_new_operation_are_checked(overlaid: Any) -> None:
    header = {"name": "X-Depth", "in": "header", "required": True, "schema": {"type": "integer"}}
    cookie = {"name": "tab", "in": "cookie", "schema": {"type": "boolean"}}
    client = overlaid(operation(parameters=[header, cookie]))
    assert client.get("/v2/extra", headers=FREE).json["error"]["message"] == "header parameter X-Depth is missing"
    assert client.get("/v2/extra", headers={**FREE, "X-Depth": "x"}).status_code == 400
    assert client.get("/v2/extra", headers={**FREE, "X-Depth": "3"}).status_code == 200
    client.set_cookie("tab", "no")
    assert client.get("/v2/extra", headers={**FREE, "X-Depth": "3"}).status_code == 400


def test_a_part_of_a_segment_is_a_parameter_of_a_path_of_its_own(overlaid: Any) -> None:
    number = {"name": "trackingNumber", "in": "path", "required": True, "schema": {"type": "string"}}
    client = overlaid(operation(path="/track/{trackingNumber}:refresh", parameters=[number]))
    assert client.get(f"{TRACKED}:refresh", headers=FREE).data == b""
    assert client.get(TRACKED, headers=FREE).json["tracking_number"] == "1Z204E380338943508"


def test_a_base_path_has_the_defaults_of_its_variables(overlaid: Any) -> None:
    server = {
        "url": "https://{host}.example/api/{version}",
        "variables": {"host": {"default": "a"}, "version": {"default": "v3"}},
    }
    client = overlaid({"target": "$.servers[0]", "update": server})
    assert client.get("/api/v3/carriers", headers=FREE).status_code == 200
    assert client.get("/__admin/contract.json").json["servers"][0]["url"] == "https://a.example/api/v3"


def test_a_body_of_a_range_of_media_types_is_read_as_what_was_sent(overlaid: Any) -> None:
    content = {"*/*": {"schema": {"type": "object"}}}
    client = overlaid(
        {
            "target": "$.paths",
            "update": {
                "/extra": {
                    "put": {
                        "operationId": "extra",
                        "requestBody": {"content": content},
                        "responses": {"204": {"description": "It."}},
                    }
                }
            },
        }
    )
    sent = {"data": b"\xff\x00", "headers": FREE}
    assert client.put("/v2/extra", content_type="image/x", **sent).status_code == 204
    assert client.put("/v2/extra", content_type="application/json", **sent).status_code == 400


@pytest.mark.parametrize("security", [[], [{}], [{"apiKey": []}, {}]])
def test_an_operation_that_asks_for_no_key_needs_none_and_costs_nothing(overlaid: Any, security: Any) -> None:
    client = overlaid(operation(security=security))
    answer = client.get("/v2/extra")
    assert answer.status_code == 200
    assert "X-RateLimit-Remaining" not in answer.headers
    assert client.get("/v2/extra", headers={"X-API-Key": "nonsense"}).status_code == 200
    assert client.get("/v2/extra", headers=FREE).headers["X-RateLimit-Remaining"] == "9"
    assert client.get(TRACKED).status_code == 401


def test_the_directory_may_be_opened_to_everybody(overlaid: Any) -> None:
    client = overlaid({"target": "$.paths['/carriers'].get", "update": {"security": []}})
    assert client.get("/v2/carriers").json["count"] == 724


TEXT = {"text/plain": {"schema": {"type": "string"}, "example": "ok\n"}}


PROBLEM = {"application/problem+json": {"schema": {"type": "object", "properties": {"title": {"const": "Gone"}}}}}


NAMED = {
    "application/json": {
        "schema": {"type": "object"},
        "examples": {"one": {"value": {"a": 1}}, "two": {"value": {"a": 2}}},
    }
}


def test_an_answer_is_the_example_of_its_media_type(overlaid: Any) -> None:
    client = overlaid(operation({"200": {"description": "It.", "content": {**NAMED, **TEXT}}}))
    assert client.get("/v2/extra", headers=FREE).json == {"a": 1}
    assert client.get("/v2/extra", headers={**FREE, "Prefer": "example=two"}).json == {"a": 2}
    text = client.get("/v2/extra", headers={**FREE, "Accept": "text/plain, application/json;q=0.5"})
    assert (text.mimetype, text.data) == ("text/plain", b"ok\n")


def test_an_answer_has_the_media_type_that_is_declared(overlaid: Any) -> None:
    responses = {"200": {"description": "It.", "content": TEXT}, "409": {"description": "No.", "content": PROBLEM}}
    client = overlaid(operation(responses))
    assert client.get("/v2/extra", headers=FREE).headers["Content-Type"].startswith("text/plain")
    success = overlaid(operation({"2XX": {"description": "It.", "content": PROBLEM}})).get("/v2/extra", headers=FREE)
    assert (success.status_code, success.mimetype, success.json) == (200, "application/problem+json", {"title": "Gone"})


def test_headers_that_an_answer_promises_are_there(overlaid: Any) -> None:
    headers = {"ETag": {"required": True, "schema": {"type": "string"}, "example": '"v1"'}}
    client = overlaid(operation({"204": {"description": "It.", "headers": headers}}))
    assert client.get("/v2/extra", headers=FREE).headers["ETag"] == '"v1"'


def test_headers_are_written_in_their_style_and_never_the_frame(overlaid: Any) -> None:
    declared = {
        "X-List": {"type": "array", "items": {"const": 7}, "minItems": 2, "maxItems": 2},
        "X-Object": {"type": "object", "required": ["a"], "properties": {"a": {"const": True}}},
        "X-Yes": {"const": True},
        "Content-Length": {"const": "5"},
    }
    headers = {name: {"required": True, "schema": schema} for name, schema in declared.items()}
    headers["X-Exploded"] = {**headers["X-Object"], "explode": True}
    headers["X-Json"] = {"required": True, "content": {"application/json": {"schema": {"const": {"a": [1]}}}}}
    answer = overlaid(operation({"200": {"description": "It.", "headers": headers}})).get("/v2/extra", headers=FREE)
    assert [answer.headers[name] for name in ("X-List", "X-Object", "X-Yes")] == ["7,7", "a,true", "true"]
    assert (answer.headers["X-Exploded"], answer.headers["X-Json"]) == ("a=true", '{"a":[1]}')
    assert answer.headers.get("Content-Length") in {None, "0"}


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "日本", "a ", "\x00"])
def test_a_header_that_no_answer_can_have_stops_the_start(overlaid: Any, value: str) -> None:
    headers = {"X-Odd": {"schema": {"const": value}}}
    with pytest.raises(DocumentError, match=r"headers/X-Odd/schema.*has a character that no header may have"):
        overlaid(operation({"200": {"description": "It.", "headers": headers}}))


def test_what_only_announces_an_answer_is_none(overlaid: Any) -> None:
    client = overlaid(operation({"100": {"description": "Go on."}, "200": {"description": "It."}}))
    refused = client.get("/v2/extra", headers={**FREE, "Prefer": "code=100"})
    assert refused.status_code == 400
    assert "from 200 to 599" in refused.json["error"]["message"]


SECURED = {
    "target": "$.paths",
    "update": {
        "/reports": {
            "get": {
                "operationId": "listReports",
                "security": [{"bearer": []}, {"token": []}],
                "responses": {"200": {"description": "All.", "content": {"application/json": {"schema": PROOF}}}},
            }
        }
    },
}


SCHEMES = {
    "target": "$.components.securitySchemes",
    "update": {
        "bearer": {"type": "http", "scheme": "bearer"},
        "token": {"type": "apiKey", "in": "query", "name": "token"},
    },
}


def test_a_key_is_taken_where_the_operation_has_it_and_its_sandbox_is_the_same(overlaid: Any) -> None:
    client = overlaid(SCHEMES, SECURED)
    assert client.get("/v2/reports", headers={"Authorization": "Bearer tf_test_free_a"}).status_code == 200
    assert client.get("/v2/reports?token=tf_test_free_a").headers["X-RateLimit-Remaining"] == "8"
    assert client.get("/v2/carriers", headers=FREE).headers["X-RateLimit-Remaining"] == "7"
    (entry, *_) = client.get("/__admin/requests?key=tf_test_free_a").json["requests"][1:]
    assert entry["request"]["url"] == "/v2/reports?token=..."


def test_a_key_elsewhere_is_none_and_the_answer_says_how_to_ask(overlaid: Any) -> None:
    client = overlaid(SCHEMES, SECURED)
    refused = client.get("/v2/reports", headers=FREE)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="trackflow"'
    (entry,) = client.get("/__admin/requests").json["requests"]
    assert entry["reason"].endswith("this operation takes Authorization: Bearer KEY or the query token")


def test_a_method_that_only_asks_for_the_head_is_an_operation_too(overlaid: Any) -> None:
    lot = {"X-Lot": {"required": True, "schema": {"type": "integer"}}}
    head = {"operationId": "headLots", "responses": {"200": {"description": "There are.", "headers": lot}}}
    client = overlaid({"target": "$.paths", "update": {"/lots": {"head": head}}})
    answer = client.head("/v2/lots", headers=FREE)
    assert answer.status_code == 200
    assert answer.headers["X-Lot"].isdigit()
    assert client.get("/v2/lots", headers=FREE).headers["Allow"] == "HEAD"


def test_a_new_operation_is_served_with_data_that_keeps_its_schema(overlaid: Any) -> None:
    client = overlaid(NEW_OPERATION)
    answer = client.get(f"{TRACKED}/proof", headers=FREE)
    assert answer.status_code == 200
    Draft202012Validator(PROOF, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(answer.json)
    assert client.get(f"{TRACKED}/proof", headers=FREE).data == answer.data
    assert client.get("/v2/track/1Z999AA10123456784/proof", headers=FREE).data != answer.data


def test_a_new_operation_has_the_same_keys_quotas_and_errors(overlaid: Any) -> None:
    client = overlaid(NEW_OPERATION)
    assert client.get(f"{TRACKED}/proof").status_code == 401
    assert client.get(f"{TRACKED}/proof", headers=FREE).headers["X-RateLimit-Remaining"] == "9"
    assert client.get(f"{TRACKED}/proof?page=x", headers=FREE).status_code == 400
    assert client.put(f"{TRACKED}/proof", headers=FREE).headers["Allow"] == "GET, HEAD"
    for _ in range(8):
        client.get(f"{TRACKED}/proof", headers=FREE)
    assert client.get(f"{TRACKED}/proof", headers=FREE).status_code == 429
