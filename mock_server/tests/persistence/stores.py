"""Sandboxes that a store keeps, for tests."""

from mock_server.domain.clock import ManualClock
from mock_server.domain.webhooks.delivery import DeliveryPlan
from mock_server.settings import Settings
from mock_server.tests.domain.webhooks.webhook_sandbox import HOUR, START, WebhookSandbox, event
from mock_server.tests.persistence.places import StatePlace
from mock_server.world import Foundation, Worlds

KEY = "tf_test_free_a"
LIFE = [event(START + hours * HOUR) for hours in (1, 2, 3)]


def recording(place: StatePlace, *handlings: DeliveryPlan) -> WebhookSandbox:
    sandbox = WebhookSandbox(LIFE, handlings)
    store = place.open()
    store.load(KEY)  # which claims it, where it can be claimed
    pages = store.of(KEY, lambda: sandbox.clock.course)
    sandbox.records = pages
    sandbox.webhooks = sandbox.opened(pages)
    return sandbox


def worlds(place: StatePlace, clock: ManualClock, sandboxes: int = 1_000) -> Worlds:
    return Worlds(Foundation(Settings(sandboxes=sandboxes), clock), place.open())


def closed(all_of_them: Worlds) -> None:
    assert all_of_them.state is not None
    all_of_them.state.close()
