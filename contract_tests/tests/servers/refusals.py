"""What the server refuses, and how.

Statuses and messages are written out here although schemas/ has them: a server that took its answers from the
contract's files could not disagree with them, and would test nothing.
"""

from collections.abc import Mapping

STATUSES = {
    "invalid_tracking_number": 400,
    "invalid_request": 400,
    "unauthorized": 401,
    "not_found": 404,
    "rate_limit_exceeded": 429,
    "internal_error": 500,
    "carrier_unavailable": 503,
}
MESSAGES = {
    "invalid_tracking_number": "The tracking number format is invalid for the specified carrier.",
    "invalid_request": "The request is not valid.",
    "unauthorized": "Missing or invalid API key.",
    "not_found": "No tracking data found for this number.",
    "rate_limit_exceeded": "You have exceeded your plan's request quota.",
    "internal_error": "Something went wrong on our side.",
    "carrier_unavailable": "The carrier's tracking API is temporarily unavailable.",
}


class RefusalError(Exception):
    """A request is refused with an error code."""

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.code = code
        self.message = message or MESSAGES[code]
        self.status = status or STATUSES[code]
        self.headers = dict(headers or {})
        super().__init__(f"{self.status} {code}: {self.message}")

    def error(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message}
