import json

import pytest

from mock_server.tests.domain.clients.conversing import NUMBERS, JournalledClient


def test_who_asks_no_more_after_the_delivery_is_good() -> None:
    client = JournalledClient()
    client.track(NUMBERS[0])
    client.sleep(900)
    client.track(NUMBERS[0], {"status": "delivered"})
    client.track(NUMBERS[1])
    assert client.verdict("terminal") == "good"
    assert client.shown("terminal") == (2,)


@pytest.mark.parametrize("status", ["delivered", "returned"])
def test_who_goes_on_asking_is_bad(status: str) -> None:
    client = JournalledClient()
    client.track(NUMBERS[0], {"status": status})
    client.track(f"{NUMBERS[0].lower()}?lang=fr", {"status": status})
    assert client.verdict("terminal") == "bad"
    assert client.shown("terminal") == (1, 2)


def test_a_batch_shows_the_end_of_shipments_too() -> None:
    client = JournalledClient()
    results = {"results": [{"tracking_number": NUMBERS[0], "status": "delivered"}, {"success": False}]}
    client.batch(NUMBERS[:2], reply_body=json.dumps(results).encode())
    client.track(NUMBERS[0], {"status": "delivered"})
    assert client.shown("terminal") == (1, 2)


def test_the_status_is_read_even_of_a_body_that_was_cut() -> None:
    client = JournalledClient()
    client.ask(target=f"/v2/track/{NUMBERS[0]}", operation="trackShipment", reply_body=b'{"status":"delivered","ev')
    assert client.verdict("terminal") == "good"


def test_polling_that_mostly_tells_nothing_new_is_bad() -> None:
    client = JournalledClient()
    for _ in range(6):
        client.track(NUMBERS[0], {"status": "in_transit"})
        client.sleep(60)
    assert client.verdict("polling") == "bad"
    assert "webhook" in (client.findings()["polling"].advice or "")


def test_polling_that_tells_news_is_good() -> None:
    client = JournalledClient()
    for _ in range(6):
        client.track(NUMBERS[0])
        client.sleep(900)
    client.track(NUMBERS[0], {"status": "in_transit"})
    client.track(NUMBERS[0], {"status": "in_transit"})
    assert client.verdict("polling") == "good"


def test_a_shipment_asked_for_once_is_not_polled() -> None:
    client = JournalledClient()
    client.track(NUMBERS[0])
    assert client.verdict("polling") == "not seen"


@pytest.mark.parametrize(
    ("sizes", "verdict"),
    [([5], "good"), ([5, 5, 2], "good"), ([3, 2], "bad"), ([1, 1, 1], "bad"), ([6], "bad"), ([0], "bad")],
)
def test_batches_must_be_as_few_as_the_plan_allows(sizes: list[int], verdict: str) -> None:
    client = JournalledClient()
    for size in sizes:
        start = len(client.entries) * 10
        client.batch(NUMBERS[start : start + size], 200 if 0 < size <= 5 else 400)
    assert client.verdict("batches") == verdict


def test_small_batches_minutes_apart_are_good() -> None:
    client = JournalledClient()
    client.batch(NUMBERS[:2])
    client.sleep(60)
    client.batch(NUMBERS[2:4])
    assert client.verdict("batches") == "good"


def test_a_shipment_twice_in_a_batch_is_bad() -> None:
    client = JournalledClient()
    client.batch([NUMBERS[0], NUMBERS[0].lower()])
    assert client.verdict("batches") == "bad"


def test_a_whole_batch_asked_one_by_one_is_bad() -> None:
    client = JournalledClient()
    for number in NUMBERS[:4]:
        client.track(number)
    assert client.verdict("batches") == "not seen"
    client.track(NUMBERS[4])
    assert client.verdict("batches") == "bad"
    assert client.shown("batches") == (1, 2, 3, 4, 5)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"shipments": 1}', b'{"shipments": [{"tracking_number": 5}]}'])
def test_a_batch_that_is_none_is_not_judged(body: bytes) -> None:
    client = JournalledClient()
    client.ask(400, "/v2/track/batch", operation="trackBatch", body=body)
    assert client.verdict("batches") == "not seen"
