"""`/faults`: what goes wrong on purpose, for one sandbox or for all there are and will be."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Response, jsonify, request

from mock_server.contract.forms import FormError
from mock_server.faults.rulebook import RuleBook, RuleBookError
from mock_server.faults.rules import FORM, Count, Rule
from mock_server.web.control.plane import Plane
from mock_server.web.problems import Problem


def register(plane: Plane) -> None:
    worlds = plane.worlds

    def rows(identifier: str | None = None) -> list[dict[str, Any]]:
        """The rules that the call is about, with their counts; those for all come without a key."""
        return [row for row in _listed(plane) if identifier in {None, row["id"]}]

    def books() -> list[RuleBook]:
        """The rules that the call may take away."""
        world = plane.world()
        if world:
            return [world.faults.own]
        return [worlds.rules, worlds.scene, *(each.faults.own for each in worlds.all())]

    @plane.blueprint.get("/faults")
    def list_faults() -> Response:
        found = rows()
        return jsonify(faults=found, meta={"total": len(found)})

    @plane.blueprint.get("/faults/<identifier>")
    def show_fault(identifier: str) -> Response:
        found = rows(identifier)
        if not found:
            raise _unknown(identifier, plane)
        return jsonify(found[0])

    @plane.blueprint.post("/faults")
    def add_fault() -> tuple[Response, HTTPStatus, dict[str, str]]:
        document = plane.read(FORM)
        world = plane.world()
        book = world.faults.own if world else worlds.rules
        try:
            rule = book.write(lambda free: Rule.from_document(document, free, worlds.foundation.vocabulary))
        except FormError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, error.flaw.detail, [error.flaw]) from None
        except RuleBookError as error:
            raise Problem(HTTPStatus.CONFLICT, str(error)) from None
        query = f"?key={quote(plane.key)}" if plane.key else ""
        location = {"Location": f"{request.path}/{rule.id}{query}"}
        return jsonify(_row(rule, [Count()], plane.key)), HTTPStatus.CREATED, location

    @plane.blueprint.delete("/faults")
    def remove_faults() -> Response:
        return jsonify(status="deleted", total=sum(book.remove() for book in books()))

    @plane.blueprint.delete("/faults/<identifier>")
    def remove_fault(identifier: str) -> Response:
        removed = sum(book.remove(identifier) for book in books())
        if not removed:
            raise _unknown(identifier, plane)
        return jsonify(status="deleted", total=removed)


def _listed(plane: Plane) -> Iterator[dict[str, Any]]:
    worlds, world = plane.worlds, plane.world()
    if world:
        own = set(world.faults.own.in_force.rules)
        for rule, count in world.faults.rules():
            yield _row(rule, [count], plane.key if rule in own else None)
        return
    everywhere = [*(each.faults for each in worlds.all()), worlds.stray_faults]
    for rule in (*worlds.rules.in_force.rules, *worlds.scene.in_force.rules):
        yield _row(rule, [faults.count(rule) for faults in everywhere], None)
    for each in worlds.all():
        for rule in each.faults.own.in_force.rules:
            yield _row(rule, [each.faults.count(rule)], each.account.key)


def _row(rule: Rule, counts: list[Count], key: str | None) -> dict[str, Any]:
    seen, applied = sum(count.seen for count in counts), sum(count.applied for count in counts)
    return {**rule.to_json(), "key": key, "seen": seen, "applied": applied}


def _unknown(identifier: str, plane: Plane) -> Problem:
    others = ", ".join(dict.fromkeys(row["id"] for row in _listed(plane))) or "none"
    own = "of this sandbox's own; one for all is deleted without key" if plane.key else ""
    return Problem(
        HTTPStatus.NOT_FOUND, f"there is no fault rule {identifier!r}{' ' * bool(own)}{own}; there are {others}"
    )
