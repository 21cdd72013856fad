"""Which requests of the journal a question is about."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from mock_server.contract.bodies import as_json
from mock_server.domain.clients import asking
from mock_server.domain.clients.journal import Entry
from mock_server.domain.shipments.numbers import normalise
from mock_server.faults.matching import Glob

Test = Callable[[Entry], bool]


def match_of(document: Mapping[str, Any]) -> Test:
    """Whether an entry is one of those that a match of schemas/control.schema.json describes."""
    tests = [TESTS[name](wanted) for name, wanted in document.items()]
    return lambda entry: all(test(entry) for test in tests)


def _method(wanted: str) -> Test:
    glob = Glob.of(wanted.upper())
    return lambda entry: glob.accepts(entry.method)


def _url(wanted: str) -> Test:
    glob = Glob.of(wanted)
    return lambda entry: glob.accepts(entry.target)


def _path(wanted: str) -> Test:
    glob = Glob.of(wanted)
    return lambda entry: glob.accepts(entry.target.partition("?")[0])


def _operation(wanted: str | None) -> Test:
    if wanted is None:
        return lambda entry: entry.operation is None
    glob = Glob.of(wanted)
    return lambda entry: glob.accepts(entry.operation)


def _status(wanted: int | list[int]) -> Test:
    statuses = frozenset([wanted] if isinstance(wanted, int) else wanted)
    return lambda entry: entry.status in statuses


def _header(wanted: Mapping[str, str]) -> Test:
    globs = {name.lower(): Glob.of(value) for name, value in wanted.items()}
    return lambda entry: all(glob.accepts(entry.headers.get(name)) for name, glob in globs.items())


def _body(wanted: Any) -> Test:
    if isinstance(wanted, str):
        return lambda entry: wanted in entry.body.decode("utf-8", "replace")
    return lambda entry: holds(as_json(entry.body), wanted)


def _tracking_number(wanted: str) -> Test:
    glob = Glob.of(normalise(wanted))
    return lambda entry: any(map(glob.accepts, numbers(entry)))


def _fault(wanted: str | None) -> Test:
    if wanted is None:
        return lambda entry: not entry.injected
    glob = Glob.of(wanted)
    return lambda entry: any(map(glob.accepts, entry.injected))


def _since(wanted: int) -> Test:
    return lambda entry: entry.id > wanted


TESTS: Mapping[str, Callable[[Any], Test]] = MappingProxyType(
    {
        "method": _method,
        "url": _url,
        "path": _path,
        "operation": _operation,
        "status": _status,
        "header": _header,
        "body": _body,
        "tracking_number": _tracking_number,
        "fault": _fault,
        "since": _since,
    }
)


def numbers(entry: Entry) -> Iterator[str]:
    """Whatever the request says that could be a tracking number, normalised: path segments and texts of its body."""
    return map(normalise, asking.texts(entry))


def holds(found: Any, wanted: Any) -> bool:
    """Whether JSON contains other JSON: objects may have more members, arrays have as many items in the same order."""
    pairs = [(found, wanted)]
    while pairs:
        found, wanted = pairs.pop()
        if isinstance(wanted, dict):
            if not isinstance(found, dict) or not wanted.keys() <= found.keys():
                return False
            pairs += [(found[name], each) for name, each in wanted.items()]
        elif isinstance(wanted, list):
            if not isinstance(found, list) or len(found) != len(wanted):
                return False
            pairs += zip(found, wanted, strict=True)
        elif found != wanted or isinstance(found, bool) is not isinstance(wanted, bool):
            return False
    return True
