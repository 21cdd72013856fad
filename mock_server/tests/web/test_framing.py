import pytest

from mock_server.web.environ import Environ
from mock_server.web.framing import Framing
from mock_server.web.transport import Headers


def environ(method: str = "GET", version: str = "HTTP/1.1") -> Environ:
    return {"REQUEST_METHOD": method, "SERVER_PROTOCOL": version}


def framed(content: bytes, headers: Headers = (), status: int | str = 200, method: str = "GET") -> tuple[bytes, bool]:
    framing = Framing(status, headers, environ(method), keep_alive=True)
    return framing.whole(content, "Date: now"), framing.keep_alive


def test_an_answer_has_its_length_and_the_common_lines() -> None:
    expected = b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\nDate: now\r\n\r\nhi"
    assert framed(b"hi", [("X-A", "b")]) == (expected, True)


@pytest.mark.parametrize("status", [204, 304, "204 No Content"])
def test_an_answer_that_cannot_have_a_body_has_no_length_either(status: int | str) -> None:
    data, keep_alive = framed(b"ignored", [("Content-Length", "7")], status)
    assert b"Content-Length" not in data
    assert data.endswith(b"\r\n\r\n")
    assert keep_alive


def test_head_keeps_the_length_and_drops_the_body() -> None:
    assert b"Content-Length: 5\r\n" in framed(b"hello", method="HEAD")[0]
    assert framed(b"hello", method="HEAD")[0].endswith(b"\r\n\r\n")
    assert framed(b"", [("Content-Length", "500")], method="HEAD") == (
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nDate: now\r\n\r\n",
        True,
    )


def test_a_declared_length_is_never_exceeded() -> None:
    data, keep_alive = framed(b"hello", [("content-length", "2")])
    assert data.endswith(b"Content-Length: 2\r\nDate: now\r\n\r\nhe")
    assert keep_alive


def test_a_declared_length_that_is_not_reached_ends_the_connection() -> None:
    data, keep_alive = framed(b"he", [("Content-Length", "5")])
    assert b"Content-Length: 5\r\n" in data
    assert not keep_alive


def test_what_only_the_server_can_know_is_taken_from_it() -> None:
    data, keep_alive = framed(b"hi", [("Transfer-Encoding", "chunked"), ("Keep-Alive", "x"), ("Connection", "Close")])
    assert data == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nDate: now\r\nConnection: close\r\n\r\nhi"
    assert not keep_alive


def test_a_body_of_unknown_length_is_chunked_or_ends_with_the_connection() -> None:
    assert b"Transfer-Encoding: chunked" in Framing(200, (), environ(), keep_alive=True).opening(None, "Date: now")
    old = Framing(200, (), environ(version="HTTP/1.0"), keep_alive=True)
    assert b"Connection: close" in old.opening(None, "Date: now")
    assert not old.keep_alive


def test_a_length_that_is_no_number_is_the_application_s_mistake() -> None:
    with pytest.raises(ValueError, match="many"):
        framed(b"", [("Content-Length", "many")])


def test_an_answer_with_a_date_of_its_own_has_no_other() -> None:
    framing = Framing(200, [("Date", "then"), ("X-A", "b")], environ(), keep_alive=True)
    expected = b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\nDate: then\r\nServer: s\r\n\r\nhi"
    assert framing.whole(b"hi", "Date: now\r\nServer: s") == expected
