"""What of a client's usual end is missing."""

import json

from mock_server.domain.clients.journal import Entry
from mock_server.lab.comparison import Comparison
from mock_server.lab.failures import Point
from mock_server.lab.lacks import lack, lack_among_rest
from mock_server.tests.lab.client_calls import NUMBER, SPECIFICATION, explored
from mock_server.tests.lab.outcomes import baseline, batched, batched_but, compared, created, outcome, tracked

OTHER = "449044304137821"
POLLS = [tracked(NUMBER)] * 3
BATCH = [batched(NUMBER, OTHER)]


def lacking(usual: list[Entry], then: list[Entry]) -> str | None:
    return lack(compared(outcome(*usual), outcome(*then), point_of(usual, "internal_error")))


def point_of(usual: list[Entry], fault: str) -> Point:
    calls = baseline(outcome(*usual)).calls
    return next(each for each in explored(SPECIFICATION, *calls) if each.failures and each.failures[0].fault == fault)


def point_of_item(number: str) -> Point:
    every = explored(SPECIFICATION, *baseline(outcome(*BATCH)).calls)
    return next(each for each in every if each.failures and each.failures[0].item == number)


def test_a_poll_that_failed_is_made_good_by_a_later_one_and_the_last_is_not() -> None:
    failed = tracked(NUMBER, struck=True)
    assert lacking(POLLS, [failed, *POLLS[:2]]) is None
    assert lacking(POLLS, [*POLLS[:2], failed]) == "trackShipment#1 never got its answer"


def test_a_batch_that_failed_is_made_good_by_asking_for_each_of_its_shipments() -> None:
    failed = batched(NUMBER, OTHER, struck=True)
    assert lacking(BATCH, [failed, tracked(NUMBER), tracked(OTHER)]) is None
    assert lacking(BATCH, [failed, tracked(NUMBER)]) == "trackBatch#1 never got its answer"
    both = [*BATCH, tracked(NUMBER), tracked(OTHER)]
    assert lacking(both, [failed, *both[1:]]) == "trackBatch#1 never got its answer", "what it asks anyway"


def test_what_was_refused_of_a_batch_is_missing_until_it_is_told_otherwise() -> None:
    point = point_of_item(OTHER)
    refused = batched_but(OTHER, NUMBER, OTHER)
    assert lack(compared(outcome(*BATCH), outcome(refused), point)) == f"{OTHER} was refused"
    assert lack(compared(outcome(*BATCH), outcome(refused, tracked(OTHER)), point)) is None


def test_who_says_in_its_json_what_was_refused_of_a_batch_keeps_the_rest() -> None:
    point = point_of_item(OTHER)
    usual = outcome(*BATCH, stdout=json.dumps({NUMBER: "in_transit", OTHER: "delivered"}))
    kept = outcome(*BATCH, stdout=json.dumps({NUMBER: "in_transit", OTHER: "error: not_found"}))
    dropped = outcome(*BATCH, stdout=json.dumps({"error": f"{OTHER} was refused"}))
    assert lack_among_rest(compared(usual, kept, point)) is None
    assert lack_among_rest(compared(usual, dropped, point)) is not None


def test_a_line_about_all_is_gone_only_where_what_nothing_happened_to_is() -> None:
    usual_calls = [tracked(NUMBER), tracked(OTHER)]
    point = next(each for each in explored(SPECIFICATION, *baseline(outcome(*usual_calls)).calls) if each.blamed)
    failed = [tracked(NUMBER, struck=True), tracked(OTHER)]
    usual = outcome(*usual_calls, stdout=f"{NUMBER}: in_transit, {OTHER}: delivered")
    kept, gone = f"{NUMBER}: not_found, {OTHER}: delivered", f"{NUMBER}: not_found"
    assert lack_among_rest(compared(usual, outcome(*failed, stdout=kept), point)) is None
    assert lack_among_rest(compared(usual, outcome(*failed, stdout=gone), point)) is not None


def test_who_makes_something_needs_no_more_of_the_answer_than_it_uses() -> None:
    cut = created(NUMBER, cut=True)
    usual = baseline(*(outcome(created(NUMBER), stdout=f"made wh_{each}") for each in ("0123456789ab", "123456789abc")))
    point = point_of([created(NUMBER)], "truncate_body")

    def lacking_of(said: str, then: Point) -> str | None:
        return lack(Comparison(usual, then, outcome(cut, stdout=said), 30.0))

    assert lacking_of("made wh_ba9876543210", point) is None
    assert lacking_of("made undefined", point) == "createWebhook#1 never got its answer"
    before = point_of([created(NUMBER)], "CONNECTION_RESET_BY_PEER")
    assert lacking_of("made wh_ba9876543210", before) == "createWebhook#1 never got its answer", "nothing was made"
