"""The receivers in fixtures/ are what integrators copy, so they have to pass every attack."""

import os
import subprocess
from time import perf_counter

import pytest

from contract_tests.contract.loading import load
from mock_server.domain.clock import from_text
from mock_server.domain.randomness import stream
from mock_server.receivers.examination import ATTACKS, PASSED, Examination
from mock_server.receivers.forger import Forger
from mock_server.receivers.target import ReceiverTarget
from mock_server.sending.address import Address
from mock_server.tests.receivers.samples import NODE, SAMPLES, SECRET, running


@pytest.mark.parametrize(
    "name",
    [
        "flask",
        pytest.param("node", marks=pytest.mark.skipif(NODE is None, reason="there is no Node.js on this machine")),
    ],
)
def test_a_sample_receiver_passes_every_attack(name: str) -> None:
    with running(SAMPLES[name]) as url:
        forger = Forger(load(), SECRET, stream(0, name), from_text("2026-06-15T12:00:00Z"))
        examination = Examination(forger, ReceiverTarget(Address(url), 10.0, perf_counter, bool))
        verdicts = [examination.verdict(attack) for attack in ATTACKS]
    assert [(each.attack.name, each.text) for each in verdicts if each.verdict != PASSED] == []


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_receiver_does_not_start_without_a_secret(name: str) -> None:
    if name == "node" and NODE is None:
        pytest.skip("there is no Node.js on this machine")
    environment = {key: value for key, value in os.environ.items() if key != "TRACKFLOW_WEBHOOK_SECRET"}
    ended = subprocess.run(SAMPLES[name], env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode != 0
    assert "TRACKFLOW_WEBHOOK_SECRET" in ended.stderr
