import pytest

from contract_tests.clock import ManualClock
from contract_tests.contract.document import Contract
from contract_tests.exchange import Response, SentRequest
from contract_tests.pacing import QuotaSpentError, whole_number
from contract_tests.resets import reset_at
from contract_tests.tests.fakes import a_run, reply

NOW = 1_781_514_000.0


def limited(remaining: int, reset: float, status: int = 200, **more: str) -> Response:
    headers = {"X-RateLimit-Remaining": str(remaining), "X-RateLimit-Reset": f"{reset:.0f}", **more}
    return reply(status, {"count": 0, "carriers": []}, headers)


@pytest.mark.parametrize(
    ("reset", "ahead"),
    [
        (f"{NOW + 41:.0f}", 41),
        (f"{NOW + 41.5}", 41.5),
        (f"{(NOW + 41) * 1000:.0f}", 41),
        ("41", 41),
        ("0", 0),
        ("2026-06-15T09:00:41Z", 41),
        ("2026-06-15T11:00:41+02:00", 41),
        ("2026-06-15T09:00:41", 41),
        ("Mon, 15 Jun 2026 09:00:41 GMT", 41),
        ("41s", 41),
        ("1m30s", 90),
        ("500ms", 0.5),
        ("PT41S", 41),
        (f"{NOW + 90_000:.0f}", None),
        (f"{NOW - 3600:.0f}", None),
        ("90000", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_reset_is_read_however_it_is_spelt(reset: str | None, ahead: float | None) -> None:
    assert reset_at(reset, NOW) == (pytest.approx(NOW + ahead) if ahead is not None else None)


@pytest.mark.parametrize(
    ("text", "number"), [("9", 9), (" 9 ", 9), ("-1", None), ("9.0", None), ("", None), (None, None)]
)
def test_a_header_is_a_whole_number_or_nothing(text: str | None, number: int | None) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("reset", [NOW + 41, 41])
def test_the_next_request_waits_for_the_window_when_nothing_is_left(contract: Contract, reset: float) -> None:
    clock = ManualClock(NOW)
    run, _ = a_run(contract, lambda _: limited(0, reset), clock=clock)
    told: list[str] = []
    run.progress.listen(told.append, clock, terminal=False, width=80)
    run.api.carriers(again=True)
    assert clock.slept == 0
    run.api.carriers(again=True)
    assert 42 <= clock.slept <= 43  # a time in whole seconds may lie a second early
    assert told == ["waiting 42 s for the minute window\n"]


def test_a_batch_waits_for_as_much_as_it_costs(contract: Contract) -> None:
    clock = ManualClock(NOW)
    run, _ = a_run(contract, lambda _: limited(2, NOW + 10), clock=clock)
    run.api.carriers()
    run.api.batch([{"tracking_number": "1Z"}] * 2)
    assert clock.slept == 0
    run.api.batch([{"tracking_number": "1Z"}] * 3)
    assert clock.slept > 9


def test_without_headers_the_plans_table_paces(contract: Contract) -> None:
    clock = ManualClock(NOW)
    run, script = a_run(contract, lambda _: reply(200, {}), clock=clock)
    for _ in range(10):
        run.api.carriers(again=True)
    assert clock.slept == 0
    run.api.carriers(again=True)
    assert clock.slept >= 60
    assert len(script.asked) == 11


def test_a_429_that_was_not_asked_for_is_waited_out_and_the_request_repeated(contract: Contract) -> None:
    clock = ManualClock(NOW)
    answers = [limited(0, NOW + 17, 429, **{"Retry-After": "17"}), limited(9, NOW + 77)]
    run, script = a_run(contract, lambda _: answers.pop(0), clock=clock)
    assert run.api.carriers().status == 200
    assert 17 <= clock.slept <= 18
    assert len(script.asked) == run.session.budget.spent_requests == 2


def test_a_day_window_is_not_waited_for(contract: Contract) -> None:
    run, _ = a_run(contract, lambda _: limited(0, NOW + 7200), clock=ManualClock(NOW))
    run.api.carriers()
    with pytest.raises(QuotaSpentError, match=r"2\.0 h"):
        run.api.carriers(again=True)


def test_a_test_server_is_asked_to_move_its_clock_instead(contract: Contract) -> None:
    from contract_tests.target import Target

    def answer(request: SentRequest) -> Response:
        return reply(204) if "_states" in request.url else limited(0, NOW + 41)

    clock = ManualClock(NOW)
    run, script = a_run(contract, answer, clock=clock, target=Target(states_url="http://target/_states"))
    run.api.carriers(again=True)
    run.api.carriers(again=True)
    assert clock.slept == 0
    assert b"time passes" in (script.asked[1].body or b"")
    assert run.sleeper.now() > NOW + 41
