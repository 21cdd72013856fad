from mock_server.contract.messages import Reply
from mock_server.web.binding import body, headers, respond, target
from mock_server.web.environ import BODY, HEADERS
from mock_server.web.transport import Pause, Script, Send


def test_the_target_is_read_raw() -> None:
    assert target({"REQUEST_URI": "/v2/track/1Z%2F?a=%20"}) == "/v2/track/1Z%2F?a=%20"


def test_a_server_that_keeps_no_raw_target_gets_one_made() -> None:
    assert target({"PATH_INFO": "/v2/track/1Z é".encode().decode("latin-1"), "QUERY_STRING": "a=1"}) == (
        "/v2/track/1Z%20%C3%A9?a=1"
    )


def test_headers_have_lower_case_names() -> None:
    assert headers({HEADERS: [("x-api-key", "k")]}) == {"x-api-key": "k"}
    assert headers({"HTTP_X_API_KEY": "k", "CONTENT_TYPE": "text/plain", "PATH_INFO": "/"}) == {
        "x-api-key": "k",
        "content-type": "text/plain",
    }


def test_repeated_headers_are_joined() -> None:
    environ = {HEADERS: [("x-api-key", "a"), ("x-api-key", "b")], "HTTP_X_API_KEY": "a, b"}
    assert headers(environ) == {"x-api-key": "a, b"}


def test_a_body_already_read_is_taken_as_it_is() -> None:
    assert body({BODY: b"{}"}) == b"{}"


def test_a_pause_becomes_steps_and_nothing_else_does() -> None:
    said: list[object] = []
    quick = respond(Reply(200, b"{}"), lambda *given: said.append(given))
    slow = respond(Reply(503, b"{}", pause=2.0), lambda *given: said.append(given))
    assert quick == [b"{}"]
    assert slow == Script((Pause(2.0), Send(b"{}")))
    assert said == [
        ("200 OK", [("Content-Length", "2")]),
        ("503 Service Unavailable", [("Content-Length", "2")]),
    ]
