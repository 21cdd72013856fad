"""Servers start, answer over HTTP, and stop."""

import re
import subprocess
import sys
import tomllib

import pytest
import requests

from contract_tests.tests.servers import MUTANTS, VARIANTS, running, target_toml


def test_a_server_answers_over_http_and_then_is_gone() -> None:
    with running() as target:
        answer = requests.get(
            f"{target.base_url}/v2/track/{target.known.tracking_number}",
            headers={"x-api-key": target.keys["growth"]},
            timeout=60,
        )
        assert answer.status_code == 200
        assert answer.json()["carrier"]["code"] == target.known.carrier
    with pytest.raises(requests.ConnectionError):
        requests.get(target.base_url, timeout=60)


def test_the_numbers_of_a_target_are_what_they_are_called() -> None:
    with running() as target:
        for number, status in ((target.known, 200), (target.missing, 404), (target.unavailable, 503)):
            answer = requests.get(
                f"{target.base_url}/v2/track/{number.tracking_number}",
                params={"carrier": number.carrier},
                headers={"X-API-Key": target.keys["free"]},
                timeout=60,
            )
            assert answer.status_code == status


def test_a_mutant_breaks_what_it_says_and_no_other_server() -> None:
    with running(mutant="count-is-one-more") as broken, running() as sound:
        counts = [
            requests.get(f"{each.base_url}/v2/carriers", headers={"X-API-Key": each.keys["growth"]}, timeout=60).json()
            for each in (broken, sound)
        ]
    assert [each["count"] - len(each["carriers"]) for each in counts] == [1, 0]


@pytest.mark.parametrize("variant", ["http-10", "chunked", "connection-close", "compressed", "slower"])
def test_every_framing_is_understood_by_clients(variant: str) -> None:
    with running(variant=variant) as target, requests.Session() as session:
        session.headers["X-API-Key"] = target.keys["growth"]
        for _ in range(2):
            assert session.get(f"{target.base_url}/v2/carriers", timeout=60).json()["count"] == 724
        assert session.delete(f"{target.base_url}/v2/webhooks/wh_1", timeout=60).status_code == 404


def test_a_chunked_request_is_read() -> None:
    with running() as target:
        answer = requests.post(
            f"{target.base_url}/v2/track/batch",
            data=iter([b'{"shipments": [', b'{"tracking_number": "1Z999AA10123456784"}]}']),
            headers={"X-API-Key": target.keys["growth"], "Content-Type": "application/json"},
            timeout=60,
        )
    assert answer.json()["count"] == 1


def test_an_unknown_state_is_404() -> None:
    with running() as target:
        assert requests.post(target.states_url, json={"state": "no such state"}, timeout=60).status_code == 404


def test_a_target_file_holds_what_is_known() -> None:
    with running() as target:
        full = tomllib.loads(target_toml(target))
        bare = tomllib.loads(target_toml(target, plans=("free",), states=False, receiver=False))
    assert full["base_url"] == target.base_url
    assert full["numbers"]["missing"] == {"tracking_number": "1Z0000000000000000", "carrier": "ups"}
    assert full["states"]["url"] == target.states_url
    assert set(bare) == {"base_url", "keys", "numbers"}
    assert bare["keys"] == {"free": "tf_live_free_1"}


def test_the_command_line_lists_every_server() -> None:
    command = [sys.executable, "-m", "contract_tests.tests.servers", "--list"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    assert len(lines) == len(MUTANTS) + len(VARIANTS)


def test_the_command_line_serves_until_it_is_stopped() -> None:
    command = [sys.executable, "-m", "contract_tests.tests.servers", "--port", "0", "--mutant", "count-is-one-more"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", line)
        assert url
        assert requests.get(f"{url[1]}/v2/carriers", timeout=60).status_code == 401
        process.terminate()
        assert process.wait(10) == 0
        assert process.communicate() == ("", "")
