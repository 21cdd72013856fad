"""`/faults`: what goes wrong on purpose, for one sandbox or for all there are and will be."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from mock_server.domain.steps import Steps
from mock_server.faults.active import ActiveFaults
from mock_server.faults.rulebook import RuleBook, RuleBookError
from mock_server.faults.rules import FORM, Count, Rule
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.replies import answer, refused
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import gathered, ordered
from mock_server.web.control.turns import in_turns
from mock_server.web.problems import Problem

MOVE = "control.schema.json#/$defs/move"
RULES = gathered("faults", "", "seen", "applied", same=("id", "key"), whole=True)
LONGEST_RULE = 65_536  # bytes
MOST_NAMED = 50  # rules in a message
WEIGHED = 20  # sandboxes in which a rule is counted in one step of a turn

Told = tuple[str, Callable[[], dict[str, Any]]]
"""A rule's id, and what there is to say of it."""


def rows(call: ControlCall, identifier: str | None = None) -> list[dict[str, Any]]:
    """The rules that the call is about, with their counts; those for all come without a key."""
    return [told() for rule_id, told in _listed(call) if identifier in {None, rule_id}]


def books(call: ControlCall) -> list[RuleBook]:
    """The rules that the call may take away."""
    world = call.seen_world()
    if world:
        return [world.faults.own]
    return [call.worlds.rules, call.worlds.scenario_rules, *(each.faults.own for each in call.worlds.all())]


def list_faults(call: ControlCall) -> Reply:
    return in_turns(_told(call, list(_listed(call))))


def _told(call: ControlCall, found: Sequence[Told]) -> Steps[Reply]:
    weight = 1 + len(call.known()) // WEIGHED  # a rule for all is counted in every sandbox
    shown = []
    for _, told in found:
        yield from (None,) * weight
        shown.append(told())
    return answer({"faults": shown, "meta": {"total": len(found)}})


def show_fault(call: ControlCall, identifier: str) -> Reply:
    found = rows(call, identifier)
    if not found:
        raise _unknown(identifier, call)
    return answer(found[0])


def add_fault(call: ControlCall) -> Reply:
    document = _document(call)
    world = call.world()
    book = world.faults.own if world else call.worlds.rules
    with refused(RuleBookError, HTTPStatus.CONFLICT):
        rule = book.write(lambda free: Rule.from_document(document, free, call.worlds.foundation.vocabulary))
    query = f"?key={quote(call.key)}" if call.key else ""
    location = {"Location": f"{call.path}/{rule.id}{query}"}
    return answer(_row(rule, [Count()], call.key), HTTPStatus.CREATED, location)


def edit_fault(call: ControlCall, identifier: str) -> Reply:
    """Another rule in the place of this one; it counts anew."""
    document = _document(call)
    vocabulary = call.worlds.foundation.vocabulary
    with refused(RuleBookError, HTTPStatus.CONFLICT):
        return _exchanged(call, identifier, lambda _: Rule.from_document(document, identifier, vocabulary))


def _document(call: ControlCall) -> Any:
    """The rule that the call brings; there may be many of them, and each is kept."""
    if len(call.content) > LONGEST_RULE:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a rule has at most {LONGEST_RULE} bytes, not {len(call.content)}"
        )
    return call.read(FORM)


def pause_fault(call: ControlCall, identifier: str) -> Reply:
    return _exchanged(call, identifier, lambda rule: rule.resting(paused=True))


def resume_fault(call: ControlCall, identifier: str) -> Reply:
    return _exchanged(call, identifier, lambda rule: rule.resting(paused=False))


def move_fault(call: ControlCall, identifier: str) -> Reply:
    before = call.read(MOVE).get("before")
    book = _book_of(call, identifier)
    if not book.move(identifier, before):
        others = _named([rule.id for rule in book.in_force.rules])
        raise Problem(HTTPStatus.BAD_REQUEST, f"before={before!r} is no rule of the same list; there are {others}")
    found = [row for row in rows(call) if book.find(row["id"]) and row["key"] == call.key]
    return answer({"faults": found, "meta": {"total": len(found)}})


def remove_faults(call: ControlCall) -> Steps[Reply]:
    return answer({"status": "deleted", "total": (yield from _removed(call, RuleBook.remove))})


def remove_fault(call: ControlCall, identifier: str) -> Steps[Reply]:
    known = any(book.find(identifier) for book in books(call))
    removed = yield from _removed(call, lambda book: book.remove(identifier))
    if not known:
        raise _unknown(identifier, call)
    return answer({"status": "deleted", "total": removed})


def _removed(call: ControlCall, remove: Callable[[RuleBook], int]) -> Steps[int]:
    """How many rules are gone; of those for all, as far as this process counts them."""
    for_all, removed = (call.worlds.rules, call.worlds.scenario_rules), 0
    for book in books(call):
        count = remove(book)
        removed += 0 if call.echo and book in for_all else count
        yield
    return removed


def _exchanged(call: ControlCall, identifier: str, make: Callable[[Rule], Rule]) -> Reply:
    made = _book_of(call, identifier).exchange(identifier, make)
    if made is None:  # somebody has just deleted it
        raise _unknown(identifier, call)
    return answer(next(row for row in rows(call, made.id) if row["key"] == call.key))


def _book_of(call: ControlCall, identifier: str) -> RuleBook:
    """The list that has the rule: the sandbox's own, or without a key one of those for all."""
    world = call.seen_world()
    for book in [world.faults.own] if world else [call.worlds.rules, call.worlds.scenario_rules]:
        if book.find(identifier):
            return book
    raise _unknown(identifier, call)


def _listed(call: ControlCall) -> Iterator[Told]:
    worlds, world = call.worlds, call.seen_world()
    if world:
        own = set(world.faults.own.in_force.rules)
        for rule, count in world.faults.rules():
            yield rule.id, partial(_row, rule, [count], call.key if rule in own else None)
        return
    everywhere = [*(each.faults for each in worlds.all()), worlds.stray_faults]
    for rule in (*worlds.rules.in_force.rules, *worlds.scenario_rules.in_force.rules):
        yield rule.id, partial(_row_of_all, rule, everywhere)
    for each in worlds.all():
        for rule in each.faults.own.in_force.rules:
            yield rule.id, partial(_row, rule, [each.faults.count(rule)], each.account.key)


def _row_of_all(rule: Rule, everywhere: Sequence[ActiveFaults]) -> dict[str, Any]:
    return _row(rule, [faults.count(rule) for faults in everywhere], None)


def _row(rule: Rule, counts: list[Count], key: str | None) -> dict[str, Any]:
    seen, applied = sum(count.seen for count in counts), sum(count.applied for count in counts)
    return {**rule.to_json(), "key": key, "seen": seen, "applied": applied}


def _unknown(identifier: str, call: ControlCall) -> Problem:
    others = _named(list(dict.fromkeys(rule_id for rule_id, _ in _listed(call)))) or "none"
    own = "of this sandbox's own; one for all is reached without key" if call.key else ""
    return Problem(
        HTTPStatus.NOT_FOUND, f"there is no fault rule {identifier!r}{' ' * bool(own)}{own}; there are {others}"
    )


def _named(ids: Sequence[str]) -> str:
    return ", ".join(ids[:MOST_NAMED]) + f" and {len(ids) - MOST_NAMED} more" * (len(ids) > MOST_NAMED)


ROUTES = (
    ControlRoute("GET", "/faults", list_faults, spread=RULES),
    ControlRoute("GET", "/faults/<identifier>", show_fault, spread=gathered("", "", "seen", "applied", whole=True)),
    ControlRoute("POST", "/faults", add_fault, FORM, spread=ordered("seen", "applied")),
    ControlRoute("PUT", "/faults/<identifier>", edit_fault, FORM, spread=ordered("seen", "applied")),
    ControlRoute("POST", "/faults/<identifier>/pause", pause_fault, spread=ordered("seen", "applied")),
    ControlRoute("POST", "/faults/<identifier>/resume", resume_fault, spread=ordered("seen", "applied")),
    ControlRoute(
        "POST",
        "/faults/<identifier>/move",
        move_fault,
        MOVE,
        spread=ordered("seen", "applied", rows="faults", same=("id", "key")),
    ),
    ControlRoute("DELETE", "/faults", remove_faults, spread=ordered("total")),
    ControlRoute("DELETE", "/faults/<identifier>", remove_fault, spread=ordered("total")),
)
