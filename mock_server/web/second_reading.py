"""Request heads that the parser stumbles over though HTTP allows them, rewritten so that it does not."""

import re

from mock_server.web.environ import Environ

# RFC 9110 section 9.1 lets any token be a method; the parser knows the registered ones only.
ANY_METHOD = re.compile(rb"(?:\r\n)*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) [^ \r\n]+ HTTP/1\.[01]\r\n")


def renamed(data: bytes) -> tuple[str, bytes] | None:
    """The method of the request that `data` begins with, and the same request with GET in its place."""
    match = ANY_METHOD.match(data)
    if match is None:
        return None
    return match[1].decode("ascii"), b"GET" + data[match.end(1) :]


def declined(environ: Environ, rest: bytes, *, keep_alive: bool) -> bytes:
    """What follows a head that asked for an upgrade, below a head that frames it the same and does not ask.

    A server may ignore Upgrade (RFC 9110 section 7.8), and clients that try HTTP/2 first count on that; the
    parser, though, reads no body after it.
    """
    lines = ["POST / HTTP/1.1"]
    for name, key in (("Content-Length", "CONTENT_LENGTH"), ("Transfer-Encoding", "HTTP_TRANSFER_ENCODING")):
        if key in environ:
            lines.append(f"{name}: {environ[key]}")
    if not keep_alive:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + rest
