"""How many of our modules and types two journeys pass: a tracking request, and a clock's advance to a delivered POST.

A profiler watches every thread of a mock in this process. A module counts if one of its functions was entered, a type
if one of its methods was, or if one was made. Both journeys are made once before, so what is only imported, remembered
or made at first is not counted.
"""

import argparse
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import mock_server
from mock_server.settings import Settings
from mock_server.testing.running import RunningMock

KEY = "tf_test_enterprise_journeys"
NUMBER = "1Z999AA10123456784"
LIFE = "1ZTFTEST0300000111"  # ten scans in 72 hours
TO_A_SCAN = 12 * 3600  # seconds in which there is one at least
START = "2026-06-15T12:00:00Z"
PATIENCE = 30.0

_OURS = Path(mock_server.__file__).parent


@dataclass(slots=True)
class Passage:
    """What has been passed, in order."""

    modules: dict[str, None] = field(default_factory=dict)
    types: dict[str, None] = field(default_factory=dict)


class Watching:
    """A profiler of all threads, which fills the journey that is under way, if one is."""

    def __init__(self) -> None:
        self.journey: Passage | None = None
        self._names: dict[str, str | None] = {}

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        journey = self.journey
        if journey is None or event != "call":
            return
        module = self._module(frame.f_code.co_filename)
        if module is not None:
            journey.modules[module] = None
        if frame.f_code.co_argcount and frame.f_code.co_varnames[0] in {"self", "cls", "_cls"}:
            first = frame.f_locals.get(frame.f_code.co_varnames[0])
            kind = first if isinstance(first, type) else type(first)
            if kind.__module__.startswith("mock_server.") and (module is not None or _made(frame)):
                journey.types[f"{kind.__module__.removeprefix('mock_server.')}.{kind.__qualname__}"] = None

    def _module(self, file: str) -> str | None:
        if file not in self._names:
            path = Path(file)
            ours = path.is_relative_to(_OURS)
            self._names[file] = path.relative_to(_OURS).as_posix() if ours else None
        return self._names[file]


def _made(frame: FrameType) -> bool:
    """Whether a value is being made by what dataclasses and named tuples generate."""
    return frame.f_code.co_name in {"__init__", "__new__"} and frame.f_code.co_filename.startswith("<")


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing is said of a request."""


@contextmanager
def receiving() -> Iterator[str]:
    """A webhook receiver's url."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
        server.shutdown()


class KeptClient:
    """One client of the mock, on a connection that it keeps."""

    def __init__(self, url: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)

    def ask(self, method: str, path: str, value: object = None) -> None:
        """RuntimeError with the answer if it is a refusal."""
        body = json.dumps(value) if value else None
        self._connection.request(method, path, body, {"X-API-Key": KEY, "Content-Type": "application/json"})
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise RuntimeError(f"{method} {path}: {answer.status} {content.decode()}")


def watched(watching: Watching, travel: Callable[[], object]) -> Passage:
    """What was passed on the way, made a second time."""
    travel()
    watching.journey = found = Passage()
    travel()
    watching.journey = None
    return found


def journeys() -> dict[str, Passage]:
    """Both, measured on a mock in this process."""
    watching = Watching()
    threading.setprofile(watching)
    with receiving() as receiver, RunningMock(Settings(clock=START, time_scale=0)) as mock:
        client = KeptClient(mock.url)
        client.ask("POST", "/v2/webhooks", {"tracking_number": LIFE, "url": receiver})
        track = partial(client.ask, "GET", f"/v2/track/{NUMBER}")
        advance = partial(client.ask, "PUT", f"/__admin/clock?key={KEY}", {"action": "advance", "seconds": TO_A_SCAN})
        return {
            "a tracking request, remembered": watched(watching, track),
            "from a clock's advance to a delivered POST": watched(watching, advance),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", action="store_true", help="say which, in the order of the way")
    options = parser.parse_args()
    for name, found in journeys().items():
        print(f"{name}: {len(found.modules)} modules, {len(found.types)} types")
        if options.names:
            print("  modules:", *found.modules, sep="\n    ")
            print("  types:", *found.types, sep="\n    ")


if __name__ == "__main__":
    main()
