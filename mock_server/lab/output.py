"""What a command says: lines that are the same in every run, lines that are new, lines that got lost.

Of JSON, each value is a line of its own, behind the names that lead to it: what is said of one shipment is compared
without what is said of the next, and in whatever order.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from tempfile import gettempdir
from typing import Any, Self

SHOWN_ONLY = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # colours, bells
CHANGING = re.compile(rf"{re.escape(gettempdir())}/\S+|[0-9a-f]{{8,}}|\d+", re.IGNORECASE)
OF_TRYING = re.compile(
    r"retr|attempt|\btr(y|ies)\b|again|elapsed|duration|\btook\b|\bseconds?\b|(\b|\d)m?s\b|wait|warn"
    r"|remain|quota|rate.?limit|lookups",
    re.IGNORECASE,
)
GOES_ON = re.compile(
    r"\bretrying\b.*\b(in|after)\b|\bretry in\b|\bwill (retry|try again)|\btrying again|\bagain in\b"
    r"|\b(sleep|wait)ing\b|\bback(ing)? off\b",
    re.IGNORECASE,
)
GIVES_UP = re.compile(r"\b(giv(e|ing)|gave) up\b|exhaust|\bno more\b|\btoo many\b", re.IGNORECASE)
WORD = re.compile(r"[\w-]{4,}")
MEMBER = re.compile(r'"[^"]*"\s*:')
SAYS_NOTHING = re.compile(r"\b(none|null|nil|undefined|nan)\b", re.IGNORECASE)
BAD = r"(?:fail|err|miss|lost|skip|refus|reject|invalid|unavail|unknown|incomplete|problem|not\s)"
COUNTED = re.compile(rf"\b(?P<before>\d{{1,9}})\s+{BAD}|{BAD}\w*\W{{1,4}}(?P<behind>\d{{1,9}})\b", re.IGNORECASE)
PART = re.compile(r"(?<![\d/.])(?P<part>\d{1,9})\s*(?:/|(?:out )?of)\s*(?P<whole>\d{1,9})(?![\d/.])", re.IGNORECASE)


def lines(text: str) -> list[str]:
    """What it says, line by line; of what is JSON as a whole or in one line, each value."""
    text = SHOWN_ONLY.sub("", text)
    whole = _of_json(text)
    if whole is not None:
        return whole
    found: list[str] = []
    for line in text.splitlines():
        values = _of_json(line)
        found += [line] if values is None else values
    return found


def steady(outputs: Sequence[str]) -> Counter[str]:
    """The lines that every run has, with how often; none that tells what trying again takes."""
    counts = [Counter(lines(text)) for text in outputs]
    common = counts[0]
    for each in counts[1:]:
        common &= each
    return Counter({line: number for line, number in common.items() if line.strip() and not OF_TRYING.search(line)})


def unsteady(outputs: Sequence[str]) -> bool:
    """Whether runs say different things."""
    return len(set(outputs)) > 1


def lost(before: Counter[str], text: str) -> list[str]:
    """The lines that a run does not have."""
    return list((before - Counter(lines(text))).elements())


def repeated(before: Counter[str], text: str) -> list[str]:
    """The lines that a run has more often."""
    now = Counter(lines(text))
    return [line for line, number in before.items() if now[line] > number]


def alike(before: Sequence[str], text: str) -> bool:
    """Whether a run says all that every run before did, whatever the numbers in it."""
    usual, *others = [Counter(map(_form, lines(each))) for each in before]
    for other in others:
        usual &= other
    return usual <= Counter(map(_form, lines(text)))


@dataclass(frozen=True, slots=True)
class UsualOutput:
    """All that a command says in some runs, to tell what is new in another.

    `worst` is how many failures a line of each form counts, and `having` are the lines that have a word.
    """

    worst: Mapping[str, int]
    having: Mapping[str, Sequence[Counter[str]]]

    @classmethod
    def of(cls, outputs: Iterable[str]) -> Self:
        worst: dict[str, int] = {}
        having: dict[str, list[Counter[str]]] = {}
        for line in dict.fromkeys(line for text in outputs for line in lines(text)):
            form, parts = _form(line), _parts(line)
            worst[form] = max(worst.get(form, 0), _failures(line))
            for word in parts:
                having.setdefault(word, []).append(parts)
        return cls(worst, having)

    def new(self, text: str) -> list[str]:
        """The lines that say something which no run before did, whatever the numbers in them.

        A line with less in it than one before says nothing new, nor does one by which it only goes on trying; that more
        has failed does.
        """
        return [line for line in lines(text) if _says_something(line) and self._is_new(line)]

    def _is_new(self, line: str) -> bool:
        form, parts = _form(line), _parts(line)
        if form in self.worst:
            return _failures(line) > self.worst[form]
        fewest = min((self.having.get(word, ()) for word in parts), key=len, default=())
        return bool(parts) and not any(parts <= each for each in fewest)


def words(*texts: str | bytes) -> set[str]:
    """The words of the texts that are long enough to come from somewhere, but for the names of JSON's members."""
    told = (each if isinstance(each, str) else each.decode("utf-8", "replace") for each in texts)
    return {word for each in told for word in WORD.findall(MEMBER.sub(" ", each))}


def _says_something(line: str) -> bool:
    goes_on = GOES_ON.search(line) and not GIVES_UP.search(line)
    return bool(line.strip()) and not goes_on and not SAYS_NOTHING.search(line)


def _failures(line: str) -> int:
    """How many failures it counts: "2 failed", "errors: 2", "1 of 3"."""
    counted = sum(int(found["before"] or found["behind"]) for found in COUNTED.finditer(line))
    return counted + sum(max(int(found["whole"]) - int(found["part"]), 0) for found in PART.finditer(line))


def _form(line: str) -> str:
    return CHANGING.sub("0", line.strip())


def _parts(line: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", line))


def _of_json(text: str) -> list[str] | None:
    """The values in the list or object that the text is; None if it is none."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return list(_values(json.loads(text)))
    except (ValueError, RecursionError):
        return None


def _values(value: Any, name: str = "") -> Iterator[str]:
    """A line for each value in it, behind the names that lead there."""
    if isinstance(value, dict) and value:
        for member, each in value.items():
            yield from _values(each, f"{name} {member}".strip())
    elif isinstance(value, list) and value:
        for each in value:
            yield from _values(each, name)
    else:
        line = f"{name}: {json.dumps(value, ensure_ascii=False)}"
        yield line.encode("utf-8", "replace").decode()  # JSON may have halves of characters, which no report takes
