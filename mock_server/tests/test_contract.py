"""The mock is the contract suite's first customer: it keeps every clause, and each is shown."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mock_server.tests.served import serving

TARGET = """
base_url = "{url}"
[keys]
{keys}
revoked = "tf_test_revoked_1"
[numbers]
known = "1Z999AA10123456784"
missing = {{ tracking_number = "1ZTFTEST0300004046", carrier = "ups" }}
unavailable = {{ tracking_number = "990000005038", carrier = "fedex" }}
[states]
url = "{url}/__admin/states"
[webhooks]
receiver_url = "http://127.0.0.1:0/"
"""

QUICK = ["-k", "not slow_answer"]  # which waits ten seconds for a delivery to be given up


def checked(folder: Path, plans: list[str], *options: str, overlay: Path | None = None) -> dict[str, Any]:
    """The report of a run of the suite against a mock, with a key of each plan."""
    overlays = ["--overlay", str(overlay)] if overlay else []
    with serving(*overlays) as (_, url):
        return checked_at(url, folder, plans, *overlays, *options)


def checked_at(url: str, folder: Path, plans: list[str], *options: str) -> dict[str, Any]:
    """The report of a run of the suite against the mock at that address."""
    target = folder / "target.toml"
    keys = "\n".join(f'{plan} = "tf_test_{plan}_contract"' for plan in plans)
    target.write_text(TARGET.format(url=url, keys=keys), encoding="utf-8")
    command = [sys.executable, "-m", "contract_tests", "run", "--target", str(target), "--report-dir", str(folder)]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report


def verdicts(report: dict[str, Any], *wanted: str) -> set[str]:
    return {clause["id"] for clause in report["clauses"] if clause["verdict"] in wanted}


@pytest.mark.long
def test_the_mock_is_shown_to_keep_every_clause(tmp_path: Path) -> None:
    """Twice, because the first run has moved the mock's clock by days and brought its shipment to an end."""
    plans = ["free", "starter", "growth", "enterprise"]
    with serving() as (_, url):
        for options in ([], QUICK):
            report = checked_at(url, tmp_path, plans, "--exhaust-quota", "--level", "all", *options)
            assert verdicts(report, "failed", "warned") == set()
            assert verdicts(report, "not_verified") <= ({"delivery.timeout"} if options else set())
            assert len(verdicts(report, "passed")) > 200


@pytest.mark.long
def test_a_free_key_is_enough_where_the_clock_can_be_moved(tmp_path: Path) -> None:
    report = checked(tmp_path, ["free"], "--level", "all", *QUICK)
    assert verdicts(report, "failed", "warned") == set()
    assert len(verdicts(report, "passed")) > 130


@pytest.fixture
def renamed(tmp_path: Path) -> Path:
    """An overlay under which an error code has another name."""
    actions = [
        {
            "target": "$.components.schemas.Error['$defs'].code.oneOf[?@.const == 'not_found']",
            "update": {"const": "no_such_shipment", "x-value": "not_found"},
        },
    ]
    path = tmp_path / "ours.json"
    path.write_text(json.dumps({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": actions}))
    return path


@pytest.mark.long
def test_an_overlay_given_to_both_sides_keeps_them_agreeing(tmp_path: Path, renamed: Path) -> None:
    report = checked(tmp_path, ["enterprise"], "--level", "all", *QUICK, overlay=renamed)
    assert verdicts(report, "failed", "warned") == set()
