"""Trials: a command run once in a world of its own."""

import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from mock_server.api.conversations import Conversations
from mock_server.commands.process import MOST_LENT, CommandGroup, Ending, Streams
from mock_server.commands.running import run_in
from mock_server.domain.clients.journal import Entry
from mock_server.domain.clients.report import report
from mock_server.domain.webhooks.delivery import DeliveryState
from mock_server.faults.fault import DeliveryFault
from mock_server.faults.rulebook import RuleBook
from mock_server.faults.rules import Rule
from mock_server.lab.apart import MARK, Apart
from mock_server.lab.failures import NOW, STRIKE
from mock_server.lab.outcome import Said, TrialOutcome
from mock_server.lab.setup import MINUTE, Setup, instant
from mock_server.proxy.entrances import Outside
from mock_server.proxy.upstream import Upstream
from mock_server.settings import Settings
from mock_server.testing.running import RunningMock
from mock_server.world import World, journals, steering

MOST_OUTPUT = 1_000_000  # bytes of each stream that are looked at
JOURNAL = 20_000  # calls of one trial that are kept
IN_LAB = "TRACKFLOW_LAB"  # tells tests that the mock of their fixture is the lab's
LIE = "lie-"  # what the ids of rules that lie begin with


class StoppedError(Exception):
    """A trial without an outcome, because all were stopped."""


@dataclass(slots=True)
class _Trial:
    """A trial that goes on: its requests, its lies about answers and deliveries, and every world that it opened."""

    apart: Apart
    of_answers: Sequence[Rule]
    of_deliveries: Sequence[Rule]
    heard: list[Entry] = field(default_factory=list)
    opened: list[World] = field(default_factory=list)

    @property
    def lied(self) -> int:
        """How often a lie was told until now."""
        delivered = sum(world.faults.count(rule).applied for world in self.opened for rule in self.of_deliveries)
        return delivered + sum(any(each.startswith(LIE) for each in entry.injected) for entry in self.heard)

    @property
    def events(self) -> Iterator[Any]:
        """What receivers were told until now."""
        for world in self.opened:
            for each in world.webhooks.queue.all():
                if any(attempt.status is not None for attempt in each.attempts):
                    yield json.loads(each.body)

    def hear(self, entry: Entry) -> None:
        if entry.headers.get(MARK) == str(self.apart.turn):
            self.heard.append(entry)

    @contextmanager
    def told(self, book: RuleBook) -> Iterator[None]:
        """While this is open, the lies about answers are in the book."""
        for rule in self.of_answers:
            book.add(rule)
        try:
            yield
        finally:
            for rule in self.of_answers:
                book.remove(rule.id)


class Laboratory:
    """Runs one command in world after world on one mock, any number at once."""

    def __init__(
        self, mock: RunningMock, command: Sequence[str], *, limit: float, user: Mapping[str, str] | None = None
    ) -> None:
        self.mock = mock
        self.command = tuple(command)
        self.limit = limit
        self.user = dict(os.environ if user is None else user)
        self.worlds = mock.front.mock.worlds
        self.specification = self.worlds.foundation.specification
        self._outside = Outside(Upstream.of(self.user))
        self._turns = count(1)
        self._lock = Lock()
        self._trials: dict[int, _Trial] = {}
        self._commands = CommandGroup()
        self.worlds.on_opened.append(self._opened)

    @property
    def stopped(self) -> bool:
        """Whether nothing can be tried any more."""
        return self._commands.ended

    @property
    def longest(self) -> float:
        """The seconds after which a command is over, even if the machine was busy with others all the while."""
        return self.limit * (1 + MOST_LENT)

    def stop(self) -> None:
        """End every trial that goes on, and let there be no other."""
        self._commands.end()

    def run(self, setup: Setup, *, limit: float | None = None) -> TrialOutcome:
        """The command's outcome in that world, which is gone afterwards.

        NoCommandError if it cannot be started, StoppedError if it was not let come to its end.
        """
        if self.stopped:
            raise StoppedError
        with self._lock:
            turn = next(self._turns)
        apart = Apart.of(self.specification, turn, setup.key(turn))
        trial = self._trials[turn] = _Trial(apart, *self._lies(setup, turn))
        world = self._open(setup, apart.key)
        try:
            with self.worlds.archive.watchers.watched(trial.hear), trial.told(self.worlds.rules):
                ending, stdout, stderr = self._command(apart, limit or self.limit)
            if self.stopped:
                raise StoppedError
            return self._outcome(self.worlds.known(apart.key) or world, setup, trial, Said(ending, stdout, stderr))
        finally:
            del self._trials[turn]
            for each in self.worlds.all():
                if apart.owns(each.account.key):
                    self.worlds.reset(each.account.key)

    def _lies(self, setup: Setup, turn: int) -> tuple[list[Rule], list[Rule]]:
        """The rules of the setup's lies about answers, for requests with the trial's mark, and about deliveries."""
        foundation = self.worlds.foundation
        answers, deliveries = [], []
        for place, document in enumerate(setup.lies, 1):
            rule = Rule.from_document(document, f"{LIE}{turn}-{place}", foundation.vocabulary)
            match = document.get("match", {})
            if isinstance(rule.fault, DeliveryFault) or match.get("operation") == foundation.terms.operation:
                deliveries.append(rule)
            else:
                marked = {**document, "match": {**match, "header": {MARK: str(turn)}}}
                answers.append(Rule.from_document(marked, rule.id, foundation.vocabulary))
        return answers, deliveries

    def _opened(self, world: World) -> None:
        """Let a world that a trial has opened, or opened again, deliver as the trial's lies have it."""
        trial = next((each for each in tuple(self._trials.values()) if each.apart.owns(world.account.key)), None)
        if trial:
            trial.opened.append(world)
            for rule in trial.of_deliveries:
                world.faults.own.add(rule)

    def _open(self, setup: Setup, key: str) -> World:
        world = self.worlds.of(key)
        base = self.worlds.clock.base.now()
        start = instant(NOW, base)
        if setup.patience:
            start = start // MINUTE * MINUTE
        steering.move_clock(self.worlds, lambda *_: setup.course(start, base), world)
        if setup.when != NOW:
            start = instant(setup.when, base)
            steering.move_clock(self.worlds, lambda *_: setup.course(start, base), world)
        rules = []
        for place, document in enumerate(setup.rules, 1):
            moment = {name: _text_at(start + document[name]) for name in ("from", "until") if name in document}
            vocabulary = self.worlds.foundation.vocabulary
            rules.append(Rule.from_document({**document, **moment}, f"{STRIKE}{place}", vocabulary))
        if rules:
            world.faults.own.put([*world.faults.own.in_force.rules, *rules])
        if setup.remaining is not None:
            world.leave(setup.remaining)
        return world

    def _command(self, apart: Apart, limit: float) -> tuple[Ending, str, str]:
        entered = self.mock.entrance(apart.key, self._outside, apart.answering)
        # What outlives the command may still write there.
        made = TemporaryDirectory(prefix="trackflow-lab-", ignore_cleanup_errors=True)
        with made as folder, entered as entrance:
            out, err, own = Path(folder, "stdout"), Path(folder, "stderr"), Path(folder, "tmp")
            own.mkdir()
            with out.open("wb") as stdout, err.open("wb") as stderr:
                streams = Streams(subprocess.DEVNULL, stdout, stderr)
                user = {**self.user, IN_LAB: "1", "TMPDIR": str(own)}
                ending = run_in(
                    entrance, self.command, user, limit=limit, lenient=True, streams=streams, commands=self._commands
                )
            return ending, _read(out), _read(err)

    def _outcome(self, world: World, setup: Setup, trial: _Trial, said: Said) -> TrialOutcome:
        key = world.account.key
        entries = tuple(each for each in trial.heard if each.key == key)
        left = sorted((each.tracking_number, ",".join(each.events)) for each in world.webhooks.subscriptions.all())
        return TrialOutcome(
            setup,
            key,
            said.ending,
            said.stdout,
            said.stderr,
            entries,
            tuple(trial.heard),
            {rule.id: found.applied for rule, found in world.faults.rules()},
            trial.lied,
            {each.id: each for each in report(Conversations(self.specification).of(world, entries)).findings},
            tuple(left),
            world.webhooks.subscriptions.created,
            sum(each.state is DeliveryState.DELIVERED for each in world.webhooks.queue.all()),
            tuple(trial.events),
            journals.history_of(self.worlds, world),
        )


def settings(seed: int, overlays: Iterable[Path] = ()) -> Settings:
    """The settings of a mock that trials run on."""
    return Settings(port=0, seed=seed, overlay=tuple(overlays), journal_size=JOURNAL, log_format="text")


def _text_at(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).isoformat()


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(MOST_OUTPUT).decode("utf-8", "replace")
