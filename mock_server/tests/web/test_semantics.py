"""What RFC 9110 wants of any server, at the API and at the control plane."""

import gzip
import json

import pytest
from werkzeug.test import Client

from mock_server.server.playing import Reset
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.tests.served import served
from mock_server.tests.server.raw_client import RawClient
from mock_server.web.app import MockServer

KEY = {"x-api-key": "tf_test_free_semantics"}
NUMBER = "1Z204E380338943508"


def asked(app: MockServer, method: str, target: str, body: bytes = b"", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.mock.answer(Request(method, target, {**KEY, **named}, body=body))


@pytest.mark.parametrize("target", [f"/v2/track/{NUMBER}", "/v2/carriers", "/v2/track/!", "/v2/track/999999999990"])
def test_head_is_what_get_is_less_the_body(app: MockServer, target: str) -> None:
    read = asked(app, "GET", target)
    headed = asked(app, "HEAD", target)
    left = int(read.headers["X-RateLimit-Remaining"])
    assert headed.status == read.status
    assert {**headed.headers, "X-RateLimit-Remaining": str(left)} == read.headers
    assert headed.headers["X-RateLimit-Remaining"] == str(left - 1)


def test_head_is_sent_without_a_body_and_with_its_length_at_both_planes(app: MockServer) -> None:
    with served(app) as server, RawClient(server.url) as client:
        for target in (f"/v2/track/{NUMBER}", "/__admin/keys"):
            request = f"{target} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {KEY['x-api-key']}\r\n\r\n".encode()
            client.send(b"GET " + request)
            read = client.answer()
            client.send(b"HEAD " + request)
            headed = client.answer(head_only=True)
            assert (headed.status, headed.headers["content-length"]) == (200, str(len(read.body)))


def test_head_where_get_is_not_is_a_wrong_method(app: MockServer) -> None:
    reply = asked(app, "HEAD", "/v2/webhooks")
    assert (reply.status, reply.headers["Allow"]) == (405, "POST")


def test_head_meets_the_faults_of_the_connection(app: MockServer) -> None:
    rule = {"fault": {"type": "CONNECTION_RESET_BY_PEER"}, "match": {"operation": "listCarriers"}}
    assert app.test_client().post("/__admin/faults", json=rule).status_code == 201
    assert asked(app, "HEAD", "/v2/carriers").wire == Reset()


@pytest.mark.parametrize("target", [f"/v2/track/{NUMBER}", "/v2/track/batch", "/v2/webhooks", "/v2/carriers"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH"])
def test_a_refused_key_is_told_how_to_show_one(app: MockServer, method: str, target: str) -> None:
    reply = asked(app, method, target, x_api_key="wrong")
    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"] == 'ApiKey header="X-API-Key"'


@pytest.mark.parametrize("target", ["/v2/track/batch", "/v2/webhooks"])
@pytest.mark.parametrize("coding", ["gzip", "br", "deflate, gzip", "GZIP"])
def test_a_coded_body_is_415_and_told_what_is_understood(app: MockServer, target: str, coding: str) -> None:
    body = gzip.compress(b"{}")
    reply = asked(app, "POST", target, body, content_type="application/json", content_encoding=coding)
    assert (reply.status, reply.headers["Accept-Encoding"]) == (415, "identity")
    assert "Content-Encoding" in reply.value()["error"]["message"]


def test_another_media_type_is_415_and_says_nothing_of_codings(app: MockServer) -> None:
    reply = asked(app, "POST", "/v2/track/batch", b"{}", content_type="text/plain")
    assert (reply.status, "Accept-Encoding" in reply.headers) == (415, False)


def test_identity_is_no_coding(app: MockServer) -> None:
    body = b'{"shipments": [{"tracking_number": "1Z204E380338943508"}]}'
    given = {"content_type": "application/json", "content_encoding": "identity"}
    assert asked(app, "POST", "/v2/track/batch", body, **given).status == 200


def test_a_coded_control_call_is_415_too(app: MockServer) -> None:
    headers = {"Content-Encoding": "gzip"}
    answer = Client(app).post("/__admin/faults", data=gzip.compress(b"{}"), headers=headers)
    assert (answer.status_code, answer.headers["Accept-Encoding"]) == (415, "identity")
    assert "Content-Encoding" in (answer.json or {})["detail"]


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "OPTIONS", "PROPFIND", "FROB", "get", "GETX"])
def test_a_method_that_a_path_does_not_have_is_405_whether_http_knows_it_or_not(app: MockServer, method: str) -> None:
    reply = asked(app, method, "/v2/carriers")
    assert reply.status == 405
    assert reply.value()["error"]["code"] == "invalid_request"
    assert reply.headers["Allow"] == "GET, HEAD"
    answer = app.test_client().open("/v2/carriers", method=method, headers=KEY)
    assert (answer.status_code, answer.data) == (reply.status, reply.content)


@pytest.mark.parametrize("pieces", [1, 2, 5])
@pytest.mark.parametrize("target", ["/v2/carriers", "/__admin/health"])
def test_a_method_nobody_knows_is_405_however_it_is_split(app: MockServer, pieces: int, target: str) -> None:
    request = f"FROB {target} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {KEY['x-api-key']}\r\n\r\n".encode()
    with served(app) as server, RawClient(server.url) as client:
        client.send(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {KEY['x-api-key']}\r\n\r\n".encode())
        assert client.answer().status == 200
        for place in range(pieces):
            client.send(request[place : place + 1] if place < pieces - 1 else request[place:])
        assert client.answer().status == 405


@pytest.mark.parametrize(
    ("method", "target"), [("get", "/__admin/keys"), ("Delete", "/__admin/requests"), ("get", "/v2/carriers")]
)
def test_a_method_in_small_letters_is_another_method(app: MockServer, method: str, target: str) -> None:
    asked(app, "GET", "/v2/carriers")
    reply = app.mock.answer if target.startswith("/v2") else app.answer
    answer = reply(Request(method, target, {**KEY, "host": "localhost"}))
    assert answer.status == 405
    assert method.upper() in answer.headers["Allow"]
    assert json.loads(app.test_client().get("/__admin/requests").data)["meta"]["total"]
