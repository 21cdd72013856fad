"""Where shipments are: one by one, or in batches."""

from collections.abc import Mapping
from typing import Any

from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Call
from mock_server.contract.operations import Answer
from mock_server.domain.tracking_numbers import normalise
from mock_server.web.handlers import answers
from mock_server.world import World


@answers("trackShipment")
def track_shipment(world: World, call: Call) -> Answer:
    sighting = world.look_up(call.path_params["trackingNumber"], call.query.get("carrier"))
    language = world.language(call.query.get("lang"))
    return Answer(
        lambda: sighting.facts(language),
        key=sighting.key and (*sighting.key, language),
        headers={"language": language},
        pause=sighting.pause,
    )


@answers("trackBatch")
def track_batch(world: World, call: Call) -> Answer:
    language = world.language(None)
    pauses = [0.0]

    def result(place: int, shipment: Mapping[str, Any]) -> Any:
        try:
            if place in call.refused:
                raise call.refused[place]
            sighting = world.look_up(shipment["tracking_number"], shipment.get("carrier"))
        except ApiError as error:
            body = world.foundation.specification.errors.body(error)
            return {"tracking_number": normalise(shipment["tracking_number"]), **body}
        pauses.append(sighting.pause)
        return sighting.facts(language)

    results = [result(place, shipment) for place, shipment in enumerate(call.value["shipments"])]
    return Answer(lambda: {"success": True, "count": len(results), "results": results}, pause=max(pauses))
