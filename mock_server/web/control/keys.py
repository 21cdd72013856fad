"""`/keys`: the API keys in use, and new ones."""

from http import HTTPStatus

from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall, Route, answer, refused


def list_keys(call: ControlCall) -> Reply:
    known = [{"key": world.account.key, "plan": world.account.plan.name} for world in call.known()]
    return answer({"keys": known, "meta": {"total": len(known)}})


def new_key(call: ControlCall) -> Reply:
    plan = call.read("control.schema.json#/$defs/key").get("plan", call.worlds.foundation.settings.default_plan)
    with refused(ValueError):
        account = call.worlds.new_account(plan)
    return answer({"key": account.key, "plan": account.plan.name}, HTTPStatus.CREATED)


ROUTES = (
    Route("GET", "/keys", list_keys),
    Route("POST", "/keys", new_key),
)
