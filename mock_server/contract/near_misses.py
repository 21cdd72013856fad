"""Near misses: what a request that the contract does not know was probably meant to be."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from posixpath import normpath

from contract_tests.contract.templates import templates
from mock_server.contract.operations import Operation
from mock_server.contract.specification import Specification

LONGEST_PATH = 500  # characters that are compared
MOST_SEGMENTS = 10
METHOD = 0.2  # what the same method counts for
PARAMETER = 0.8  # likeness of a parameter and whatever stands in its place


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The operation that was probably meant, and why the request missed it."""

    operation: Operation
    reason: str

    def told(self, base: str) -> str:
        """Both in one sentence, for whoever asked."""
        why = "" if self.reason.endswith(self.operation.path) else f"{self.reason}; "
        return f"{why}the nearest operation is {self.operation.method} {base}{self.operation.path}"


def near_miss(specification: Specification, method: str, target: str) -> NearMiss:
    """The operation nearest to a method and a raw target, which may be anything."""
    path = target[:LONGEST_PATH].partition("?")[0].partition("#")[0]
    base = specification.base_path
    for reason, guess in (*_corrections(path, base), *_of_several(path, base)):
        found = _operations_at(specification, guess, base)
        if found:
            operation = found.get(method) or next(iter(found.values()))
            if method in found:
                return NearMiss(operation, reason or "it is this operation, and was asked before the contract had it")
            wrong = f"{method[:20]} is not a method of {base}{operation.path}; use {' or '.join(found)}"
            return NearMiss(operation, f"{reason}, and {wrong}" if reason else wrong)
    return _likeliest(specification, method, path)


def _corrections(path: str, base: str) -> Iterator[tuple[str, str]]:
    """Paths that may have been meant, each with what is wrong with the one that was asked."""
    yield "", path
    cut = path.rstrip("/")
    yield f"{path!r} ends in a slash; leave it out", cut
    yield f"{path!r} has an empty segment; write one slash", "/".join(["", *filter(None, path.split("/"))])
    yield f"{path!r} has a dot as a segment; leave it out", normpath(path)
    yield f"{path!r} has a backslash; write a slash", path.replace("\\", "/")
    yield f"{path!r} lacks the prefix {base}", f"{base}/{cut.strip('/')}"
    twice = cut.strip("/")
    while twice.startswith(f"{base.strip('/')}/"):
        twice = twice.removeprefix(f"{base.strip('/')}/")
    yield f"{path!r} has the prefix {base} more than once; write it once", f"{base}/{twice}"
    before, found, rest = cut.partition(f"{base}/")
    yield f"{path!r} has {before!r} before {base}; leave that out", f"{base}/{rest}" if found and before else path
    version, _, rest = cut.strip("/").partition("/")
    yield f"{version!r} is not the version of this API; write {base}", f"{base}/{rest}"
    yield f"{path!r} is not in lower case", cut.lower()
    yield f"{path!r} is neither in lower case nor below {base}", f"{base}/{cut.strip('/').lower()}"


def _of_several(path: str, base: str) -> Iterator[tuple[str, str]]:
    """Paths that may have been meant where two things are wrong with the one that was asked."""
    for reason, guess in _corrections(path, base):
        if reason and guess != path:
            for again, other in _corrections(guess, base):
                if again and other != guess:
                    yield f"{reason}; {again}", other


def _operations_at(specification: Specification, path: str, base: str) -> dict[str, Operation]:
    """The operations of the path template that the path fits, written-out ones first, as OpenAPI has it."""
    if not path.startswith(f"{base}/"):
        return {}
    for template in templates(tuple(specification.paths), base):
        if template.match(path) is not None:
            return specification.paths[template.path]
    return {}


def _likeliest(specification: Specification, method: str, path: str) -> NearMiss:
    """The operation whose path looks most like the one that was asked, of that method if there is a choice."""
    base = specification.base_path
    asked = path.removeprefix(base).lower().split("/")[1:MOST_SEGMENTS]

    def like(operation: Operation) -> float:
        segments = likeness(operation.path.lower().split("/")[1:], asked)
        whole = SequenceMatcher(None, operation.path.lower(), "/".join(["", *asked])).ratio()
        return max(segments, whole) + (METHOD if operation.method == method else 0.0)

    operation = max(specification.operations.values(), key=like)
    return NearMiss(operation, f"{path!r} is no path of this API; the nearest is {base}{operation.path}")


def likeness(steps: list[str], asked: list[str]) -> float:
    """From 0, nothing in common, to 1, segment by segment; a parameter is like anything, but less than its own word."""
    pairs = zip_longest(steps, asked, fillvalue="")
    return sum(
        (PARAMETER if given else PARAMETER / 2) if step.startswith("{") else SequenceMatcher(None, step, given).ratio()
        for step, given in pairs
    ) / max(len(steps), len(asked), 1)
