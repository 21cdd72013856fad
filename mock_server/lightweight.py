"""Values of which each request makes some."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def lightweight(made: type[T]) -> type[T]:
    """A dataclass that is frozen as far as the type checker sees.

    It is not at run time, where making one would take three times as long: a fifth of what a call costs.
    """
    return dataclass(slots=True)(made)
