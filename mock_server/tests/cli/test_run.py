"""`trackflow-mock run`, as people type it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from mock_server.cli import cli
from mock_server.contract.specification import Specification
from mock_server.settings import Settings
from mock_server.testing.running import RunningMock
from mock_server.tests.unchanged.tools import SNIPPETS, tool

RUN = [sys.executable, "-m", "mock_server", "run"]
NONE = "trackflow-mock: 0 calls, 0 faults struck, 0 breaches of the contract, 0 deliveries\n"
PAGE_NUMBER = "1Z204E380338943508"
DOWN = '{"fault": {"type": "error", "code": "carrier_unavailable"}, "times": 1}'


def run(*arguments: str, given: str = "", **options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*RUN, *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **options},
    )


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with RunningMock(Settings()) as running:
        yield running


def page_body() -> object:
    """The body that the page shows for its own number."""
    operation = Specification.load().document["paths"]["/track/{trackingNumber}"]["get"]
    content = operation["responses"]["200"]["content"]["application/json"]
    examples = [each["value"] for each in content.get("examples", {}).values()] + [content.get("example")]
    return next(each for each in examples if each and each["tracking_number"] == PAGE_NUMBER)


def test_the_snippets_are_the_pages_own_words() -> None:
    said = [" ".join(line.split()) for line in (SNIPPETS / "page.txt").read_text().splitlines()]
    kept = [
        " ".join((SNIPPETS / name).read_text().split())
        for name in ("track.sh", "track.mjs", "track.py.txt", "batch.sh", "batch.mjs")
    ]
    assert kept == said


@pytest.mark.parametrize("language", ["curl", "node", "requests"])
def test_the_pages_snippets_run_byte_for_byte_and_get_the_pages_body(language: str, tmp_path: Path) -> None:
    track, batch = tmp_path / "track", tmp_path / "batch"
    match language:
        case "curl":
            tool("curl")
            lines = ["sh", str(SNIPPETS / "track.sh"), "sh", str(SNIPPETS / "batch.sh")]
        case "node":
            track, batch = track.with_suffix(".mjs"), batch.with_suffix(".mjs")
            call = f"\nconsole.log(JSON.stringify(await trackPackage('{PAGE_NUMBER}')));\n"
            track.write_text((SNIPPETS / "track.mjs").read_text() + call)
            batch.write_text((SNIPPETS / "batch.mjs").read_text() + "\nconsole.log(await res.text());\n")
            lines = [tool("node"), str(track), tool("node"), str(batch)]
        case _:
            track.write_text((SNIPPETS / "track.py.txt").read_text() + "\nimport json\nprint(json.dumps(data))\n")
            lines = [sys.executable, str(track)]
    script = "\n".join(f"'{program}' '{file}' && echo" for program, file in zip(lines[::2], lines[1::2], strict=True))
    done = run("--", "sh", "-c", script)
    answers = [json.loads(line) for line in done.stdout.splitlines() if line]
    assert answers[0] == page_body()
    if len(answers) > 1:
        assert [each["tracking_number"] for each in answers[1]["results"]] == [PAGE_NUMBER, "449044304137821"]
    calls = f"{len(answers)} call{'s' * (len(answers) > 1)}"
    assert done.stderr.endswith(f"trackflow-mock: {calls}, 0 faults struck, 0 breaches of the contract, 0 deliveries\n")


def test_streams_and_status_go_through() -> None:
    done = run("--", "sh", "-c", "cat; echo more; echo less >&2; exit 7", given="piped\n")
    assert (done.returncode, done.stdout, done.stderr) == (7, "piped\nmore\n", "less\n" + NONE)


def test_a_command_that_does_not_exist_is_127_and_a_wrong_command_line_2() -> None:
    done = run("--", "no-such-command")
    assert (done.returncode, done.stdout, done.stderr) == (
        127,
        "",
        "trackflow-mock: no-such-command: no such command\n",
    )
    for arguments, told in (
        ((), "Missing argument"),
        (("--plan", "gold", "--", "true"), "'gold' is no plan"),
        (("--key", "nonsense", "--", "true"), "opens no sandbox"),
        (("--plan", "free", "--key", "tf_test_free_1", "--", "true"), "give one of them"),
        (("--fault", "{", "--", "true"), "is not JSON"),
        (("--fault", '{"fault": {"type": "nonsense"}}', "--", "true"), "nonsense"),
        (("--scenario", "nonsense", "--", "true"), "nonsense"),
        (("--overlay", "absent.yaml", "--", "true"), "absent.yaml"),
        (("--clock", "yesterday", "--", "true"), "yesterday"),
        (("--timeout", "0", "--", "true"), "0"),
        (("--nonsense", "--", "true"), "--nonsense"),
    ):
        refused = CliRunner().invoke(cli, ["run", *arguments])
        assert (refused.exit_code, refused.stdout) == (2, ""), arguments
        assert told in refused.stderr


def test_options_after_the_command_are_the_commands() -> None:
    done = run("echo", "--plan", "-x", "--", "--help")
    assert (done.returncode, done.stdout) == (0, "--plan -x -- --help\n")


def test_what_happened_is_told_when_it_ends() -> None:
    tool("curl")
    url = f"https://api.trackflow.io/v2/track/{PAGE_NUMBER}"
    script = f"for i in 1 2; do curl -s {url} -H 'X-API-Key: tf_live_sk_1'; done; curl -s {url}"
    done = run("--fault", DOWN, "--", "sh", "-c", script)
    assert "carrier_unavailable" in done.stdout
    assert done.stderr == "trackflow-mock: 3 calls, 1 fault struck, 1 breach of the contract, 0 deliveries\n"


def test_a_key_that_is_wired_in_has_the_plan_of_the_run() -> None:
    tool("curl")
    track = f"https://api.trackflow.io/v2/track/{PAGE_NUMBER} -H 'X-API-Key: tf_live_sk_1' -o /dev/null"
    done = run("--plan", "free", "--", "sh", "-c", f"curl -s -w '%header{{x-ratelimit-remaining}}' {track}")
    if "header{" in done.stdout:
        pytest.skip("this curl cannot print a header")
    assert done.stdout == "9"


def test_a_running_mock_is_used_in_a_sandbox_of_ones_own(mock: RunningMock) -> None:
    tool("curl")
    call = f"curl -s https://api.trackflow.io/v2/track/{PAGE_NUMBER} -H 'X-API-Key: tf_live_sk_1'"
    given = ("--mock", mock.url, "--fault", DOWN, "--", "sh", "-c", f"{call}; {call}")
    told = [run(*given), run("--scenario", "calm", *given)]
    for done in told:
        assert "carrier_unavailable" in done.stdout
        assert PAGE_NUMBER in done.stdout
        assert done.stderr == "trackflow-mock: 2 calls, 1 fault struck, 0 breaches of the contract, 0 deliveries\n"
    refused = run("--mock", mock.url, "--seed", "3", "--", "true")
    assert refused.returncode == 2
    assert "--seed cannot change a running mock" in refused.stderr
    assert run("--mock", "nonsense", "--", "true").returncode == 2
    gone = run("--mock", "http://127.0.0.1:9", "--", "true")
    assert (gone.returncode, "Traceback" in gone.stderr) == (3, False)


def test_time_that_is_up_is_124() -> None:
    done = run("--timeout", "0.3", "--", "sleep", "60")
    assert done.returncode == 124
    assert done.stderr == "trackflow-mock: the command was ended, its 0.3 seconds were over\n" + NONE


@pytest.mark.usefixtures("attentive")
def test_ctrl_c_ends_the_command_first_which_may_say_its_last_word() -> None:
    script = "trap 'echo last; exit 9' INT; echo ready; while :; do sleep 0.1; done"
    with subprocess.Popen(
        [*RUN, "--", "sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        out, told = process.communicate(timeout=300)
    assert (process.returncode, out, told) == (9, "last\n", NONE)


def test_offline_refuses_other_hosts_and_leaves_this_machine_alone(mock: RunningMock) -> None:
    tool("curl")
    script = f"curl -sS https://example.com/; echo $?; curl -sS http://example.com/; curl -s {mock.url}/__admin/version"
    done = run("--offline", "--", "sh", "-c", script)
    first, second, third = done.stdout.splitlines()
    assert first == "56"
    assert second.startswith("example.com:80 is another host. trackflow-mock run was told --offline; ")
    assert "version" in third
