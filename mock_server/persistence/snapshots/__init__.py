"""Snapshots: all worlds as one JSON value, and worlds made from one, on this machine or another."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contract_tests.contract.files import DocumentError, place_of, read, text_of
from mock_server.contract.forms import FormError
from mock_server.domain.clock import Course, to_text
from mock_server.domain.steps import Steps, finished
from mock_server.faults.scenarios import Scenario
from mock_server.persistence.snapshots import parts
from mock_server.persistence.snapshots.parts import Value
from mock_server.persistence.snapshots.worlds import newcomer, writing
from mock_server.version import __version__
from mock_server.world import Foundation, Newcomer, Opening, Worlds, keeping

FORM = "snapshot.schema.json"
FORMAT, VERSION = "trackflow-mock snapshot", 1
ANSWERING = ("default_plan", "reset_unit", "strict", "strict_check_digits")  # settings that answers depend on


@dataclass(frozen=True, slots=True)
class Found:
    """What a snapshot says, read and tried out: how the mock and its worlds stand, or one of them only."""

    opening: Opening | None
    newcomers: Sequence[Newcomer]
    differences: Sequence[str]


def take(worlds: Worlds, key: str | None = None) -> dict[str, Any]:
    """The snapshot of all worlds, or of one and what it stands in."""
    return taken(worlds, key)()


def taken(worlds: Worlds, key: str | None = None) -> Callable[[], dict[str, Any]]:
    """Writes the snapshot of this moment, whenever it is called, in whatever thread."""
    return finished(taking(worlds, key))


def taking(worlds: Worlds, key: str | None = None) -> Steps[Callable[[], dict[str, Any]]]:
    """What `taken` returns, step by step: each world as it is when its turn comes."""
    foundation, base = worlds.foundation, worlds.clock.base.now()
    settings = {name: getattr(foundation.settings, name) for name in ANSWERING}
    opening, clock = keeping.opening(worlds), parts.clock(worlds.clock.course, base)
    each = []
    for world in worlds.all() if key is None else [worlds.glimpse(key)]:
        each.append((yield from writing(world, alone=worlds.scenario_rules not in world.books)))
        yield
    return lambda: {
        "format": FORMAT,
        "version": VERSION,
        "mock": __version__,
        "taken_at": to_text(base),
        "contract": foundation.specification.fingerprint,
        "settings": settings,
        "server": {**standing(opening), "clock": clock},
        "worlds": [write() for write in each],
    }


def standing(opening: Opening) -> dict[str, Any]:
    """How a mock as a whole stands, but for its clock."""
    return {
        **standing_beside(opening),
        "scenario": parts.scenario(opening.scenario),
        "shipments": [parts.shipment(pin) for pin in opening.pins],
    }


def standing_beside(opening: Opening) -> dict[str, Any]:
    """The same without what there may be much of: scenario and shipments."""
    return {
        "seed": opening.scenario.seed,
        "scene": [rule.id for rule in opening.scenario.rules],
        "faults": [rule.to_json() for rule in opening.rules],
        "keys_made": opening.keys_made,
    }


def opening(foundation: Foundation, record: Value, course: Course) -> Opening:
    """How a mock starts that stands as a record says, with its clock on that course; FormError if it cannot."""
    return Opening(
        _scenario(foundation, record),
        course,
        [parts.pin(foundation, *each) for each in parts.placed(record, "shipments", "/server")],
        [parts.rule(foundation, *each) for each in parts.placed(record, "faults", "/server")],
        record.get("keys_made", 0),
    )


def restore(worlds: Worlds, value: Any, key: str | None = None) -> list[str]:
    """Let all worlds, or one, be as the snapshot has them; what will differ all the same.

    FormError for a snapshot that this mock cannot take up; then everything is as it was.
    """
    found = read_value(worlds, value, key)
    enter(worlds, found)
    return list(found.differences)


def read_value(worlds: Worlds, value: Any, key: str | None = None) -> Found:
    """What a snapshot says of all worlds, or of one; FormError if this mock cannot take it up. Changes nothing."""
    foundation = worlds.foundation
    foundation.vocabulary.forms.check(FORM, value)
    differences = list(_differences(foundation, value))
    if key is None:
        _check_room(worlds, value)
        return Found(*opened(foundation, value), differences)
    place, record = _chosen(value, key)
    guest = newcomer(foundation, {**record, "key": key}, f"/worlds/{place}", worlds.scenario)
    Worlds(foundation.twin()).admit(guest)
    return Found(None, [guest], differences)


def enter(worlds: Worlds, found: Found) -> None:
    """Let all worlds, or one, be as it was read."""
    for _ in entering(worlds, found):
        pass


def entering(worlds: Worlds, found: Found) -> Steps[None]:
    """The same step by step, one world in each."""
    if found.opening:
        yield from worlds.entering(found.opening, found.newcomers)
    else:
        for guest in found.newcomers:
            yield from worlds.admitting(guest)
            yield


def load(worlds: Worlds, path: Path) -> Any:
    """The snapshot in a file; DocumentError says where in the file it is none, and what to do."""
    value = read(path)
    try:
        worlds.foundation.vocabulary.forms.check(FORM, value)
        _check_room(worlds, value)
        opened(worlds.foundation, value)
    except FormError as error:
        raise DocumentError(path, place_of(text_of(path), error.flaw.pointer), error.flaw.detail) from None
    return value


def opened(foundation: Foundation, value: Value) -> tuple[Opening, list[Newcomer]]:
    """How the snapshot's mock starts, and with which worlds; FormError if one of them could not be."""
    record = value["server"]
    begun = opening(foundation, record, parts.course(record["clock"], foundation.clock.base.now(), "/server/clock"))
    guests = [newcomer(foundation, each, place, begun.scenario) for each, place in parts.placed(value, "worlds", "")]
    # Whatever could still go wrong goes wrong here, where nobody lives.
    finished(Worlds(foundation.twin()).entering(begun, guests))
    return begun, guests


def _check_room(worlds: Worlds, value: Value) -> None:
    """FormError for more worlds than this process may have; one that keeps them all may have had more before."""
    if worlds.state is not None:
        return
    most = worlds.foundation.settings.sandboxes
    mine = sum(worlds.portion.mine(record["key"]) for record in value["worlds"])
    if mine > most:
        raise FormError.at("/worlds", "maxItems", f"{mine} are more than the {most} that --sandboxes allows")


def _scenario(foundation: Foundation, record: Value) -> Scenario:
    """The server's scenario under the snapshot's seed, with those of its rules that nobody had taken out."""
    scenario = parts.staged(foundation, record.get("scenario"), "/server/scenario")
    in_force = record.get("scene", ())
    return replace(scenario, seed=record["seed"], rules=tuple(rule for rule in scenario.rules if rule.id in in_force))


def _chosen(value: Value, key: str) -> tuple[int, Value]:
    """The key's own world, or the only one."""
    worlds = value["worlds"]
    for place, record in enumerate(worlds):
        if record["key"] == key or len(worlds) == 1:
            return place, record
    keys = ", ".join(record["key"] for record in worlds[:5]) or "none"
    raise FormError.at("/worlds", "contains", f"none of {len(worlds)} is {key}'s; there are {keys}")


def _differences(foundation: Foundation, value: Value) -> Iterator[str]:
    if value.get("contract", "") not in {"", foundation.specification.fingerprint}:
        yield "the contract is another: other overlays, or another version of the mock; answers may differ"
    for name, then in value.get("settings", {}).items():
        now = getattr(foundation.settings, name)
        if then != now:
            yield f"{name} was {then!r} and is {now!r}; start with --{name.replace('_', '-')} to have the same answers"
