"""What may stand between the suite and a target, or in its place."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import requests

from contract_tests.tests.servers import Target


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The URL of a server on loopback that answers so."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def before(target: Target, **how: Any) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Something that stands before a server: its URL, and the headers of what it was asked.

    `move` is where everything is redirected to, `dies_after` so many requests, and `below` is a path that the API is
    put under.
    """
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            seen.append(dict(self.headers.items()))
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if len(seen) > how.get("dies_after", 10**6):
                self.close_connection = True
                return
            below = how.get("below", "")
            if "move" in how:
                self.say(308, b"", {"Location": how["move"] + self.path})
                return
            if not self.path.startswith(below):
                self.say(404, b"<h1>Not Found</h1>", {"Content-Type": "text/html"})
                return
            names = {
                name: text for name, text in self.headers.items() if name.lower() not in {"host", "content-length"}
            }
            url = target.base_url + self.path.removeprefix(below)
            answer = requests.request(self.command, url, headers=names, data=body, timeout=60, allow_redirects=False)
            kept = {"Content-Type", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Allow", "Date"}
            self.say(
                answer.status_code,
                answer.content,
                {name: answer.headers[name] for name in kept if name in answer.headers},
            )

        def say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response_only(status)
            for name, text in headers.items():
                self.send_header(name, text)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_TRACE = do_PATCH = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    with listening(Handler) as url:
        yield url, seen


@contextmanager
def a_site(body: bytes, *, endless: bool = False) -> Iterator[str]:
    """A web site that has one page, for every path; it may have no end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)
                while endless:
                    self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with listening(Handler) as url:
        yield url
