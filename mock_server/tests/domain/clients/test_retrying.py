import pytest

from mock_server.domain.clients.journal import Struck
from mock_server.tests.domain.clients.conversing import JournalledClient


def test_a_client_that_was_never_refused_is_not_judged() -> None:
    client = JournalledClient()
    client.ask()
    assert {client.verdict(question) for question in ("retry_after", "backoff", "jitter", "client_errors")} == {
        "not seen"
    }


@pytest.mark.parametrize("status", [429, 503])
def test_who_sleeps_as_long_as_it_was_told_is_good(status: int) -> None:
    client = JournalledClient()
    client.ask(status, retry_after=42)
    client.sleep(42)
    client.ask()
    assert client.verdict("retry_after") == "good"


@pytest.mark.parametrize("status", [429, 503])
def test_who_asks_earlier_is_bad_and_both_requests_show_it(status: int) -> None:
    client = JournalledClient()
    client.ask()
    client.ask(status, retry_after=42)
    client.sleep(41)
    client.ask()
    assert client.verdict("retry_after") == "bad"
    assert client.shown("retry_after") == (2, 3)


def test_one_impatient_retry_is_enough_to_be_bad() -> None:
    client = JournalledClient()
    for seconds in (5, 5, 1):
        client.ask(503, retry_after=5)
        client.sleep(seconds)
    client.ask()
    assert client.verdict("retry_after") == "bad"
    assert client.shown("retry_after") == (3, 4)


def test_a_503_concerns_its_own_call_and_a_429_every_call() -> None:
    for status, verdict in ((503, "not seen"), (429, "bad")):
        client = JournalledClient()
        client.ask(status, retry_after=42)
        client.sleep(2)
        client.ask(target="/v2/track/1Z999AA10123456784")
        assert client.verdict("retry_after") == verdict


def test_calls_that_were_under_way_when_one_was_refused_are_forgiven() -> None:
    client = JournalledClient()
    client.ask(429, "/a", retry_after=42)
    client.ask(429, "/b", retry_after=42)
    client.sleep(42)
    client.ask(200, "/a")
    client.ask(200, "/b")
    assert client.verdict("retry_after") == "good"


def test_a_clock_moved_by_the_test_counts_as_waited() -> None:
    client = JournalledClient(frozen=True)
    client.ask(429, retry_after=42)
    client.advance(42)
    client.ask()
    assert client.verdict("retry_after") == "good"


@pytest.mark.parametrize(("seconds", "verdict"), [(41.5, "good"), (41.2, "bad")])
def test_who_waits_for_the_instant_of_the_reset_may_come_before_a_rounded_retry_after(
    seconds: float, verdict: str
) -> None:
    client = JournalledClient()
    client.at = 1000.6
    client.ask(429, retry_after=42, reply_headers={"Retry-After": "42", "X-RateLimit-Reset": "1042"})
    client.sleep(seconds)
    client.ask()
    assert client.verdict("retry_after") == verdict


def test_under_a_scaled_clock_the_client_s_own_seconds_count() -> None:
    client = JournalledClient(scale=60)
    client.ask(429, retry_after=3)
    client.sleep(2)
    client.ask(200)
    assert client.verdict("retry_after") == "bad"


@pytest.mark.parametrize(
    ("delays", "verdict"),
    [((1, 2, 4), "good"), ((1, 1.5), "good"), ((1, 1, 1), "bad"), ((4, 2), "bad"), ((0, 0), "bad"), ((1,), "not seen")],
)
def test_delays_must_grow(delays: tuple[float, ...], verdict: str) -> None:
    client = JournalledClient()
    client.ask(500)
    for delay in delays:
        client.sleep(delay)
        client.ask(500)
    assert client.verdict("backoff") == verdict


def test_who_waits_as_long_as_it_is_told_backs_off_enough() -> None:
    client = JournalledClient()
    for wait in (30, 5, 5):
        client.ask(503, retry_after=wait)
        client.sleep(wait)
    client.ask()
    assert client.verdict("backoff") == "good"


def test_a_lost_answer_may_be_tried_again_and_is_judged_like_a_failure() -> None:
    client = JournalledClient()
    for _ in range(3):
        client.ask(200, struck=(Struck("down", "CONNECTION_RESET_BY_PEER", lost=True),))
        client.sleep(1)
    assert client.verdict("backoff") == "bad"


def test_a_wait_that_was_lost_on_its_way_was_never_announced() -> None:
    client = JournalledClient()
    client.ask(429, retry_after=42, struck=(Struck("down", "CONNECTION_RESET_BY_PEER", lost=True),))
    client.sleep(1)
    client.ask()
    assert client.verdict("retry_after") == "not seen"


def test_the_same_call_hours_later_is_no_retry() -> None:
    client = JournalledClient()
    for _ in range(3):
        client.ask(500)
        client.sleep(4000)
    assert client.verdict("backoff") == "not seen"


@pytest.mark.parametrize(
    ("delays", "verdict"), [((1, 1, 1), "bad"), ((1, 1.3, 0.8), "good"), ((1, 1.3), "not seen"), ((1, 1.001, 1), "bad")]
)
def test_first_retries_must_differ(delays: tuple[float, ...], verdict: str) -> None:
    client = JournalledClient()
    for place, delay in enumerate(delays):
        client.ask(500, f"/{place}")
        client.sleep(delay)
        client.ask(200, f"/{place}")
    assert client.verdict("jitter") == verdict


def test_jitter_is_what_comes_on_top_of_retry_after() -> None:
    client = JournalledClient()
    for place, told in enumerate((5, 30, 60)):
        client.ask(503, f"/{place}", retry_after=told)
        client.sleep(told + 0.1)
        client.ask(200, f"/{place}")
    assert client.verdict("jitter") == "bad"


@pytest.mark.parametrize("status", [400, 401, 404, 405, 413, 415])
def test_a_refused_request_must_not_be_repeated(status: int) -> None:
    client = JournalledClient()
    client.ask(status)
    assert client.verdict("client_errors") == "good"
    client.sleep(5)
    client.ask(status)
    assert client.verdict("client_errors") == "bad"
    assert client.shown("client_errors") == (1, 2)


def test_looking_for_a_number_again_after_a_while_is_polling() -> None:
    client = JournalledClient()
    client.ask(404)
    client.sleep(900)
    client.ask(404)
    assert client.verdict("client_errors") == "good"
