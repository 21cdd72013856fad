"""How a mock as a whole stands, on its way to a process that starts."""

import json
from dataclasses import asdict
from functools import partial
from typing import Any

from mock_server.domain.clock import Course
from mock_server.persistence import snapshots
from mock_server.persistence.known import known
from mock_server.world import Foundation, Opening, Worlds, keeping
from mock_server.world.owners import Holding
from mock_server.world.portion import StartingState


def told(worlds: Worlds) -> dict[str, Any]:
    """What another process has to know to go on alike, its keys aside."""
    opening = keeping.opening(worlds)
    holdings = [[key, holding.owner, holding.until] for key, holding in worlds.owners.all()]
    return {**snapshots.standing(opening), "course": asdict(opening.course), "holdings": holdings}


def read(text: str) -> StartingState:
    """How a process begins that was told so."""
    record = json.loads(text)
    holdings = {key: Holding(owner, until) for key, owner, until in record["holdings"]}
    return StartingState(partial(_opening, record), holdings)


def _opening(record: dict[str, Any], foundation: Foundation) -> Opening:
    return snapshots.opening(foundation, record, known(Course, record["course"]))
