"""The contract in the forms that tools read, as one mock has it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from mock_server.contract.published import published
from mock_server.contract.published.events import asyncapi
from mock_server.contract.published.tour import arazzo
from mock_server.world import Foundation

EXAMPLES_FROM = "ups"  # the carrier of the page's own example


def openapi_document(foundation: Foundation, origin: str, *, soft: bool = False) -> dict[str, Any]:
    """The contract for generators and viewers; `soft` for those that strict schemas defeat.

    `origin` is the scheme, host and port of the mock.
    """
    numbers = foundation.magic.by_error(EXAMPLES_FROM)
    specification = foundation.specification
    return published(specification.document, origin + specification.base_path, numbers=numbers, soft=soft)


def asyncapi_document(foundation: Foundation, origin: str) -> dict[str, Any]:
    """The contract's webhooks."""
    return asyncapi(openapi_document(foundation, origin))


def arazzo_document(foundation: Foundation, origin: str) -> dict[str, Any]:
    """A tour of the API."""
    return arazzo(f"{origin}/__admin/openapi.json", foundation.specification.operations)


FORMS: Mapping[str, Callable[[Foundation, str], dict[str, Any]]] = MappingProxyType(
    {"openapi": openapi_document, "asyncapi": asyncapi_document, "arazzo": arazzo_document}
)
