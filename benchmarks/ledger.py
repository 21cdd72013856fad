"""The client's own account of what each key was granted, and of every answer that nobody asked for."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

from benchmarks.mixture import LoadKey, MixedRequest, wrong_method

LABEL = b"\r\nx-mock-fault:"
REMAINING = b"\r\nx-ratelimit-remaining:"
FREE = {401, 405, 429}
MOST_EXAMPLES = 10

Answered = Callable[[MixedRequest, int, bytes], None]


class LoadLedger:
    """Counts answers by kind of request and by status; told by the lanes."""

    def __init__(self, on_answer: Answered) -> None:
        self._on_answer = on_answer
        self.answers = 0
        self.by_kind: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.unasked_500 = 0
        self.surprises: list[str] = []
        self.surprising = 0
        self._minute: Counter[str] = Counter()
        self._day: Counter[str] = Counter()
        self._cheapest_refused: dict[str, int] = {}  # the cheapest request that each key was refused in this minute

    def answered(self, request: MixedRequest, status: int, head: bytes, body: bytes) -> None:
        forced = LABEL in head
        self.answers += 1
        self.by_kind[request.kind][f"{status}{' forced' if forced else ''}"] += 1
        self._on_answer(request, status, body)
        if request.key and status not in FREE:
            self._minute[request.key.text] += 1 if status >= 400 else request.cost
        elif request.key and status == 429 and not forced:
            known = self._cheapest_refused.get(request.key.text, request.cost)
            self._cheapest_refused[request.key.text] = min(known, request.cost)
        if status == 500 and not forced:
            self.unasked_500 += 1
        refused = status == 429 and request.key is not None and request.key.minute is not None
        right = status in request.expected and request.proof in body
        if not (right or forced or refused):
            self._surprise(request, f"{status} {body[:300]!r}")

    def cut_off(self, request: MixedRequest, received: bytes) -> None:
        self.answers += 1
        self.by_kind[request.kind]["cut off forced" if request.breakable else "cut off"] += 1
        if not request.breakable:
            self._surprise(request, f"nothing but {received[:300]!r}")

    def _surprise(self, request: MixedRequest, answer: str) -> None:
        self.surprising += 1
        if len(self.surprises) < MOST_EXAMPLES:
            self.surprises.append(f"{request.content[:300]!r} was answered {answer}")

    def left(self, key: LoadKey) -> int | None:
        """How many lookups the key must have left now; None without limits."""
        if key.minute is None or key.day is None:
            return None
        return min(key.minute - self._minute[key.text], key.day - self._day[key.text] - self._minute[key.text])

    def refused_too_early(self, key: LoadKey) -> bool:
        """Whether a request that the key could still pay for was refused in this minute."""
        left = self.left(key)
        return left is not None and self._cheapest_refused.get(key.text, left + 1) <= left

    def next_minute(self) -> None:
        self._day.update(self._minute)
        self._minute.clear()
        self._cheapest_refused.clear()


class Audit:
    """Asks every key what it has left, at no cost, and holds it against the ledger."""

    def __init__(self, ledger: LoadLedger) -> None:
        self._ledger = ledger
        self.checked = 0
        self.exhausted = 0
        self.wrong: list[str] = []

    def questions(self, keys: Iterable[LoadKey]) -> Iterator[MixedRequest]:
        return (MixedRequest("audit", wrong_method(key), frozenset({405}), key, 0) for key in keys)

    def answered(self, request: MixedRequest, status: int, head: bytes, _: bytes) -> None:
        key = request.key
        assert key is not None
        expected = self._ledger.left(key)
        start = head.find(REMAINING)
        told = None if start < 0 else int(head[start + len(REMAINING) :].split(b"\r", 1)[0])
        self.checked += 1
        self.exhausted += expected == 0
        if status != 405 or told != expected:
            self.wrong.append(f"{key.text} was told that {told} are left ({status}); {expected} must be")
        if self._ledger.refused_too_early(key):
            self.wrong.append(f"{key.text} was refused although {expected} are left")

    def cut_off(self, request: MixedRequest, received: bytes) -> None:
        self.wrong.append(f"{request.key and request.key.text} was told nothing but {received[:300]!r}")
