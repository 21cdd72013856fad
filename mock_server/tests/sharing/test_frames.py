"""Frames: a request arrives at another process of the mock as it was, or does not leave."""

import pytest

from mock_server.server.request import Endpoints, Request
from mock_server.sharing.frames import ForwardedRequest, FrameEnd, framed, frames, packed, unpacked

CLIENT = Endpoints("::1", 4711, "localhost", 8080, secure=True)
REQUESTS = [
    Request("GET", "/__peer", {}),
    Request("POST", "/v2/track?a=%00", {"host": "x", "x-empty": "", "x-text": "a: b, \xff\n"}, CLIENT, b"\0{}\xff"),
    Request("GET", "/", {"host": "x"}, CLIENT, old=True, keep_alive=False, scheme="http", place=70_000),
]


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize("notes", [{}, {"here": True, "echo": False, "logged": 7}])
def test_a_question_arrives_as_it_was(request_: Request, notes: dict[str, object]) -> None:
    data = packed(ForwardedRequest(request_, notes))
    assert unpacked(data + b"the next") == (ForwardedRequest(request_, notes), len(data))
    assert all(unpacked(data[:size]) is None for size in range(len(data)))


@pytest.mark.parametrize("wrong", [{"x-a": "1\0x-b"}, {"x\0": ""}])
def test_what_could_be_read_as_another_question_does_not_leave(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="NUL"):
        packed(ForwardedRequest(Request("GET", "/", wrong)))


def test_frames_come_out_whole_however_they_arrive() -> None:
    sent = framed(FrameEnd.MORE, b"a") + framed(FrameEnd.MORE) + framed(FrameEnd.LAST, b"bc")
    buffer = bytearray()
    came: list[tuple[FrameEnd, bytes]] = []
    for byte in sent:
        buffer.append(byte)
        came += frames(buffer)
    assert came == [(FrameEnd.MORE, b"a"), (FrameEnd.MORE, b""), (FrameEnd.LAST, b"bc")]
