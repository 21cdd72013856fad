"""What stands between the suite and the target: gateways, redirects, silence, an end in the middle of a run."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import requests

from contract_tests import session, transport
from contract_tests.exchange import Request, Response
from contract_tests.tests.checking import check, check_server
from contract_tests.tests.servers import Target, running
from contract_tests.transport import HttpTransport, NoAnswerError, loopback

QUICK = "known_shipment or directory or without_data or own_batch"


@contextmanager
def before(target: Target, **how: Any) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Something that stands before a server: its URL, and the headers of what it was asked.

    `hang` are the starts of paths that are never answered, `move` is where everything is redirected to, `dies_after`
    or `hangs_after` so many requests, and `below` is a path that the API is put under.
    """
    seen: list[dict[str, str]] = []
    over = Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            seen.append(dict(self.headers.items()))
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if len(seen) > how.get("dies_after", 10**6):
                self.close_connection = True
                return
            silent = len(seen) > how.get("hangs_after", 10**6)
            if silent or any(self.path.startswith(each) for each in how.get("hang", ())):
                over.wait(20)
                self.close_connection = True
                return
            below = how.get("below", "")
            if "move" in how:
                self.say(308, b"", {"Location": how["move"] + self.path})
                return
            if not self.path.startswith(below):
                self.say(404, b"<h1>Not Found</h1>", {"Content-Type": "text/html"})
                return
            names = {
                name: text for name, text in self.headers.items() if name.lower() not in {"host", "content-length"}
            }
            url = target.base_url + self.path.removeprefix(below)
            answer = requests.request(self.command, url, headers=names, data=body, timeout=60, allow_redirects=False)
            kept = {"Content-Type", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Allow", "Date"}
            self.say(
                answer.status_code,
                answer.content,
                {name: answer.headers[name] for name in kept if name in answer.headers},
            )

        def say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response_only(status)
            for name, text in headers.items():
                self.send_header(name, text)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_TRACE = do_PATCH = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        over.set()
        server.shutdown()
        server.server_close()


def _check(url: str, target: Target, *arguments: str) -> Any:
    return check("--base-url", url, "--api-key", target.keys["growth"], *arguments)


def test_a_redirect_of_everything_is_one_hint() -> None:
    with running() as target, before(target, move="https://api.example.com") as (url, _):
        checked = _check(url, target)
    assert checked.status == 3
    assert "give --base-url https://api.example.com/v2" in checked.output
    assert len(checked.exchanges) == 1


def test_a_base_path_too_much_is_one_hint_with_the_right_url() -> None:
    with running() as target:
        checked = _check(f"{target.base_url}/api", target)
    assert checked.status == 3
    assert f"give --base-url {target.base_url}" in checked.output


def test_a_missing_base_path_is_one_broken_clause_with_a_hint() -> None:
    with running() as target, before(target, below="/shipping") as (url, _):
        checked = _check(url, target)
    assert checked.status == 1
    assert checked.of("failed", "warned") == {"api.base-path"}
    assert "give --base-url with all that stands before /v2" in checked.output


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/v2?tenant=1", "http://127.0.0.1:9/#top", "http://me:word@127.0.0.1:9"]
)
def test_a_base_url_that_paths_cannot_be_put_behind_is_refused(url: str, tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(f'base_url = "{url}"\n[keys]\ngrowth = "tf_live_growth_1"\n')
    checked = check("--target", str(file))
    assert checked.status == 2
    assert "base_url:" in checked.output
    assert "word" not in checked.output.replace("a password", "")


def test_a_target_that_dies_midway_is_3_with_the_verdicts_so_far(tmp_path: Path) -> None:
    with running() as target, before(target, dies_after=30) as (url, seen):
        checked = _check(url, target, "--report-dir", str(tmp_path))
    assert checked.status == 3
    assert checked.of("failed") == set()
    assert "no longer answers" in checked.output
    assert {"track.200", "carriers.200"} <= checked.of("passed")
    assert {each.name for each in tmp_path.iterdir()} >= {"report.html", "report.json", "junit.xml"}
    assert len(seen) < 45


def test_an_endpoint_that_hangs_is_given_up_once_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (transport, session):
        monkeypatch.setattr(module, "READ_SECONDS", 0.5)
    with running() as target, before(target, hang=("/v2/track/batch", "/v2/webhooks")) as (url, seen):
        checked = _check(url, target, "-k", "not made_up")
    assert checked.status == 1, checked.output
    assert checked.of("failed") == {"batch.path", "webhook.id", "webhook.delete.operation"}
    assert len([each for each in seen if each]) < 70
    assert "given up" in checked.verdicts["batch.size"].reason
    assert {"track.200", "errors.404", "errors.401"} <= checked.of("passed")
    assert checked.verdicts["batch.path"].breaches[0].found == "no answer within 0.5 s"


def test_a_target_that_answers_nothing_any_longer_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (transport, session):
        monkeypatch.setattr(module, "READ_SECONDS", 0.5)
    with running() as target, before(target, hangs_after=8) as (url, seen):
        checked = _check(url, target, "-k", "not made_up")
    assert checked.status == 3, checked.output
    assert checked.of("failed") == set()
    assert len(seen) == 10
    assert "no longer answers: no answer within 0.5 s" in checked.output


def test_a_control_plane_that_is_dead_is_asked_once(tmp_path: Path) -> None:
    with running() as target:
        dead = Target(target.base_url, target.keys)
        file = tmp_path / "target.toml"
        keys = "\n".join(f'{name} = "{text}"' for name, text in dead.keys.items())
        file.write_text(f'base_url = "{dead.base_url}"\n[keys]\n{keys}\n[states]\nurl = "http://127.0.0.1:1/states"\n')
        checked = check("--target", str(file), "-k", f"{QUICK} or delivered or carrier or repeated")
    assert checked.status == 0, checked.output
    assert "[states] http://127.0.0.1:1/states does not answer" in checked.verdicts["delivery.operation"].reason


def test_headers_for_a_gateway_are_sent_with_everything_and_shown_nowhere(tmp_path: Path) -> None:
    with running() as target, before(target) as (url, seen):
        checked = _check(
            url, target, "-k", QUICK, "--header", "X-Gateway: opensesame-42", "--header", "user-agent: mine",
            "--report-dir", str(tmp_path),
        )  # fmt: skip
    assert checked.status == 0, checked.output
    assert {each.get("X-Gateway") for each in seen} == {"opensesame-42"}
    assert {each.get("user-agent") for each in seen} == {"mine"}
    written = "".join(each.read_text(encoding="utf-8") for each in tmp_path.iterdir())
    assert "opensesame" not in checked.output + written
    assert "X-Gateway: $HEADER_X_GATEWAY" in written


@pytest.mark.parametrize("header", ["nothing", "Bad Name: secretive", "X-A: secretive\nX-B: c", "X-API-Key: secretive"])
def test_a_header_that_is_none_is_refused_without_being_shown(header: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        checked = check("--base-url", "http://127.0.0.1:9", "--api-key", "tf_live_growth_1", "--header", header)
        status, output = checked.status, checked.output
    except SystemExit as error:  # argparse leaves by itself
        status, output = int(str(error.code)), capsys.readouterr().err
    assert status == 2
    assert "secretive" not in output


def test_a_proxy_is_for_other_machines_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with running() as target:
        http = HttpTransport()
        assert http.send(Request("GET", f"{target.base_url}/v2/carriers")).status == 401
        with pytest.raises(transport.NoAnswerError):
            http.send(Request("GET", "http://api.example.com/v2/carriers"))
        http.close()


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("a.localhost", True), ("localhost.example.com", False),
     ("127.example.com", False), ("10.0.0.1", False), (None, False)],
)  # fmt: skip
def test_this_machine_is_known_by_its_names(host: str | None, here: bool) -> None:
    assert loopback(host) is here


def test_sigterm_cleans_up_and_reports_as_ctrl_c_does(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with running() as target, before(target) as (url, _):
        command = [sys.executable, "-m", "contract_tests", "run", "--base-url", url, "--api-key", target.keys["free"]]
        root = str(Path(__file__).resolve().parents[2])
        process = subprocess.Popen(
            [*command, "--report-dir", str(out)], env={**os.environ, "PYTHONPATH": root},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path,
        )  # fmt: skip
        with process:
            assert process.stdout is not None
            told = ""
            while "waiting" not in told:  # a Free key is soon used up
                line = process.stdout.readline()
                assert line, told
                told += line
            process.send_signal(signal.SIGTERM)
            rest = process.communicate(timeout=60)[0]
    assert process.returncode == 130, told + rest
    assert "clauses:" in rest
    assert (out / "report.json").exists()


def test_a_run_judges_only_the_clauses_that_are_asked_for(tmp_path: Path) -> None:
    with running("count-is-one-more") as target:
        only = check_server(target, tmp_path, "--only", "track.*", "--except", "track.lang.*")
        rest = check_server(target, tmp_path, "--except", "carriers.count.length", "-k", "directory")
    assert only.status == rest.status == 0, only.output
    assert {each.partition(".")[0] for each in only.verdicts} == {"track"}
    assert not any(each.startswith("track.lang.") for each in only.verdicts)
    assert "track.status" in only.of("passed")
    assert len(only.exchanges) < 90


@pytest.mark.parametrize("option", ["--only", "--except"])
def test_a_pattern_that_names_no_clause_is_refused(option: str) -> None:
    checked = check("--base-url", "http://127.0.0.1:9", "--api-key", "tf_live_growth_1", option, "qouta.*")
    assert checked.status == 2
    assert "qouta.*: no such clause" in checked.output


def _with_waiver(target: Target, folder: Path, clause: str, until: str) -> str:
    file = folder / "waived.toml"
    keys = "\n".join(f'{name} = "{text}"' for name, text in target.keys.items())
    waiver = f'[[waivers]]\nclause = "{clause}"\nreason = "mended in release 7"\nuntil = {until}\n'
    file.write_text(f'base_url = "{target.base_url}"\n[keys]\n{keys}\n{waiver}')
    return str(file)


@pytest.mark.parametrize(
    ("clause", "until", "status", "told"),
    [
        ("carriers.count.*", "2999-12-31", 0, "carriers.count.length: mended in release 7 (until 2999-12-31)"),
        ("carriers.count.length", "2020-01-01", 1, "carriers.count.length: mended in release 7 (ended on 2020-01-01)"),
        ("carriers.200", "2999-12-31", 1, "carriers.200: not needed"),
    ],
)
def test_a_waiver_lets_a_broken_clause_pass_until_its_day(
    tmp_path: Path, clause: str, until: str, status: int, told: str
) -> None:
    with running("count-is-one-more") as target:
        checked = check("--target", _with_waiver(target, tmp_path, clause, until), "-k", "directory")
    assert checked.status == status, checked.output
    assert told in checked.output


@pytest.mark.parametrize("until", ['"2026-12-31"', "true", "2026-12-31T00:00:00Z"])
def test_a_waiver_needs_an_end(tmp_path: Path, until: str) -> None:
    with running() as target:
        checked = check("--target", _with_waiver(target, tmp_path, "carriers.200", until))
    assert checked.status == 2
    assert "until is a date" in checked.output


def test_too_little_shown_is_4_where_that_is_asked_for(tmp_path: Path) -> None:
    with running() as target:
        few = check_server(target, tmp_path, "--max-requests", "1", "--fail-under-verified", "50")
        enough = check_server(target, tmp_path, "--max-requests", "1", "--fail-under-verified", "5")
    assert (few.status, enough.status) == (4, 0), few.output
    assert "could be shown (" in few.output
    assert "fewer than the 50 %" in few.output


def test_one_secret_may_serve_the_whole_account(tmp_path: Path) -> None:
    with running(variant="one-secret-for-the-account") as target:
        file = tmp_path / "target.toml"
        check_server(target, tmp_path, "-k", "known_shipment")
        text = file.read_text(encoding="utf-8").replace(
            "[webhooks]\n", '[webhooks]\nsecret = "whsec_account_0123456789"\n'
        )
        file.write_text(text, encoding="utf-8")
        checked = check("--target", str(file), "-k", "known_shipment or delivered_and_signed")
    assert "delivery.signature.hmac" in checked.of("passed"), checked.output


@contextmanager
def a_site(body: bytes, *, endless: bool = False) -> Iterator[str]:
    """A web site that has one page, for every path; it may have no end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)
                while endless:
                    self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_web_site_is_told_as_one_broken_clause() -> None:
    with a_site(b"<html>Welcome</html>") as url:
        checked = check("--base-url", url, "--api-key", "tf_live_free_1")
    assert checked.status == 1
    assert checked.of("failed") == {"api.json"}
    assert "the same page (text/html) for every path" in checked.output
    assert len(checked.exchanges) == 2


def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_BODY", 1 << 20)
    with a_site(b"x" * 65536, endless=True) as url, pytest.raises(NoAnswerError, match="longer than 1 MB"):
        HttpTransport().send(Request("GET", url))


def test_what_no_eye_sees_about_a_body_is_told() -> None:
    marked = Response(200, (), b"\xef\xbb\xbf{}")
    assert (marked.is_json, marked.value) == (False, {})
    assert marked.flaw.startswith("a byte order mark")
    uncoded = Response(200, (("Content-Encoding", "gzip"),), b"{}", sound=False)
    assert uncoded.flaw.startswith("a body that is not gzip")


def test_a_run_that_can_not_begin_says_why_in_one_line() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        checked = check("--base-url", f"http://127.0.0.1:{closed.getsockname()[1]}", "--api-key", "tf_live_free_1")
    assert checked.status == 3
    assert checked.output.rstrip().splitlines()[-1].startswith("http://127.0.0.1")
    assert "Exit" not in checked.output
