"""WSGI (PEP 3333) on one side, requests and replies on the other: the only translator between them."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from flask import Response, request
from werkzeug.datastructures import Headers
from werkzeug.test import run_wsgi_app

from mock_server.server.reply import Reply
from mock_server.server.request import Endpoints, Request

Environ = dict[str, Any]

PASSED = "trackflow.passed"
"""Where a view leaves what WSGI has no words for: pauses, what happens on the wire, replies that are not known yet."""
ECHO = "trackflow.echo"
"""Where a view finds whether another process counts what is there for all."""


def ask(application: Any, asked: Request) -> Reply:
    """What a WSGI application answers to the request."""
    passed: list[Reply] = []
    chunks, status, headers = run_wsgi_app(
        application, {**environ_of(asked), PASSED: passed, ECHO: asked.echo}, buffered=True
    )
    reply = _reply(int(status.partition(" ")[0]), b"".join(chunks), headers)
    for more in passed:
        reply = replace(reply, pause=more.pause, wire=more.wire, later=more.later)
    return reply


def respond(reply: Reply) -> Response:
    """The reply as a view returns it.

    This project's server does with it whatever it says. Another WSGI server sends what remains of it after what
    happens on the wire, without a pause, and waits in the view's thread for a reply that is not known yet.
    """
    passed: list[Reply] | None = request.environ.get(PASSED)
    if passed is not None:
        passed.append(reply)
    elif reply.later is not None:
        return respond(asyncio.run(awaited(reply)))
    content = reply.content if reply.wire is None or passed is not None else reply.wire.remains(reply.content)
    response = Response(content, reply.status)
    response.headers = Headers([*reply.headers.items(), *reply.also])  # and no Content-Type of Flask's
    if content is not reply.content:
        response.automatically_set_content_length = False
        response.headers.setdefault("Content-Length", str(len(reply.content)))
    return response


async def awaited(reply: Reply) -> Reply:
    """The reply once it is known."""
    while reply.later is not None:
        reply = await reply.later()
    return reply


def _reply(status: int, content: bytes, given: Headers) -> Reply:
    headers: dict[str, str] = {}
    also: list[tuple[str, str]] = []
    for name, value in given:
        if name == "Content-Length" and value == str(len(content)):
            continue  # the server says so by itself
        if name in headers:
            also.append((name, value))
        else:
            headers[name] = value
    return Reply(status, content, headers, also=tuple(also))


def environ_of(asked: Request) -> Environ:
    """The request as WSGI applications get it; a name with an underscore, which would pass for a dash, is left out."""
    peer = asked.peer
    path, _, query = asked.target.partition("?")
    environ: Environ = {
        "REQUEST_METHOD": asked.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
        "QUERY_STRING": query,
        "REQUEST_URI": asked.target,
        "RAW_URI": asked.target,
        "SERVER_NAME": peer.host,
        "SERVER_PORT": str(peer.host_port),
        "SERVER_PROTOCOL": "HTTP/1.0" if asked.old else "HTTP/1.1",
        "REMOTE_ADDR": peer.address,
        "REMOTE_PORT": str(peer.port),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if peer.secure else "http",
        "wsgi.input": BytesIO(asked.body),
        "wsgi.input_terminated": True,  # the input ends with the body, also where no Content-Length says so
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in asked.headers.items():
        if "_" not in name:
            key = name.upper().replace("-", "_")
            environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    return environ


def request_of(environ: Mapping[str, Any], body: bytes) -> Request:
    """The request that a WSGI server has read."""
    peer = Endpoints(
        environ.get("REMOTE_ADDR") or "",
        int(environ.get("REMOTE_PORT") or 0),
        environ.get("SERVER_NAME", ""),
        int(environ.get("SERVER_PORT") or 0),
        secure=environ.get("wsgi.url_scheme") == "https",
    )
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name, key in (("content-type", "CONTENT_TYPE"), ("content-length", "CONTENT_LENGTH")):
        if environ.get(key):
            headers[name] = environ[key]
    old = environ.get("SERVER_PROTOCOL") == "HTTP/1.0"
    return Request(environ["REQUEST_METHOD"], target(environ), headers, peer, body, old)


def target(environ: Mapping[str, Any]) -> str:
    """The raw path and query as the client sent them, percent-encoding and all, as far as the server has kept them."""
    raw: str = environ.get("REQUEST_URI") or environ.get("RAW_URI") or ""
    if raw.startswith("/"):
        return raw
    path = quote(environ.get("PATH_INFO", "").encode("latin-1"), safe="/:@!$&'()*+,;=~-._")
    return f"{path}?{query}" if (query := environ.get("QUERY_STRING")) else path
