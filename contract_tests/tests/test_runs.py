"""Whole runs against the reference servers, in this process."""

import json
import socket
from pathlib import Path
from xml.etree import ElementTree

import pytest

import contract_tests
from contract_tests.clock import ManualClock
from contract_tests.tests.checking import Timed, check, check_server
from contract_tests.tests.servers import running
from contract_tests.tests.servers.clock import Clock as ServerClock

QUICK = (
    "-k",
    "not slow_answer and not dead_receiver and not made_up",
)  # these take seconds, and have tests of their own
_PROBES = set(Path(contract_tests.__file__).parent.glob("test_*.py"))


def test_a_server_that_takes_silence_for_success_is_noticed(tmp_path: Path) -> None:
    """Ten seconds of real time, because the sender's patience is measured in them."""
    with running("no-answer-is-success") as target:
        checked = check_server(target, tmp_path, "-k", "known_shipment or delivered_and_signed or slow_answer")
    assert "delivery.timeout" in checked.of("warned"), checked.output


def test_the_default_profile_stays_within_its_budget(tmp_path: Path) -> None:
    with running() as target:
        checked = check_server(target, tmp_path, *QUICK)
    assert checked.status == 0
    assert len(checked.exchanges) <= 120
    assert checked.lookups <= 150
    assert [each for each in checked.exchanges if each.status == 429] == []


def test_a_free_key_is_paced_and_never_refused(tmp_path: Path) -> None:
    with running() as target:
        checked = check_server(target, tmp_path, "--plan", "free", *QUICK, plans=("free", "growth", "revoked"))
    assert checked.status == 0, checked.output
    assert [each for each in checked.exchanges if each.status == 429] == []
    assert checked.of("failed", "warned") == set()
    assert len(checked.exchanges) <= 120
    assert checked.lookups <= 150


def test_a_free_key_takes_a_quarter_of_an_hour_and_keeps_most_of_its_day(tmp_path: Path) -> None:
    """Against a server that can't be told to move its clock, in minutes that pass by themselves when one sleeps."""
    clock = ManualClock()
    with running(clock=ServerClock(clock.now)) as target:
        checked = check_server(
            target, tmp_path, "--plan", "free", plans=("free",), states=False, receiver=False, plugins=[Timed(clock)]
        )
    assert checked.status == 0, checked.output
    assert [each for each in checked.exchanges if each.status == 429] == []
    assert 300 < clock.slept < 900
    assert len(checked.exchanges) <= 120
    assert checked.lookups <= 150
    assert "for the minute window" in checked.output


def test_a_free_key_is_used_up_and_comes_back_in_real_minutes(tmp_path: Path) -> None:
    clock = ManualClock()
    probes = "known_shipment or promised or after_reset or at_once"
    with running(clock=ServerClock(clock.now)) as target:
        checked = check_server(
            target, tmp_path, "--plan", "free", "--exhaust-quota", "-k", probes,
            plans=("free",), states=False, receiver=False, plugins=[Timed(clock)],
        )  # fmt: skip
    assert checked.status == 0, checked.output
    assert checked.of("passed") >= {"quota.exact", "errors.429", "quota.reset.true", "quota.concurrent"}
    assert clock.slept < 400


def test_safe_sends_only_get(tmp_path: Path) -> None:
    with running() as target:
        checked = check_server(target, tmp_path, "--safe")
    assert {each.request.method for each in checked.exchanges} == {"GET"}
    assert checked.status == 0
    assert len(checked.of("passed")) > 80


def test_a_small_budget_is_hard_and_spent_on_the_most_telling_requests(tmp_path: Path) -> None:
    with running() as target:
        checked = check_server(target, tmp_path, "--max-requests", "12", states=False, receiver=False)
    assert len(checked.exchanges) <= 12
    assert checked.of("passed") >= {"track.200", "carriers.200", "errors.404", "errors.400.number", "errors.401"}


def test_without_facts_nothing_is_claimed() -> None:
    with running() as target:
        checked = check("--base-url", target.base_url, "--api-key", target.keys["growth"], *QUICK)
    assert checked.status == 0
    reasons = {name: checked.verdicts[name].reason for name in ("errors.503", "auth.revoked", "delivery.operation")}
    assert "[numbers] unavailable" in reasons["errors.503"]
    assert "[keys] revoked" in reasons["auth.revoked"]
    assert "[webhooks] receiver_url" in reasons["delivery.operation"]
    assert "--exhaust-quota" in checked.verdicts["errors.429"].reason


def test_what_is_created_is_deleted(tmp_path: Path) -> None:
    with running() as target:
        checked = check_server(target, tmp_path, *QUICK)
        made = [each for each in checked.exchanges if each.request.method == "POST" and "webhook_id" in each.facts]
        gone = {each.request.url.rpartition("/")[2] for each in checked.exchanges if each.request.method == "DELETE"}
    assert made
    assert {each.facts["webhook_id"] for each in made} <= gone


@pytest.mark.parametrize(
    ("mutant", "clause", "probes", "default"),
    [
        ("unknown-number-is-200", "errors.404", "known or without_data", 1),
        ("last-updated-missing", "track.required", "known_shipment", 1),
        ("count-is-one-more", "carriers.count.length", "directory", 1),
        ("batch-costs-one", "quota.batch-cost", "known_shipment or pages_own or counted", 1),
        ("format-is-not-checked", "errors.400.number", "known_shipment or does_not_have", 1),
        ("signature-is-sha-1", "delivery.signature.hmac", "known_shipment or delivered_and_signed", 1),
        ("filters-are-ignored", "delivery.filter", "known_shipment or delivered_and_signed", 1),
        ("live-webhooks-are-not-found", "webhook.delete.operation", "known_shipment or by_its_id", 1),
        ("status-is-titled", "track.status.enum", "known_shipment or carrier", 0),
        ("retries-have-new-ids", "delivery.id.stable", "known_shipment or is_repeated", 0),
        ("redirects-are-followed", "delivery.redirect", "known_shipment or is_repeated", 0),
    ],
)
def test_a_broken_server_is_red_at_its_clause(
    tmp_path: Path, mutant: str, clause: str, probes: str, default: int
) -> None:
    with running(mutant) as target:
        checked = check_server(target, tmp_path, "-k", probes)
    assert checked.status == default, checked.output
    assert clause in checked.of("failed" if default else "warned")


@pytest.mark.parametrize("second", [0.0, 58.5, 59.9])
def test_a_minute_that_ends_while_a_cost_is_looked_into_makes_no_stranger(tmp_path: Path, second: float) -> None:
    clock = ManualClock()
    clock.sleep(second)
    probes = ("-k", "known_shipment or pages_own or counted", "--max-requests", "30")
    with running("batch-costs-twice", clock=ServerClock(clock.now)) as target:
        checked = check_server(target, tmp_path, *probes, plugins=[Timed(clock)])
    assert "quota.batch-cost" in checked.of("failed"), checked.output


@pytest.mark.parametrize("variant", ["batch-fails-whole", "repetition-is-refused", "empty-batch-is-free"])
def test_a_batch_of_a_plans_size_is_found_whatever_a_batch_may_hold(tmp_path: Path, variant: str) -> None:
    with running(variant=variant) as target:
        checked = check_server(target, tmp_path, "-k", "known_shipment or batch or counted")
    assert checked.status == 0, checked.output
    assert "batch.size" in checked.of("passed")


@pytest.mark.parametrize(
    ("mutant", "clause"),
    [("day-starts-in-the-evening", "quota.day"), ("headers-never-describe-the-day", "quota.headers.window")],
)
def test_a_day_is_judged_when_it_is_used_up(tmp_path: Path, mutant: str, clause: str) -> None:
    with running(mutant) as target:
        checked = check_server(target, tmp_path, "--exhaust-quota", "-k", "known_shipment or day_has")
    assert checked.status == 0, checked.output
    assert checked.of("warned") == {clause}


def test_a_broken_assumption_fails_when_all_levels_do(tmp_path: Path) -> None:
    with running("status-is-titled") as target:
        checked = check_server(target, tmp_path, "--level", "all", "-k", "known_shipment")
    assert checked.status == 1
    assert "track.status.enum" in checked.of("failed")


@pytest.mark.parametrize(
    "variant", ["errors-are-flat", "created-is-200", "batch-is-207", "webhook-id-is-called-id", "bare-signature"]
)
def test_a_server_that_differs_where_the_page_is_silent_conforms(tmp_path: Path, variant: str) -> None:
    with running(variant=variant) as target:
        checked = check_server(target, tmp_path, "-k", "track or batch or webhook or signed or number or shipment")
    assert checked.status == 0, checked.output
    assert checked.of("warned")


def test_the_same_seed_sends_the_same_bytes(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sent = []
    for _ in range(2):
        clock = ManualClock()  # what is sent follows what is left of the minute, too
        with running(port=port, clock=ServerClock(clock.now)) as target:
            checked = check_server(
                target, tmp_path, "--seed", "7", states=False, receiver=False, plugins=[Timed(clock)]
            )  # fmt: skip
        sent.append([(each.request, each.probe) for each in checked.exchanges])
    assert sent[0] == sent[1]
    assert len(sent[0]) > 60


def test_every_report_is_written(tmp_path: Path) -> None:
    with running("count-is-one-more") as target:
        checked = check_server(target, tmp_path, "--report-dir", str(tmp_path / "out"), "-k", "directory")
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["summary"]["failed"] == len(checked.of("failed")) > 0
    broken = next(each for each in report["clauses"] if each["id"] == "carriers.count.length")
    assert broken["verdict"] == "failed"
    assert broken["evidence"]["curl"].startswith("curl -i http://127.0.0.1:")
    assert broken["evidence"]["status"] == 200
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "carriers.count.length" in page
    assert "http-equiv" not in page
    assert target.keys["growth"] not in page + json.dumps(report)
    suite = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot()[0]
    assert suite.get("failures") == str(report["summary"]["failed"])
    assert sum(float(str(case.get("time"))) for case in suite) > 0
    assert {str(case.get("file")) for case in suite} <= {f"contract_tests/{each.name}" for each in _PROBES}


class _Interrupting:
    """Ctrl-C when the third probe of webhooks is about to begin."""

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if item.name == "test_the_minute_ends_with_the_utc_minute":
            raise KeyboardInterrupt


def test_what_is_created_is_deleted_after_ctrl_c_too(tmp_path: Path) -> None:
    with running() as target:
        kept = ("--report-dir", str(tmp_path / "out"))
        checked = check_server(target, tmp_path, *kept, states=False, receiver=False, plugins=[_Interrupting()])
    summary = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["summary"]
    made = [each for each in checked.exchanges if each.request.method == "POST" and "webhook_id" in each.facts]
    gone = {each.request.url.rpartition("/")[2] for each in checked.exchanges if each.request.method == "DELETE"}
    assert checked.status == 130
    assert (summary["stopped"], summary["conforms"]) == ("interrupted: this is a part of the run", False)
    assert "interrupted: this is a part of the run\n\nStopped early. " in checked.output
    assert made
    assert {each.facts["webhook_id"] for each in made} <= gone


def test_github_sees_annotations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with running("count-is-one-more") as target:
        checked = check_server(target, tmp_path, "-k", "directory")
    assert "::error title=carriers.count.length::" in checked.output
