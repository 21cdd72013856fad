"""Subscriptions to a shipment's events."""

from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Call
from mock_server.contract.operations import Answer
from mock_server.domain.tracking_numbers import normalise
from mock_server.domain.webhooks import check_url
from mock_server.web.handlers import answers
from mock_server.world import World


@answers("createWebhook")
def create_webhook(world: World, call: Call) -> Answer:
    check_url(call.value["url"])
    text, carrier = _number(world, call.value["tracking_number"])
    events = tuple(dict.fromkeys(call.value.get("events") or ("all",)))
    return Answer(world.mail.subscribe(text, carrier, call.value["url"], events).facts)


@answers("deleteWebhook")
def delete_webhook(world: World, call: Call) -> Answer:
    world.mail.unsubscribe(call.path_params["webhookId"])
    return Answer()


def _number(world: World, text: str) -> tuple[str, str | None]:
    """The normalised number and its carrier's code, or None: a number without data yet is accepted."""
    try:
        number = world.foundation.recognise(text, None)
    except ApiError as error:
        if error.code != "not_found":
            raise
        return normalise(text), None
    return number.text, number.carrier.code
