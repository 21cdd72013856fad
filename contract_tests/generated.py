"""Requests that Schemathesis makes up from the contract: what a human would not think of sending."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from contract_tests.contract.document import Contract

# Other probes ask what happens without a key and with unknown names, and a multipart boundary differs each time.
_LEFT_OUT = ("Missing `", "Object with unexpected properties", "Malformed Content-Type", "Unsupported Content-Type")


@dataclass(frozen=True, slots=True)
class MadeUpRequest:
    """One made-up request: whether it should be refused, why it was made, and its parts."""

    operation: str
    refused: bool
    description: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Noted:
    """What arrived: path and query as they were written, headers, body."""

    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def cases(contract: Contract, seed: int, *, methods: Iterable[str]) -> list[MadeUpRequest]:
    """The cases of the examples and coverage phases for operations with these methods; the same for the same seed.

    Schemathesis's engine runs against an application that only notes what arrives, so nothing is sent here and the
    run's own session decides what is, within its budget. It keeps what it builds for a document for as long as the
    process lives, so it is asked once for each document that is another one.
    """
    return list(
        _cases(json.dumps(contract.document), contract.base_path, contract.key_header, seed, frozenset(methods))
    )


@lru_cache(maxsize=16)
def _cases(text: str, base_path: str, key_header: str, seed: int, methods: frozenset[str]) -> tuple[MadeUpRequest, ...]:
    import schemathesis.engine.events  # noqa: PLC0415 - slow to import; only this probe needs it

    document = json.loads(text)
    document["servers"] = [{"url": "http://target" + base_path}]
    document["paths"] = _only(document["paths"], {each.lower() for each in methods})
    off = {"enabled": False}
    config = schemathesis.Config.from_dict(
        {
            "seed": seed,
            "generation": {"database": "none"},
            "cache": off,
            "checks": off,
            "phases": {"fuzzing": off, "stateful": off, "coverage": {"unexpected-methods": []}},
        }
    )
    schema = schemathesis.openapi.from_dict(document, config=config)
    notes: dict[str, Noted] = {}
    schema.app = _noting(notes)
    events = schemathesis.engine.from_schema(schema).execute()
    recorders = [each.recorder for each in events if isinstance(each, schemathesis.engine.events.ScenarioFinished)]
    made = [node.value for recorder in recorders for node in recorder.cases.values()]
    found = [_case(each, notes[each.id], base_path, key_header) for each in made if each.id in notes]
    return tuple(each for each in found if not each.description.startswith(_LEFT_OUT))


def spread(all_of_them: list[MadeUpRequest], count: int) -> list[MadeUpRequest]:
    """So many cases, each operation's own in turn, and those of one operation taken evenly."""
    groups: dict[tuple[str, bool], list[MadeUpRequest]] = {}
    if count <= 0:
        return []
    for each in all_of_them:
        groups.setdefault((each.operation, each.refused), []).append(each)
    share = -(-count // max(1, len(groups)))
    evenly = [group[:: max(1, len(group) // share)] for group in groups.values()]
    turns = max(map(len, evenly), default=0)
    return [group[turn] for turn in range(turns) for group in evenly if turn < len(group)][:count]


def _only(paths: Mapping[str, Any], methods: set[str]) -> dict[str, Any]:
    verbs = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
    return {
        path: {name: each for name, each in item.items() if name not in verbs or name in methods}
        for path, item in paths.items()
    }


def _case(case: Any, noted: Noted, base_path: str, key_header: str) -> MadeUpRequest:
    ours = {
        key_header.lower(),
        "user-agent",
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "host",
    }
    headers = tuple(
        (name, value)
        for name, value in noted.headers
        if name.lower() not in ours and not name.lower().startswith("x-schemathesis")
    )
    return MadeUpRequest(
        operation=str(case.operation.definition.raw.get("operationId")),
        refused=case.meta.generation.mode.value == "negative",
        description=str(getattr(case.meta.phase.data, "description", None) or ""),
        target=noted.target.removeprefix(base_path),
        headers=headers,
        body=noted.body or None,
    )


def _noting(notes: dict[str, Noted]) -> Any:
    """A WSGI application that keeps what arrives under the id that Schemathesis gives each request."""

    def application(environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
        headers = [
            (name.removeprefix("HTTP_").replace("_", "-").title(), str(value))
            for name, value in environ.items()
            if name.startswith("HTTP_") or name == "CONTENT_TYPE"
        ]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        query = environ.get("QUERY_STRING", "")
        target = urlsplit(environ.get("REQUEST_URI") or environ["PATH_INFO"]).path + (f"?{query}" if query else "")
        notes[environ.get("HTTP_X_SCHEMATHESIS_TESTCASEID", "")] = Noted(target, tuple(headers), body)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]

    return application
