import pytest

from mock_server.contract.near_misses import near_miss
from mock_server.contract.specification import Specification

SPECIFICATION = Specification.load()


@pytest.mark.parametrize(
    ("method", "target", "operation", "words"),
    [
        ("GET", "/v2/track/batch", "trackBatch", "GET is not a method of /v2/track/batch; use POST"),
        ("POST", "/v2/track/1Z999AA10123456784", "trackShipment", "use GET"),
        ("GET", "/v2/carriers/", "listCarriers", "ends in a slash"),
        ("GET", "/v2//carriers", "listCarriers", "empty segment"),
        ("GET", "/carriers", "listCarriers", "lacks the prefix /v2"),
        ("GET", "/track/1Z999AA10123456784?lang=fr", "trackShipment", "lacks the prefix /v2"),
        ("GET", "/v1/carriers", "listCarriers", "'v1' is not the version"),
        ("GET", "/v2/v2/carriers", "listCarriers", "has the prefix /v2 more than once"),
        ("GET", "/v2/v2/v2/track/1Z999AA10123456784", "trackShipment", "has the prefix /v2 more than once"),
        ("GET", "//v2/carriers", "listCarriers", "empty segment"),
        ("GET", "//v2//track//1Z999AA10123456784", "trackShipment", "empty segment"),
        ("GET", "/api/v2/carriers", "listCarriers", "has '/api' before /v2; leave that out"),
        ("GET", "/v2/v2/carriers/", "listCarriers", "more than once"),
        ("GET", "//v2/track/1Z999AA10123456784/", "trackShipment", "empty segment"),
        ("GET", "//V2/Carriers", "listCarriers", "not in lower case"),
        ("POST", "/api/v2/v2/webhooks", "createWebhook", "has '/api' before /v2; leave that out"),
        ("POST", "/v2/Track/Batch", "trackBatch", "not in lower case"),
        ("POST", "/Webhooks/", "createWebhook", "neither in lower case nor below /v2"),
        ("GET", "/track/batch", "trackBatch", "lacks the prefix /v2, and GET is not a method"),
        ("DELETE", "/v2/webhook/wh_1", "deleteWebhook", "the nearest is /v2/webhooks/{webhookId}"),
        ("POST", "/v2/batch", "trackBatch", "the nearest is /v2/track/batch"),
        ("POST", "/v2/track-batch", "trackBatch", "the nearest is /v2/track/batch"),
        ("GET", "/v2/shipments/1Z999AA10123456784", "trackShipment", "the nearest is"),
        ("GET", "/v2/./carriers", "listCarriers", "has a dot as a segment"),
        ("GET", "/v2/x/../carriers", "listCarriers", "has a dot as a segment"),
        ("GET", "/v2\\carriers", "listCarriers", "has a backslash; write a slash"),
        ("GET", "/v2/carrier", "listCarriers", "the nearest is /v2/carriers"),
        ("GET", "/v2/tracking/1Z999AA10123456784", "trackShipment", "the nearest is"),
        ("GET", "/v2/track/", "trackShipment", ""),
        ("get", "/v2/carriers", "listCarriers", "get is not a method"),
    ],
)
def test_a_miss_is_told_with_what_was_meant_and_why(method: str, target: str, operation: str, words: str) -> None:
    missed = near_miss(SPECIFICATION, method, target)
    assert missed.operation.id == operation
    assert words in missed.reason


@pytest.mark.parametrize("target", ["", "/", "*", "?", "//", "/v2", "/v2/", "%", "\x00", "a" * 20_000, "/" * 20_000])
def test_anything_can_be_asked(target: str) -> None:
    assert near_miss(SPECIFICATION, "", target).operation.id in SPECIFICATION.operations
