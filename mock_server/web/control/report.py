"""`/report`: how the clients behaved, key by key."""

from itertools import islice
from typing import Any

from flask import Response, jsonify

from mock_server.domain.clients.conduct import Finding
from mock_server.domain.clients.conversation import Conversation
from mock_server.domain.clients.journal import masked
from mock_server.domain.clients.report import overall, report
from mock_server.web.control.plane import Plane
from mock_server.world import World

MOST_JUDGED = 20_000  # newest requests, of all keys together, so that nobody else has to wait for the report


def register(plane: Plane) -> None:
    specification = plane.worlds.foundation.specification

    def judged(world: World, most: int) -> dict[str, Any]:
        entries = tuple(islice(plane.worlds.heard(world.account.key), most))[::-1]
        told = report(
            Conversation(
                entries,
                rate=world.clock.rate,
                retry_after=specification.headers.get("retry_after", ""),
                reset=specification.headers.get("reset", ""),
                final=specification.final_statuses,
                batch_size=world.account.plan.batch_size,
            )
        )
        return {
            "key": masked(world.account.key),
            "plan": world.account.plan.name,
            "requests": len(entries),
            "verdict": told.verdict,
            "findings": [shown(finding) for finding in told.findings],
        }

    @plane.blueprint.get("/report")
    def show_report() -> Response:
        worlds = plane.known()
        keys = [judged(world, MOST_JUDGED // len(worlds)) for world in worlds]
        return jsonify(verdict=overall([each["verdict"] for each in keys]), keys=keys)


def shown(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "question": finding.question,
        "verdict": finding.verdict,
        "detail": finding.detail,
        "requests": [str(each) for each in finding.requests],
        "advice": finding.advice,
    }
