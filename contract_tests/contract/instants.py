"""Instants as RFC 3339 lets people write them."""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

from contract_tests.contract.cutting import begun

_FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|([+-]\d\d):(\d\d))", re.ASCII
)  # section 5.6, with the space that its note allows
_UNZONED = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()
_LAST = (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - _EPOCH).total_seconds()
_EXAMPLE = "write it like 2026-06-15T09:00:00Z (RFC 3339)"


class InstantError(ValueError):
    """A text that is no instant; `reason` is the rule that it broke, and the fix."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"{begun(text)!r} is no instant; {reason}")
        self.reason = reason


def unix_seconds(text: str) -> float:
    """Unix seconds of an instant in any form of RFC 3339; InstantError names the value, the rule and the fix.

    A leap second, which Unix time has not, is the second after it.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise InstantError(text, _reason(text))
    day, hour, minute, second, fraction, east, more = form.groups()
    leaps = second == "60"
    if int(east or 0) not in range(-23, 24) or int(more or 0) > 59:
        raise InstantError(text, "an offset is from -23:59 to +23:59")
    offset = timedelta(hours=int(east or 0), minutes=int(f"{(east or '+')[0]}{more or 0}"))
    try:
        moment = datetime.fromisoformat(f"{day}T{hour}:{minute}:{'59' if leaps else second}+00:00")
        if hour == "24":  # which newer Pythons take for the next midnight
            raise ValueError(hour)
    except ValueError:
        raise InstantError(text, f"{_out_of_range(day, hour, minute, second)}; {_EXAMPLE}") from None
    seconds = (moment - _EPOCH - offset).total_seconds() + leaps
    if not _FIRST <= seconds <= _LAST:
        raise InstantError(text, "in UTC it is not in a year from 1 to 9999")
    if leaps and not _begins_a_month(seconds):
        raise InstantError(text, "only the last second of a month, 23:59:60Z, can be a leap second")
    return seconds + float(f"0{fraction or ''}")


def in_utc(text: str) -> str | None:
    """The instant as `YYYY-MM-DDTHH:MM:SSZ`, to the second that it is in; None for what is no instant."""
    try:
        moment = datetime.fromtimestamp(unix_seconds(text) // 1, UTC)
    except InstantError:
        return None
    return moment.replace(tzinfo=None).isoformat() + "Z"


def _out_of_range(day: str, hour: str, minute: str, second: str) -> str:
    """What of it there is not, in the same words whichever Python this is."""
    year, month, of_month = map(int, day.split("-"))
    days = monthrange(year, month)[1] if year and month in range(1, 13) else 31
    parts = [("year", year, 1, 9999), ("month", month, 1, 12), ("day", of_month, 1, days)]
    parts += [("hour", int(hour), 0, 23), ("minute", int(minute), 0, 59), ("second", int(second), 0, 59)]
    return next(
        f"{name} must be in {least}..{most}" for name, value, least, most in parts if not least <= value <= most
    )


def _begins_a_month(seconds: float) -> bool:
    moment = datetime.fromtimestamp(seconds, UTC)
    return (moment.day, moment.hour, moment.minute, moment.second) == (1, 0, 0, 0)


def _reason(text: str) -> str:
    if text != text.strip():
        return f"there is white space around it, so leave that out and {_EXAMPLE}"
    if _UNZONED.fullmatch(text):
        return "it has no offset, so end it with Z if it is UTC"
    if _FORM.fullmatch(re.sub(r" (?=\d\d:\d\d$)", "+", text)):
        return "its offset has no sign, and in a URL a plus is written %2B"
    return _EXAMPLE
