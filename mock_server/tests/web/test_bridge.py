from collections.abc import Iterable, Iterator
from typing import Any
from wsgiref.validate import validator

import flask
import pytest

from mock_server.server.playing import Cut, Nothing, Reset
from mock_server.server.reply import Reply
from mock_server.server.request import Endpoints, Request
from mock_server.tests.server.raw_client import GET, serving
from mock_server.tests.server.raw_client import ask as ask_over_the_wire
from mock_server.web.bridge import Environ, ask, environ_of, request_of, respond, target

ASKED = Request("GET", "/", {"host": "mock"})


class Pieces:
    """A response iterable that wants to be closed."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            if not piece:
                raise ZeroDivisionError
            yield piece

    def close(self) -> None:
        self.closed = True


def answering(body: Iterable[bytes]) -> Any:
    def application(environ: Environ, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("A", "b")])
        return body

    return application


@pytest.mark.parametrize("body", [[b"abc"], [b"a", b"bc"], (b"abc",), iter([b"ab", b"c"])])
def test_any_iterable_makes_the_body(body: Iterable[bytes]) -> None:
    reply = ask(answering(body), ASKED)
    assert (reply.status, reply.headers["A"], reply.content) == (200, "b", b"abc")


def test_an_iterable_is_closed_when_it_is_read_and_when_it_fails() -> None:
    whole, broken = Pieces(b"a", b"b"), Pieces(b"a", b"")
    assert ask(answering(whole), ASKED).content == b"ab"
    with pytest.raises(ZeroDivisionError):
        ask(answering(broken), ASKED)
    assert (whole.closed, broken.closed) == (True, True)


def test_a_generator_may_call_start_response_at_its_first_piece() -> None:
    def application(environ: Environ, start_response: Any) -> Iterator[bytes]:
        start_response("201 Created", [])
        yield b"late"

    reply = ask(application, ASKED)
    assert (reply.status, reply.content) == (201, b"late")


def test_headers_that_repeat_all_arrive() -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        start_response("401 Unauthorized", [("WWW-Authenticate", "Bearer"), ("WWW-Authenticate", "Basic")])
        return [b""]

    reply = ask(application, ASKED)
    assert (reply.headers["WWW-Authenticate"], reply.also) == ("Bearer", (("WWW-Authenticate", "Basic"),))


def test_an_application_gets_path_query_and_the_raw_target() -> None:
    environ = environ_of(Request("GET", "/a%2Fb%20%E4%B8%AD?q=%20&r", {"host": "mock"}))
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == ("/a/b \xe4\xb8\xad", "q=%20&r")
    assert environ["REQUEST_URI"] == environ["RAW_URI"] == "/a%2Fb%20%E4%B8%AD?q=%20&r"


def test_headers_are_environ_keys_and_an_underscore_cannot_pass_for_a_dash() -> None:
    headers = {"x-api-key": "k", "x_api_key": "forged", "content-type": "application/json", "content-length": "0"}
    environ = environ_of(Request("GET", "/", headers))
    assert (environ["HTTP_X_API_KEY"], environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == (
        "k",
        "application/json",
        "0",
    )
    assert "HTTP_CONTENT_TYPE" not in environ


def test_the_environ_satisfies_the_standard_library_s_wsgi_validator() -> None:
    seen: list[Environ] = []

    def keep(environ: Environ, start_response: Any) -> list[bytes]:
        seen.append(dict(environ))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["wsgi.input"].read(100)]

    with serving(lambda request: ask(validator(keep), request)) as server:
        answered = ask_over_the_wire(server.url, b"POST /a?b HTTP/1.1\r\nHost: mock\r\nContent-Length: 2\r\n\r\nhi")
    assert (answered.status, answered.body) == (200, b"hi")
    assert seen[0]["REMOTE_ADDR"] == "127.0.0.1"
    assert seen[0]["SERVER_PORT"] == server.url.rpartition(":")[2]


def test_what_goes_into_an_environ_comes_out_of_it_again() -> None:
    headers = {"host": "mock", "x-api-key": "k", "content-type": "text/plain", "content-length": "2"}
    peer = Endpoints("127.0.0.1", 50000, "mock", 80, secure=True)
    request = Request("POST", "/v2/track/1Z%2F?a=%20", headers, peer, b"hi", old=True)
    assert request_of(environ_of(request), b"hi") == request


def test_the_target_is_read_raw() -> None:
    assert target({"REQUEST_URI": "/v2/track/1Z%2F?a=%20"}) == "/v2/track/1Z%2F?a=%20"


def test_a_server_that_keeps_no_raw_target_gets_one_made() -> None:
    assert target({"PATH_INFO": "/v2/track/1Z é".encode().decode("latin-1"), "QUERY_STRING": "a=1"}) == (
        "/v2/track/1Z%20%C3%A9?a=1"
    )


def test_headers_have_lower_case_names() -> None:
    environ = {"REQUEST_METHOD": "GET", "HTTP_X_API_KEY": "k", "CONTENT_TYPE": "text/plain", "PATH_INFO": "/"}
    assert request_of(environ, b"").headers == {"x-api-key": "k", "content-type": "text/plain"}


async def conflict() -> Reply:
    return Reply(408, b"not yet", {"X-A": "b"})


def viewing(reply: Reply) -> flask.Flask:
    """A Flask application whose only view returns the reply."""
    application = flask.Flask(__name__)
    application.add_url_rule("/", view_func=lambda: respond(reply), endpoint="view")
    return application


def test_a_view_may_return_what_wsgi_has_no_words_for() -> None:
    asked = ask(viewing(Reply(503, b"body", {"X-A": "b"}, pause=2.0, wire=Reset())), ASKED)
    assert (asked.status, asked.content, asked.headers["X-A"]) == (503, b"body", "b")
    assert (asked.pause, asked.wire) == (2.0, Reset())
    assert "Content-Type" not in asked.headers


def test_a_view_may_return_a_reply_that_is_not_known_yet() -> None:
    application = viewing(Reply(200, later=conflict))
    with serving(lambda request: ask(application, request)) as server:
        assert ask_over_the_wire(server.url, GET).status == 408


def test_another_wsgi_server_waits_for_a_reply_that_is_not_known_yet() -> None:
    response = viewing(Reply(200, later=conflict)).test_client().get("/")
    assert (response.status_code, response.data, response.headers["X-A"]) == (408, b"not yet", "b")


@pytest.mark.parametrize(("wire", "left"), [(Reset(), b""), (Nothing(), b""), (Cut(4), b"0123")])
def test_another_wsgi_server_sends_what_remains_below_the_length_that_was_promised(wire: Any, left: bytes) -> None:
    response = viewing(Reply(200, b"0123456789", wire=wire)).test_client().get("/", buffered=False)
    assert (response.headers["Content-Length"], response.data) == ("10", left)
