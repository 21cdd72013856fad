"""What a request costs is read off the headers, however slow the server is and whoever else spends."""

import pytest

from contract_tests.clock import ManualClock
from contract_tests.exchange import SentRequest
from contract_tests.tests.checking import Checked
from contract_tests.tests.honest import BEGINNING, run_along, serving
from contract_tests.tests.servers.honest.connection import Connection, Shared
from contract_tests.tests.servers.parts import Parts
from contract_tests.tests.servers.shipments import KNOWN_NUMBER
from contract_tests.tests.servers.target import KEYS, parts_of

MINUTE = BEGINNING + 20
COUNTED = ("-k", "known_shipment or directory or batch or counted")
KEY = ("X-API-Key", KEYS["growth"])
LOOKUP = SentRequest("GET", f"http://server/v2/track/{KNOWN_NUMBER}", (KEY,))
BATCH = SentRequest(
    "POST",
    "http://server/v2/track/batch",
    (KEY, ("Content-Type", "application/json")),
    b'{"shipments": [{"tracking_number": "1Z999AA10123456784"}, {"tracking_number": "1Z204E380338943508"}]}',
)


def counted(mutant: str, seconds: float, start: float) -> Checked:
    """A run against the mutant, whose answers take so long, from so many seconds into a minute on."""
    clock = ManualClock(MINUTE + start)
    return run_along(Connection(serving(parts_of(mutant), clock), clock, seconds), *COUNTED)


@pytest.mark.parametrize(
    ("mutant", "clause", "seconds", "start"),
    [
        ("batch-costs-twice", "quota.batch-cost", 0.0, 55.0),
        ("batch-costs-twice", "quota.batch-cost", 3.0, 37.0),
        ("batch-costs-one", "quota.batch-cost", 3.0, 55.0),
        ("tracking-costs-two", "quota.cost", 3.0, 37.0),
        ("large-batches-cost-ten", "quota.batch-cost", 0.0, 37.0),
        ("repetitions-take-no-room", "batch.size", 0.4, 37.0),
    ],
)
def test_what_is_miscounted_is_noticed_on_a_slow_machine_too(
    mutant: str, clause: str, seconds: float, start: float
) -> None:
    checked = counted(mutant, seconds, start)
    assert clause in checked.of("failed"), checked.output
    assert len(checked.exchanges) <= 120
    assert checked.lookups <= 150


@pytest.mark.parametrize("theirs", [LOOKUP, BATCH], ids=["lookups", "batches"])
@pytest.mark.parametrize(("seconds", "every"), [(0.0, 0.4), (0.3, 0.1)])
def test_somebody_else_on_the_key_breaks_nothing(theirs: SentRequest, seconds: float, every: float) -> None:
    """They keep step with the run, so that each answer of it costs too much in the same way."""
    clock = ManualClock(MINUTE + 5)
    way = Shared(serving(Parts(), clock), clock, seconds, theirs=[theirs] * 2000, every=every)
    checked = run_along(way, *COUNTED)
    assert checked.of("failed", "warned") == set(), checked.output
    assert "somebody else uses the key" in checked.output
    assert way.sent > 40


def test_two_runs_with_one_key_break_nothing() -> None:
    """Each sees the other's batches, webhooks and refusals between its own."""
    clock = ManualClock(MINUTE)
    alone = run_along(Connection(serving(Parts(), clock), clock, 0.1), *COUNTED)
    theirs = [each.request for each in alone.exchanges]
    together = run_along(Shared(serving(Parts(), clock), clock, 0.1, theirs=theirs * 3, every=0.1), *COUNTED)
    assert alone.of("failed", "warned") == together.of("failed", "warned") == set(), together.output
    assert {"quota.cost", "quota.batch-cost"} <= alone.of("passed")


@pytest.mark.parametrize("every", [0.3, 2.0, 11.0])
def test_a_stranger_does_not_make_a_minute_begin_with_less(every: float) -> None:
    clock = ManualClock(BEGINNING)
    way = Shared(serving(Parts(), clock), clock, 0.1, theirs=[LOOKUP] * 2000, every=every)
    checked = run_along(way, "--only", "quota.minute")
    assert checked.of("failed", "warned") == set(), checked.output
