"""Frames: a request arrives at another process of the mock as it was, or does not leave."""

import marshal

import pytest

from mock_server.server.request import Endpoints, Request
from mock_server.sharing.frames import FORMAT, QUESTION, ForwardedRequest, FrameEnd, framed, frames, packed, unpacked

CLIENT = Endpoints("::1", 4711, "localhost", 8080, secure=True)
REQUESTS = [
    Request("GET", "/__peer", {}),
    Request("POST", "/v2/track?a=%00", {"host": "x", "x-empty": "", "x-text": "a: b, \xff\n"}, CLIENT, b"\0{}\xff"),
    Request("GET", "/", {"host": "x"}, CLIENT, old=True, keep_alive=False, scheme="http", place=70_000),
]


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize("notes", [{}, {"here": True, "echo": False, "logged": 7}])
def test_a_question_arrives_as_it_was(request_: Request, notes: dict[str, object]) -> None:
    question = ForwardedRequest(request_, notes, key=None if notes else "a\0\ud800")
    data = packed(question)
    assert unpacked(data + b"the next") == (question, len(data))
    assert all(unpacked(data[:size]) is None for size in range(len(data)))


def test_what_a_newer_version_says_at_the_end_is_not_listened_to() -> None:
    question = ForwardedRequest(REQUESTS[1], {"newer": True}, key="a")
    told = (*marshal.loads(packed(question)[QUESTION.size :]), "newer", {"newer": 1})
    data = marshal.dumps(told, FORMAT)
    assert unpacked(QUESTION.pack(len(data)) + data) == (question, QUESTION.size + len(data))


def test_what_separates_nothing_on_the_wire_is_no_end_of_a_text() -> None:
    odd = Request("GET", "/a\0b", {"x-a": "1\0x-b", "x\0": "", "x-half": "\ud800"})
    found = unpacked(packed(ForwardedRequest(odd)))
    assert found is not None
    assert found[0].request == odd


def test_what_no_request_can_have_does_not_leave() -> None:
    with pytest.raises(ValueError, match="unmarshallable"):
        packed(ForwardedRequest(Request("GET", "/", {}), {"opening": object()}))


def test_frames_come_out_whole_however_they_arrive() -> None:
    sent = framed(FrameEnd.MORE, b"a") + framed(FrameEnd.MORE) + framed(FrameEnd.LAST, b"bc")
    buffer = bytearray()
    came: list[tuple[FrameEnd, bytes]] = []
    for byte in sent:
        buffer.append(byte)
        came += frames(buffer)
    assert came == [(FrameEnd.MORE, b"a"), (FrameEnd.MORE, b""), (FrameEnd.LAST, b"bc")]
