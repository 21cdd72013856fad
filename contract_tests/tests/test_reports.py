import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import contract_tests
from contract_tests.clock import ManualClock
from contract_tests.contract.document import Contract
from contract_tests.exchange import Response, SentRequest
from contract_tests.modules import modules
from contract_tests.report.annotations import annotations
from contract_tests.report.console import summary
from contract_tests.report.files import report
from contract_tests.report.html import page
from contract_tests.report.junit import document
from contract_tests.tests.fakes import KEY, a_run, reply


@pytest.fixture
def run(contract: Contract) -> Any:
    run, _ = a_run(contract, lambda _: reply(200, {"count": 3, "carriers": [], "note": "<b>\x07 & \U0001f4e6"}))
    run.session.probe = "a probe"
    run.api.carriers()
    run.ledger.hold("carriers.path")
    run.ledger.breach("webhook.201", run.session.exchanges[0], "201", "200 <script>")
    run.ledger.obstacle("errors.503", "no number of a carrier that is down")
    return run


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [str(value) for name, value in attrs if name in {"href", "src"}]
        if tag not in {"meta", "br", "link", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_one_sound_file_without_network(run: Any) -> None:
    text = page(report(run, run.ledger.verdicts()))
    parser = _Page()
    parser.feed(text)
    assert parser.open == []
    assert all(each.startswith("#") for each in parser.links)
    assert "url(" not in text
    assert "<script>" not in text
    assert "200 &lt;script&gt;" in text
    assert KEY not in text


def test_the_report_has_every_clause_and_its_evidence(run: Any) -> None:
    found = json.loads(json.dumps(report(run, run.ledger.verdicts())))
    by_id = {each["id"]: each for each in found["clauses"]}
    assert set(by_id) == set(run.contract.testable)
    assert by_id["carriers.count"]["verdict"] == "failed"
    assert set(by_id["carriers.count"]["evidence"]) == {"curl", "status", "headers", "body"}
    assert by_id["webhook.201"]["verdict"] == "warned"
    assert by_id["errors.503"]["reason"] == "no number of a carrier that is down"
    counts = found["summary"]
    assert counts["passed"] + counts["failed"] + counts["warned"] + counts["not_verified"] == counts["clauses"]
    assert counts["conforms"] is False


def test_junit_counts_as_the_report_does(run: Any) -> None:
    found = report(run, run.ledger.verdicts())
    suite = ElementTree.fromstring(document(found))[0]
    assert suite.get("tests") == str(len(suite)) == str(found["summary"]["clauses"])
    assert len(suite.findall("testcase/failure")) == found["summary"]["failed"] == int(str(suite.get("failures")))
    assert len(suite.findall("testcase/skipped")) == found["summary"]["not_verified"]
    assert "warning: expected 201" in str(suite.findtext("testcase/system-out"))


def test_junit_says_when_the_run_began_and_how_long_it_and_each_clause_took(contract: Contract) -> None:
    clock = ManualClock()

    def slowly(_: SentRequest) -> Response:
        clock.sleep(1.5)
        return reply(200, {"count": 3, "carriers": []})

    run, _ = a_run(contract, slowly, clock=clock)
    run.api.carriers()
    clock.sleep(2)
    suite = ElementTree.fromstring(document(report(run, run.ledger.verdicts())))[0]
    assert suite.get("timestamp") == "2026-06-15T09:00:00"
    assert float(str(suite.get("time"))) == 3.5
    times = [float(str(case.get("time"))) for case in suite]
    assert sum(times) == pytest.approx(1.5, abs=0.001)
    assert max(times) < 1.5
    assert times.count(0) == sum(each["requests"] == 0 for each in report(run, run.ledger.verdicts())["clauses"])


def test_junit_names_the_file_of_the_probe_that_is_about_a_clause(run: Any) -> None:
    here = Path(contract_tests.__file__).parent
    probes = [("test_a", here / "test_carriers.py", ["carriers.path"]), ("a probe", here / "test_batch.py", [])]
    run.modules = modules(probes)
    suite = ElementTree.fromstring(document(report(run, run.ledger.verdicts())))[0]
    files = {str(case.get("name")).partition(":")[0]: case.get("file") for case in suite}
    assert files["carriers.path"] == "contract_tests/test_carriers.py"  # it proves the clause
    assert files["webhook.201"] == "contract_tests/test_batch.py"  # its request showed it
    assert files["carriers.row"] == "contract_tests/test_carriers.py"  # of the same subject
    assert files["quota.remaining"] is None


def test_annotations_are_one_line_each(run: Any) -> None:
    lines = annotations(report(run, run.ledger.verdicts())).splitlines()
    assert any(each.startswith("::error title=carriers.count::") for each in lines)
    assert any(each.startswith("::warning title=webhook.201::a new webhook is 201%0Aexpected 201") for each in lines)


def test_the_summary_tells_clause_line_and_request(run: Any) -> None:
    text = summary(run, run.ledger.verdicts())
    assert "BROKEN carriers.count: count is an integer of at least 700" in text
    assert "the page: Our REST API supports 700+ carriers globally" in text
    assert 'curl -i http://target/v2/carriers -H "X-API-Key: $TRACKFLOW_API_KEY"' in text
    assert "1 requests, 1 lookups" in text
