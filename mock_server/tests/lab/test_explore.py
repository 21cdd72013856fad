"""A client is explored, and what is wrong with it is found at the right call."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from mock_server.capsules import form
from mock_server.lab.again import BY_ITSELF
from mock_server.lab.apart import MARK
from mock_server.lab.kept import judge_again
from mock_server.lab.verdicts import NOT_STRUCK
from mock_server.tests.pages import DOCS, ROOT, examples

CLIENTS = Path(__file__).parent / "clients"
LONGEST = 600  # seconds that a campaign of this file may take on a busy machine


def explored(client: Path, folder: Path, *options: str) -> tuple[int, str, dict[str, Any]]:
    """Exit code, output and report of the command line."""
    line = [sys.executable, "-m", "mock_server", "explore", "--report-dir", str(folder), *options, "--"]
    done = subprocess.run(
        [*line, sys.executable, str(client)], cwd=ROOT, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    report = folder / "report.json"
    return done.returncode, done.stdout + done.stderr, json.loads(report.read_text()) if report.is_file() else {}


def test_the_page_s_client_fails_as_the_page_says(tmp_path: Path) -> None:
    client = tmp_path / "hasty.py"
    client.write_text(next(each.code for each in examples(DOCS / "client-lab.md") if each.language == "python"))
    options = ("--only", "trackShipment", "--depth", "1", "--capsules", str(tmp_path / "capsules"))
    code, told, report = explored(client, tmp_path, *options)
    assert code == 1, told
    assert "trackShipment#1: rate_limit_exceeded until the wait is over -> storm" in told
    # All ten, where the machine lets a client go on at once; it is a storm from seven on.
    assert re.search("10 attempts at one call, ([7-9]|10) of them in a row without a pause", told)
    assert report["baseline"]["calls"] == [{"id": "trackShipment#1", "operation": "trackShipment", "ordinal": 1}]
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()[0]
    assert int(suite.get("tests", 0)) == len(report["cases"])
    assert int(suite.get("failures", 0)) > 0
    assert "<table>" in (tmp_path / "report.html").read_text()
    capsule = next(path for path in (tmp_path / "capsules").iterdir() if "rate_limit_exceeded-storm" in path.name)
    assert f"again: trackflow-mock replay {capsule} -- {sys.executable} {client}" in told
    line = [sys.executable, "-m", "mock_server", "replay", str(capsule)]
    again = subprocess.run(
        [*line, "--", sys.executable, str(client)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    shown = r"^trackShipment#1: rate_limit_exceeded (twice|until .*|for ever): failed, storm: 10 attempts"
    assert again.returncode == 1, again.stderr
    assert re.search(shown, again.stdout, re.MULTILINE), again.stdout
    bare = form.load(capsule)
    (rules,) = [item for item in bare["story"] if item.get("note", "collect") not in BY_ITSELF]
    assert (rules["note"], len(rules["rules"])) == ("rules", 1), "there is nothing that the failure does not need"
    assert MARK not in json.dumps(bare), "there is nothing of the lab's own either"
    without = [item for item in bare["story"] if item is not rules]
    less = judge_again({**bare, "story": without}, [sys.executable, str(client)])
    assert less.verdict.kind == NOT_STRUCK
    by_itself = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST, check=False)
    assert (by_itself.returncode, "every byte as it was" in by_itself.stdout) == (0, True)


def test_who_gives_up_cleanly_is_not_accused(tmp_path: Path) -> None:
    code, told, report = explored(CLIENTS / "good_giver_up.py", tmp_path, "--depth", "1", "--only", "trackShipment#2")
    assert code == 0, told
    assert {each["verdict"] for each in report["cases"]} == {"survived", "ended"}


def test_who_does_not_repeat_what_may_have_happened_is_careful_not_hasty(tmp_path: Path) -> None:
    options = ("--depth", "1", "--only", "createWebhook", "--timeout", "8")
    code, told, report = explored(CLIENTS / "good_careful_subscriber.py", tmp_path, *options)
    assert code == 0, told
    assert "survived" in {each["verdict"] for each in report["cases"]}


def test_a_command_that_fails_by_itself_is_not_explored(tmp_path: Path) -> None:
    client = tmp_path / "broken.py"
    client.write_text("raise SystemExit('no configuration')")
    code, told, _ = explored(client, tmp_path)
    assert (code, "leaves with 1 although nothing goes wrong" in told, "no configuration" in told) == (3, True, True)


def test_a_command_that_asks_for_nothing_is_told_where_the_mock_is(tmp_path: Path) -> None:
    client = tmp_path / "idle.py"
    client.write_text("print('hello')")
    code, told, _ = explored(client, tmp_path)
    assert (code, "TRACKFLOW_BASE_URL" in told) == (3, True)


INTERRUPTING = """
import os, runpy, signal, sys, time
from pathlib import Path

runs = Path(__file__).with_name("runs")
runs.write_text(runs.read_text() + "." if runs.exists() else ".")
if len(runs.read_text()) > 5:
    os.kill(os.getppid(), signal.SIGINT)
    time.sleep(600)
sys.path.insert(0, {clients!r})
runpy.run_path({client!r})
"""


def test_what_is_known_when_it_is_interrupted_is_told_as_a_part(tmp_path: Path) -> None:
    client = tmp_path / "client.py"
    client.write_text(INTERRUPTING.format(clients=str(CLIENTS), client=str(CLIENTS / "good_giver_up.py")))
    code, told, report = explored(client, tmp_path, "--parallel", "1")
    assert (code, "interrupted: this is a part" in told) == (130, True), told
    assert (report["summary"]["partial"], len(report["cases"])) == (True, 2)
    cases = ElementTree.parse(tmp_path / "junit.xml").getroot()[0]
    assert [each.get("name") for each in cases][2:] == ["everything else"]
    assert "interrupted" in (tmp_path / "report.html").read_text()


def test_what_nothing_could_strike_is_no_pass(tmp_path: Path) -> None:
    code, told, report = explored(CLIENTS / "good_giver_up.py", tmp_path, "--only", "createWebhook")
    assert (code, report["cases"]) == (4, []), told


def test_a_file_of_expectations_that_is_none_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "expect.yaml"
    wrong.write_text("- {ends: soon}")
    code, told, _ = explored(CLIENTS / "good_giver_up.py", tmp_path, "--expect", str(wrong))
    assert (code, "ends is 'soon'" in told) == (2, True), told
