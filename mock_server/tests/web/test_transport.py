import pytest

from mock_server.web.transport import Answer, Await, Close, Pause, Reset, Script, Send, Step, head, status_line


def test_a_head_ends_in_an_empty_line() -> None:
    assert head(200, [("X-A", "1")], 5) == b"HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 5\r\n\r\n"


def test_a_head_has_no_length_of_its_own_accord() -> None:
    assert head("429 Slow Down", []) == b"HTTP/1.1 429 Slow Down\r\n\r\n"


def test_further_lines_stand_below_the_headers() -> None:
    assert head(204, [("A", "b")], further="Date: now") == b"HTTP/1.1 204 No Content\r\nA: b\r\nDate: now\r\n\r\n"


def test_a_status_without_a_registered_phrase_still_makes_a_status_line() -> None:
    assert status_line(299) == "299 "


@pytest.mark.parametrize("text", ["a\r\nSet-Cookie: b", "a\nb", "a\rb"])
def test_a_line_break_cannot_smuggle_a_header(text: str) -> None:
    for status, headers in ((200, [("X", text)]), (200, [(text, "x")]), (f"200 {text}", [])):
        with pytest.raises(ValueError, match="line break"):
            head(status, headers)


def test_header_text_outside_latin_1_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        head(200, [("X", "→")])


async def _nothing() -> list[Step]:
    return []


def test_on_another_wsgi_server_a_script_is_its_bytes() -> None:
    assert list(Script((Pause(9), Send(b"a"), Send(b"b"), Close(), Send(b"c")))) == [b"a", b"b"]
    assert list(Script((Answer(200, (), b"whole"), Reset(), Send(b"c")))) == [b"whole"]


def test_on_another_wsgi_server_a_script_that_must_wait_says_so() -> None:
    with pytest.raises(RuntimeError, match="cannot wait"):
        list(Script((Await(_nothing),)))
