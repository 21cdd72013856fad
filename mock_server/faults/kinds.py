"""Every kind of fault by the name that rules use, and faults from what rules say of them."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from mock_server.faults.catalogue import failures, lies, misdeliveries  # noqa: F401 - they register every kind of fault
from mock_server.faults.fault import REGISTERED, Fault, spelling

TYPES: Mapping[str, type[Fault]] = REGISTERED


def build(document: Mapping[str, Any]) -> Fault:
    """The fault that a document of the published form describes."""
    kind = TYPES[document["type"]]
    names = {spelling(parameter): parameter.name for parameter in fields(kind)}
    return kind(**{names[name]: value for name, value in document.items() if name != "type"})
