"""The directory of carriers."""

from mock_server.api.handlers import answers
from mock_server.contract.messages import Call
from mock_server.contract.operations import Answer
from mock_server.world import World


@answers("listCarriers")
def list_carriers(world: World, call: Call) -> Answer:  # noqa: ARG001 - every handler takes a call; this one asks nothing of it
    return Answer(lambda: _directory(world), key=("all",))


def _directory(world: World) -> dict[str, object]:
    carriers = [carrier.to_json() for carrier in world.foundation.carriers.all()]
    return {"count": len(carriers), "carriers": carriers}
