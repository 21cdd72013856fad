"""A command in the world of one sandbox, and what it did there."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from mock_server.commands.environment import environment
from mock_server.commands.process import CommandGroup, Ending, Streams, run
from mock_server.control_client import ControlPlane
from mock_server.counting import counted
from mock_server.proxy.entrance import Entrance


def run_in(
    entrance: Entrance,
    command: Sequence[str],
    user: Mapping[str, str],
    *,
    limit: float | None = None,
    lenient: bool = False,
    streams: Streams | None = None,
    commands: CommandGroup | None = None,
) -> Ending:
    """Run the command, with the user's variables, where the API's host is that entrance; NoCommandError if it cannot.

    Any number may run at once, each with an entrance of its own, all in one group.
    """
    with tempfile.TemporaryDirectory(prefix="trackflow-mock-") as folder:
        variables = environment(user, entrance, Path(folder))
        return run(command, variables, limit=limit, lenient=lenient, streams=streams or Streams(), commands=commands)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was asked of a mock, and what came of it."""

    calls: int
    struck: int
    breaches: int
    deliveries: int

    @classmethod
    def of(cls, plane: ControlPlane) -> Self:
        """As the control plane counts it, for one key or for all."""
        calls: int = plane.get("/requests", limit=0)["meta"]["total"]
        unharmed: int = plane.post("/requests/count", {"match": {"fault": None}})["count"]
        return cls(
            calls,
            calls - unharmed,
            plane.get("/requests/violations", limit=0)["meta"]["total"],
            plane.get("/deliveries", limit=0)["meta"]["total"],
        )

    def __str__(self) -> str:
        return ", ".join(
            (
                counted(self.calls, "call"),
                f"{counted(self.struck, 'fault')} struck",
                f"{counted(self.breaches, 'breach', 'breaches')} of the contract",
                counted(self.deliveries, "delivery", "deliveries"),
            )
        )
