"""What a store is to the records of one sandbox: rows of named tables, kept together or not at all."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

Row = Mapping[str, Any]

IDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "webhooks": ("id",),
        "told": ("number", "carrier"),
        "deliveries": ("id",),
        "attempts": ("delivery", "number"),
        "pins": ("carrier", "number"),
        "begun": ("carrier", "number"),
    }
)
"""The tables, each with the columns that tell the rows of one sandbox apart; more than the rows of it are in none."""


class NotKeptError(Exception):
    """Why nothing could be kept; `told` if the log has it already."""

    def __init__(self, why: str, *, told: bool = False) -> None:
        super().__init__(why)
        self.told = told


class Pages(Protocol):
    """Where one sandbox's rows are written; each may raise NotKeptError, and `undo` is what to do then."""

    kind: str
    """What people call such a store."""
    name: str
    """The same, with its place."""
    passing: bool
    """Whether a store like this is away for a time only, so that waiting helps."""

    def put(self, table: str, row: Row) -> None:
        """The row, in the place of one that has the same id."""

    def drop(self, table: str, *place: object) -> None:
        """Let go of the row whose id that is, or of all whose ids begin so."""

    def world(self, row: Row) -> None:
        """These columns of the sandbox as a whole; the others stay as they are."""

    def clear(self) -> None:
        """Let go of all that is known of the sandbox."""

    def commit(self) -> None:
        """Keep all that was written since the last commit."""

    def undo(self) -> None:
        """Let go of what was written since the last commit."""


SandboxRows = Mapping[str, Sequence[Row]]
"""All rows of one sandbox by their tables, in the order in which they were first written."""
