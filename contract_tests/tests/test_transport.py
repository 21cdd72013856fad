"""How requests are sent, and what comes back is read."""

import socket
from pathlib import Path

import pytest

from contract_tests import transport
from contract_tests.exchange import Response, SentRequest
from contract_tests.tests.checking import check, check_at
from contract_tests.tests.gateway import a_site, before
from contract_tests.tests.servers import running
from contract_tests.transport import HttpTransport, NoAnswerError, SilenceError, loopback


def test_headers_for_a_gateway_are_sent_with_everything_and_shown_nowhere(tmp_path: Path) -> None:
    with running() as target, before(target) as (url, seen):
        checked = check_at(
            url, target, "-k", "known_shipment or directory or without_data or own_batch",
            "--header", "X-Gateway: opensesame-42", "--header", "user-agent: mine",
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
        assert http.send(SentRequest("GET", f"{target.base_url}/v2/carriers")).status == 401
        with pytest.raises(transport.NoAnswerError):
            http.send(SentRequest("GET", "http://api.example.com/v2/carriers"))
        http.close()


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("a.localhost", True), ("localhost.example.com", False),
     ("127.example.com", False), ("10.0.0.1", False), (None, False)],
)  # fmt: skip
def test_this_machine_is_known_by_its_names(host: str | None, here: bool) -> None:
    assert loopback(host) is here


def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_BODY", 1 << 20)
    with a_site(b"x" * 65536, endless=True) as url, pytest.raises(NoAnswerError, match="longer than 1 MB"):
        HttpTransport().send(SentRequest("GET", url))


def test_an_answer_that_does_not_come_is_silence_once_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "READ_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(SilenceError, match=r"^no answer within 0\.1 s$"):
            HttpTransport().send(SentRequest("GET", url))


def test_what_no_eye_sees_about_a_body_is_told() -> None:
    marked = Response(200, (), b"\xef\xbb\xbf{}")
    assert (marked.is_json, marked.value) == (False, {})
    assert marked.flaw.startswith("a byte order mark")
    uncoded = Response(200, (("Content-Encoding", "gzip"),), b"{}", sound=False)
    assert uncoded.flaw.startswith("a body that is not gzip")
