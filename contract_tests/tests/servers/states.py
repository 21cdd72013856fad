"""Provider states, after Pact: what the suite may ask the server to be like."""

from typing import Any

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.messages import Body, Call, Reply, json_reply


def make(api: Api, call: Call) -> Reply:
    """204 when the state holds, 404 when there is no such state."""
    asked: Body = json_dict(call)
    params: dict[str, Any] = asked.get("params") or {}
    match asked.get("state"):
        case "carrier unavailable":
            api.down.add(params["carrier"])
        case "carrier available":
            api.down.discard(params["carrier"])
        case "event occurs":
            api.happen(params["tracking_number"], params["type"])
        case "time passes":
            api.world.clock.advance(params["seconds"])
            api.world.outbox.wake()
        case "quota used":
            api.world.quota.leave(api.world.keys.known(params["key"]), params["remaining"])
        case other:
            return json_reply(404, {"problem": f"There is no state {other!r}."})
    return Reply(204)


def json_dict(call: Call) -> Body:
    value: Body = Reply(200, call.body).value()
    return value
