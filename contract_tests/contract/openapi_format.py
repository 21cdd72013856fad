"""What the parts of an OpenAPI document are that an overlay may add: objects where there must be objects, and so on."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from contract_tests.contract.pointers import pointer
from contract_tests.contract.violations import complaint

METHODS = frozenset(
    {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
)  # OpenAPI 3.1 section 4.8.9.1
_TEXT = {"type": "string"}
_YES_OR_NO = {"type": "boolean"}
_SCHEMA = {"type": ["object", "boolean"]}


def misshapen(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Pointer and complaint for each part of the document that is not of its kind."""
    for error in Draft202012Validator(_DOCUMENT).iter_errors(document):
        yield pointer(error.absolute_path), complaint(error)


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {name.rstrip("_"): each for name, each in properties.items()}}


def _map(each: Any) -> dict[str, Any]:
    return {"type": "object", "patternProperties": {"^x-": True}, "additionalProperties": each}


def _list(each: Any) -> dict[str, Any]:
    return {"type": "array", "items": each}


def _or_reference(form: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "if": {"required": ["$ref"]},
        "then": {"properties": {"$ref": _TEXT}},
        "else": form,
    }


_EXAMPLES = _map(_or_reference({}))
_CONTENT = {**_map(_object(schema=_SCHEMA, examples=_EXAMPLES)), "propertyNames": {"pattern": "^[!-~]+/[ -~]+$"}}
_VALUED = {"schema": _SCHEMA, "content": _CONTENT, "required": _YES_OR_NO, "explode": _YES_OR_NO, "examples": _EXAMPLES}
_STYLES = ["form", "simple", "label", "matrix", "spaceDelimited", "pipeDelimited", "deepObject"]
_HEADER = _or_reference(_object(**_VALUED))
_PARAMETER = _or_reference(
    _object(
        **_VALUED,
        name=_TEXT,
        in_={"enum": ["path", "query", "header", "cookie"]},
        style={"enum": _STYLES},
        allowEmptyValue=_YES_OR_NO,
    )
)
_BODY = _or_reference(_object(content=_CONTENT, required=_YES_OR_NO))
_HEADERS = {**_map(_HEADER), "propertyNames": {"pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}}  # RFC 9110 section 5.6.2
_RESPONSE = _or_reference(_object(headers=_HEADERS, content=_CONTENT, links=_map(_or_reference({}))))
_RESPONSES = {
    "type": "object",
    "patternProperties": {"^x-": True, "^([1-5]([0-9][0-9]|XX|xx)|default)$": _RESPONSE},
    "additionalProperties": False,
}
_SECURITY = _list({"type": "object", "additionalProperties": _list(_TEXT)})
_SERVERS = _list({**_object(url=_TEXT, variables=_map(_object(default=_TEXT))), "required": ["url"]})
DISCRIMINATOR = {**_object(propertyName=_TEXT, mapping=_map(_TEXT)), "required": ["propertyName"]}
_OPERATION = _object(
    **{"x-cost": _TEXT},
    operationId=_TEXT,
    tags=_list(_TEXT),
    parameters=_list(_PARAMETER),
    requestBody=_BODY,
    responses=_RESPONSES,
    security=_SECURITY,
    servers=_SERVERS,
    callbacks=_map(_or_reference({})),
)
_ITEM = _or_reference(
    _object(**dict.fromkeys(sorted(METHODS), _OPERATION), parameters=_list(_PARAMETER), servers=_SERVERS)
)
_DOCUMENT = _object(
    paths=_map(_ITEM),
    webhooks=_map(_ITEM),
    servers=_SERVERS,
    security=_SECURITY,
    tags=_list({**_object(name=_TEXT), "required": ["name"]}),
    components=_object(
        schemas=_map(_SCHEMA),
        responses=_map(_RESPONSE),
        parameters=_map(_PARAMETER),
        examples=_EXAMPLES,
        requestBodies=_map(_BODY),
        headers=_map(_HEADER),
        securitySchemes=_map(_or_reference({})),
        pathItems=_map(_ITEM),
    ),
)
