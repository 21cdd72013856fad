"""What schemas say that JSON Schema 2020-12 and OpenAPI 3.1 do not know."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from contract_tests.contract.formats import FORMATS
from contract_tests.contract.openapi_format import DISCRIMINATOR
from contract_tests.contract.pointers import pointer
from contract_tests.contract.subschemas import outermost, subschemas
from contract_tests.contract.violations import sentence


def check_metaschema(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Pointer and complaint for every schema of the document that JSON Schema 2020-12 does not allow."""
    metaschema = Draft202012Validator(Draft202012Validator.META_SCHEMA, format_checker=FORMATS)
    discriminators = Draft202012Validator(DISCRIMINATOR)
    for place, schema in outermost(document):
        for error in metaschema.iter_errors(schema):
            yield place + pointer(error.absolute_path), f"not a JSON Schema: {sentence(error)}{_meant(error)}"
        for steps, each in subschemas(schema):
            for error in discriminators.iter_errors(each["discriminator"]) if "discriminator" in each else ():
                yield f"{place}{pointer(steps)}/discriminator{pointer(error.absolute_path)}", sentence(error)
            if "$dynamicRef" in each:
                yield (
                    f"{place}{pointer(steps)}/$dynamicRef",
                    f"{each['$dynamicRef']} may mean several schemas; write $ref with the place of the one meant",
                )
            if each.get("nullable") is True:
                yield f"{place}{pointer(steps)}/nullable", f"is OpenAPI 3.0's word; {_with_null(each)}"


def _meant(error: ValidationError) -> str:
    """What a bound was meant to be that OpenAPI 3.0 wrote otherwise."""
    name = error.absolute_path[-1] if error.absolute_path else None
    if name in {"exclusiveMinimum", "exclusiveMaximum"} and isinstance(error.instance, bool):
        return f"; that is OpenAPI 3.0's way, write the bound itself as {name}"
    return ""


def _with_null(schema: Mapping[str, Any]) -> str:
    """How OpenAPI 3.1 says what `nullable: true` says beside the schema's other keywords."""
    kinds = schema.get("type")
    if kinds is None or "$ref" in schema or "allOf" in schema:
        return "write anyOf with what is here as one schema and {type: 'null'} as another"
    types = ", ".join([kinds] if isinstance(kinds, str) else kinds)
    return f"write type: [{types}, 'null']" + (", and add null to its enum" if "enum" in schema else "")
