"""The servers compared: how each is started and what it is given, in the best configuration its manual offers."""

import json
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.packages import Installed, tool

CHECKOUT = Path(__file__).parent.parent
CONTRACT = CHECKOUT / "schemas" / "openapi.yaml"
MOCK = "mock"
DEFAULT_MOCK = shlex.join(
    [sys.executable, "-m", "mock_server", "serve", "--port", "{port}", "--default-plan", "enterprise"]
)
JAVA_REMEDY = "apt-get install openjdk-17-jre-headless"


@dataclass(frozen=True, slots=True)
class LoadedServer:
    """One column of the comparison; `{port}` in its command is filled in at each start."""

    name: str
    about: str
    command: tuple[str, ...]
    folder: Path
    prefix: str = "/v2"
    canned: bool = True

    def path(self, number: str) -> str:
        return f"{self.prefix}/track/{number}"


def mock(command: str) -> LoadedServer:
    """The mock with everything on: keys, quota, validation, journal, and a shipment of its own for each number."""
    return LoadedServer(MOCK, "this project, everything on", tuple(shlex.split(command)), CHECKOUT, canned=False)


PEER_NAMES = ("wiremock", "wiremock-journal", "prism", "mockoon")
# Not part of a plain run: what a reader may want to hold against the choices made for the four above.
EXTRA_NAMES = ("wiremock-small", "wiremock-bounded", "wiremock-stock")

# WireMock's manual: request logging is worth turning off "when performance testing". Chunked encoding costs it a
# second write for each answer, and no other server here sends its bodies in chunks.
_TUNED = ("--disable-request-logging", "--use-chunked-encoding", "never")


@dataclass(frozen=True, slots=True)
class Peers:
    """The peers, given their installed packages and a folder for their configuration."""

    installed: Installed
    scratch: Path

    def get(self, name: str) -> LoadedServer:
        """The peer of that name, with its configuration written; raises ToolMissingError if its runtime is missing."""
        makers: Mapping[str, Callable[[], LoadedServer]] = {
            "wiremock": lambda: self._wiremock(name, "without its journal", *_TUNED, "--no-request-journal"),
            "wiremock-journal": lambda: self._wiremock(name, "with its journal, unbounded as is its default", *_TUNED),
            "prism": self._prism,
            "mockoon": self._mockoon,
            "wiremock-small": lambda: self._wiremock(
                name,
                "as wiremock, in a small heap",
                *_TUNED,
                "--no-request-journal",
                java=("-Xmx128m", "-XX:+UseSerialGC"),
            ),
            "wiremock-bounded": lambda: self._wiremock(
                name, "with its journal, bounded", *_TUNED, "--max-request-journal-entries", "1000"
            ),
            "wiremock-stock": lambda: self._wiremock(name, "without any option"),
        }
        return makers[name]()

    def _wiremock(self, name: str, about: str, *flags: str, java: tuple[str, ...] = ()) -> LoadedServer:
        root = self.scratch / "wiremock"
        (root / "mappings").mkdir(parents=True, exist_ok=True)
        answer = {"status": 200, "headers": {"Content-Type": "application/json"}, "body": _example_text()}
        mapping = {"request": {"method": "GET", "urlPathPattern": "/v2/track/[^/]+"}, "response": answer}
        _write(root / "mappings" / "track.json", mapping)
        # The jar itself, not the package's wrapper, which would put a Node process in front of it.
        program = (tool("java", JAVA_REMEDY), *java, "-jar", str(self.installed.wiremock_jar))
        listen = ("--bind-address", "127.0.0.1", "--port", "{port}", "--root-dir", str(root))
        return LoadedServer(name, about, (*program, *listen, *flags), self.scratch)

    def _prism(self) -> LoadedServer:
        # Static examples are its fast mode. It leaves the path of the document's server URL out of its own, and starts
        # anew when the document is written to, so it gets a copy.
        copy = self.scratch / CONTRACT.parent.name
        shutil.copytree(CONTRACT.parent, copy, dirs_exist_ok=True)
        program = (self.installed.node, str(self.installed.prism), "mock", str(copy / CONTRACT.name))
        flags = ("--host", "127.0.0.1", "--port", "{port}", "--verboseLevel", "silent", "--cors", "false")
        return LoadedServer(
            "prism", "static examples of schemas/openapi.yaml", (*program, *flags), self.scratch, prefix=""
        )

    def _mockoon(self) -> LoadedServer:
        environment = self.scratch / "mockoon.json"
        _write(environment, _mockoon_environment())
        program = (self.installed.node, str(self.installed.mockoon), "start", "--data", str(environment))
        flags = ("--hostname", "127.0.0.1", "--port", "{port}", "--disable-log-to-file", "--disable-admin-api")
        return LoadedServer("mockoon", "one route, templating off", (*program, *flags), self.scratch)


def _mockoon_environment() -> Mapping[str, Any]:
    """An environment file of Mockoon with one route; what it leaves out, --data fills in with its defaults."""
    response = {
        "uuid": "00000000-0000-4000-8000-000000000003",
        "body": _example_text(),
        "bodyType": "INLINE",
        "statusCode": 200,
        "latency": 0,
        "headers": [{"key": "Content-Type", "value": "application/json"}],
        "rules": [],
        "disableTemplating": True,
        "default": True,
    }
    route = {
        "uuid": "00000000-0000-4000-8000-000000000002",
        "type": "http",
        "method": "get",
        "endpoint": "v2/track/:number",
        "responses": [response],
    }
    return {
        "uuid": "00000000-0000-4000-8000-000000000001",
        "lastMigration": 33,
        "name": "TrackFlow",
        "port": 3000,
        "routes": [route],
        "rootChildren": [{"type": "route", "uuid": route["uuid"]}],
        "cors": False,
    }


def example() -> dict[str, Any]:
    """The published page's own answer, which every peer gives to every number."""
    document = yaml.safe_load(CONTRACT.read_text())
    answer = document["paths"]["/track/{trackingNumber}"]["get"]["responses"]["200"]["content"]["application/json"]
    value: dict[str, Any] = answer["examples"]["documented"]["value"]
    return value


def _example_text() -> str:
    return json.dumps(example(), separators=(",", ":"))


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2))
