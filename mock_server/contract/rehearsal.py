"""Everything that is generated, generated once: what no request could be answered with is known at the start."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from random import Random
from typing import Any

from contract_tests.contract.loading import resolve
from contract_tests.contract.pointers import pointer
from mock_server.contract.error_codes import ENVELOPE
from mock_server.contract.errors import ApiError, ContractBroken
from mock_server.contract.media import body_of, examples_of, written
from mock_server.contract.places import settled
from mock_server.contract.reply_headers import header_of
from mock_server.contract.samples.collections import SampleError
from mock_server.contract.specification import Specification

Flaw = tuple[str, str]  # the pointer of what cannot be kept, and why


def flaws(specification: Specification) -> Iterator[Flaw]:
    """Place and complaint for every answer of the contract that cannot be generated."""
    document = specification.document
    for operation in specification.operations.values():
        for status, response in operation.spec["responses"].items():
            place = pointer(("paths", operation.path, operation.method.lower(), "responses", status))
            yield from _unmade(document, place, resolve(document, response))
    for kind in specification.errors:
        yield from told(document, ENVELOPE, partial(specification.errors.reply, ApiError(kind.name)))


def told(document: Mapping[str, Any], place: str, made: Callable[[], object]) -> Iterator[Flaw]:
    """Why that cannot be made, if it cannot; `place` is the pointer of the schema that it is made from."""
    try:
        made()
    except SampleError as error:
        told_of = f"nothing can be generated that keeps it ({error.reason}); change it, or give it an example"
        yield settled(document, place + error.place.removeprefix("#")), told_of
    except ContractBroken as error:
        yield settled(document, place + error.place), f"the mock's own answer cannot keep it: {error}"
    except LookupError as error:
        yield settled(document, place), str(error.args[0])


def _unmade(document: Mapping[str, Any], place: str, response: Mapping[str, Any]) -> Iterator[Flaw]:
    for media_type, media in response.get("content", {}).items():
        here = place + pointer(("content", media_type))
        for name, value in examples_of(media, document):
            example = pointer(("examples", name, "value") if name else ("example",))
            yield from told(document, here + example, partial(written, media_type, value))
        within = f"{here}/schema" if "schema" in media else here
        yield from told(document, within, partial(body_of, media_type, media, document, Random(place)))
    for name, header in response.get("headers", {}).items():
        spec = resolve(document, header)
        if "x-value" not in spec and (spec.get("required") or "const" in spec.get("schema", {})):
            here = place + pointer(("headers", name, "schema"))
            yield from told(document, here, partial(header_of, spec, document, Random(place)))
