"""Which operation a request means, read from its method and its raw target."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

from mock_server.contract.errors import ApiError
from mock_server.contract.operations import Operation
from mock_server.contract.specification import Specification

BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
REMEMBERED_TARGET = (
    256  # characters, the method's too; longer ones are read anew each time, so that memory stays bounded
)


@dataclass(frozen=True, slots=True)
class Route:
    """What a target means: the operations of its path, its parameters, and what is wrong with it."""

    methods: Mapping[str, Operation] = field(default_factory=dict)
    operation: Operation | None = None
    path_params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    problem: ApiError | None = None


class Router:
    """Finds routes by path first, as OpenAPI does: `GET /track/batch` is a wrong method, not a number."""

    def __init__(self, specification: Specification) -> None:
        self._paths = specification.paths
        base = specification.base_path
        self._concrete = {base + path: path for path in specification.paths if "{" not in path}
        templates = sorted((path for path in specification.paths if "{" in path), key=lambda path: path.count("{"))
        self._templates = [(_pattern(base + path), path) for path in templates]
        self._remembered = lru_cache(4096)(self._read)

    def find(self, method: str, target: str) -> Route:
        """The route of a raw target, percent-encoding and all. The same target means the same route."""
        short = len(method) + len(target) <= REMEMBERED_TARGET
        return self._remembered(method, target) if short else self._read(method, target)

    def _match(self, raw_path: str) -> tuple[str | None, tuple[str, ...]]:
        """The path of the contract that a raw path is one of, and the raw values of its parameters."""
        if raw_path in self._concrete:
            return self._concrete[raw_path], ()
        for pattern, path in self._templates:
            if found := pattern.fullmatch(raw_path):
                return path, found.groups()
        return None, ()

    def _read(self, method: str, target: str) -> Route:
        raw_path, _, raw_query = target.partition("?")
        path, values = self._match(raw_path)
        if path is None:
            return Route()
        methods = self._paths[path]
        operation = methods.get(method)
        if operation is None:
            return Route(methods)
        try:
            path_params = {name: _unquoted(value) for name, value in zip(_names(path), values, strict=True)}
            return Route(methods, operation, *operation.parameter_facts(path_params, _query(raw_query, operation)))
        except UnicodeDecodeError as error:
            complaint = f"%{error.object[error.start]:02X} is no part of a UTF-8 character there; percent-encode UTF-8"
            return Route(methods, operation, problem=ApiError("invalid_request", complaint))
        except ValueError as error:
            return Route(methods, operation, problem=ApiError("invalid_request", str(error)))
        except ApiError as problem:
            # Remembered without the frames that it came through, which hold what they worked on.
            return Route(methods, operation, problem=problem.with_traceback(None))


def unknown(target: str, specification: Specification) -> ApiError:
    """The refusal of a target that no path of the contract matches."""
    return ApiError(
        "not_found",
        f"{target[:80]!r} is no path of this API, which lives under {specification.base_path}/",
        verbatim=True,
    )


def wrong_method(method: str, route: Route) -> ApiError:
    """The refusal of a method that the path does not have (RFC 9110 section 15.5.6)."""
    return ApiError(
        "invalid_request",
        f"{method[:20]} is not a method of this path; use {' or '.join(route.methods)}",
        status=HTTPStatus.METHOD_NOT_ALLOWED,
    )


def _names(path: str) -> list[str]:
    return re.findall(r"{([^}]+)}", path)


def _pattern(template: str) -> re.Pattern[str]:
    """What a raw path of the template looks like; a parameter is one segment, or a part of one."""
    fixed = re.split(r"{[^}]+}", template)
    return re.compile("([^/]+)".join(map(re.escape, fixed)))


def _query(raw: str, operation: Operation) -> dict[str, str]:
    if not raw:
        return {}
    _check_escapes(raw)
    pairs = parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=100)
    query = dict(pairs)
    if len(query) != len(pairs):
        for parameter in operation.parameters:
            if sum(name == parameter.name for name, _ in pairs) > 1:
                raise ValueError(f"query parameter {parameter.name} is given more than once")
    return query


def _unquoted(raw: str) -> str:
    _check_escapes(raw)
    return unquote(raw, errors="strict")


def _check_escapes(raw: str) -> None:
    if broken := BROKEN_ESCAPE.search(raw):
        raise ValueError(f"{raw[broken.start() : broken.start() + 3]!r} is not a percent-encoded byte")
