"""Subscriptions to a shipment's events."""

from collections.abc import Mapping
from typing import Any

from mock_server.api.handlers import answers
from mock_server.contract.messages import Call
from mock_server.contract.operations import Answer
from mock_server.domain.webhooks.subscriptions import Subscription, check_url
from mock_server.world import World


@answers("createWebhook")
def create_webhook(world: World, call: Call) -> Answer:
    return Answer(subscribe(world, call.value).facts)


@answers("deleteWebhook")
def delete_webhook(world: World, call: Call) -> Answer:
    world.webhooks.unsubscribe(_meant(world, call.path_params["webhookId"]))
    return Answer()


def _meant(world: World, webhook_id: str) -> str:
    """The id of the webhook to delete: the contract's example of one means the newest that is made like the example.

    So tools that run the examples in their order find what they name.
    """
    example = world.foundation.specification.example_webhooks.get(webhook_id)
    newest_first = reversed(world.webhooks.subscriptions.all()) if example else ()
    alike = (each.webhook_id for each in newest_first if (each.tracking_number, each.url) == example)
    return next(alike, webhook_id)


def subscribe(world: World, request: Mapping[str, Any]) -> Subscription:
    """The subscription that a request of the contract asks for; ApiError says what is wrong with its url or number."""
    check_url(request["url"])
    text, number = world.foundation.watchable(request["tracking_number"])
    if number:
        world.begin(number)
    events = tuple(dict.fromkeys(request.get("events") or ("all",)))
    return world.webhooks.subscribe(text, number.carrier.code if number else None, request["url"], events)
