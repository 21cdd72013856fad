import errno
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from mock_server.cli import cli, main
from mock_server.settings import Settings


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and all that was printed."""
    done = CliRunner().invoke(cli, arguments)
    return done.exit_code, done.output


@pytest.mark.parametrize(
    "command", [[], ["serve"], ["numbers"], ["carriers"], ["keys"], ["keys", "new"], ["docs"], ["openapi"]]
)
def test_every_command_has_help_with_an_example(command: list[str]) -> None:
    code, text = run(*command, "--help")
    assert code == 0
    assert "Example" in text or command == ["keys"]


def test_the_version_is_told() -> None:
    assert run("--version")[0] == 0


def test_every_setting_is_a_flag() -> None:
    text = run("serve", "--help")[1]
    for field in fields(Settings):
        assert f"--{field.name.replace('_', '-')}" in text


def test_numbers_lists_each_scenario_of_a_carrier() -> None:
    code, text = run("numbers", "--carrier", "indiapost")
    assert code == 0
    assert "RR990000045IN" in text
    assert re.search(r"^indiapost +RR990004042IN +404 ", text, re.MULTILINE)


def test_a_carrier_without_magic_numbers_is_a_usage_error() -> None:
    code, text = run("numbers", "--carrier", "nosuch")
    assert code == 2
    assert "'nosuch' is not a carrier code" in text


def test_carriers_are_searched() -> None:
    code, text = run("carriers", "india post")
    assert code == 0
    assert "indiapost" in text
    assert run("carriers", "zzzz")[0] == 1
    assert len(run("carriers")[1].splitlines()) == 724


@pytest.mark.parametrize(
    ("words", "version"),
    [((), "openapi"), (("--soft",), "openapi"), (("--as", "asyncapi"), "asyncapi"), (("--as", "arazzo"), "arazzo")],
)
def test_the_contract_is_printed_for_tools(words: tuple[str, ...], version: str) -> None:
    code, text = run("openapi", "--origin", "http://mock.test:81/", *words)
    document = json.loads(text)
    assert code == 0
    assert version in document
    assert ("webhooks" in document) == (words == ())
    if version == "openapi":
        assert document["servers"][0]["url"] == "http://mock.test:81/v2"


def test_what_cannot_be_printed_is_a_usage_error(tmp_path: Path) -> None:
    assert run("openapi", "--soft", "--as", "arazzo")[0] == 2
    code, text = run("openapi", "--overlay", str(tmp_path / "none.yaml"))
    assert code == 2
    assert "none.yaml" in text


def test_docs_lists_the_pages_and_prints_one() -> None:
    code, text = run("docs")
    assert (code, bool(re.search(r"^faults +Make it fail: ", text, re.MULTILINE))) == (0, True)
    code, text = run("docs", "faults")
    assert (code, text.partition("\n")[0]) == (0, "# Make it fail")


def test_a_page_that_is_not_there_is_a_usage_error_with_the_nearest() -> None:
    code, text = run("docs", "webhook")
    assert code == 2
    assert "there is no page 'webhook'; did you mean 'webhooks'?" in text


def test_a_new_key_carries_its_plan() -> None:
    code, text = run("keys", "new", "--plan", "free")
    assert code == 0
    assert re.fullmatch(r"tf_test_free_[0-9a-f]{16}\n", text)
    assert run("keys", "new", "--plan", "gold")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--default-plan", "gold"], "--default-plan: 'gold' is no plan; choose one of"),
        (["--clock", "noon"], "--clock: 'noon' is no instant"),
        (["--port", "many"], "many"),
        (["--time-scale", "-1"], "-1"),
        (["--time-scale", "nan"], "--time-scale: nan is out of range; use a number from 0 to 86400"),
        (["--time-scale", "inf"], "'--time-scale': inf is not in the range 0<=x<=86400"),
        (["--clock", "0999-01-01T00:00:00Z"], "--clock: 0999-01-01T00:00:00Z is outside the clock's range"),
        (["--clock", "2300-01-01T00:00:00Z"], "--clock: 2300-01-01T00:00:00Z is outside the clock's range"),
        (["--webhook-retry", "nan"], "--webhook-retry: nan is out of range; use a number from 0.001 to 86400"),
        (["--webhook-retry", "inf"], "'--webhook-retry': inf is not in the range 0.001<=x<=86400"),
        (["--webhook-retry", "1e300"], "'--webhook-retry': 1e+300 is not in the range 0.001<=x<=86400"),
        (["--workers", "0"], "--workers"),
        (["--workers", "two"], "'two' is neither a number nor auto"),
        (["--workers", "many"], "--workers"),
        (["--workers", "2", "--store", "redis://localhost"], "--workers: with --store, start another instance"),
        (["--store", "disk"], "--store: this is no address of a store; write valkey://HOST:PORT/DB"),
        (["--store", "redis://localhost", "--state", "file"], "--state: with --store, the store says"),
        (["--port", "70000"], "70000"),
        (["--overlay", "nosuch.yaml"], "nosuch.yaml"),
        (["--no-such-flag"], "--no-such-flag"),
    ],
)
def test_a_wrong_start_exits_with_2_and_says_why(arguments: list[str], complaint: str) -> None:
    code, text = run("serve", *arguments)
    assert code == 2
    assert complaint in text
    assert "Traceback" not in text


def test_no_token_is_told_for_a_control_plane_that_never_listened() -> None:
    code, text = run("serve", "--host", "999.1.1.1")
    assert code == 2
    assert "999.1.1.1" in text
    assert "token" not in text


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["carriers"],
        ["keys", "new", "--plan", "free"],
        ["--help"],
        ["serve", "--port", "0"],
        ["trigger", "delivered", "--to", "http://127.0.0.1:1", "--dry-run"],
    ],
)
def test_a_standard_output_that_is_full_is_told(arguments: list[str], unbuffered: str) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mock_server", *arguments],
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=300,
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "Error: standard output: No space left on device"
    assert "Traceback" not in done.stderr


def test_a_machine_without_room_for_temporary_files_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nowhere() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    monkeypatch.setattr(sys, "argv", ["trackflow-mock", "serve", "--port", "0", "--workers", "2"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "no folder for temporary files can be written; mount one at /tmp" in capsys.readouterr().err


def test_a_broken_overlay_names_file_and_place(tmp_path: Path) -> None:
    overlay = tmp_path / "ours.yaml"
    overlay.write_text(
        "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n  - target: $.paths[\n    remove: true\n"
    )
    code, text = run("serve", "--overlay", str(overlay))
    assert code == 2
    assert re.search(r"ours\.yaml: line 4", text)
