"""Which operation a request means, read from its method and its raw target."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from contract_tests.contract.templates import templates
from mock_server.contract.errors import ApiError
from mock_server.contract.operations import Operation
from mock_server.contract.specification import Specification

# Characters, the method's too; longer ones are read anew each time, so that memory stays bounded.
REMEMBERED_TARGET = 256


@dataclass(frozen=True, slots=True)
class Route:
    """What a target means: the operations of its path, its parameters, and what is wrong with it."""

    methods: Mapping[str, Operation] = field(default_factory=dict)
    operation: Operation | None = None
    path_params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    problem: ApiError | None = None

    @property
    def allowed(self) -> tuple[str, ...]:
        """The methods that the path answers, HEAD among them where GET is."""
        return tuple(dict.fromkeys((*self.methods, "HEAD"))) if "GET" in self.methods else tuple(self.methods)

    def constant_headers(self, status: int) -> Mapping[str, str]:
        """Headers that the declared response fixes; a method that the path lacks is told what its others are."""
        operation = self.operation or next(iter(self.methods.values()), None)
        return operation.constant_headers(status) if operation and status in operation.statuses else {}


class Router:
    """Finds routes by path first, as OpenAPI does: `GET /track/batch` is a wrong method, not a number."""

    def __init__(self, specification: Specification) -> None:
        self._paths = specification.paths
        base = specification.base_path
        self._concrete = {base + path: path for path in specification.paths if "{" not in path}
        self._templates = templates(tuple(path for path in specification.paths if "{" in path), base)
        self._remembered = lru_cache(4096)(self._read)

    def find(self, method: str, target: str) -> Route:
        """The route of a raw target, percent-encoding and all. The same target means the same route."""
        short = len(method) + len(target) <= REMEMBERED_TARGET
        return self._remembered(method, target) if short else self._read(method, target)

    def _match(self, raw_path: str) -> tuple[str | None, Mapping[str, str]]:
        """The path of the contract that a raw path is one of, and the raw values of its parameters."""
        if raw_path in self._concrete:
            return self._concrete[raw_path], {}
        for template in self._templates:
            values = template.match(raw_path)
            if values is not None:
                return template.path, values
        return None, {}

    def _read(self, method: str, target: str) -> Route:
        raw_path, _, raw_query = target.partition("?")
        path, values = self._match(raw_path)
        if path is None:
            return Route()
        methods = self._paths[path]
        # RFC 9110 section 9.3.2: HEAD is GET, less the body.
        operation = methods.get(method) or (methods.get("GET") if method == "HEAD" else None)
        if operation is None:
            return Route(methods)
        try:
            return Route(methods, operation, *operation.parameter_facts(values, raw_query))
        except ApiError as problem:
            # Remembered without the frames that it came through, which hold what they worked on.
            return Route(methods, operation, problem=problem.with_traceback(None))
