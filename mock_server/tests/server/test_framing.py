from collections.abc import Mapping

import pytest

from mock_server.server.framing import Framing, head
from mock_server.server.reply import NOTHING, Reply
from mock_server.server.request import Request


def asked(method: str = "GET", *, old: bool = False) -> Request:
    return Request(method, "/", {}, old=old)


def framed(
    content: bytes, headers: Mapping[str, str] = NOTHING, status: int = 200, method: str = "GET"
) -> tuple[bytes, bool]:
    framing = Framing(Reply(status, content, headers), asked(method), keep_alive=True)
    return framing.whole("Date: now"), framing.keep_alive


def test_an_answer_has_its_length_and_the_common_lines() -> None:
    expected = b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\nDate: now\r\n\r\nhi"
    assert framed(b"hi", {"X-A": "b"}) == (expected, True)


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_cannot_have_a_body_has_no_length_either(status: int) -> None:
    data, keep_alive = framed(b"ignored", {"Content-Length": "7"}, status)
    assert b"Content-Length" not in data
    assert data.endswith(b"\r\n\r\n")
    assert keep_alive


def test_head_keeps_the_length_and_drops_the_body() -> None:
    assert b"Content-Length: 5\r\n" in framed(b"hello", method="HEAD")[0]
    assert framed(b"hello", method="HEAD")[0].endswith(b"\r\n\r\n")
    assert framed(b"", {"Content-Length": "500"}, method="HEAD") == (
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nDate: now\r\n\r\n",
        True,
    )


def test_a_declared_length_is_never_exceeded() -> None:
    data, keep_alive = framed(b"hello", {"content-length": "2"})
    assert data.endswith(b"Content-Length: 2\r\nDate: now\r\n\r\nhe")
    assert keep_alive


def test_a_declared_length_that_is_not_reached_ends_the_connection() -> None:
    data, keep_alive = framed(b"he", {"Content-Length": "5"})
    assert b"Content-Length: 5\r\n" in data
    assert not keep_alive


def test_what_only_the_server_can_know_is_taken_from_it() -> None:
    data, keep_alive = framed(b"hi", {"Transfer-Encoding": "chunked", "Keep-Alive": "x", "Connection": "Close"})
    assert data == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nDate: now\r\nConnection: close\r\n\r\nhi"
    assert not keep_alive


def test_an_old_client_that_asked_for_it_is_told_that_the_connection_lives_on() -> None:
    kept = Framing(Reply(200), asked(old=True), keep_alive=True)
    assert kept.whole("Date: now").endswith(b"Date: now\r\nConnection: keep-alive\r\n\r\n")
    assert kept.keep_alive
    left = Framing(Reply(200), asked(old=True), keep_alive=False)
    assert left.whole("Date: now").endswith(b"Date: now\r\nConnection: close\r\n\r\n")


def test_a_length_that_is_no_number_is_the_application_s_mistake() -> None:
    with pytest.raises(ValueError, match="many"):
        framed(b"", {"Content-Length": "many"})


def test_an_answer_with_a_date_of_its_own_has_no_other() -> None:
    framing = Framing(Reply(200, b"hi", {"Date": "then", "X-A": "b"}), asked(), keep_alive=True)
    expected = b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\nDate: then\r\nServer: s\r\n\r\nhi"
    assert framing.whole("Date: now\r\nServer: s") == expected


def test_headers_that_cannot_be_joined_have_a_line_each() -> None:
    reply = Reply(200, b"", {"Set-Cookie": "a=1"}, also=(("Set-Cookie", "b=2"),))
    data = Framing(reply, asked(), keep_alive=True).whole("Date: now")
    assert b"\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n" in data


def test_a_connect_that_is_granted_has_no_length() -> None:
    granted = Reply(200, takeover=lambda _transport, _data: None)
    assert Framing(granted, asked("CONNECT"), keep_alive=True).whole("Date: now") == (
        b"HTTP/1.1 200 OK\r\nDate: now\r\n\r\n"
    )


def test_a_head_ends_in_an_empty_line() -> None:
    assert head(200, {"X-A": "1"}, further="Content-Length: 5") == (
        b"HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 5\r\n\r\n"
    )


def test_a_head_has_no_length_of_its_own_accord() -> None:
    assert head(429, {}) == b"HTTP/1.1 429 Too Many Requests\r\n\r\n"


def test_further_lines_stand_below_the_headers() -> None:
    assert head(204, {"A": "b"}, further="Date: now") == b"HTTP/1.1 204 No Content\r\nA: b\r\nDate: now\r\n\r\n"


def test_a_status_without_a_registered_phrase_still_makes_a_status_line() -> None:
    assert head(299, {}) == b"HTTP/1.1 299 Unknown\r\n\r\n"


@pytest.mark.parametrize("text", ["a\r\nSet-Cookie: b", "a\nb", "a\rb"])
def test_a_line_break_cannot_smuggle_a_header(text: str) -> None:
    for headers in ({"X": text}, {text: "x"}):
        with pytest.raises(ValueError, match="line break"):
            head(200, headers)
        with pytest.raises(ValueError, match="line break"):
            head(200, {}, tuple(headers.items()))


def test_header_text_outside_latin_1_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        head(200, {"X": "\u2192"})
