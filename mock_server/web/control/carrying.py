"""Control calls are carried out: who may, what is told of it, and what is kept, in turns with all others."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any

from mock_server.contract.errors import ApiError
from mock_server.domain.steps import Steps
from mock_server.server.reply import Reply
from mock_server.web.bridge import awaited
from mock_server.web.callers import May
from mock_server.web.control.call import Change, ControlCall
from mock_server.web.control.route import ControlRoute, Handler
from mock_server.web.control.turns import SHORT, in_thread, in_turns
from mock_server.web.problems import Problem
from mock_server.world import keeping


def carried_out(call: ControlCall, route: ControlRoute, handler: Handler, places: Mapping[str, Any]) -> Reply:
    """The handler's reply, if the caller may; those who watch are told of what it may have changed."""
    if not route.reads:
        _permit(call, route)
    if len(call.content) <= SHORT or route.late:
        reply = in_turns(_carried(call, route, handler, places))
    else:
        reply = in_thread(partial(_looked_at, call, route), lambda _: in_turns(_carried(call, route, handler, places)))
    return reply if route.reads else _whole(reply)


def _looked_at(call: ControlCall, route: ControlRoute) -> None:
    """Read the body; what is wrong with it, the handler tells who needs it."""
    with suppress(Problem):
        call.read(route.form) if route.form else call.body()


def _carried(call: ControlCall, route: ControlRoute, handler: Handler, places: Mapping[str, Any]) -> Steps[Reply]:
    if not route.told_to_all:  # who checks whether the mock is up waits for nobody
        yield from call.worlds.arriving(call.key)
    try:
        made = handler(call, **places)
        reply = made if isinstance(made, Reply) else (yield from made)
    except ApiError as error:
        if error.retry_after is None:
            raise
        raise _unavailable(error.detail or error.code) from None
    if route.reads:
        return reply
    if route.late:
        return reply.then(lambda known: in_turns(_told(call, route, known)))
    return (yield from _told(call, route, reply))


def _whole(reply: Reply) -> Reply:
    """The reply, whose effect is had to the end also where whoever has asked is gone before."""
    if reply.later is None:
        return reply

    async def later() -> Reply:
        return await asyncio.shield(awaited(reply))

    return Reply(reply.status, later=later)


def _told(call: ControlCall, route: ControlRoute, reply: Reply) -> Steps[Reply]:
    """The reply, once those who watch are told of what it may have changed."""
    if reply.status < HTTPStatus.BAD_REQUEST:
        if not call.echo:
            change = Change(call.plane.wall.now(), call.caller.name, route.method, call.path, call.key)
            call.plane.changes.append(change)
        about = None if route.of_all or route.makes else call.key
        problem = yield from keeping.keeping(call.worlds, about, all_of_it=True)
        call.worlds.changes.tell(about)
        if problem:  # it is so for now, and would be forgotten
            return _unavailable(problem).reply()
    return reply


def _unavailable(why: str) -> Problem:
    """What cannot be told or kept at the moment."""
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, why, headers={"Retry-After": "1"})


def _permit(call: ControlCall, route: ControlRoute) -> None:
    """Problem 403 if the caller's token does not let them change that."""
    caller = call.caller
    if caller.may is May.ALL or (caller.may is May.OWN_KEYS and route.makes):
        return
    if caller.may is May.READ:
        raise Problem(HTTPStatus.FORBIDDEN, f"the token of {caller.name} lets its holder look and change nothing")
    holding = call.worlds.owners.of(call.key or "")
    if route.of_all or holding is None or holding.owner != caller.name:
        about = "everybody" if call.key is None or route.of_all else f"key={call.key!r}"
        raise Problem(
            HTTPStatus.FORBIDDEN,
            f"the token of {caller.name} lets its holder change keys of their own, with ?key=, and this is about "
            f"{about}; POST /__admin/keys makes a key",
        )
