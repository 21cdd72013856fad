"""What the body of a request must be, and what it says."""

from collections.abc import Mapping
from random import Random
from typing import Any, Protocol

from contract_tests.contract.loading import resolve
from contract_tests.contract.violations import sentence
from mock_server.contract.bodies import read_json, read_text
from mock_server.contract.errors import ApiError
from mock_server.contract.media import bare, is_json
from mock_server.contract.parameters import FORM, Typing, error_code, form_of
from mock_server.contract.request_schemas import request_validator
from mock_server.contract.shapes import Shape

MOST_ITEMS = 100  # of a list that no plan limits: looking at 100,000 holds up everybody for seconds


class NamedPlan(Protocol):
    """A plan as the contract's `x-limit` needs it: a name, and the fields that limits are called by."""

    @property
    def name(self) -> str: ...


class RequestBody:
    """What bodies of one media type must be, compiled once."""

    def __init__(self, media_type: str, schema: Any, document: Mapping[str, Any]) -> None:
        self._media_type = media_type
        self._validator = request_validator(schema, document)
        self._shape = Shape(schema, document)
        self._limits = _limits(schema, document)
        self._typing = Typing(schema, document)

    def read(self, body: bytes, plan: NamedPlan, sent: str = "") -> Any:
        """The body's value; ApiError for the first thing that is wrong with it. What cannot be read is None.

        `sent` is the media type that a range such as `*/*` stands for.
        """
        kind = bare(sent if "*" in self._media_type and sent else self._media_type)
        if is_json(kind):
            value = read_json(body)
        elif kind == FORM:
            value = self._typing.value(form_of(body))
        elif kind.startswith("text/"):
            value = read_text(body)
        else:
            return None
        self._check_lengths(value, plan)  # before any item is looked at
        for error in self._validator.iter_errors(value):
            raise ApiError(error_code(error), f"body: {sentence(error)}")
        return self._shape.read(value)

    def _check_lengths(self, value: Any, plan: NamedPlan | None) -> None:
        """ApiError for a list that is longer than the plan allows, or than anybody has a use for."""
        for name, field in self._limits.items() if isinstance(value, dict) else ():
            given = value.get(name)
            length = len(given) if isinstance(given, list) else 0
            if plan and field and length > getattr(plan, field):
                allowed = f"the {plan.name} plan allows {getattr(plan, field)}, so split the batch"
                raise ApiError("invalid_request", f"{name} has {length} items; {allowed}")
            if not field and length > MOST_ITEMS:
                raise ApiError("invalid_request", f"body: {name} has {length} items; at most {MOST_ITEMS} are read")

    def facts(self, value: Any) -> Any:
        """What a value says, whatever is wrong with it."""
        return self._shape.read(value)

    def check(self, facts: Mapping[str, Any]) -> None:
        """ApiError for the first thing that is wrong with a body that says so."""
        value = self._shape.write(facts, Random(0))
        self._check_lengths(value, None)
        for error in self._validator.iter_errors(value):
            raise ApiError(error_code(error), sentence(error))


def _limits(schema: Any, document: Mapping[str, Any]) -> Mapping[str, str | None]:
    """The properties of a body, each with the plan's field that limits its length, if one does: `x-limit`."""
    found = resolve(document, schema)
    properties = found.get("properties", {}) if isinstance(found, Mapping) else {}
    resolved = {name: resolve(document, each) for name, each in properties.items()}
    return {name: each.get("x-limit") for name, each in resolved.items() if isinstance(each, dict)}
