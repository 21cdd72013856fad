"""What deploys the mock, as far as it can be seen without an engine and without a cluster."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from mock_server.settings import Settings
from mock_server.tests.pages import ROOT
from mock_server.web.app import MockServer

DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
POD: dict[str, Any] = yaml.safe_load((KUBERNETES / "statefulset.yaml").read_text(encoding="utf-8"))["spec"]
NOBODY = 65534


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.yaml")), ids=lambda path: path.name)
def test_every_variable_is_a_setting(path: Path) -> None:
    known = {f"TRACKFLOW_MOCK_{field.name.upper()}" for field in fields(Settings)}
    assert set(re.findall(r"TRACKFLOW_MOCK_\w+", path.read_text(encoding="utf-8"))) <= known


def test_the_cluster_asks_what_the_mock_answers_without_a_token(app: MockServer) -> None:
    (container,) = POD["template"]["spec"]["containers"]
    client = app.test_client()
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert client.get(container[probe]["httpGet"]["path"]).status_code == 200
    app.mock.leave()
    assert client.get(container["readinessProbe"]["httpGet"]["path"]).status_code == 503
    assert client.get(container["livenessProbe"]["httpGet"]["path"]).status_code == 200


def test_a_mock_has_time_to_drain_before_it_is_killed() -> None:
    (container,) = POD["template"]["spec"]["containers"]
    settings = {each["name"]: each["value"] for each in container["env"]}
    drains = float(settings["TRACKFLOW_MOCK_DRAIN_SECONDS"])
    probe = container["readinessProbe"]
    assert (
        probe["periodSeconds"] * probe["failureThreshold"]
        < drains
        < POD["template"]["spec"]["terminationGracePeriodSeconds"]
    )
    service = COMPOSE["services"]["trackflow"]
    assert float(service["environment"]["TRACKFLOW_MOCK_DRAIN_SECONDS"]) < int(service["stop_grace_period"].rstrip("s"))


def test_nobody_runs_it_and_it_writes_to_its_volume_alone() -> None:
    (container,) = POD["template"]["spec"]["containers"]
    assert POD["template"]["spec"]["securityContext"]["runAsUser"] == NOBODY
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert COMPOSE["services"]["trackflow"]["read_only"]
    writable = {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
    assert writable == {"/data", "/tmp"}
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"install -d -o {NOBODY} -g {NOBODY} /data" in dockerfile  # a new volume takes its owner from there


def test_one_process_has_the_file_that_keeps_what_was_promised() -> None:
    assert POD["replicas"] == 1


def test_everything_is_in_the_kustomization() -> None:
    listed = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    there = {path.name for path in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml", "monitor.yaml"}
    assert set(listed) == there
