"""What an overlay asks for, tried once before anybody asks: a mock that cannot answer something does not start."""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain
from random import Random

from contract_tests.contract.pointers import pointer
from mock_server.api.handlers import Handler
from mock_server.contract import rehearsal
from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Call
from mock_server.contract.operations import Operation
from mock_server.domain.webhooks.events import WebhookEvent
from mock_server.world import Foundation, World, Worlds

KEY = "tf_test_enterprise_rehearsal"  # of a sandbox that is gone when the start is over
CARRIER, DELIVERED = "ups", "004"  # whose magic numbers are asked for, and one that has a shipment
RECEIVER = "https://example.com/hook"


def rehearse(worlds: Worlds, handlers: Mapping[str, Handler]) -> None:
    """DocumentError for the first answer that the contract promises and that could not be made."""
    foundation = worlds.foundation
    for place, complaint in chain(rehearsal.flaws(foundation.specification), _unwritten(worlds, handlers)):
        raise foundation.specification.origins.error(place, complaint, foundation.settings.overlay)


def _unwritten(worlds: Worlds, handlers: Mapping[str, Handler]) -> Iterator[rehearsal.Flaw]:
    """Place and complaint for the mock's own answers and events that the contract has no room for."""
    world = worlds.glimpse(KEY)
    document = world.foundation.specification.document
    for name, operation in world.foundation.specification.operations.items():
        place = pointer(
            ("paths", operation.path, operation.method.lower(), "responses", operation.response_name(operation.status))
        )
        place += pointer(("content", operation.media_type, "schema"))
        for call in _calls(world.foundation).get(name, ()):
            yield from rehearsal.told(document, place, partial(_written, world, operation, handlers[name], call))
    for event in _events(world):
        yield from rehearsal.told(document, "", partial(world.foundation.terms.events.body, event))


def _written(world: World, operation: Operation, handler: Handler, call: Call) -> None:
    try:
        answer = handler(world, call)
    except ApiError:
        return
    if answer.facts:
        operation.write(answer.facts(), Random(call.target))


def _calls(foundation: Foundation) -> Mapping[str, list[Call]]:
    """Calls that together bring every kind of answer that the mock has of its own, under its own names."""
    numbers = [each.number for each in foundation.magic.magic_numbers(CARRIER)]
    hook = {"tracking_number": numbers[0], "url": RECEIVER}
    return {
        "trackShipment": [Call("GET", number, path_params={"trackingNumber": number}) for number in numbers],
        "trackBatch": [Call("POST", "", value={"shipments": [{"tracking_number": number} for number in numbers]})],
        "listCarriers": [Call("GET", "")],
        "createWebhook": [Call("POST", "", value=hook)],
    }


def _events(world: World) -> Iterator[WebhookEvent]:
    number = world.foundation.magic.magic_number(CARRIER, DELIVERED)
    data = world.look_up(number, None).facts(world.language(None))
    for event_type in world.foundation.terms.events.types:
        yield WebhookEvent("evt_rehearsal", event_type, world.clock.now(), "wh_rehearsal", data)
