"""The balancer's ring: Envoy as deploy/ has it, its endpoints in a file that is written anew to shuffle."""

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import yaml

from benchmarks.servers import CHECKOUT

DEPLOYED = CHECKOUT / "deploy" / "envoy.yaml"


class Ring:
    """Where the balancer sends which key; a shuffle gives every key a new place."""

    def __init__(self, scratch: Path, ports: Sequence[int]) -> None:
        self._scratch, self._ports = scratch, ports
        self._chance = Random(5)
        self.shuffles = 0

    def configuration(self, port: int) -> Path:
        """The file for Envoy: what is deployed, but for the ports and where the endpoints come from."""
        document: dict[str, Any] = yaml.safe_load(DEPLOYED.read_text())
        (listener,) = document["static_resources"]["listeners"]
        listener["address"]["socket_address"] = {"address": "127.0.0.1", "port_value": port}
        (cluster,) = document["static_resources"]["clusters"]
        for name in ("load_assignment", "cluster_type"):
            del cluster[name]
        source = {"path": str(self._endpoints), "watched_directory": {"path": str(self._scratch)}}
        cluster["type"] = "EDS"
        cluster["eds_cluster_config"] = {"eds_config": {"resource_api_version": "V3", "path_config_source": source}}
        document["node"] = {"id": "benchmark", "cluster": "benchmark"}
        del document["admin"]
        self.shuffle()
        path = self._scratch / "envoy.yaml"
        path.write_text(yaml.safe_dump(document))
        return path

    def shuffle(self) -> None:
        """Every instance gets other places on the ring; the balancer takes them up at once."""
        draft = self._endpoints.with_suffix(".draft")
        draft.write_text(json.dumps(self._assignment()))
        draft.rename(self._endpoints)
        self.shuffles += 1

    @property
    def _endpoints(self) -> Path:
        return self._scratch / "endpoints.json"

    def _assignment(self) -> dict[str, Any]:
        endpoints = [
            {
                "endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}},
                "metadata": {"filter_metadata": {"envoy.lb": {"hash_key": f"{self._chance.getrandbits(64):x}"}}},
            }
            for port in self._ports
        ]
        kind = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
        assignment = {"@type": kind, "cluster_name": "instances", "endpoints": [{"lb_endpoints": endpoints}]}
        return {"version_info": str(self.shuffles), "resources": [assignment]}
