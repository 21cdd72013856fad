"""A webhook receiver that keeps what it gets and answers as told."""

import socket
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Inbox(BaseHTTPRequestHandler):
    """Answers with the next status that the receiver was given, else 200; with 0 it hangs up."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: "Receiver"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): text for name, text in self.headers.items() if name.lower() != "host"}
        self.server.seen.append((self.command, self.path, headers, body))
        status = self.server.statuses.popleft() if self.server.statuses else 200
        if not status:
            self.close_connection = True
            return
        self.send_response_only(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PUT = do_POST  # noqa: N815 - the base class looks for this name

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


class Receiver(ThreadingHTTPServer):
    """Listens on loopback; `seen` holds method, path, headers and body of what came, `statuses` the next answers."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.statuses: deque[int] = deque()
        self.closing = False
        super().__init__(("127.0.0.1", 0), Inbox)
        self.thread = Thread(target=self.run, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?to=me&kept=a%2Bb"

    def run(self) -> None:
        while not self.closing:
            self.handle_request()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that hangs up is no news."""

    def close(self) -> None:
        self.closing = True
        socket.create_connection(("127.0.0.1", int(self.server_address[1]))).close()
        self.thread.join()
        self.server_close()
