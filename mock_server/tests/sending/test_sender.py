"""The sender: what goes over the wire, and what every kind of answer comes to."""

import asyncio

import pytest

from mock_server.sending.address import Address, ReceiverAnswer
from mock_server.sending.allowed import AllowedHosts, HostNotAllowedError
from mock_server.sending.sender import MOST_OF_A_HEAD, MOST_OF_AN_ANSWER, Sender, request
from mock_server.tests.sending.one_receiver import BODY, OK, Serve, posted, read_request, receiver, run


def test_the_request_is_whole_and_its_body_is_what_was_signed() -> None:
    _, request = posted(OK, path="/hooks/a%20b/ü?x=1&y=%2F#part")
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /hooks/a%20b/%C3%BC?x=1&y=%2F HTTP/1.1"
    assert lines[1].startswith("Host: 127.0.0.1:")
    assert lines[2:] == [
        "Content-Type: application/json",
        "X-Signature: sha256=ab",
        f"Content-Length: {len(BODY)}",
        "Connection: close",
    ]
    assert body == BODY


def test_the_answer_is_told_with_status_headers_body_and_time() -> None:
    answer, _ = posted(OK)
    assert (answer.status, answer.reason, answer.body, answer.problem) == (200, "OK", b"ok", None)
    assert answer.headers == {"content-length": "2", "x-seen": "yes"}
    assert 0 < answer.seconds < 20


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200, b"ok"),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK, 200, b"ok"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 302, b""),
        (OK + b"HTTP/1.1 500 Oops\r\nContent-Length: 3\r\n\r\nbad", 200, b"ok"),
        (OK + b"SSH-2.0-OpenSSH_9.6\r\n", 200, b"ok"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"HTTP/1.1 410 Gone\r\n\r\n", 200, b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", 204, b""),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n\x00\x01", 101, b""),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + OK, 101, b""),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", 410, b""),
    ],
)
def test_answers_of_every_form_are_understood(answer: bytes, status: int, body: bytes) -> None:
    found, _ = posted(answer)
    assert (found.status, found.body, found.problem) == (status, body, None)


def test_a_connection_that_stays_open_after_the_answer_is_not_waited_for() -> None:
    answer, _ = posted(OK, held=True)
    assert answer.status == 200


def test_a_long_answer_is_cut_and_not_read_to_its_end() -> None:
    length = 50 * MOST_OF_AN_ANSWER
    answer, _ = posted(
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length + b"x" * 2 * MOST_OF_AN_ANSWER, held=True
    )
    assert (answer.status, answer.body) == (200, b"x" * MOST_OF_AN_ANSWER)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"", "no answer came"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "closed in the middle"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "closed in the middle"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2 * MOST_OF_A_HEAD, "head is longer than"),
    ],
)
def test_what_is_no_answer_is_told_in_words(answer: bytes, problem: str) -> None:
    found, _ = posted(answer)
    assert found.status is None
    assert found.reached
    assert problem in (found.problem or "")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nslow"])
def test_an_answer_that_is_not_whole_in_time_is_late(answer: bytes) -> None:
    found, _ = posted(answer, late=True)
    assert (found.status, found.late, found.problem) == (None, True, "no answer within 20 s")


def test_a_port_where_nobody_listens_is_told() -> None:
    async def main() -> ReceiverAnswer:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        return await Sender(AllowedHosts(), 20).post(f"http://127.0.0.1:{port}/", {}, b"")

    answer = run(main())
    assert (answer.status, answer.reached) == (None, False)
    assert "no connection" in (answer.problem or "")


async def hangs_up(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None: ...


async def hangs_up_after_hello(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def speaks_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize(
    ("serve", "told"),
    [
        (hangs_up, "no connection: the other side closed it in the middle of the TLS handshake"),
        (hangs_up_after_hello, "no connection: the other side closed it in the middle of the TLS handshake"),
        (
            speaks_plainly,
            "no connection: the other side does not speak TLS; if that is meant, the url begins with http://",
        ),
    ],
)
def test_a_handshake_that_comes_to_nothing_is_told(serve: Serve, told: str) -> None:
    async def main() -> ReceiverAnswer:
        async with receiver(serve) as port:
            return await Sender(AllowedHosts(), 20).post(f"https://127.0.0.1:{port}/", {}, b"")

    answer = run(main())
    assert (answer.status, answer.reached) == (None, False)
    assert (answer.problem or "").startswith(told)


def test_localhost_is_found_where_it_listens() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(OK)

    async def main() -> ReceiverAnswer:
        async with receiver(serve) as port:
            return await Sender(AllowedHosts(), 20).post(f"http://localhost:{port}/", {}, b"")

    assert run(main()).status == 200


def test_a_host_that_nobody_allowed_is_never_connected_to() -> None:
    with pytest.raises(HostNotAllowedError, match="--webhook-allow"):
        run(Sender(AllowedHosts(), 20).post("https://10.0.0.1/hooks", {}, b""))


def test_the_address_that_was_checked_is_the_one_that_is_connected_to() -> None:
    """A name server that changes its answer between check and connection (DNS rebinding) changes nothing."""
    asked = []

    async def resolve(name: str) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert b"Host: rebind.test:" in await read_request(reader)
        writer.write(OK)

    async def main() -> ReceiverAnswer:
        async with receiver(serve) as port:
            return await Sender(AllowedHosts((), resolve), 20).post(f"http://rebind.test:{port}/", {}, b"")

    assert run(main()).status == 200
    assert asked == ["rebind.test"]


def test_a_name_that_cannot_be_found_is_told() -> None:
    async def unknown(_: str) -> list[str]:
        raise OSError("nobody knows that name")

    answer = run(Sender(AllowedHosts(["hook.test"], unknown), 20).post("https://hook.test/", {}, b""))
    assert answer.problem == "no connection: nobody knows that name"


@pytest.mark.parametrize("value", ["evt_1\r\nX-Admin: 1", "a\nb", "a\rb", "nul\x00", "\x7f", "esc\x1b[0m"])
@pytest.mark.parametrize("where", ["name", "value"])
def test_a_header_that_would_be_several_is_not_sent(value: str, where: str) -> None:
    headers = {value: "1"} if where == "name" else {"webhook-id": value}
    with pytest.raises(ValueError, match="control character"):
        request(Address("http://127.0.0.1:9/hooks"), headers, BODY)
