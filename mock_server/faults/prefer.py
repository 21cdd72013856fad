"""`Prefer` (RFC 7240), in Prism's words: `code`, `example`, and our `delay` in seconds."""

import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from random import Random

from mock_server.contract.error_codes import ErrorCatalogue
from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Reply
from mock_server.contract.operations import Operation

# One preference: a token, maybe with a token or quoted string as its value, then parameters that nobody here uses.
PREFERENCE = re.compile(
    r"""\s*(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)
        (?:\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<token>[^\s",;]*)))?
        (?:\s*;[^",]*(?:"(?:[^"\\]|\\.)*"[^",]*)*)?\s*(?:,|$)""",
    re.VERBOSE,
)
LONGEST_DELAY = 300.0  # seconds; longer is a mistake of units
LABEL = "prefer"  # what X-Mock-Fault and the journal call an outcome that was preferred


@dataclass(frozen=True, slots=True)
class Preference:
    """What a client asked to happen; `delay` is seconds before the answer."""

    code: int | None = None
    example: str | None = None
    delay: float | None = None

    @property
    def decides(self) -> bool:
        """Whether it says what to answer, and not only when."""
        return self.code is not None or self.example is not None

    def reply(self, operation: Operation, errors: ErrorCatalogue, chance: Random) -> Reply | None:
        """The success that is preferred, None for the ordinary one; ApiError for an error that is preferred."""
        if self.example is not None:
            return operation.example(self.example, self.code)
        if self.code is None or self.code == operation.status:
            return None
        if self.code < HTTPStatus.BAD_REQUEST:
            return operation.sample(chance, self.code)
        kind = errors.of_status(self.code)
        detail = "asked for by the Prefer header"
        if kind is None:
            raise ApiError("invalid_request", detail, status=self.code, injected=LABEL)
        raise ApiError(kind.name, detail, injected=LABEL)

    def after(self, reply: Reply) -> Reply:
        """The reply as late as it is preferred."""
        return replace(reply, pause=reply.pause + self.delay) if self.delay else reply

    def applied(self) -> str:
        """The `Preference-Applied` header's value (RFC 7240 section 3)."""
        delay = None if self.delay is None else f"{self.delay:g}"
        given = (("code", self.code), ("example", self.example), ("delay", delay))
        return ", ".join(f"{name}={value}" for name, value in given if value is not None)


NONE = Preference()


def read(header: str, operation: Operation) -> Preference:
    """What the client prefers of the operation; ApiError `invalid_request` if this operation can not do it."""
    preference = parse(header)
    if preference.code is not None and not operation.may(preference.code):
        raise ApiError(
            "invalid_request",
            f"Prefer: code={preference.code} is no status of {operation.id}; "
            f"it has {', '.join(map(str, operation.statuses))}",
        )
    if preference.example is not None:
        operation.example(preference.example, preference.code)
    return preference


def parse(header: str) -> Preference:
    """The preferences this mock knows; others are left alone, as RFC 7240 section 2 wants.

    The first instance of a name wins. ApiError `invalid_request` for a value that its name does not allow.
    """
    given: dict[str, str] = {}
    place = 0
    while place < len(header) and (found := PREFERENCE.match(header, place)):
        value = found["token"] if found["quoted"] is None else re.sub(r"\\(.)", r"\1", found["quoted"])
        given.setdefault(found["name"].lower(), value or "")
        place = found.end()
    if not given.keys() & {"code", "example", "delay"}:
        return NONE
    return Preference(
        _code(given["code"]) if "code" in given else None,
        given.get("example"),
        _delay(given["delay"]) if "delay" in given else None,
    )


def _code(text: str) -> int:
    if not re.fullmatch(r"[2-5][0-9]{2}", text, re.ASCII):  # after 1xx a client waits for more
        raise ApiError("invalid_request", f"Prefer: code={text} is not a three-digit HTTP status from 200 to 599")
    return int(text)


def _delay(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text, re.ASCII) or float(text) > LONGEST_DELAY:
        raise ApiError(
            "invalid_request", f"Prefer: delay={text} is not a number of seconds from 0 to {LONGEST_DELAY:g}"
        )
    return float(text)
