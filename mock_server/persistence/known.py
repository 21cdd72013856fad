"""Records that another version may have written: what this one does not know of them is left out."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar, cast

T = TypeVar("T")


def known(kind: type[T], record: Mapping[str, Any]) -> T:
    """The dataclass with those members of a record that it has; a default is for one that is missing."""
    return kind(**{each.name: record[each.name] for each in fields(cast("Any", kind)) if each.name in record})
