"""`Prefer` (RFC 7240), in Prism's words: `code`, `example`, and our `delay` in seconds."""

import re
from dataclasses import dataclass

from mock_server.contract.errors import ApiError

# One preference: a token, maybe with a token or quoted string as its value, then parameters that nobody here uses.
PREFERENCE = re.compile(
    r"""\s*(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)
        (?:\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<token>[^\s",;]*)))?
        (?:\s*;[^",]*(?:"(?:[^"\\]|\\.)*"[^",]*)*)?\s*(?:,|$)""",
    re.VERBOSE,
)
LONGEST_DELAY = 300.0  # seconds; longer is a mistake of units


@dataclass(frozen=True, slots=True)
class Preference:
    """What a client asked to happen; `delay` is seconds before the answer."""

    code: int | None = None
    example: str | None = None
    delay: float = 0.0

    def applied(self) -> str:
        """The `Preference-Applied` header's value (RFC 7240 section 3)."""
        given = (("code", self.code), ("example", self.example), ("delay", f"{self.delay:g}" if self.delay else None))
        return ", ".join(f"{name}={value}" for name, value in given if value is not None)


NONE = Preference()


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
        _delay(given["delay"]) if "delay" in given else 0.0,
    )


def _code(text: str) -> int:
    if not re.fullmatch(r"[1-5][0-9]{2}", text, re.ASCII):
        raise ApiError("invalid_request", f"Prefer: code={text} is not a three-digit HTTP status")
    return int(text)


def _delay(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text, re.ASCII) or float(text) > LONGEST_DELAY:
        raise ApiError(
            "invalid_request", f"Prefer: delay={text} is not a number of seconds from 0 to {LONGEST_DELAY:g}"
        )
    return float(text)
