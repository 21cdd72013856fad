"""Bodies of the page and schemas made to measure, for tests of shapes."""

from typing import Any

TEXT = {"type": "string"}
PAGE: dict[str, Any] = {
    "success": True,
    "tracking_number": "1Z204E380338943508",
    "carrier": {"code": "ups", "name": "UPS", "service": "UPS Ground"},
    "status": "in_transit",
    "status_description": "Package transferred to destination facility",
    "estimated_delivery": "2026-06-17T23:59:00Z",
    "origin": {"city": "Los Angeles", "country": "US"},
    "destination": {"city": "New York", "country": "US"},
    "events": [
        {
            "status": "Package transferred to destination facility",
            "location": "Louisville, KY",
            "timestamp": "2026-06-15T03:42:00Z",
            "type": "transit",
        }
    ],
    "last_updated": "2026-06-15T09:00:00Z",
}


REFUSAL = {"success": False, "code": "not_found", "message": "No such thing."}
TRACKING = {"$ref": "#/components/schemas/Tracking"}
ERROR = {"$ref": "#/components/schemas/Error"}


def record(*names: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": dict.fromkeys(names, TEXT) | properties}
