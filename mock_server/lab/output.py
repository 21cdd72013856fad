"""What a command says: lines that are the same in every run, lines that are new, lines that got lost."""

import re
from collections import Counter
from collections.abc import Sequence

CHANGING = re.compile(r"[0-9a-f]{8,}|\d+", re.IGNORECASE)
ABOUT_TRYING = re.compile(
    r"retr|attempt|\btr(y|ies)\b|again|elapsed|\btook\b|\bseconds?\b|\bm?s\b|wait|warn", re.IGNORECASE
)
WORD = re.compile(r"[\w-]{4,}")
MEMBER = re.compile(r'"[^"]*"\s*:')
SAYS_NOTHING = re.compile(r"\b(none|null|nil|undefined|nan)\b", re.IGNORECASE)


def steady(outputs: Sequence[str]) -> Counter[str]:
    """The lines that every run has, with how often; none that is about trying."""
    counts = [Counter(text.splitlines()) for text in outputs]
    common = counts[0]
    for each in counts[1:]:
        common &= each
    return Counter({line: number for line, number in common.items() if line.strip() and not ABOUT_TRYING.search(line)})


def unsteady(outputs: Sequence[str]) -> bool:
    """Whether runs say different things."""
    return len(set(outputs)) > 1


def lost(before: Counter[str], text: str) -> list[str]:
    """The lines that a run does not have."""
    return list((before - Counter(text.splitlines())).elements())


def repeated(before: Counter[str], text: str) -> list[str]:
    """The lines that a run has more often."""
    now = Counter(text.splitlines())
    return [line for line, number in before.items() if now[line] > number]


def new(before: Sequence[str], text: str) -> list[str]:
    """The lines that say something which no run before did, whatever the numbers in them."""
    known = {_form(line) for each in before for line in each.splitlines()}
    lines = (line for line in text.splitlines() if line.strip())
    return [line for line in lines if _form(line) not in known and not SAYS_NOTHING.search(line)]


def words(*texts: str | bytes) -> set[str]:
    """The words of the texts that are long enough to come from somewhere, but for the names of JSON's members."""
    told = (each if isinstance(each, str) else each.decode("utf-8", "replace") for each in texts)
    return {word for each in told for word in WORD.findall(MEMBER.sub(" ", each))}


def _form(line: str) -> str:
    return CHANGING.sub("0", line.strip())
