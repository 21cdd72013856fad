import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from contract_tests.cli import main
from contract_tests.clock import ManualClock
from contract_tests.tests.checking import Timed, check, check_server
from contract_tests.tests.gateway import listening
from contract_tests.tests.servers import running


@contextmanager
def answering(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """A server that says the same to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_DELETE = do_TRACE = do_GET  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    with listening(Handler) as url:
        yield url


def test_nobody_there_is_3() -> None:
    checked = check("--base-url", "http://127.0.0.1:1", "--api-key", "k")
    assert checked.status == 3
    assert "cannot be reached" in checked.output


def test_a_refused_key_is_3() -> None:
    with running() as target:
        checked = check("--base-url", target.base_url, "--api-key", "no-such-key")
    assert checked.status == 3
    assert "refuses the key (401)" in checked.output
    assert "--api-key" in checked.output


def test_nothing_but_429_is_4_and_not_green() -> None:
    body = b'{"success": false, "error": {"code": "rate_limit_exceeded", "message": "No."}}'
    arguments = ("--api-key", "tf_live_free_1", "-k", "not made_up")
    with answering(429, body, Retry_After="0") as url:
        checked = check("--base-url", url, *arguments, plugins=[Timed(ManualClock())])
    assert checked.status == 4, checked.output
    assert checked.of("passed") == set()
    assert len(checked.exchanges) < 40


def test_nothing_but_404_is_red() -> None:
    with answering(404, b'{"error": "not_found"}') as url:
        checked = check("--base-url", url, "--api-key", "tf_live_enterprise_1", "-k", "not made_up")
    assert checked.status == 1
    assert checked.of("passed") == set()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "--base-url"),
        (["--base-url", "127.0.0.1:80", "--api-key", "k"], "is no URL"),
        (["--base-url", "http://[::1", "--api-key", "k"], "is no URL: Invalid IPv6 URL"),
        (["--base-url", "http://127.0.0.1:99999", "--api-key", "k"], "is no URL: Port out of range"),
        (["--base-url", "http://127.0.0.1:1"], "--api-key"),
        (["--base-url", "http://127.0.0.1:1", "--api-key", "k", "--plan", "gold"], "no such plan"),
        (["--base-url", "http://127.0.0.1:1", "--api-key", "k", "--safe", "--exhaust-quota"], "--safe"),
        (["--base-url", "http://127.0.0.1:1", "--api-key", "k", "--max-requests", "0"], "above 0"),
        (["--base-url", "http://127.0.0.1:1", "--api-key", "k", "--level", "some"], "invalid choice"),
        (["--target", "none.toml"], "cannot be read"),
        (["--base-url", "http://127.0.0.1:1", "--api-key", "k", "--overlay", "none.yaml"], "cannot be read"),
    ],
)
def test_a_wrong_command_line_is_2(arguments: list[str], complaint: str) -> None:
    try:
        checked = check(*arguments)
        status, output = checked.status, checked.output
    except SystemExit as error:  # argparse leaves by itself
        status, output = int(str(error.code)), complaint
    assert status == 2
    assert complaint in output


def test_the_list_needs_no_target(tmp_path: Path) -> None:
    checked = check("--list")
    assert checked.status == 0
    assert "quota.batch-cost " in checked.output
    assert "Batch requests are counted as individual tracking lookups" in checked.output


@pytest.mark.parametrize("mistake", [["--bogus"], ["no-such-file"], ["-m", "(("]])
def test_a_wrong_command_line_is_2_and_judges_nothing(tmp_path: Path, mistake: list[str]) -> None:
    with running() as target:
        command = [
            "run",
            "--base-url",
            target.base_url,
            "--api-key",
            target.keys["growth"],
            "--report-dir",
            str(tmp_path),
        ]
        assert main([*command, *mistake]) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_checkout_that_lacks_the_suite_s_libraries_is_told_what_to_do_in_one_line() -> None:
    code = "import runpy, sys; sys.modules['pytest'] = None; runpy.run_module('contract_tests', run_name='__main__')"
    command = [sys.executable, "-c", code, "run", "--base-url", "http://127.0.0.1:9", "--api-key", "tf_test_free_a"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    told = 'trackflow-contract needs pytest: pip install "trackflow-mock[contract]", or use `make check`\n'
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


@pytest.mark.parametrize("folder", ["a-file", "a-file/below", "/proc/nothing"])
def test_a_report_folder_that_cannot_be_made_is_told_before_anything_is_sent(tmp_path: Path, folder: str) -> None:
    (tmp_path / "a-file").write_text("")
    with running() as target:
        checked = check(
            "--base-url", target.base_url, "--api-key", target.keys["growth"], "--report-dir", str(tmp_path / folder)
        )
    assert checked.status == 2
    assert "--report-dir" in checked.output
    assert checked.exchanges == []


def test_too_little_shown_is_4_where_that_is_asked_for(tmp_path: Path) -> None:
    with running() as target:
        few = check_server(target, tmp_path, "--max-requests", "1", "--fail-under-verified", "50")
        enough = check_server(target, tmp_path, "--max-requests", "1", "--fail-under-verified", "5")
    assert (few.status, enough.status) == (4, 0), few.output
    assert "could be shown (" in few.output
    assert "fewer than the 50 %" in few.output
