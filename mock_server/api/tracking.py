"""Where shipments are: one by one, or in batches."""

from collections.abc import Mapping
from typing import Any

from mock_server.api.handlers import answers
from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Call
from mock_server.contract.operations import Answer
from mock_server.domain.shipments.numbers import normalise
from mock_server.world import World


@answers("trackShipment")
def track_shipment(world: World, call: Call) -> Answer:
    found_shipment = world.look_up(call.path_params["trackingNumber"], call.query.get("carrier"))
    language = world.language(call.query.get("lang"))
    return Answer(
        lambda: found_shipment.facts(language),
        key=found_shipment.key and (*found_shipment.key, language),
        headers={"language": language},
        pause=found_shipment.pause,
    )


@answers("trackBatch")
def track_batch(world: World, call: Call) -> Answer:
    language = world.language(None)
    pauses = [0.0]

    def result(place: int, shipment: Mapping[str, Any]) -> Any:
        try:
            if place in call.refused:
                raise call.refused[place]
            found_shipment = world.look_up(shipment["tracking_number"], shipment.get("carrier"))
        except ApiError as error:
            body = world.foundation.specification.errors.body(error)
            return {"tracking_number": normalise(shipment["tracking_number"]), **body}
        pauses.append(found_shipment.pause)
        return found_shipment.facts(language)

    results = [result(place, shipment) for place, shipment in enumerate(call.value["shipments"])]
    return Answer(lambda: {"success": True, "count": len(results), "results": results}, pause=max(pauses))
