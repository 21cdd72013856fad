"""Validators whose references are looked up in the contract's document."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import islice
from types import SimpleNamespace
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from contract_tests.contract.expressions import expression
from contract_tests.contract.formats import FORMATS
from contract_tests.contract.instants import in_utc

MOST_FLAWS = 20  # of a value under one of several forms


def _pattern(validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(value, "string") and not expression(pattern).search(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(value, "object"):
        for pattern, form in patterns.items():
            fits = expression(pattern).search
            for name in filter(fits, value):
                yield from validator.descend(value[name], form, path=name, schema_path=pattern)


def _additional_properties(validator: Any, form: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if not validator.is_type(value, "object"):
        return
    extra = undeclared(value, schema)
    if form is False and extra:
        yield ValidationError(f"{', '.join(map(repr, extra))} are not known")
    elif form is not False:
        for name in extra:
            yield from validator.descend(value[name], form, path=name)


def _unevaluated_properties(validator: Any, form: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if not validator.is_type(value, "object"):
        return
    rest = {name: each for name, each in schema.items() if name != "unevaluatedProperties"}
    seen = set(evaluated(validator, value, rest))
    for name in [name for name in value if name not in seen]:
        if form is False:
            yield ValidationError(f"Unevaluated properties are not allowed ({name!r} was unexpected)")
        else:
            yield from validator.descend(value[name], form, path=name)


def _in_utc(validator: Any, form: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    """A keyword of our own: what an instant in any of RFC 3339's forms must be once it is in UTC, to the second."""
    if not validator.is_type(value, "string"):
        yield from validator.descend(value, form)
    elif utc := in_utc(value):  # what is no instant, its format says
        yield from validator.descend(utc, form)


def _within(keyword: str, most: str) -> Any:
    """The keyword for a value that has no more parts than it may; of a longer one, no part is looked at."""
    check: Any = _KEYWORDS.get(keyword) or Draft202012Validator.VALIDATORS[keyword]

    def checked(validator: Any, form: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
        if most not in schema or not isinstance(value, (list, dict)) or len(value) <= schema[most]:
            yield from check(validator, form, value, schema) or ()

    return checked


def _multiple_of(validator: Any, step: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(value, "number") and (Fraction(str(value)) / Fraction(str(step))).denominator != 1:
        yield ValidationError(f"{value!r} is not a multiple of {step!r}")


def _unique_items(validator: Any, wanted: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if wanted and validator.is_type(value, "array") and repeated(value):
        yield ValidationError("the items are not unique")


def _any_of(validator: Any, forms: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    flaws: list[ValidationError] = []
    for place, form in enumerate(forms):
        found = _first_flaws(validator, value, form, place)
        if not found:
            return
        flaws += found
    yield ValidationError("fits none of the forms", context=flaws)


def _one_of(validator: Any, forms: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    flaws: list[ValidationError] = []
    fitting = 0
    for place, form in enumerate(forms):
        found = _first_flaws(validator, value, form, place)
        fitting += not found
        flaws += found
    if fitting != 1:
        yield ValidationError("does not fit one of the forms alone", context=() if fitting else flaws)


def _first_flaws(validator: Any, value: Any, form: Any, place: int) -> list[ValidationError]:
    """Why the value does not fit that form: as much of it as anybody reads, because a long list can have many flaws."""
    return list(islice(validator.descend(value, form, schema_path=place), MOST_FLAWS))


def repeated(items: Iterable[Any]) -> tuple[Any, ...]:
    """The first item that occurred before, or nothing; one look at each, as equal as JSON Schema has it."""
    seen = set()
    for item in items:
        if (known := _identity(item)) in seen:
            return (item,)
        seen.add(known)
    return ()


def _identity(value: Any) -> Hashable:
    """The same for two values that JSON Schema calls equal, and for no others: 1 is 1.0, and true is not 1."""
    if isinstance(value, Mapping):
        return Mapping, frozenset((name, _identity(each)) for name, each in value.items())
    if isinstance(value, list | tuple):
        return list, tuple(map(_identity, value))
    return isinstance(value, bool), value


def undeclared(value: Iterable[str], schema: Mapping[str, Any]) -> list[str]:
    """The names that neither `properties` nor `patternProperties` knows."""
    declared, patterns = schema.get("properties", ()), schema.get("patternProperties", ())
    known = [expression(pattern).search for pattern in patterns]
    return [name for name in value if name not in declared and not any(fits(name) for fits in known)]


def evaluated(validator: Any, value: Mapping[str, Any], schema: Any) -> Iterator[str]:
    """The names that the schema, and what of it applies to the value, says anything about."""
    if not isinstance(schema, Mapping):
        return
    if "$ref" in schema:
        found = _resolver_of(validator).lookup(schema["$ref"])
        inner = validator.evolve(schema=found.contents, _resolver=found.resolver)
        yield from evaluated(inner, value, found.contents)
    yield from value.keys() & schema.get("properties", {}).keys()
    for pattern in schema.get("patternProperties", ()):
        yield from filter(expression(pattern).search, value)
    for keyword in {"additionalProperties", "unevaluatedProperties"} & schema.keys():
        known = undeclared(value, schema) if keyword == "additionalProperties" else value
        yield from (name for name in known if _fits(validator, value[name], schema[keyword]))
    for name in value.keys() & schema.get("dependentSchemas", {}).keys():
        yield from evaluated(validator, value, schema["dependentSchemas"][name])
    for keyword in ("allOf", "oneOf", "anyOf"):
        for form in schema.get(keyword, ()):
            if _fits(validator, value, form):
                yield from evaluated(validator, value, form)
    if "if" in schema:
        applies = _fits(validator, value, schema["if"])
        for keyword in ("if", "then") if applies else ("else",):
            yield from evaluated(validator, value, schema.get(keyword, True))


def _resolver_of(checker: Any) -> Any:
    """Who looks up the references of a validator."""
    return checker._resolver  # noqa: SLF001 - jsonschema has no public name for it


def _fits(validator: Any, value: Any, form: Any) -> bool:
    return next(validator.descend(value, form), None) is None


_KEYWORDS = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "unevaluatedProperties": _unevaluated_properties,
    "multipleOf": _multiple_of,
    "x-in-utc": _in_utc,
    "uniqueItems": _unique_items,
    "anyOf": _any_of,
    "oneOf": _one_of,
}
_KEYWORDS |= {
    "items": _within("items", "maxItems"),
    "uniqueItems": _within("uniqueItems", "maxItems"),
    **{each: _within(each, "maxProperties") for each in ("propertyNames", "patternProperties", "additionalProperties")},
}


def thrifty(kind: Any) -> Any:
    """The class of validators, sparing what jsonschema does for each part of a value and need be done once for a form.

    That is a validator for the form, and a look at where its references lead, which only an `$id` changes.
    """
    evolve, descend = kind.evolve, kind.descend

    def evolved(checker: Any, **changes: Any) -> Any:
        resolver = changes.get("_resolver")
        if not isinstance(resolver, _Resolver) or changes.keys() != {"schema", "_resolver"}:
            return evolve(checker, **changes)
        known, form = resolver.validators, id(changes["schema"])
        if form not in known:
            known[form] = evolve(checker, **changes)
        return known[form]

    def descended(checker: Any, instance: Any, schema: Any, **where: Any) -> Iterator[ValidationError]:
        resolver = _resolver_of(checker)
        if (
            "resolver" not in where
            and isinstance(resolver, _Resolver)
            and isinstance(schema, dict)
            and "$id" not in schema
        ):
            where["resolver"] = resolver
        found: Iterator[ValidationError] = descend(checker, instance, schema, **where)
        return found

    kind.evolve, kind.descend = evolved, descended
    return kind


Validator: Any = thrifty(extend(Draft202012Validator, _KEYWORDS))


class _Resolver:
    """jsonschema's own, which it asks for a reference whenever it meets one, but each place is looked up once."""

    def __init__(self, resolver: Any) -> None:
        self._resolver = resolver
        self._found: dict[str, Any] = {}
        self.validators: dict[int, Any] = {}
        """A validator for each part of the schema, by the part's identity; each keeps its part."""

    def lookup(self, reference: str) -> Any:
        """What the reference names, and who resolves those inside it."""
        if reference not in self._found:
            found = self._resolver.lookup(reference)
            here = found.resolver == self._resolver  # and not in a part with an `$id` of its own
            self._found[reference] = SimpleNamespace(contents=found.contents, resolver=self) if here else found
        return self._found[reference]

    def in_subresource(self, part: Any) -> Any:
        resolver = self._resolver.in_subresource(part)
        return self if resolver is self._resolver else resolver

    def dynamic_scope(self) -> Any:
        return self._resolver.dynamic_scope()


def validator(
    schema: Any, document: Mapping[str, Any], *, formats: FormatChecker = FORMATS, kind: Any = Validator
) -> Draft202012Validator:
    """A validator of JSON Schema 2020-12 with formats, for a schema that may refer to `#/components/...`."""
    if isinstance(schema, Mapping):
        # References are looked up from the schema's own root. OpenAPI's top-level names mean nothing to JSON Schema,
        # so the document can stand around the schema without constraining anything.
        schema = {**document, **schema}
    checked: Draft202012Validator = _remembering(kind(schema, format_checker=formats))
    return checked


def _remembering(checker: Any) -> Any:
    """The validator, looking each reference up once; `evolve` would forget its class where `$schema` stands."""
    resolver = _Resolver(_resolver_of(checker))
    return type(checker)(checker.schema, format_checker=checker.format_checker, _resolver=resolver)
