"""What a run that was killed leaves behind, and how it is deleted."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from contract_tests.cli import main
from contract_tests.contract.document import Contract
from contract_tests.contract.files import ContractError
from contract_tests.exchange import Response, SentRequest
from contract_tests.leftovers import FILE, left_in
from contract_tests.tests.checking import check
from contract_tests.tests.fakes import a_run, reply
from contract_tests.tests.servers import Target, running, target_toml


def webhooks(request: SentRequest) -> Response:
    hook = {"webhook_id": "wh_1", "secret": "whsec_12345678"}
    return reply(201, hook) if request.method == "POST" else reply(204)


def _killed(target: Target, folder: Path, *, more: tuple[str, ...] = ()) -> list[str]:
    """The ids of two webhooks that stand, and of others that do not, in a file as a run has them."""
    known = {"tracking_number": target.known.tracking_number, "url": "https://example.com/", "events": ["delivered"]}
    made = [
        requests.post(f"{target.base_url}/v2/webhooks", json=known, headers=_key(target), timeout=60).json()
        for _ in range(2)
    ]
    found = [*(each["webhook_id"] for each in made), *more]
    entries = [{"id": each, "key": "TRACKFLOW_API_KEY"} for each in found]
    (folder / FILE).write_text(json.dumps({"webhooks": entries}))
    return found


def _key(target: Target) -> dict[str, str]:
    return {"X-API-Key": target.keys["growth"]}


def _clean(url: str, folder: Path, key: str = "tf_live_growth_1") -> int:
    return main(["clean", "--base-url", url, "--api-key", key, "--report-dir", str(folder)])


def test_a_run_keeps_the_ids_of_what_it_has_made_and_not_deleted(contract: Contract, tmp_path: Path) -> None:
    run, _ = a_run(contract, webhooks, report_dir=tmp_path)
    assert left_in(tmp_path) is None
    run.api.subscribe("1Z204E380338943508", "https://example.com/")
    assert left_in(tmp_path) == {"wh_1": "TRACKFLOW_API_KEY"}
    text = (tmp_path / FILE).read_text(encoding="utf-8")
    assert not any(each in text for each in ("whsec", "tf_live"))
    run.session.close()
    assert left_in(tmp_path) == {}


def test_what_a_probe_deletes_is_no_longer_kept(contract: Contract, tmp_path: Path) -> None:
    run, _ = a_run(contract, webhooks, report_dir=tmp_path)
    run.api.subscribe("1Z204E380338943508", "https://example.com/")
    run.api.unsubscribe("wh_1")
    assert left_in(tmp_path) == {}


def test_the_next_run_forgets_nothing(contract: Contract, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"webhooks": [{"id": "wh_0", "key": "TRACKFLOW_API_KEY"}]}')
    run, _ = a_run(contract, webhooks, report_dir=tmp_path)
    run.api.subscribe("1Z204E380338943508", "https://example.com/")
    run.session.close()
    assert left_in(tmp_path) == {"wh_0": "TRACKFLOW_API_KEY"}


def test_an_id_that_is_a_secret_is_not_written_down(contract: Contract, tmp_path: Path) -> None:
    run, _ = a_run(contract, webhooks, report_dir=tmp_path)
    run.session.created(f"wh_{run.session.key.text}", "/webhooks/x", run.session.key)
    assert left_in(tmp_path) is None


def test_clean_deletes_what_is_there_and_counts_what_is_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running() as target:
        found = _killed(target, tmp_path, more=("wh_0000000000000000",))
        status = _clean(target.base_url, tmp_path)
        answers = [
            requests.delete(f"{target.base_url}/v2/webhooks/{each}", headers=_key(target), timeout=60).status_code
            for each in found
        ]
        assert (status, answers) == (0, [404, 404, 404])
        assert capsys.readouterr().out == "2 webhooks deleted, 1 gone already\n"
        assert _clean(target.base_url, tmp_path) == 0
    assert capsys.readouterr().out == "no webhook was left behind\n"


def test_clean_finds_nothing_after_a_run_that_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running() as target:
        arguments = ("--base-url", target.base_url, "--api-key", target.keys["growth"], "--report-dir", str(tmp_path))
        check(*arguments, "-k", "directory")
        assert _clean(target.base_url, tmp_path) == 0
    assert capsys.readouterr().out == "no webhook was left behind\n"


def test_nobody_there_is_3_and_nothing_is_forgotten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running() as target:
        found = _killed(target, tmp_path)
    assert _clean("http://127.0.0.1:1", tmp_path) == 3
    assert "cannot be reached" in capsys.readouterr().err
    assert list(left_in(tmp_path) or ()) == found


def test_a_refused_key_is_3_and_is_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running() as target:
        found = _killed(target, tmp_path)
        assert _clean(target.base_url, tmp_path, "no-such-key") == 3
    shown = capsys.readouterr()
    assert "refuses the key (401)" in shown.err
    assert "no-such-key" not in shown.out + shown.err
    assert list(left_in(tmp_path) or ()) == found


def test_clean_deletes_what_a_run_left_that_was_killed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running() as target:
        file, out = tmp_path / "target.toml", tmp_path / "out"
        file.write_text(target_toml(target, plans=("growth",)), encoding="utf-8")
        command = [sys.executable, "-m", "contract_tests", "run", "--target", str(file), "--report-dir", str(out)]
        root = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
        with subprocess.Popen(command, env=root, stdout=subprocess.DEVNULL, cwd=tmp_path) as process:
            while not (out.is_dir() and len(left_in(out) or ()) > 1):
                with suppress(subprocess.TimeoutExpired):
                    pytest.fail(f"the run ended by itself with {process.wait(0.05)}")
            process.kill()
        assert process.returncode == -signal.SIGKILL
        left = list(left_in(out) or ())
        assert _clean(target.base_url, out) == 0
        answers = [
            requests.delete(f"{target.base_url}/v2/webhooks/{each}", headers=_key(target), timeout=60).status_code
            for each in left
        ]
    assert left_in(out) == {}
    assert set(answers) == {404}
    assert "deleted" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "told"), [("none", "no such folder"), ("", "no webhooks.json there")])
def test_a_folder_of_no_run_is_2(name: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _clean("http://127.0.0.1:1", tmp_path / name) == 2
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"webhooks": [1]}', '{"webhooks": [{"id": "a"}]}', '{"webhooks": [{"id": 1, "key": "k"}]}'],
)
def test_a_file_that_no_run_has_written_is_refused_by_name(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(ContractError, match=FILE):
        left_in(tmp_path)
    assert _clean("http://127.0.0.1:1", tmp_path) == 2


def test_clean_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["clean", "--help"])
    shown = capsys.readouterr().out
    assert "--report-dir report" in shown
    assert main(["clean", "--base-url", "http://127.0.0.1:1", "--api-key", "k"]) == 2
