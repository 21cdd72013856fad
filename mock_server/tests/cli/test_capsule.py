"""`trackflow-mock capsule` and `replay`, as people type them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

import mock_server
from mock_server.cli import cli
from mock_server.testing.sandbox import Sandbox
from mock_server.tests.pages import ROOT

NUMBER = "1Z999AA10123456784"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with mock_server.running("free") as sandbox:
        sandbox.ship(NUMBER, status="delivered")
        sandbox.fail("carrier_unavailable", times=1)
        for _ in range(2):
            requests.get(f"{sandbox.base_url}/track/{NUMBER}", headers={"X-API-Key": sandbox.key}, timeout=30)
        yield sandbox


@pytest.fixture(scope="module")
def file(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("capsules") / "bug.tfcap"
    status, told = run("capsule", "save", str(path), "--url", sandbox.url, "--key", sandbox.key)
    assert (status, told.split(", ")[0]) == (0, f"{path}: 2 requests")
    return path


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, arguments, env={"TRACKFLOW_ADMIN_URL": None, "TRACKFLOW_API_KEY": None})
    return done.exit_code, done.output


def test_what_was_saved_is_replayed_to_the_byte(file: Path) -> None:
    status, told = run("replay", str(file))
    assert (status, told) == (0, "2 requests and 1 attempt to deliver replayed, every byte as it was\n")


def test_a_capsule_is_shown_line_by_line(file: Path, sandbox: Sandbox) -> None:
    status, told = run("capsule", "show", str(file))
    assert status == 0
    assert f"GET /v2/track/{NUMBER} -> 503  [fault-1]" in told
    assert "fault rules: fault-1 error carrier_unavailable, " in told
    assert ", times 1" in told
    assert f"shipment: {NUMBER} of ups is delivered" in told
    assert sandbox.key not in told


def test_the_only_key_of_a_mock_need_not_be_named(sandbox: Sandbox, tmp_path: Path) -> None:
    assert run("capsule", "save", str(tmp_path / "a.tfcap"), "--url", sandbox.url)[0] == 0


def test_a_key_without_a_session_is_a_wrong_command_line(sandbox: Sandbox, tmp_path: Path) -> None:
    status, told = run("capsule", "save", str(tmp_path / "a.tfcap"), "--url", sandbox.url, "--key", "tf_test_free_new")
    assert status == 2
    assert "nobody has used that key" in told
    assert not (tmp_path / "a.tfcap").exists()


def test_a_mock_that_is_not_there_is_told(tmp_path: Path) -> None:
    status, told = run("capsule", "save", str(tmp_path / "a.tfcap"), "--url", "http://127.0.0.1:9", "--key", "k")
    assert status == 3
    assert "http://127.0.0.1:9" in told


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is no capsule"),
        (b"{}", "its format is not"),
        (
            b'{"format": "trackflow-mock capsule", "version": 9, "mock": "7.0"}',
            "version 9, made by trackflow-mock 7.0",
        ),
        (b'{"format": "trackflow-mock capsule", "version": 1, "mock": "0.1.0"}', "contract"),
        (b"\x1f\x8b\x08\x00damaged", "is damaged"),
    ],
)
def test_a_file_that_is_no_capsule_is_refused(content: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "b.tfcap"
    path.write_bytes(content)
    for command in (("replay",), ("capsule", "show")):
        status, told = run(*command, str(path))
        assert status == 2
        assert why in told
        assert str(path) in told


def test_a_file_that_is_cut_off_is_refused(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.tfcap"
    path.write_bytes(file.read_bytes()[:-20])
    status, told = run("replay", str(path))
    assert status == 2
    assert "is damaged" in told


def test_a_capsule_need_not_be_compressed(file: Path, tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "plain.json"
    path.write_bytes(gzip.decompress(file.read_bytes()))
    assert run("replay", str(path))[0] == 0


CLIENT = """
import os, sys, urllib.error, urllib.request
for _ in range(int(sys.argv[1])):
    question = urllib.request.Request(
        os.environ["TRACKFLOW_BASE_URL"] + "/v2/track/1Z999AA10123456784",
        headers={"X-API-Key": os.environ["TRACKFLOW_API_KEY"]},
    )
    try:
        if b'"status":"delivered"' in urllib.request.urlopen(question, timeout=30).read():
            sys.exit(0)
    except urllib.error.HTTPError:
        pass
sys.exit(7)
"""


def test_a_command_fails_again_where_the_session_began_until_it_is_mended(file: Path, tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    client = tmp_path / "client.py"
    client.write_text(CLIENT, encoding="utf-8")
    status, told = run("replay", str(file), "--", sys.executable, str(client), "1")
    assert (status, "it still fails: it leaves with 7" in told) == (1, True)
    status, told = run("replay", str(file), "--", sys.executable, str(client), "2")
    assert (status, "it fails no longer" in told) == (0, True)


def test_a_command_that_cannot_be_run_is_told(file: Path) -> None:
    pytest.importorskip("cryptography")
    status, told = run("replay", str(file), "--", "no-such-command")
    assert (status, "no such command" in told) == (3, True)


def test_it_is_shown_as_a_page_that_loads_nothing(file: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    page = tmp_path / "bug.html"
    assert run("capsule", "show", str(file), "--html", str(page))[0] == 0
    text = page.read_text(encoding="utf-8")
    assert "every byte is as it was" in text
    assert "&quot;code&quot;:&quot;carrier_unavailable&quot;" in text
    assert not re.search(r"<(?:script|link|img)|url[(]|@import", text)
    assert sandbox.key not in text


def test_it_is_exported_to_curl_and_har(file: Path, sandbox: Sandbox) -> None:
    status, script = run("capsule", "export", str(file), "--as", "curl")
    assert status == 0
    assert f'curl -sS -i -X GET "$BASE"/v2/track/{NUMBER} -H "X-API-Key: $KEY"' in script
    assert script.splitlines()[-1].endswith("# 200")
    status, archive = run("capsule", "export", str(file), "--as", "har")
    log = json.loads(archive)["log"]
    assert (status, log["version"], [each["response"]["status"] for each in log["entries"]]) == (0, "1.2", [503, 200])
    assert json.loads(log["entries"][1]["response"]["content"]["text"])["tracking_number"] == NUMBER
    assert sandbox.key not in script + archive


def test_it_is_exported_to_a_test_that_passes(file: Path, tmp_path: Path) -> None:
    test = tmp_path / "test_bug.py"
    assert run("capsule", "export", str(file), "--as", "pytest", "-o", str(test))[0] == 0
    line = ["-m", "pytest", "-q", "-p", "trackflow_mock.pytest_plugin", "-p", "no:cacheprovider", str(test)]
    done = subprocess.run(
        [sys.executable, *line],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_another_server_is_compared_up_to_the_first_difference(file: Path) -> None:
    with mock_server.running("free") as other:
        line = ("replay", str(file), "--against", other.url, "--api-key", other.key)
        assert run(*line) == (0, "1 request compared, 1 request left out: no difference\n")
        for fault, clause in (
            ({"type": "missing_field", "pointer": "/carrier/name"}, "track.carrier"),
            ({"type": "drop_header", "name": "X-RateLimit-Remaining"}, "quota.remaining"),
            ({"type": "error", "code": "not_found"}, "track.200"),
            ({"type": "wrong_value", "pointer": "/status", "value": "lost"}, "track.status.enum"),
        ):
            other.recover()
            other.spoil(fault)
            status, told = run(*line)
            assert (status, told.startswith(f"GET /v2/track/{NUMBER}: {clause}: ")) == (1, True), told


def test_a_server_that_is_not_there_or_asked_without_a_key_is_told(file: Path) -> None:
    assert run("replay", str(file), "--against", "http://127.0.0.1:9", "--api-key", "k")[0] == 3
    assert run("replay", str(file), "--against", "http://127.0.0.1:9")[0] == 2
    assert run("replay", str(file), "--against", "ftp://127.0.0.1", "--api-key", "k")[0] == 2
    assert run("replay", str(file), "--against", "http://127.0.0.1:9", "--api-key", "k", "--", "true")[0] == 2
