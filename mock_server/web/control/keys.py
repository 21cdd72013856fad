"""`/keys`: the API keys in use with what is left of their quota, and new ones."""

from http import HTTPStatus
from typing import Any

from mock_server.domain.clock import to_text
from mock_server.domain.steps import Steps
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.replies import answer, refused
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import gathered, ordered
from mock_server.web.control.turns import rows
from mock_server.world import World
from mock_server.world.new_keys import new_account
from mock_server.world.owners import Holding

FORM = "control.schema.json#/$defs/key"


def list_keys(call: ControlCall) -> Steps[Reply]:
    known, here = call.known(), call.plane.here
    told = (facts(world) | held(call, world.account.key) | here for world in known)
    return rows("keys", told, meta={"total": len(known)})


def show_key(call: ControlCall, key: str) -> Reply:
    return answer(facts(call.about(key).seen_world() or call.worlds.fresh()) | held(call, key) | call.plane.here)


def new_key(call: ControlCall) -> Reply:
    order = call.read(FORM)
    plan, seconds = order.get("plan", call.worlds.foundation.settings.default_plan), order.get("expires_in")
    until = None if seconds is None else call.worlds.clock.base.now() + seconds
    with refused(ValueError):
        account = new_account(call.worlds, plan, Holding(call.caller.name, until))
    made = {"key": account.key, "plan": account.plan.name}
    return answer(made | held(call, account.key), HTTPStatus.CREATED)


def held(call: ControlCall, key: str) -> dict[str, Any]:
    """Who has made the key, and until when it is good, as far as there is something to say."""
    holding = call.worlds.owners.of(key)
    if holding is None:
        return {}
    until = {} if holding.until is None else {"expires_at": to_text(holding.until)}
    return {"owner": holding.owner, **until}


def facts(world: World) -> dict[str, Any]:
    """What there is to know of a key at a glance; an unlimited plan has no windows."""
    entries = world.journal.entries()
    return {
        "key": world.account.key,
        "plan": world.account.plan.name,
        "now": to_text(world.clock.now()),
        "quota": [
            {"seconds": each.seconds, "limit": each.limit, "remaining": each.remaining, "reset": to_text(each.reset)}
            for each in world.quota.levels()
        ],
        "calls": len(entries),
        "last_used_at": to_text(entries[-1].at) if entries else None,
        "faults": len(world.faults.own.in_force.rules),
        "webhooks": len(world.webhooks.subscriptions),
    }


ROUTES = (
    ControlRoute("GET", "/keys", list_keys, spread=gathered("keys")),
    ControlRoute("GET", "/keys/<key>", show_key),
    ControlRoute("POST", "/keys", new_key, FORM, makes=True, spread=ordered()),
)
