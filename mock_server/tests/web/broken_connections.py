"""Faults of the connection, and what clients call them, for tests."""

from typing import Any

import requests

# For each fault: what requests raises and says, curl's exit code, and the code or words of Node's error.
FAULTS: dict[str, tuple[dict[str, Any], type[Exception], str, int, set[str]]] = {
    "a reset is a reset": (
        {"type": "CONNECTION_RESET_BY_PEER"},
        requests.ConnectionError,
        "Connection reset by peer",
        56,
        {"ECONNRESET"},
    ),
    "an empty reply is an empty reply": (
        {"type": "EMPTY_RESPONSE"},
        requests.ConnectionError,
        "closed connection without response",
        52,
        {"UND_ERR_SOCKET"},
    ),
    "a malformed chunk is a protocol error": (
        {"type": "MALFORMED_RESPONSE_CHUNK"},
        requests.exceptions.ChunkedEncodingError,
        "InvalidChunkLength",
        56,
        {"HPE_INVALID_CHUNK_SIZE"},
    ),
    "random data is no HTTP": (
        {"type": "RANDOM_DATA_THEN_CLOSE"},
        requests.ConnectionError,
        "BadStatusLine",
        1,
        {"HPE_INVALID_CONSTANT"},
    ),
    "a truncated body is an incomplete read": (
        {"type": "truncate_body", "bytes": 40},
        requests.exceptions.ChunkedEncodingError,
        r"IncompleteRead\(40 bytes read",
        18,
        {"UND_ERR_SOCKET"},
    ),
    "a body may be truncated to nothing": (
        {"type": "truncate_body", "bytes": 0},
        requests.exceptions.ChunkedEncodingError,
        r"IncompleteRead\(0 bytes read",
        18,
        {"UND_ERR_SOCKET"},
    ),
}
