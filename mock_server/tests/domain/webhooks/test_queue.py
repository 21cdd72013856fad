"""The queue: what waits, what is due, and what comes of an attempt."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from mock_server.domain.webhooks import queue as module
from mock_server.domain.webhooks.delivery import Attempt, Delivery, DeliveryState
from mock_server.domain.webhooks.queue import KEPT, DeliveryQueue
from mock_server.tests.domain.webhooks.webhook_sandbox import START, TERMS, attempted

RULES = TERMS.rules


def made(name: str, due: float = START, webhook_id: str = "wh_1") -> Delivery:
    return Delivery(
        f"dlv_{name}", f"evt_{name}", "tracking.updated", webhook_id, "1Z1", "http://h/", START, b"{}", "s", due
    )


@pytest.fixture
def queue() -> DeliveryQueue:
    return DeliveryQueue(RULES)


def posted(queue: DeliveryQueue, *deliveries: Delivery) -> None:
    for delivery in deliveries:
        queue.post(delivery)


def taken(queue: DeliveryQueue, now: float = START) -> list[str]:
    ids = []
    while delivery := queue.take(now):
        ids.append(delivery.id)
    return ids


def unfinished(queue: DeliveryQueue) -> dict[str, float]:
    """When each delivery that is not finished is due."""
    return {each.id: each.due or 0.0 for each in queue.all() if each.state is DeliveryState.PENDING}


def settled(queue: DeliveryQueue, delivery_id: str, status: int | None = 500, wait: float = 0.0) -> Delivery:
    delivery = queue.find(delivery_id)
    assert delivery is not None
    return queue.settle(delivery_id, attempted(delivery, status), wait)


def test_what_is_due_first_is_taken_first_and_what_came_first_before_what_came_later(queue: DeliveryQueue) -> None:
    posted(queue, made("b", START + 2), made("c", START + 2), made("a", START + 1), made("d", START + 9))
    assert taken(queue, START + 3) == ["dlv_a", "dlv_b", "dlv_c"]
    assert queue.next_due() == START + 9


def test_a_delivery_under_way_is_not_taken_twice(queue: DeliveryQueue) -> None:
    posted(queue, made("a"))
    assert taken(queue) == ["dlv_a"]
    assert taken(queue, START + 1e6) == []


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_ends_a_delivery(queue: DeliveryQueue, status: int) -> None:
    posted(queue, made("a"))
    queue.take(START)
    delivery = settled(queue, "dlv_a", status)
    assert (delivery.state, delivery.due, queue.next_due()) == (DeliveryState.DELIVERED, None, None)


@pytest.mark.parametrize("status", [None, 199, 301, 302, 307, 400, 404, 408, 429, 500, 503])
def test_anything_else_is_repeated_30_seconds_later(queue: DeliveryQueue, status: int | None) -> None:
    posted(queue, made("a"))
    queue.take(START)
    assert settled(queue, "dlv_a", status).due == START + 30
    assert taken(queue, START + 29.9) == []
    assert taken(queue, START + 30) == ["dlv_a"]


def test_there_are_14_attempts_each_wait_twice_as_long_as_the_one_before(queue: DeliveryQueue) -> None:
    posted(queue, made("a"))
    instants = []
    while delivery := queue.take(START + 10**9):
        instants.append((delivery.due or 0) - START)
        settled(queue, "dlv_a")
    assert instants == [30 * (2**attempt - 1) for attempt in range(14)]
    assert instants[-1] == RULES.longest_seconds
    delivery = queue.find("dlv_a")
    assert delivery is not None
    assert (delivery.state, len(delivery.attempts)) == (DeliveryState.FAILED, 14)


def test_a_receiver_that_asks_for_more_time_gets_it_up_to_the_length_of_the_ladder(queue: DeliveryQueue) -> None:
    posted(queue, made("short"), made("long"), made("absurd"))
    taken(queue)
    assert settled(queue, "dlv_short", 429, wait=5).due == START + 30
    assert settled(queue, "dlv_long", 503, wait=120).due == START + 120
    assert settled(queue, "dlv_absurd", 503, wait=1e12).due == START + RULES.longest_seconds


def test_410_is_the_end(queue: DeliveryQueue) -> None:
    posted(queue, made("a"))
    queue.take(START)
    delivery = settled(queue, "dlv_a", 410)
    assert (delivery.state, delivery.due) == (DeliveryState.FAILED, None)
    assert "410" in (delivery.note or "")


def test_a_blocked_delivery_is_not_tried_again(queue: DeliveryQueue) -> None:
    posted(queue, made("a"))
    delivery = queue.take(START)
    assert delivery is not None
    attempt = attempted(delivery, None, problem="allow it with --webhook-allow h")
    assert queue.settle("dlv_a", attempt, blocked=True).state is DeliveryState.BLOCKED
    assert queue.find("dlv_a") == delivery.after(attempt).ended(DeliveryState.BLOCKED, attempt.problem)


def test_a_deleted_webhook_s_deliveries_are_cancelled_and_nobody_else_s(queue: DeliveryQueue) -> None:
    posted(queue, made("a"), made("b", START + 50), made("c", webhook_id="wh_2"))
    under_way = queue.take(START)
    assert under_way is not None
    queue.cancel("wh_1", "deleted")
    states = {delivery.id: delivery.state for delivery in queue.all()}
    assert states == {
        "dlv_a": DeliveryState.CANCELLED,
        "dlv_b": DeliveryState.CANCELLED,
        "dlv_c": DeliveryState.PENDING,
    }
    assert settled(queue, "dlv_a", 500).state is DeliveryState.CANCELLED
    assert taken(queue, START + 1e6) == ["dlv_c"]


def test_a_replay_is_told_beside_the_attempts_and_does_not_use_one_up(queue: DeliveryQueue) -> None:
    posted(queue, made("a"))
    delivery = queue.take(START)
    assert delivery is not None
    queue.settle("dlv_a", attempted(delivery, 500))
    after = queue.settle("dlv_a", replace(attempted(delivery, 500), replay=True))
    assert (after.tries, len(after.attempts), after.due) == (1, 2, START + 30)
    assert taken(queue, START + 30) == ["dlv_a"]


def test_a_replay_while_an_attempt_is_under_way_lets_that_go_on_alone(queue: DeliveryQueue) -> None:
    posted(queue, made("a"))
    delivery = queue.take(START)
    assert delivery is not None
    queue.settle("dlv_a", replace(attempted(delivery, 500), replay=True))
    assert taken(queue, START + 1e6) == []


@pytest.mark.parametrize(
    "state", [DeliveryState.FAILED, DeliveryState.CANCELLED, DeliveryState.DROPPED, DeliveryState.BLOCKED]
)
def test_a_replay_that_arrives_makes_a_delivery_delivered(queue: DeliveryQueue, state: DeliveryState) -> None:
    posted(queue, made("a").ended(state))
    attempt = Attempt(START, START, 0.1, {}, status=200, replay=True)
    assert queue.settle("dlv_a", attempt).state is DeliveryState.DELIVERED
    assert queue.settle("dlv_a", replace(attempt, status=500)).state is DeliveryState.DELIVERED


def test_pending_counts_what_is_due_or_under_way(queue: DeliveryQueue) -> None:
    posted(queue, made("a"), made("b"), made("c", START + 60))
    assert queue.pending(START) == 2
    queue.take(START)
    assert queue.pending(START) == 2
    settled(queue, "dlv_a", 200)
    assert queue.pending(START) == 1
    assert queue.pending(START + 60) == 2


@pytest.mark.parametrize("seed", range(5))
def test_pending_counts_the_same_as_a_look_at_every_delivery_would(queue: DeliveryQueue, seed: int) -> None:
    draw = Random(seed)
    under_way: list[Delivery] = []
    for turn in range(300):
        posted(queue, replace(made(f"{turn}", START + draw.randrange(40)), webhook_id=f"wh_{draw.randrange(5)}"))
        now = START + turn / 10
        if draw.random() < 0.6 and (taken := queue.take(now)):
            under_way.append(taken)
        if under_way and draw.random() < 0.5:
            delivery = under_way.pop(draw.randrange(len(under_way)))
            queue.settle(delivery.id, attempted(delivery, draw.choice([200, 500])))
        if draw.random() < 0.03:
            queue.cancel(f"wh_{draw.randrange(5)}", "deleted")
            under_way = [each for each in under_way if each.id in unfinished(queue)]
        if draw.random() < 0.02:
            queue.rewind(now, now - 5)
        due = {name for name, instant in unfinished(queue).items() if instant <= now}
        assert queue.pending(now) == len(due | {each.id for each in under_way})


def test_cancelling_the_webhooks_one_by_one_looks_at_each_delivery_once(queue: DeliveryQueue) -> None:
    seen: list[str] = []

    class Counted(dict[str, Delivery]):
        def __getitem__(self, name: str) -> Delivery:
            seen.append(name)
            return super().__getitem__(name)

    posted(queue, *(replace(made(str(number)), webhook_id=f"wh_{number % 50}") for number in range(500)))
    queue._deliveries = Counted(queue._deliveries)
    for number in range(50):
        queue.cancel(f"wh_{number}", "deleted")
    assert queue.finished
    assert len(seen) <= 500


def test_a_postponed_delivery_goes_after_what_is_due_then(queue: DeliveryQueue) -> None:
    posted(queue, made("held", START + 86400), made("next", START + 5))
    queue.postpone("dlv_held", START + 5)
    assert taken(queue, START + 5) == ["dlv_next", "dlv_held"]


def test_a_clock_set_back_leaves_every_wait_as_long_as_it_was(queue: DeliveryQueue) -> None:
    posted(queue, made("due", START - 5), made("soon", START + 30))
    queue.rewind(START, START - 1e6)
    assert taken(queue, START - 1e6) == ["dlv_due"]
    assert queue.next_due() == START - 1e6 + 30


def test_finished_deliveries_are_let_go_oldest_first(queue: DeliveryQueue) -> None:
    posted(queue, made("waits", START + 60), *(made(str(number)) for number in range(KEPT + 5)))
    for delivery_id in taken(queue):
        settled(queue, delivery_id, 200)
    kept = [delivery.id for delivery in queue.all()]
    assert kept[0] == "dlv_waits"
    assert kept[1:] == [f"dlv_{number}" for number in range(5, KEPT + 5)]


def test_it_is_full_while_too_many_wait_for_their_first_attempt(
    queue: DeliveryQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_UNTRIED", 2)
    steps: list[Callable[[], object]] = [
        lambda: queue.post(made("a")),
        lambda: queue.post(made("b")),
        lambda: queue.take(START),
        lambda: settled(queue, "dlv_a", 500),
    ]
    fullness = [(step(), queue.full)[1] for step in steps]
    assert fullness == [False, True, True, False]


def test_too_many_that_wait_are_not_repeated(queue: DeliveryQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PENDING", 2)
    posted(queue, made("a"), made("b"), made("c"))
    taken(queue)
    assert "wait" in (settled(queue, "dlv_a").note or "")
    assert settled(queue, "dlv_b").state is DeliveryState.PENDING
