from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from mock_server.web.environ import Environ
from mock_server.web.gateway import Application, Gateway
from mock_server.web.transport import Pause, Script


def called(application: Application) -> tuple[object, ...]:
    return Gateway(application).call({})


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


def answering(body: Iterable[bytes]) -> Application:
    def application(environ: Environ, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("A", "b")])
        return body

    return application


@pytest.mark.parametrize("body", [[b"abc"], [b"a", b"bc"], (b"abc",), iter([b"ab", b"c"])])
def test_any_iterable_makes_the_body(body: Iterable[bytes]) -> None:
    assert called(answering(body)) == ("200 OK", [("A", "b")], b"abc")


def test_an_iterable_is_closed_when_it_is_read_and_when_it_fails() -> None:
    whole, broken = Pieces(b"a", b"b"), Pieces(b"a", b"")
    assert called(answering(whole))[2] == b"ab"
    with pytest.raises(ZeroDivisionError):
        called(answering(broken))
    assert (whole.closed, broken.closed) == (True, True)


def test_a_generator_may_call_start_response_at_its_first_piece() -> None:
    def application(environ: Environ, start_response: Any) -> Iterator[bytes]:
        start_response("201 Created", [])
        yield b"late"

    assert called(application) == ("201 Created", [], b"late")


def test_a_script_is_handed_on_unread() -> None:
    script = Script((Pause(9),))
    assert called(answering(script))[2] is script


def test_start_response_must_be_called() -> None:
    with pytest.raises(RuntimeError, match="without calling start_response"):
        called(lambda environ, start_response: [b""])


def test_start_response_may_be_called_again_only_for_an_error() -> None:
    def replacing(environ: Environ, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        start_response("500 Oops", [("E", "f")], (None, None, None))
        return [b""]

    def twice(environ: Environ, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        start_response("200 OK", [])
        return [b""]

    assert called(replacing)[:2] == ("500 Oops", [("E", "f")])
    with pytest.raises(RuntimeError, match="second time"):
        called(twice)


def test_the_write_callable_says_what_to_do_instead() -> None:
    def writing(environ: Environ, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])(b"data")
        return []

    with pytest.raises(NotImplementedError, match="return the body"):
        called(writing)
