"""HTTP/1.1 on a loopback socket."""

import socket
from collections.abc import Callable
from contextlib import suppress
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contract_tests.tests.servers import states
from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.messages import Call, Reply
from contract_tests.tests.servers.refusals import RefusalError

LARGEST_READ = 16 * 1024 * 1024


class Handler(BaseHTTPRequestHandler):
    """One connection; every method is answered by the Api."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one segment per answer
    disable_nagle_algorithm = True
    server: "Server"

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self.respond
        raise AttributeError(name)

    def respond(self) -> None:
        self.send(self.server.answer(self.call()))

    def call(self) -> Call:
        url = urlsplit("http://server" + self.path if self.path.startswith("/") else self.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        headers = {name.lower(): text for name, text in self.headers.items()}
        return Call(self.command, url.path, query, headers, self.body(), names=tuple(self.headers.keys()))

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(iter(self.chunk, b""))
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(min(int(length), LARGEST_READ)) if length.isdigit() else b""

    def chunk(self) -> bytes:
        data = self.rfile.read(int(self.rfile.readline().split(b";")[0], 16))
        self.rfile.readline()
        return data

    def send(self, reply: Reply) -> None:
        body = b"" if self.command == "HEAD" or reply.status == 204 else reply.body
        fields = {"Date": formatdate(self.server.api.world.clock.now(), usegmt=True), **reply.headers}
        if reply.framing == "chunked":
            fields["Transfer-Encoding"] = "chunked"
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
        elif reply.framing == "close":
            fields["Connection"], self.close_connection = "close", True
        elif reply.status != 204:
            fields["Content-Length"] = str(len(reply.body))
        reason = HTTPStatus(reply.status).phrase if reply.status in set(HTTPStatus) else "Unknown"
        head = "".join(f"{name}: {text}\r\n" for name, text in fields.items())
        self.wfile.write(f"{self.protocol_version} {reply.status} {reason}\r\n{head}\r\n".encode("latin-1") + body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


class Server(ThreadingHTTPServer):
    """Serves an Api until it is closed."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, api: Api, handler: type[Handler], port: int = 0) -> None:
        self.api, self.handler = api, handler
        self.open: set[socket.socket] = set()
        self.closing = False
        super().__init__(("127.0.0.1", port), handler)

    def server_bind(self) -> None:
        """Bind without asking the resolver for the machine's name, which may take seconds."""
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def answer(self, call: Call) -> Reply:
        """What the API, or a provider state, answers; a crash is 500."""
        try:
            return states.make(self.api, call) if call.path == "/_states" else self.api.answer(call)
        except RefusalError as refusal:  # of a provider state
            return self.api.refuse(refusal)
        except Exception as error:  # noqa: BLE001 - a crash is an answer too, and some mutants crash
            return self.api.refuse(RefusalError("internal_error", f"{type(error).__name__}: {error}"))

    def run(self) -> None:
        """Answer until closed."""
        while not self.closing:
            try:
                self.handle_request()
            except (OSError, ValueError):  # what it waited for has been closed
                if not self.closing:
                    raise

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""

    def close(self) -> None:
        """Stop answering, and hang up."""
        self.closing = True
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.server_port), timeout=1).close()
        for connection in tuple(self.open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self.api.world.outbox.close()
