"""What is refused before a handler hears of it, and what any refusal looks like."""

from copy import copy
from http import HTTPStatus
from random import Random
from types import MappingProxyType

from mock_server import own_paths
from mock_server.api.routes import Route
from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Call, Reply
from mock_server.contract.near_misses import near_miss
from mock_server.contract.specification import Specification
from mock_server.faults.prefer import LABEL

IDENTITY = "identity"
"""The one content coding that is understood (RFC 9110 section 12.5.3)."""
WINDOWS = MappingProxyType({60: "a minute", 86_400: "a day"})
UNPROCESSABLE = 422  # how operations that have no 400 tell what is wrong with a request


def unknown(call: Call, specification: Specification, *, strict: bool) -> ApiError:
    """The refusal of a target that no path of the contract matches, with what was probably meant.

    That is an operation or, unless it is a strict mock, a path of the mock itself.
    """
    base, own = specification.base_path, None if strict else own_paths.meant(call.target)
    nearest = f"the mock's own would be {own}" if own else near_miss(specification, call.method, call.target).told(base)
    lives = f"{call.target[:80]!r} is no path of this API, which lives under {base}/"
    return ApiError("not_found", f"{lives}: {nearest}", verbatim=True)


def wrong_method(method: str, route: Route) -> ApiError:
    """The refusal of a method that the path does not have (RFC 9110 section 15.5.6), whether HTTP knows it or not."""
    return ApiError(
        "invalid_request",
        f"{method[:20]} is not a method of this path; use {' or '.join(route.methods)}",
        status=HTTPStatus.METHOD_NOT_ALLOWED,
    )


def too_costly(cost: int, plan: str, limit: int, seconds: int) -> ApiError:
    """The refusal of a call that costs more than a whole window of its plan has: a 429 would promise in vain."""
    per = WINDOWS.get(seconds, f"in {seconds} seconds")
    return ApiError(
        "invalid_request",
        f"the batch costs {cost} lookups, and the {plan} plan has {limit} {per}, however long you wait; "
        f"split it into batches of {limit} or fewer",
    )


def coded(call: Call) -> ApiError | None:
    """The refusal of a body that is compressed or coded otherwise (RFC 9110 section 8.4)."""
    coding = call.headers.get("content-encoding", IDENTITY)
    if not call.body or coding.strip().lower() in {"", IDENTITY}:
        return None
    return ApiError(
        "invalid_request",
        f"Content-Encoding {coding[:40]!r} is not undone here; send the body as it is",
        status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    )


def reply(specification: Specification, route: Route, call: Call, error: ApiError) -> Reply:
    """The refusal in the contract's envelope, with the constant headers that its response declares."""
    answer = _declared(specification, route, call, error) or specification.errors.reply(error)
    if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
        answer = answer.with_headers({"Allow": ", ".join(route.allowed)})
    if answer.status == HTTPStatus.UNAUTHORIZED and route.operation and route.operation.credentials:
        error.detail = f"{error.detail or error.code}; this operation takes {route.operation.credentials.ways}"
        answer = answer.with_headers(route.operation.credentials.challenges)
    if error.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE and coded(call):
        answer = answer.with_headers({"Accept-Encoding": IDENTITY})
    return answer.with_headers(route.constant_headers(answer.status))


def _declared(specification: Specification, route: Route, call: Call, error: ApiError) -> Reply | None:
    """The refusal as its operation declares it, if that is not the common envelope."""
    operation, errors = route.operation, specification.errors
    if operation is None or operation.refusals is None:
        return None
    status = error.status or errors[error.code].status
    if status == HTTPStatus.BAD_REQUEST and not operation.may(status) and operation.may(UNPROCESSABLE):
        status, error = UNPROCESSABLE, copy(error)
        error.status = status
    found = operation.refusals.reply(
        status,
        errors[error.code].code,
        errors.message(error),
        target=call.target,
        accept=call.headers.get("accept", ""),
        example=error.injected == LABEL,
    )
    if found is None:
        return errors.reply(error)
    return found.with_headers(operation.promised_headers(status, Random(error.code)))
