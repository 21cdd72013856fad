"""`trackflow-mock certify`: what it prints and writes, and how it ends."""

import io
import json
import socket
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from click.testing import CliRunner, Result

from mock_server.cli import cli
from mock_server.cli.exits import DONE, UNREACHABLE, USAGE, WRONG
from mock_server.cli.verdicts import Screen
from mock_server.receivers.examination import ATTACKS, PASSED, AttackResult
from mock_server.tests.sending.receivers import SECRET, given, judging, listening, rewritten, right, signature

SKIPS_MISSING = judging(lambda headers, body: not given(headers) or given(headers) == signature(body))
RE_SERIALISES = judging(lambda headers, body: given(headers) == signature(rewritten(body)))
FAST = [attack.name for attack in ATTACKS if attack.name != "slow-sender"]


def certify(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["certify", *arguments])


def attacks(*names: str) -> list[str]:
    return [word for name in names for word in ("--only", name)]


def test_a_receiver_that_passes_ends_with_done() -> None:
    with listening(right) as receiver:
        result = certify(receiver.url, "--secret", SECRET)
    assert result.exit_code == DONE
    assert f"{len(ATTACKS)} attacks: {len(ATTACKS)} passed, in " in result.stdout
    assert [line.split()[1] for line in result.stdout.splitlines() if line.startswith("ok")] == [
        attack.name for attack in ATTACKS
    ]
    assert "Only your own tests can see: that it was processed once (duplicate)" in result.stdout


def test_a_receiver_that_skips_a_missing_header_fails_with_the_fix() -> None:
    with listening(SKIPS_MISSING) as receiver:
        result = certify(receiver.url, "--secret", SECRET, *attacks(*FAST))
    lines = result.stdout.splitlines()
    assert result.exit_code == WRONG
    assert [line.split()[1] for line in lines if line.startswith("FAIL")] == ["missing", "empty"]
    assert "      fix: Treat a missing or empty signature as a wrong one" in result.stdout
    assert f"Again: trackflow-mock certify {receiver.url} --secret ... --only missing --only empty" in lines


def test_a_receiver_that_trusts_re_serialised_json_fails_with_the_fix() -> None:
    with listening(RE_SERIALISES) as receiver:
        result = certify(receiver.url, "--secret", SECRET, *attacks(*FAST))
    assert result.exit_code == WRONG
    assert "answered 401, expected 2xx, and accepted as json.dumps writes it" in result.stdout
    assert "fix: Verify the signature over the bytes of the request body" in result.stdout


def test_a_failed_good_delivery_is_told_whatever_was_asked_for() -> None:
    with listening(RE_SERIALISES) as receiver:
        result = certify(receiver.url, "--secret", SECRET, "--only", "missing")
    assert result.exit_code == WRONG
    assert result.stdout.splitlines()[0].startswith("FAIL  good")


def test_with_another_secret_nothing_is_claimed() -> None:
    with listening(right) as receiver:
        result = certify(receiver.url, "--secret", "whsec_other", *attacks("good", "missing", "foreign"))
    assert result.exit_code == WRONG
    assert "3 attacks: 0 passed, 1 failed, 2 not run" in result.stdout
    assert "Not run because the good delivery was not accepted: a refusal would prove nothing." in result.stdout


def test_the_webhook_id_is_the_one_asked_for() -> None:
    with listening(right) as receiver:
        certify(receiver.url, "--secret", SECRET, "--webhook-id", "wh_mine", "--only", "good")
    assert json.loads(receiver.received[0][1])["webhook_id"] == "wh_mine"


def test_two_runs_send_different_ids() -> None:
    with listening(right) as receiver:
        for _ in range(2):
            certify(receiver.url, "--secret", SECRET, "--only", "good")
    assert len({json.loads(body)["id"] for _, body in receiver.received}) == 2


def test_junit_and_json_say_the_same(tmp_path: Path) -> None:
    junit, report = tmp_path / "certify.xml", tmp_path / "certify.json"
    names = attacks("good", "missing", "foreign")
    with listening(SKIPS_MISSING) as receiver:
        certify(receiver.url, "--secret", SECRET, *names, "--junit", str(junit), "--json", str(report))
    suite = fromstring(junit.read_bytes())[0]
    found = json.loads(report.read_text("utf-8"))
    assert {name: suite.get(name) for name in ("tests", "failures", "skipped")} == {
        "tests": "3",
        "failures": "1",
        "skipped": "0",
    }
    assert [case.get("name") for case in suite] == [attack["name"] for attack in found["attacks"]]
    ((failed, failure),) = [(case, child) for case in suite for child in case]
    assert (failed.get("name"), failure.get("message")) == ("missing", "no signature: answered 204, expected 4xx")
    assert found["summary"] == {"passed": 2, "failed": 1, "not_run": 0}
    evidence = next(attack["evidence"] for attack in found["attacks"] if attack["verdict"] == "failed")
    assert evidence["status"] == 204
    assert evidence["curl"].startswith(f"curl -i -X POST {receiver.url} -H 'Content-Type: application/json'")
    assert evidence["curl"] in (failure.text or "")


def test_attacks_that_were_not_run_are_skipped_in_junit(tmp_path: Path) -> None:
    junit = tmp_path / "certify.xml"
    with listening(right) as receiver:
        certify(receiver.url, "--secret", "whsec_other", *attacks("good", "missing"), "--junit", str(junit))
    assert [child.tag for case in fromstring(junit.read_bytes())[0] for child in case] == ["failure", "skipped"]


def test_a_report_that_cannot_be_written_is_a_wrong_file(tmp_path: Path) -> None:
    with listening(right) as receiver:
        early = certify(receiver.url, "--secret", SECRET, "--json", str(tmp_path / "none" / "x.json"))
    assert (early.exit_code, receiver.received) == (USAGE, [])
    assert "there is no directory" in early.stderr


def test_the_attacks_can_be_listed() -> None:
    result = certify("--list")
    assert result.exit_code == DONE
    assert [line.split()[0] for line in result.stdout.splitlines()] == [attack.name for attack in ATTACKS]


def test_nobody_listening_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    result = certify(url, "--secret", SECRET)
    assert result.exit_code == UNREACHABLE
    assert f"{url}: no connection: Connection refused" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "Missing argument 'URL'"),
        (["http://127.0.0.1:1"], "Missing option '--secret'"),
        (["127.0.0.1:1", "--secret", "s"], "URL: '127.0.0.1:1' does not begin with https:// or http://"),
        (["--only", "lost"], "--only: 'lost' is no attack; there are good, non-ascii"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong(arguments: list[str], complaint: str) -> None:
    result = certify(*arguments)
    assert result.exit_code == USAGE
    assert complaint in " ".join(result.stderr.split())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


VERDICT = AttackResult(ATTACKS[0], PASSED, text="204 in 3 ms")


def shown(output: io.StringIO) -> str:
    screen = Screen(output)
    screen.start(VERDICT.attack)
    screen.show(VERDICT)
    return output.getvalue()


def test_a_terminal_shows_what_is_under_way_and_colours_the_verdict() -> None:
    assert shown(Terminal()).startswith("\r\x1b[K....  good\r\x1b[K\x1b[32mok  \x1b[0m  good ")


def test_a_file_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = shown(io.StringIO())
    assert plain.startswith("ok    good ")
    assert "\x1b" not in plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(Terminal()) == plain
