"""Slips that people make without meaning to are told at the clause that they break."""

from dataclasses import dataclass, field
from functools import partial
from threading import Barrier, Thread, current_thread

import pytest

from contract_tests.clock import ManualClock
from contract_tests.exchange import Response, SentRequest
from contract_tests.quota_burn import LAST
from contract_tests.tests.honest import BEGINNING, run_along, serving
from contract_tests.tests.servers.honest.connection import Connection
from contract_tests.tests.servers.racing import Racing
from contract_tests.tests.servers.target import parts_of
from contract_tests.transport import NoAnswerError

HOOKS = "known_shipment or webhook or signed or repeated"


@pytest.mark.parametrize(
    ("mutant", "clause", "probes"),
    [
        ("minutes-last-thirty-seconds", "plans.free", "limits"),
        ("refill-is-doubled", "plans.free", "limits"),
        ("free-has-a-hundred-a-day", "plans.free", "day_has"),
        ("free-has-five-thousand-a-day", "plans.free", "day_has"),
        ("day-never-ends", "quota.reset.true", "day_has"),
        ("previous-minute-still-counts", "quota.reset.true", "after_reset"),
        ("reset-is-past", "quota.reset.future", "without_data"),
        ("reset-in-milliseconds", "quota.reset.unit", "without_data"),
        ("not-found-without-headers", "quota.headers.refusals", "without_data"),
        ("over-quota-without-headers", "quota.headers.refusals", "promised"),
        ("estimate-lies-before-the-events", "track.estimated_delivery.order", "known_shipment"),
        ("shipments-are-public", "track.private", "known_shipment"),
    ],
)
def test_a_slip_is_told(mutant: str, clause: str, probes: str) -> None:
    clock = ManualClock(BEGINNING)
    checked = run_along(
        Connection(serving(parts_of(mutant), clock), clock, 0.2), "--exhaust-quota", "--level", "all",
        "-k", f"known_shipment or {probes}", plans=("free",),
    )  # fmt: skip
    assert clause in checked.of("failed"), checked.output


@pytest.mark.parametrize(
    ("mutant", "clause", "probes"),
    [
        ("formats-hold-for-one-line", "errors.400.number", "does_not_have"),
        ("an-empty-language-crashes", "track.parameter.lang", "no_difference_is_ignored"),
        ("the-headers-name-has-its-case", "auth.header", "no_difference_is_ignored"),
        ("browsers-choose-the-language", "track.lang.alone", "nearest"),
        ("keys-are-patterns", "errors.401", "nearly_good"),
        ("keys-are-members-of-an-object", "errors.401", "good_key"),
        ("what-is-unknown-is-no-number", "api.json", "known_shipment"),
        ("one-carrier-down-takes-all-down", "errors.503", "own_batch or is_back"),
        ("never-scanned-is-never-updated", "api.timestamps", "fits_several"),
        ("leading-zeros-are-lost", "track.tracking_number", "fits_several"),
        ("texts-are-escaped-for-html", "api.utf8", "known_shipment"),
        ("null-shipments-crash", "errors.fields", "malformed_batch"),
        ("null-bodies-crash", "errors.json", "no_json_object"),
        ("undetected-numbers-are-refused", "webhook.number.unknown", "nobody_knows"),
        ("numbers-are-kept-as-typed", "track.normalisation", "delivered_and_signed"),
        ("urls-are-decoded", "delivery.operation", "delivered_and_signed"),
        ("each-name-that-fits-delivers", "delivery.success", "own_batch or return"),
        ("all-among-others-is-nothing", "delivery.filter.all", "own_batch or return"),
    ],
)
def test_a_slip_is_told_without_using_up_a_key(mutant: str, clause: str, probes: str) -> None:
    clock = ManualClock(BEGINNING)
    way = Connection(serving(parts_of(mutant), clock), clock)
    checked = run_along(way, "--level", "all", "-k", f"known_shipment or {probes}", plans=("growth",))
    assert clause in checked.of("failed"), checked.output


def test_an_enterprise_key_with_limits_is_told() -> None:
    clock = ManualClock(BEGINNING)
    way = Connection(serving(parts_of("enterprise-is-limited"), clock), clock)
    checked = run_along(way, "--exhaust-quota", "-k", "known_shipment or limits", plans=("free", "enterprise"))
    assert checked.of("failed") == {"plans.enterprise"}, checked.output


@pytest.mark.parametrize("variant", ["new-webhooks-are-greeted", "ids-have-a-form"])
def test_what_the_page_leaves_open_is_no_slip(variant: str) -> None:
    clock = ManualClock(BEGINNING)
    way = Connection(serving(parts_of(None, variant), clock), clock)
    checked = run_along(way, "-k", f"{HOOKS} or is_open")
    assert checked.of("failed") == set(), checked.output


@dataclass(slots=True)
class _Together(Connection):
    """What other threads than the run's own ask for has all been read before any of it is counted."""

    run: Thread = field(default_factory=current_thread)
    all_read: Barrier = field(default_factory=partial(Barrier, 2 * (LAST + 1) + 2, timeout=300))

    def send(self, request: SentRequest) -> Response:
        return Connection.send(self, request) if current_thread() is self.run else self.answer(request)

    def wait(self) -> None:
        if current_thread() is not self.run:
            self.all_read.wait()


def test_requests_at_once_that_all_pass_break_the_quota() -> None:
    clock = ManualClock(BEGINNING)
    way = _Together(serving(parts_of("all-at-once-all-pass"), clock), clock)
    quota = way.server.api.world.quota
    assert isinstance(quota, Racing)
    quota.between = way.wait
    checked = run_along(way, "--exhaust-quota", "-k", "known_shipment or at_once", plans=("free",))
    assert checked.of("failed") == {"quota.exact"}, checked.output


@pytest.mark.parametrize(
    ("mutant", "clause"),
    [
        ("deleted-webhooks-are-told", "webhook.delete.silent"),
        ("one-deletion-ends-all", "webhook.delete.operation"),
        ("id-told-ends-nothing", "webhook.id"),
    ],
)
def test_a_deletion_that_goes_wrong_is_told_for_what_it_is(mutant: str, clause: str) -> None:
    clock = ManualClock(BEGINNING)
    checked = run_along(Connection(serving(parts_of(mutant), clock), clock), "-k", HOOKS)
    assert checked.of("failed") == {clause}, checked.output


@dataclass(slots=True)
class _LosesAnswers(Connection):
    """The first answer to each DELETE is lost on the way, its work done, but for the webhook that is deleted first."""

    asked: set[str] = field(default_factory=set)

    def send(self, request: SentRequest) -> Response:
        response = Connection.send(self, request)
        if request.method == "DELETE" and request.url not in self.asked:
            self.asked.add(request.url)
            if len(self.asked) > 1:
                raise NoAnswerError("ProtocolError: the connection was reset")
        return response


def test_a_deletion_whose_answer_was_lost_blames_nobody() -> None:
    clock = ManualClock(BEGINNING)
    checked = run_along(_LosesAnswers(serving(parts_of(None), clock), clock), "-k", HOOKS)
    assert checked.of("failed") == set(), checked.output


def test_a_deleted_webhook_that_is_told_is_seen_where_no_time_can_be_moved() -> None:
    clock = ManualClock(BEGINNING)
    way = Connection(serving(parts_of("deleted-webhooks-are-told"), clock), clock, lacks=("time passes",))
    checked = run_along(way, "-k", HOOKS)
    assert checked.of("failed") == {"webhook.delete.silent"}, checked.output
    assert "does not know the state 'time passes'" in checked.verdicts["delivery.redirect"].reason


def test_a_day_is_counted_where_no_state_uses_it_up() -> None:
    clock = ManualClock(BEGINNING)
    way = Connection(serving(parts_of("free-has-a-hundred-a-day"), clock), clock, lacks=("quota used",))
    checked = run_along(way, "--exhaust-quota", "-k", "known_shipment or day_has", plans=("free",))
    assert checked.of("failed") == {"plans.free"}, checked.output


def test_a_ceiling_on_what_a_batch_costs_is_seen_by_default() -> None:
    clock = ManualClock(BEGINNING)
    way = Connection(serving(parts_of("large-batches-cost-ten"), clock), clock, 0.1)
    checked = run_along(way, "-k", "not slow_answer and not dead_receiver")
    assert checked.of("failed") == {"quota.batch-cost"}, checked.output


@pytest.mark.parametrize(
    ("mutant", "clause"),
    [
        ("carrier-sticks-in-a-batch", "batch.detected"),
        ("batches-have-one-page", "batch.length"),
        ("ids-are-used-again", "webhook.id"),
        ("answers-are-cached-for-strangers-too", "errors.401"),
    ],
)
def test_what_a_request_leaves_behind_for_the_next_is_told(mutant: str, clause: str) -> None:
    clock = ManualClock(BEGINNING)
    way = Connection(serving(parts_of(mutant), clock), clock)
    checked = run_along(way, "-k", "not slow_answer and not dead_receiver")
    assert clause in checked.of("failed", "warned"), checked.output
