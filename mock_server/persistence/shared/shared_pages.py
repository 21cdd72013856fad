"""One sandbox's pages in a store that instances share: one hash, written in one round trip and by its owner alone."""

import json
from collections.abc import Callable, Mapping
from threading import Lock
from types import MappingProxyType
from typing import Any

from mock_server.persistence.pages import IDS, NotKeptError, Row, SandboxRows
from mock_server.persistence.shared import scripts
from mock_server.persistence.shared.away import StoreAwayError
from mock_server.persistence.shared.claims import Claims

BETWEEN = "\x1f"  # of a table and the parts of an id
BYTES = "body"  # the one column that is not text
PENDING = "pending"
LOG = "log"
"""Up to which number of the log a sandbox is."""
NOTHING: Mapping[str, str] = MappingProxyType({})


class OthersError(NotKeptError):
    """The key is another instance's now."""


class SharedPages:
    """The rows of one key; `rows` is what the store has of it already."""

    kind = "store"
    passing = True

    def __init__(
        self, claims: Claims, key: str, rows: Mapping[str, str] = NOTHING, number: Callable[[], int] = int
    ) -> None:
        """`number` is up to where in the log of calls for all sandboxes this one is, when it is kept."""
        self._claims = claims
        self._key = key
        self._number = number
        self.name = f"store {claims.link.name}"
        known = {name: json.loads(value) for name, value in rows.items() if BETWEEN in name}
        self._places = {name: place for name, (place, *_) in known.items()}
        self._next = max(self._places.values(), default=0) + 1
        self._changes: dict[str, str | None] = {}
        self._anew = False
        # What has something to do by itself: webhooks, and deliveries that are pending.
        self._doing = {name for name, (_, row, *_) in known.items() if _does(name.partition(BETWEEN)[0], row)}
        self._awake: bool | None = None
        self._lock = Lock()

    def put(self, table: str, row: Row) -> None:
        name = BETWEEN.join([table, *(str(row[column]) for column in IDS[table])])
        with self._lock:
            if name not in self._places:
                self._places[name], self._next = self._next, self._next + 1
            self._changes[name] = _written(self._places[name], row)
            (self._doing.add if _does(table, row) else self._doing.discard)(name)

    def drop(self, table: str, *place: object) -> None:
        name = BETWEEN.join([table, *map(str, place)])
        with self._lock:
            if len(place) == len(IDS[table]):
                self._drop(name)
                return
            number = 1  # what has a last part of its id counts it from here
            while self._drop(f"{name}{BETWEEN}{number}"):
                number += 1

    def _drop(self, name: str) -> bool:
        self._doing.discard(name)
        known = self._places.pop(name, None) is not None
        if known:
            self._changes[name] = None
        return known

    def world(self, row: Row) -> None:
        with self._lock:
            row = {**row, LOG: self._number()}
            self._changes.update({column: json.dumps(value) for column, value in row.items()})

    def clear(self) -> None:
        with self._lock:
            self._places.clear()
            self._doing.clear()
            self._changes.clear()
            self._anew = True
            self._awake = None

    def commit(self) -> None:
        with self._lock:
            sets = [part for name, value in self._changes.items() if value is not None for part in (name, value)]
            drops = [name for name, value in self._changes.items() if value is None]
            awake = bool(self._doing)
            told = "" if awake is self._awake else str(int(awake))
            keys = [scripts.OWNERS, scripts.WORLD + self._key, scripts.AWAKE]
            token = self._claims.token(self._key)
            try:
                kept = self._claims.link.run(
                    scripts.WRITE, keys, self._key, token, int(self._anew), told, len(sets), *sets, *drops
                )
            except StoreAwayError as error:
                raise NotKeptError(str(error), told=True) from None
            if not kept:
                raise OthersError("another instance answers for this key now")
            self._changes.clear()
            self._anew, self._awake = False, awake

    def undo(self) -> None:
        """Nothing: what could not be written is written anew, with all there is."""
        with self._lock:
            self._changes.clear()


def rows_of_sandbox(rows: Mapping[str, str]) -> tuple[dict[str, Any], SandboxRows]:
    """What a hash says: the sandbox as a whole, and its rows."""
    world: dict[str, Any] = {"standing": None}
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {table: [] for table in IDS}
    for name, value in rows.items():
        table, between, _ = name.partition(BETWEEN)
        if not between:
            world[name] = json.loads(value)
            continue
        if table not in found:  # of a newer version
            continue
        place, row, *_ = json.loads(value)
        if BYTES in row:
            row[BYTES] = row[BYTES].encode("latin-1")
        found[table].append((place, row))
    return world, {table: [row for _, row in sorted(each, key=lambda one: one[0])] for table, each in found.items()}


def _written(place: int, row: Row) -> str:
    plain = {name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in row.items()}
    return json.dumps([place, plain], separators=(",", ":"))


def _does(table: str, row: Row) -> bool:
    return table == "webhooks" or (table == "deliveries" and row["state"] == PENDING)
