from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.contract.messages import Reply
from mock_server.faults import wire
from mock_server.web.binding import body, headers, respond, target
from mock_server.web.environ import BODY, HEADERS
from mock_server.web.transport import Close, Pause, Reset, Script, Send


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
        ("200 OK", []),
        ("503 Service Unavailable", [("Content-Length", "2")]),
    ]


def played(happening: object, content: bytes = b"0123456789", pause: float = 0.0) -> tuple[Script, list[Any]]:
    """The script of a reply to which that happens on the wire, and what was said to start it."""
    said: list[Any] = []
    reply = Reply(200, content, {"X-Told": "yes"}, pause=pause, wire=happening)
    script = respond(reply, lambda *given: said.append(given))
    assert isinstance(script, Script)
    return script, said


@pytest.mark.parametrize(
    ("happening", "steps"),
    [
        (wire.Reset(), (Reset(),)),
        (wire.Nothing(), (Close(),)),
        (wire.Cut(4), (Send(b"0123"), Close())),
        (wire.Noise(b"\x80noise"), (Send(b"\x80noise"), Close())),
        (
            wire.Dribble(3, 0.3),
            (
                Send(b""),
                *(Pause(0.3 / 3), Send(b"0123")),
                *(Pause(0.3 / 3), Send(b"456")),
                *(Pause(0.3 / 3), Send(b"789")),
            ),
        ),
    ],
)
def test_what_happens_on_the_wire_becomes_steps_after_the_pause(happening: object, steps: tuple[object, ...]) -> None:
    script, said = played(happening, pause=2.0)
    assert script.steps == (Pause(2.0), *steps)
    assert said == [("200 OK", [("X-Told", "yes"), ("Content-Length", "10")])]
    assert script.raw is isinstance(happening, wire.Noise)


def test_a_broken_chunk_comes_after_a_head_that_promises_chunks() -> None:
    script, _ = played(wire.BrokenChunk(b"\x80garbage"))
    head, garbage = (step.data for step in script.steps if isinstance(step, Send))
    assert head == b"HTTP/1.1 200 OK\r\nX-Told: yes\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert (garbage, script.raw, script.steps[-1]) == (b"\x80garbage", True, Close())


@given(st.binary(min_size=1, max_size=300), st.integers(1, 300))
def test_a_dribbled_body_comes_whole_in_pieces_as_equal_as_can_be(content: bytes, pieces: int) -> None:
    script, _ = played(wire.Dribble(min(pieces, len(content)), 1.0), content)
    sent = [step.data for step in script.steps if isinstance(step, Send)][1:]
    assert b"".join(sent) == content
    assert max(map(len, sent)) - min(map(len, sent)) <= 1
    assert sum(step.seconds for step in script.steps if isinstance(step, Pause)) == pytest.approx(1.0)


def test_what_never_happens_on_a_wire_is_a_bug() -> None:
    with pytest.raises(TypeError, match=r"faults/wire\.py"):
        played("lightning")
