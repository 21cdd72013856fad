"""Forms: the schemas of what people tell the mock itself, beside the contract."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial, reduce
from operator import getitem
from typing import Any, Self, cast

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from contract_tests.contract.bundle import bundle
from contract_tests.contract.loading import SCHEMAS, resolve
from contract_tests.contract.pointers import pointer, steps
from contract_tests.contract.validation import Validator, thrifty, validator
from contract_tests.contract.violations import location, nearest, sentence
from mock_server.contract.errors import ApiError


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with a value: where (a JSON pointer), which keyword of the form, and a sentence."""

    pointer: str
    rule: str
    detail: str

    def below(self, place: str) -> "Flaw":
        """The same flaw, told of the value that has this one at the pointer."""
        where = location(int(step) if step.isdigit() else step for step in steps(place))
        return Flaw(place + self.pointer, self.rule, f"{where}{'.' if self.pointer else ': '}{self.detail}")


class FormError(Exception):
    """A value that its form, or what it refers to, does not allow; `flaw` is the first thing that is wrong with it."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.detail)
        self.flaw = flaw

    @classmethod
    def at(cls, place: str, rule: str, complaint: str) -> Self:
        """The error that something about the value at the pointer is wrong, which the form alone cannot tell."""
        return cls(Flaw("", rule, complaint).below(place) if place else Flaw("", rule, complaint))


@contextmanager
def told_at(place: str, rule: str = "value", also: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Whatever is wrong with a part of a value, as a flaw of the value there; `also` are such errors as well."""
    try:
        yield
    except FormError as error:
        raise FormError(error.flaw.below(place)) from None
    except ApiError as error:
        raise FormError.at(place, error.code, error.detail or error.code) from None
    except Exception as error:
        if not isinstance(error, (ValueError, *also)):
            raise
        raise FormError.at(place, rule, str(error)) from None


class Forms:
    """Checks values against the forms of schemas/; their words for statuses and events are the contract's."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """`document` is the contract, overlays applied."""
        self._document = document
        self._validator = lru_cache(None)(self._compile)
        self._strict = lru_cache(None)(partial(self._compile, kind=_Strict))

    def schema(self, form: str) -> Any:
        """What a form such as `fault.schema.json#/$defs/match` says, references as they stand."""
        file, _, place = form.partition("#")
        return resolve(bundle(SCHEMAS / file), f"#{place}")

    def flaws(self, form: str, value: Any) -> Iterator[Flaw]:
        """What is wrong with the value under a form such as `control.schema.json#/$defs/clock`."""
        for error in self._validator(form).iter_errors(value):
            told = nearest(error)
            yield Flaw(pointer(told.absolute_path), str(told.validator), sentence(told))

    def check(self, form: str, value: Any) -> None:
        """FormError for the first thing that is wrong with the value under the form, to the name if one is unknown."""
        for error in self._validator(form).iter_errors(value):
            told = nearest(error)
            raise FormError(Flaw(pointer(_place(told)), str(told.validator), sentence(told)))

    def take(self, form: str, value: Any) -> None:
        """Settle and check a value that somebody has written by hand."""
        self.settle(form, value)
        self.check(form, value)

    def settle(self, form: str, value: Any) -> None:
        """Make what the form wants whole an integer where it was written as 1e3 or 2.0, which JSON Schema allows."""
        if not any(map(_whole, _numbers(value))):
            return
        for error in _leaves(self._strict(form).iter_errors(value)):
            if error.validator == "type" and error.absolute_path and _whole(error.instance):
                *way, name = error.absolute_path
                reduce(getitem, way, value)[name] = int(cast(float, error.instance))

    def _compile(self, form: str, kind: Any = Validator) -> Draft202012Validator:
        file, _, place = form.partition("#")
        own = bundle(SCHEMAS / file)
        schemas = {**own["components"]["schemas"], **self._document["components"]["schemas"]}
        components = {**self._document["components"], "schemas": schemas}
        return validator(resolve(own, f"#{place}"), {**self._document, **own, "components": components}, kind=kind)


def _whole(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()


def _numbers(value: Any) -> Iterator[float]:
    """The fractions anywhere in the value."""
    if isinstance(value, float):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _numbers(each)


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """The errors, and those of each form that a value might have had."""
    for error in errors:
        yield error
        yield from _leaves(error.context)


# To it a number with a fraction is none that is whole, whatever the fraction.
_INTEGERS = Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
_Strict: Any = thrifty(extend(Validator, type_checker=_INTEGERS))


def _place(error: ValidationError) -> Iterator[str | int]:
    """The steps to what is wrong; a name that is not allowed is there itself."""
    yield from error.absolute_path
    found: Any = error.instance
    schema: Any = error.schema
    if error.validator == "additionalProperties" and error.validator_value is False:
        yield next(name for name in found if name not in schema.get("properties", {}))
