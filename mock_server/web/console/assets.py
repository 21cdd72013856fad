"""The files that pages need: styles, scripts, and nothing from elsewhere."""

from functools import cache
from http import HTTPStatus
from pathlib import Path

from mock_server.server.reply import Reply
from mock_server.web.console.frame import HEADERS
from mock_server.web.control.call import ControlCall
from mock_server.web.problems import Problem

FOLDER = Path(__file__).parent / "assets"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


def asset(_: ControlCall, name: str) -> Reply:
    """A style or a script; `?v=` makes its address another one with every version."""
    if name not in names():
        raise Problem(HTTPStatus.NOT_FOUND, f"there is no file {name!r}")
    content_type = TYPES[Path(name).suffix]
    return Reply(HTTPStatus.OK, _read(name), {"Content-Type": content_type, **HEADERS, "Cache-Control": "no-cache"})


@cache
def names() -> frozenset[str]:
    return frozenset(path.name for path in FOLDER.iterdir() if path.suffix in TYPES)


@cache
def _read(name: str) -> bytes:
    return (FOLDER / name).read_bytes()
