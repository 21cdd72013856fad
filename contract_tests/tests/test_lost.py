"""What is lost in the middle of a run: an endpoint, the target, its control plane, the run itself."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from contract_tests.exchange import Response, SentRequest
from contract_tests.tests.checking import Connected, check, check_at
from contract_tests.tests.gateway import before
from contract_tests.tests.servers import Target, running
from contract_tests.transport import READ_SECONDS, HttpTransport, SilenceError


@dataclass(slots=True)
class Hanging:
    """The way to a target that is silent: at paths that begin so, or after so many requests.

    What would never come is given up at once, so that nothing that is only slow is taken for silence.
    """

    paths: tuple[str, ...] = ()
    after: float = float("inf")
    asked: list[SentRequest] = field(default_factory=list)
    http: HttpTransport = field(default_factory=HttpTransport)

    def send(self, request: SentRequest) -> Response:
        self.asked.append(request)
        if len(self.asked) > self.after or urlsplit(request.url).path.startswith(self.paths):
            raise SilenceError(f"no answer within {READ_SECONDS} s")
        return self.http.send(request)

    def close(self) -> None:
        self.http.close()


def test_a_target_that_dies_midway_is_3_with_the_verdicts_so_far(tmp_path: Path) -> None:
    with running() as target, before(target, dies_after=30) as (url, seen):
        checked = check_at(url, target, "--report-dir", str(tmp_path))
    assert checked.status == 3
    assert checked.of("failed") == set()
    assert "no longer answers" in checked.output
    assert {"track.200", "carriers.200"} <= checked.of("passed")
    assert {each.name for each in tmp_path.iterdir()} >= {"report.html", "report.json", "junit.xml"}
    assert len(seen) < 45


def test_an_endpoint_that_hangs_is_given_up_once_and_the_rest_goes_on() -> None:
    way = Hanging(paths=("/v2/track/batch", "/v2/webhooks"))
    with running() as target:
        checked = check_at(target.base_url, target, "-k", "not made_up", plugins=[Connected(way)])
    assert checked.status == 1, checked.output
    assert checked.of("failed") == {"batch.path", "webhook.id", "webhook.delete.operation"}
    assert len(way.asked) < 70
    assert "given up" in checked.verdicts["batch.size"].reason
    assert {"track.200", "errors.404", "errors.401"} <= checked.of("passed")
    assert checked.verdicts["batch.path"].breaches[0].found == "no answer within 40 s"


def test_a_target_that_answers_nothing_any_longer_is_gone() -> None:
    way = Hanging(after=8)
    with running() as target:
        checked = check_at(target.base_url, target, "-k", "not made_up", plugins=[Connected(way)])
    assert checked.status == 3, checked.output
    assert checked.of("failed") == set()
    assert len(way.asked) == 10
    assert "no longer answers: no answer within 40 s" in checked.output


def test_a_control_plane_that_is_dead_is_asked_once(tmp_path: Path) -> None:
    with running() as target:
        dead = Target(target.base_url, target.keys)
        file = tmp_path / "target.toml"
        keys = "\n".join(f'{name} = "{text}"' for name, text in dead.keys.items())
        file.write_text(f'base_url = "{dead.base_url}"\n[keys]\n{keys}\n[states]\nurl = "http://127.0.0.1:1/states"\n')
        probes = "known_shipment or directory or without_data or own_batch or delivered or carrier or repeated"
        checked = check("--target", str(file), "-k", probes)
    assert checked.status == 0, checked.output
    assert "[states] http://127.0.0.1:1/states does not answer" in checked.verdicts["delivery.operation"].reason


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
