"""When a window ends, whichever way X-RateLimit-Reset spells it: the page names no unit."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

DAY = 86400.0
LATEST = DAY + 60  # seconds ahead that a Reset may lie: the longest window is a day
LATE = 1.0  # seconds by which a time in whole seconds may lie too early
_UNIX_SECONDS_FROM = 1e9
_UNIX_MILLISECONDS_FROM = 1e11
_DURATION = re.compile(
    r"(?:PT)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?", re.IGNORECASE | re.ASCII
)


def reset_at(text: str | None, now: float) -> float | None:
    """The Unix seconds that the header's text means at that moment; None if it is no time that may lie ahead."""
    ends = told_time(text, now)
    return ends if ends is not None and -LATE <= ends - now <= LATEST else None


def told_time(text: str | None, now: float) -> float | None:
    """The Unix seconds that the text means, wherever they lie: what is left, Unix seconds or milliseconds, a date."""
    words = (text or "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", words, re.ASCII):
        number = float(words)
        if number >= _UNIX_MILLISECONDS_FROM:
            return number / 1000
        return number if number >= _UNIX_SECONDS_FROM else now + number
    lasts = _duration(words)
    return _instant(words) if lasts is None else now + lasts


def is_absolute(text: str) -> bool:
    """Whether the text names an instant, and not how long it is until then."""
    words = text.strip()
    if re.fullmatch(r"\d+(\.\d+)?", words, re.ASCII):
        return float(words) >= _UNIX_SECONDS_FROM
    return _duration(words) is None


def _duration(words: str) -> float | None:
    """The seconds of a duration as Go and Java write it: 1m30s, 250ms, PT59S."""
    found = _DURATION.fullmatch(words)
    if found is None or not any(found.groups()):
        return None
    hours, minutes, seconds, milliseconds = (float(each or 0) for each in found.groups())
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000


def _instant(words: str) -> float | None:
    try:
        read = datetime.fromisoformat(words)
    except ValueError:
        try:
            read = parsedate_to_datetime(words)
        except ValueError:
            return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
