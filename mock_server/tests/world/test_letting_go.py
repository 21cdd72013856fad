"""A sandbox that is let go of is free at once: nothing of it waits for the garbage collector, which stops everybody."""

import gc
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from weakref import ref

import pytest

from mock_server.domain.steps import finished
from mock_server.persistence import snapshots
from mock_server.settings import Settings
from mock_server.web.mock import Mock
from mock_server.world import Worlds

KEY = "tf_test_enterprise_gone"
NUMBER = "1Z999AA10123456784"
RULE = {"id": "r", "fault": {"type": "duplicate"}, "match": {"operation": "createWebhook"}}


def taken(worlds: Worlds) -> Any:
    """All of them, as a file would have it."""
    return json.loads(json.dumps(snapshots.take(worlds)))


WAYS: dict[str, Callable[[Worlds], object]] = {
    "reset": lambda worlds: worlds.reset(KEY),
    "reset-of-all": lambda worlds: worlds.reset(),
    "scenario": lambda worlds: finished(worlds.playing(worlds.scenario, KEY)),
    "snapshot": lambda worlds: snapshots.restore(worlds, taken(worlds)),
    "put-away": lambda worlds: worlds.put_away(KEY),
}


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def used(mock: Mock) -> None:
    """Let the key have a bit of everything."""
    headers = {"x-api-key": KEY, "content-type": "application/json"}
    body = f'{{"tracking_number": "{NUMBER}", "url": "http://127.0.0.1:9/"}}'.encode()
    assert mock.pipeline.answer("POST", "/v2/webhooks", headers, body).status == 201
    assert mock.pipeline.answer("POST", "/v2/track/batch", headers, b"{").status == 400
    world, foundation = mock.worlds.of(KEY), mock.worlds.foundation
    shipment = {"tracking_number": NUMBER, "carrier": "ups", "status": "delivered"}
    world.pin(snapshots.parts.pin(foundation, shipment, ""))
    world.faults.own.put([snapshots.parts.rule(foundation, RULE, "")])
    world.webhooks.collect(10)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("kept", [False, True], ids=["in-memory", "in-a-state-file"])
@pytest.mark.parametrize("way", WAYS)
def test_a_sandbox_that_is_let_go_of_is_free_at_once(way: str, kept: bool, tmp_path: Path) -> None:
    mock = Mock(Settings(state=str(tmp_path / "state") if kept else None))
    used(mock)
    snapshots.restore(mock.worlds, taken(mock.worlds))  # one that was read goes like one that was opened
    for _ in range(2):
        seen = ref(mock.worlds.of(KEY))
        WAYS[way](mock.worlds)
        assert seen() is None
        used(mock)
    mock.close()


@pytest.mark.usefixtures("uncollected")
def test_a_snapshot_that_is_only_tried_out_leaves_nothing_behind() -> None:
    mock = Mock()
    used(mock)
    value = taken(mock.worlds)
    snapshots.read_value(mock.worlds, value)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(5):
        snapshots.read_value(mock.worlds, value)
    assert len(gc.get_objects()) - before < 100
