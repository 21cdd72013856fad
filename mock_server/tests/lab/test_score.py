"""Tests are told lies, and those that they believe are named."""

import json
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from click.testing import CliRunner

from contract_tests.contract.document import Contract, load
from mock_server.cli import cli
from mock_server.contract.media import JSON
from mock_server.domain.webhooks.terms import delivery_operation
from mock_server.lab.baseline import BaselineError
from mock_server.lab.lies import Heard, Lie, lies_of
from mock_server.lab.reports.scored import blind_spots
from mock_server.lab.scoring import NOT_ASKED_FOR, ScoreOptions, faults_of_deliveries, score
from mock_server.lab.setup import Setup
from mock_server.lab.trial import Laboratory, settings
from mock_server.testing.running import RunningMock
from mock_server.tests.lab.untold import UNTOLD

SUITES = Path(__file__).parent / "suites"
LIMIT = 60.0  # seconds that one run may take on a busy machine
PYTHON = (sys.executable, "-I", "-S")
QUICK = ScoreOptions("growth", time_limit=600.0, parallel=2)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load()


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with RunningMock(settings(0)) as running:
        yield running


def laboratory(mock: RunningMock, code: str | Path) -> Laboratory:
    command = (*PYTHON, str(code)) if isinstance(code, Path) else (*PYTHON, "-c", code)
    return Laboratory(mock, command, limit=LIMIT)


def about(lies: list[Lie], subject: str, place: str) -> dict[str, str]:
    return {each.what: each.clause for each in lies if (each.subject, each.place) == (subject, place)}


def test_lies_are_what_the_contract_forbids_each_at_its_clause(contract: Contract) -> None:
    lies = lies_of(contract, [], {"bad_signature": "delivery.signature.hmac"})
    assert about(lies, "trackShipment 200", "/carrier/service") == {
        "is missing": "track.carrier.service.required",
        "is a number": "track.carrier.service",
        "is called Service": "track.carrier.service.required",
    }, "it may be null"
    assert about(lies, "trackShipment 404", "/error/code")["is another code"] == "errors.404"
    assert about(lies, "trackShipment 200", "/events")["is in the opposite order"] == "track.events.order"
    assert about(lies, "trackBatch 200", "/results") == {
        "is in the opposite order": "batch.order",
        "lacks its first item": "batch.length",
        "is missing": "batch.body",
        "is a text": "batch.body.results",
        "is null": "batch.body.results",
        "is called Results": "batch.body",
    }
    assert about(lies, "listCarriers 200", "/count")["is not the number there are"] == "carriers.count.length"
    assert about(lies, "trackShipment 429", "Retry-After").keys() == {"is missing", "is -1 off"}
    assert about(lies, "deliveries", "bad_signature") == {"a signature with a digit wrong": "delivery.signature.hmac"}
    assert len({each.id for each in lies}) == len(lies)
    assert not any(each.asked for each in lies)


def test_lies_about_deliveries_are_about_all_that_is_in_them(contract: Contract) -> None:
    lies = lies_of(contract, [], {})
    assert about(lies, "deliveries", "/type") == {
        "is another one": "delivery.type",
        "is missing": "delivery.body",
        "is a word of no list": "delivery.body.type",
        "is a number": "delivery.body.type",
        "is null": "delivery.body.type",
        "is called Type": "delivery.body",
    }
    assert about(lies, "deliveries", "/webhook_id")["is another one"] == "delivery.webhook_id"
    assert about(lies, "deliveries", "/data/carrier/service").keys() == {
        "is missing",
        "is a number",
        "is called Service",
    }
    assert about(lies, "deliveries", "/data/events")["is in the opposite order"] == "track.events.order"
    example = next(iter(delivery_operation(contract.document)["requestBody"]["content"][JSON]["examples"].values()))
    told = lies_of(contract, [], {"drop": "delivery.filter"}, [example["value"]])
    assert {each.subject for each in told if each.asked} == {"deliveries"}
    assert all(each.asked for each in told if each.subject == "deliveries")


def test_what_was_heard_is_lied_about_and_nothing_else_is(contract: Contract) -> None:
    body = {"success": False, "error": {"code": "not_found", "message": "No."}}
    heard = Heard("trackShipment", 404, {"x-ratelimit-reset": "1"}, body)
    asked = [each for each in lies_of(contract, [heard], {"drop": "delivery.filter"}) if each.asked]
    assert {each.subject for each in asked} == {"trackShipment 404"}
    assert {each.place for each in asked if each.place.startswith("X-")} == {"X-RateLimit-Reset"}


def test_a_list_is_lied_about_only_if_the_lie_would_show(contract: Contract) -> None:
    content = contract.operations["trackShipment"].answers["200"].node["content"][JSON]
    body = next(iter(content["examples"].values()))["value"]
    event = body["events"][0]
    one, none = ({**body, "events": events} for events in ([event], []))
    two = {**body, "events": [{**event, "location": "Reno, NV"}, event]}
    turned, shorter = "is in the opposite order", "lacks its first item"
    for bodies, asked in (([none], set()), ([one], {shorter}), ([none, one, two], {turned, shorter})):
        lies = lies_of(contract, [Heard("trackShipment", 200, {}, each) for each in bodies], {})
        about_events = [each for each in lies if (each.subject, each.place) == ("trackShipment 200", "/events")]
        assert {each.what for each in about_events} >= {turned, shorter}, "those that are not asked for are told of too"
        assert {each.what for each in about_events if each.asked} & {turned, shorter} == asked
        told = lies_of(contract, [], {}, [{"data": each} for each in bodies])
        assert {each.what for each in told if each.place == "/data/events" and each.asked} & {turned, shorter} == asked


def test_a_number_that_is_repeated_as_it_was_typed_is_a_lie_only_to_who_typed_it_otherwise(contract: Contract) -> None:
    content = contract.operations["trackShipment"].answers["200"].node["content"][JSON]
    body = next(iter(content["examples"].values()))["value"]
    number = body["tracking_number"]
    for typed, told in ((number, {}), (f" {number.lower()} ", {"is as it was typed": "track.tracking_number.form"})):
        heard = Heard("trackShipment", 200, {}, body, typed=frozenset({"v2", "track", typed}))
        lies = about(lies_of(contract, [heard], {}), "trackShipment 200", "/tracking_number")
        assert lies.items() >= told.items()
        assert ("is as it was typed" in lies) is bool(told)


def test_every_clause_is_broken_by_a_lie_or_there_is_a_reason(contract: Contract, mock: RunningMock) -> None:
    content = contract.operations["trackShipment"].answers["200"].node["content"][JSON]
    body = next(iter(content["examples"].values()))["value"]
    typed = Heard("trackShipment", 200, {}, body, typed=frozenset({body["tracking_number"].lower()}))
    broken = {each.clause for each in lies_of(contract, [typed], faults_of_deliveries(laboratory(mock, "")))}
    patterns = [pattern for each in UNTOLD.values() for pattern in each]
    untold = {name for name in contract.clauses if any(fnmatchcase(name, pattern) for pattern in patterns)}
    assert sorted(set(contract.clauses) - broken - untold) == [], "no lie breaks them, and untold.py has no reason"
    idle = [
        pattern
        for pattern in patterns
        if not any(fnmatchcase(name, pattern) for name in set(contract.clauses) - broken)
    ]
    assert idle == [], "a lie breaks whatever these are about"


def test_what_takes_two_events_to_be_a_lie_is_not_told_by_one(contract: Contract) -> None:
    (same,) = [each for each in lies_of(contract, [], {}) if each.what == "is the same in all"]
    assert (same.subject, same.place, same.clause, same.least) == ("deliveries", "/id", "delivery.id.distinct", 2)


def test_exactly_the_blind_spots_are_reported(mock: RunningMock) -> None:
    result = score(laboratory(mock, SUITES / "small.py"), QUICK, now=monotonic)
    spots = {(each.subject, each.place) for each in blind_spots(result)}
    planted = {"/error/message", "Content-Type", "X-RateLimit-Reset"}
    assert spots == {("deleteWebhook 404", place) for place in planted}
    assert result.left_out == 0
    assert {each.lie.subject for each in result.of(NOT_ASKED_FOR)} >= {"trackShipment 200", "deliveries"}


ASKED_IN_OTHER_WAYS = """
import json, os
from http.client import HTTPConnection
from urllib.parse import urlsplit

def ask(method, path, body=None, key=None):
    connection = HTTPConnection(urlsplit(os.environ["TRACKFLOW_BASE_URL"]).netloc, timeout=20)
    connection.request(method, path, body, {"X-API-Key": key} if key else {})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read() or b"null")

ask("POST", "/__admin/reset")
assert ask("GET", "/v2/carriers")[0] == 401
hand_made = "tf_test_free_mine"
ask("POST", "/__admin/states", json.dumps({"state": "quota used", "params": {"key": hand_made, "remaining": 0}}))
status, body = ask("GET", "/v2/carriers", key=hand_made)
assert (status, body["error"]["code"]) == (429, "rate_limit_exceeded"), body
made = ask("POST", "/__admin/keys", '{"plan": "free"}')[1]["key"]
assert ask("DELETE", "/v2/webhooks/wh_none", key=made)[0] == 404
"""


def test_lies_are_told_without_a_key_under_any_key_and_after_a_reset(mock: RunningMock) -> None:
    lies = [
        {"fault": {"type": "wrong_status", "status": 400}, "match": {"operation": operation, "status": status}}
        for operation, status in (("listCarriers", 401), ("listCarriers", 429), ("deleteWebhook", 404))
    ]
    lab = laboratory(mock, ASKED_IN_OTHER_WAYS)
    assert lab.run(Setup("growth")).status == 0
    for lie in lies:
        outcome = lab.run(Setup("growth", lies=(lie,)))
        assert (outcome.lied, outcome.status) == (1, 1), outcome.stderr
    assert lab.run(Setup("growth")).lied == 0


def test_the_fixture_of_tests_in_the_lab_is_on_the_lab_s_mock() -> None:
    lab_url = import_module("trackflow_mock.pytest_plugin").lab_url
    assert lab_url({"TRACKFLOW_BASE_URL": "http://127.0.0.1:1", "TRACKFLOW_LAB": "1"}) == "http://127.0.0.1:1"
    assert lab_url({"TRACKFLOW_BASE_URL": "http://127.0.0.1:1"}) is None, "other runs have mocks of their own"


def test_tests_that_fail_when_nobody_lies_are_not_scored(mock: RunningMock) -> None:
    with pytest.raises(BaselineError, match="leave with 1 although nobody lies"):
        score(laboratory(mock, "raise SystemExit('no configuration')"), QUICK, now=monotonic)
    with pytest.raises(BaselineError, match="TRACKFLOW_BASE_URL"):
        score(laboratory(mock, "print('hello')"), QUICK, now=monotonic)


def test_the_command_tells_survivors_first_and_the_percent_last(tmp_path: Path) -> None:
    options = ["--lies", "documented", "--fail-under", "60", "--report-dir", str(tmp_path), "--capsules", str(tmp_path)]
    done = CliRunner().invoke(cli, ["score", *options, "--", *PYTHON, str(SUITES / "small.py")])
    assert done.exit_code == 1, done.output
    first, *_, last = [line for line in done.stdout.splitlines() if "survived" in line]
    assert "deleteWebhook 404 X-RateLimit-Reset: is missing, is +60 off" in first
    assert last.startswith("survived 2   noticed 2   50.0 % of 4 lies noticed")
    report: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())
    assert report["summary"]["score"] == 50.0
    assert {each["verdict"] for each in report["lies"]} == {"survived", "noticed", "not_asked_for"}
    assert {each["level"] for each in report["lies"]} == {"documented"}
    assert (tmp_path / "junit.xml").is_file()
    (capsule, *_) = [each["capsule"] for each in report["lies"] if each["verdict"] == "survived"]
    again = CliRunner().invoke(cli, ["replay", capsule, "--", *PYTHON, str(SUITES / "small.py")])
    assert (again.exit_code, "is missing: survived" in again.output) == (1, True), again.output
    wary = (SUITES / "small.py").read_text() + '\nassert "X-RateLimit-Reset" in answer.headers\n'
    mended = CliRunner().invoke(cli, ["replay", capsule, "--", *PYTHON, "-c", wary])
    assert (mended.exit_code, "is missing: noticed" in mended.output) == (0, True), mended.output
    assert "1 blind spot" in (tmp_path / "report.html").read_text()
