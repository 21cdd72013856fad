"""What was asked and what was answered, newest kept, oldest let go."""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from typing import Any

from mock_server.domain.watching import Watchers
from mock_server.lightweight import lightweight

KEPT_BODY = 8192  # bytes of each body that an entry keeps
ENTRY_BYTES = 1000  # what an entry takes beside its texts; measured
RULE_BYTES = 100  # what the name of a rule takes that had a hand in the answer
NOTE_BYTES = 400  # what a note takes beside what it says
MOST_NOTES = 10_000  # beside as many as there may be entries
KEPT_WHOLE = 65_536  # bytes of a request's body that a note keeps where its entry has a part
HEADER_BYTES = 160  # what a header takes beside its texts: two of Python's strings, and their places in a table
MOST_FAULTS = 1000  # names that are counted one by one; OTHERS counts the rest
OTHERS = "others"
UNLIMITED = 1 << 62

Broken = tuple[str, str | None, int | None]  # what was wrong with a request: code, detail and status


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault rule that spoilt an answer; `lost` says that the client has none that it could use."""

    rule: str
    fault: str
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Rest:
    """What there is to know of an exchange that an entry does not tell, so that it can be had once more.

    `body` is the whole body of the request, None where it was too long to keep; `digest` is of the whole body of the
    answer. `pause` and `wire` are the answer's. `broken` says what the server found wrong with the request: code,
    detail and status. `begun` is the number of the note of its beginning, where the call had to wait for its effect.
    """

    body: bytes | None
    digest: str
    pause: float = 0.0
    wire: object = None
    broken: Broken | None = None
    begun: int | None = None


def rest_of(
    body: bytes,
    content: bytes,
    *,
    pause: float = 0.0,
    wire: object = None,
    broken: Broken | None = None,
    begun: int | None = None,
) -> Rest | None:
    """What an entry does not tell of an exchange with these bodies; None for the most of them."""
    whole = len(content) < KEPT_BODY and len(body) < KEPT_BODY
    if whole and not pause and wire is None and broken is None and begun is None:
        return None
    kept = body if len(body) <= KEPT_WHOLE else None
    return Rest(kept, blake2b(content, digest_size=16).hexdigest(), pause, wire, broken, begun)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that changed a sandbox and is no exchange of its client's: it came after so many entries.

    `base` is the instant of the clock's base, `bytes` about how much memory it takes.
    """

    after: int
    base: float
    kind: str
    value: Any
    bytes: int = NOTE_BYTES


@lightweight
class Entry:
    """One exchange; bodies are cut to KEPT_BODY bytes.

    `at` is the sandbox's instant and `real` the server's own, both in Unix seconds. `refusal` is the error code of a
    refusal and `detail` what it says; `injected` names everything that had a hand in the answer on purpose. `quota`
    is the lookups that remained before and after, None where none were asked for; `seconds` is how long the answer took
    here, in real time, with what it was made to wait. `rest` is None where the entry tells it all.
    """

    id: int
    at: float
    key: str | None
    operation: str | None
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    reply_headers: Mapping[str, str]
    reply_body: bytes
    refusal: str | None = None
    detail: str | None = None
    injected: tuple[str, ...] = ()
    struck: tuple[Struck, ...] = ()
    real: float = 0.0
    quota: tuple[int, int] | None = None
    seconds: float = 0.0
    rest: Rest | None = None

    @property
    def lost(self) -> bool:
        """Whether the client has no answer that it could use, whatever its status."""
        return any(each.lost for each in self.struck)

    @property
    def bytes(self) -> int:
        """About how much memory the entry takes."""
        headers, told = self.headers, self.reply_headers
        texts = (*headers, *headers.values(), *told, *told.values(), self.method, self.target, self.detail or "")
        rules = RULE_BYTES * (len(self.injected) + len(self.struck))
        if self.rest is not None:
            rules += NOTE_BYTES + len(self.rest.body or b"")
        size = ENTRY_BYTES + HEADER_BYTES * (len(headers) + len(told))
        return size + rules + len("".join(texts)) + len(self.body) + len(self.reply_body)


class Archive:
    """All journals of one mock: how much they hold together, what was ever recorded, and who waits for it."""

    def __init__(self, most_bytes: int = UNLIMITED) -> None:
        self._most = most_bytes
        self._journals: set[Journal] = set()
        self.watchers: Watchers[Entry] = Watchers()
        self.lock = Lock()
        self.bytes = 0
        self.newest = 0  # the highest id that was ever recorded
        self.answers: Counter[tuple[str | None, int]] = Counter()  # by operation and status
        self.faults: Counter[str] = Counter()

    @property
    def entries(self) -> int:
        """How many there are in all journals."""
        with self.lock:
            return sum(map(len, self._journals))

    def journal(self, size: int) -> "Journal":
        """A new journal that keeps so many entries."""
        journal = Journal(size, self)
        with self.lock:
            self._journals.add(journal)
        return journal

    def close(self, journal: "Journal") -> None:
        """Forget a journal and what it holds; what is still on its way to it is nobody's any more."""
        journal.clear()
        journal.archive = Archive()
        with self.lock:
            self._journals.discard(journal)

    def added(self, entry: Entry, growth: int) -> None:
        """Count an entry, under the lock; if there is too much, the fullest journals give up their older halves."""
        self.bytes += growth
        self.newest = max(self.newest, entry.id)
        self.answers[entry.operation, entry.status] += 1
        if entry.injected:
            self.faults.update(
                name if name in self.faults or len(self.faults) < MOST_FAULTS else OTHERS for name in entry.injected
            )
        while self.bytes > self._most:
            freed = max(self._journals, key=lambda journal: journal.bytes).halve()
            if not freed:
                break
            self.bytes -= freed


class Journal:
    """The newest entries of one sandbox, at most `size`, and what else there is to know of how it came to be so.

    `complete` as long as nothing has been let go.
    """

    def __init__(self, size: int, archive: Archive | None = None) -> None:
        self._size = size
        self._entries: deque[Entry] = deque()
        self._sizes: deque[int] = deque()
        self._notes: list[Note] = []
        self._noted = 0
        self.archive = archive or Archive()
        self.bytes = 0
        self.complete = True

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def newest(self) -> int:
        """The id of its newest entry; 0 if it has none."""
        with self.archive.lock:
            return self._entries[-1].id if self._entries else 0

    def record(self, entry: Entry) -> None:
        archive = self.archive
        growth = size = entry.bytes
        with archive.lock:
            self._entries.append(entry)
            self._sizes.append(size)
            if len(self._entries) > self._size:
                self._entries.popleft()
                growth -= self._sizes.popleft()
                if self.complete:
                    growth -= self._incomplete()
            self.bytes += growth
            archive.added(entry, growth)
        archive.watchers.tell(entry)

    def entries(self) -> tuple[Entry, ...]:
        """Oldest first."""
        with self.archive.lock:
            return tuple(self._entries)

    def find(self, entry_id: int) -> Entry | None:
        """The entry of that id; entries come in the order of their ids, so few are looked at."""
        with self.archive.lock:
            place = bisect_left(self._entries, entry_id, key=lambda entry: entry.id)
            found = self._entries[place] if place < len(self._entries) else None
        return found if found is not None and found.id == entry_id else None

    def count(self, key: str) -> int:
        """How many entries are of that key."""
        return sum(entry.key == key for entry in self.entries())

    def note(self, base: float, kind: str, value: Any = None, size: int = NOTE_BYTES) -> int:
        """Keep that, as long as everything before it is kept too; its number among the notes."""
        with self.archive.lock:
            if not self.complete:
                return 0
            self._notes.append(Note(len(self._entries), base, kind, value, size))
            self._noted += size
            self.bytes += size
            self.archive.bytes += size
            if len(self._notes) > MOST_NOTES + self._size:
                freed = self._incomplete()
                self.bytes -= freed
                self.archive.bytes -= freed
            return len(self._notes)

    def story(self) -> tuple[tuple[Entry, ...], tuple[Note, ...]] | None:
        """All entries and notes since the beginning, oldest first; None if some are gone."""
        with self.archive.lock:
            return (tuple(self._entries), tuple(self._notes)) if self.complete else None

    def clear(self, key: str | None = None) -> None:
        """Let every entry go, or those of one key."""
        with self.archive.lock:
            kept = [] if key is None else [entry for entry in self._entries if entry.key != key]
            self._incomplete()
            self._entries = deque(kept)
            self._sizes = deque(entry.bytes for entry in kept)
            self.archive.bytes += sum(self._sizes) - self.bytes
            self.bytes = sum(self._sizes)

    def halve(self) -> int:
        """Let the older half go, one entry at least, under the archive's lock; the bytes that are free now."""
        freed = self._incomplete()
        for _ in range((len(self._entries) + 1) // 2):
            self._entries.popleft()
            freed += self._sizes.popleft()
        self.bytes -= freed
        return freed

    def _incomplete(self) -> int:
        """Something goes, and with it all notes, which would begin nowhere; the bytes that are free then."""
        freed, self._noted, self._notes, self.complete = self._noted, 0, [], False
        return freed


def masked(secret: str) -> str:
    """A key or secret as it may be shown: its form and its last four characters."""
    head = secret[: max(0, min(8, len(secret) - 4))]
    return f"{head}...{secret[-4:]}" if len(secret) > 12 else "..."
