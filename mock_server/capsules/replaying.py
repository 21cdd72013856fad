"""Replaying: the same requests to a fresh mock, at the same instants, and what differs."""

from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mock_server.api import carriers, tracking  # noqa: F401 - importing them registers their handlers
from mock_server.api.handlers import HANDLERS
from mock_server.api.injection import Postponed
from mock_server.api.pipeline import Pipeline
from mock_server.api.webhooks import subscribe
from mock_server.capsules import digests
from mock_server.capsules.form import Capsule, CapsuleError
from mock_server.capsules.past import Past
from mock_server.capsules.secrets import SecretMask
from mock_server.capsules.story import HeaderSets, course_of
from mock_server.contract.errors import ApiError
from mock_server.contract.forms import told_at
from mock_server.contract.specification import Specification
from mock_server.domain.clock import Clock, Course
from mock_server.domain.webhooks.delivery import Attempt
from mock_server.faults.rules import Rule
from mock_server.persistence.snapshots import parts
from mock_server.persistence.snapshots.worlds import newcomer
from mock_server.server.reply import Reply
from mock_server.settings import Settings
from mock_server.version import __version__
from mock_server.world import Foundation, World, Worlds

JOURNAL = 100  # requests of a replay that are kept, which nobody asks for
WORLD = "snapshot.schema.json#/$defs/world"
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a replay was another: which item of the story, what it is about, what it was and is."""

    place: int
    about: str
    then: str
    now: str

    def __str__(self) -> str:
        return f"{self.about}: was {self.then}, is {self.now}"


@dataclass(slots=True)
class Replay:
    """What came of a replay."""

    replies: list[Reply | None] = field(default_factory=list)
    """By the places of the story; None where it has no request."""
    digests: list[str | None] = field(default_factory=list)
    """Of answers and of what was sent to receivers, by the places of the story."""
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    """Of deliveries."""
    differences: list[Difference] = field(default_factory=list)
    requests: int = 0
    attempts: int = 0


@contextmanager
def settings_of(capsule: Capsule, **more: Any) -> Iterator[Settings]:
    """The settings under which the capsule's world is what it was, with more of them; overlays are files meanwhile."""
    with TemporaryDirectory(prefix="trackflow-capsule-") as folder:
        paths = []
        for number, overlay in enumerate(capsule["overlays"]):
            path = Path(folder, f"{number}-{Path(overlay['name']).name}")
            path.write_text(overlay["text"], encoding="utf-8")
            paths.append(path)
        yield Settings(**{**capsule["settings"], "overlay": tuple(paths), **more})


def specification_of(capsule: Capsule) -> Specification:
    """The contract that the capsule is of, with its overlays."""
    with settings_of(capsule) as settings:
        return Specification.load(settings.overlay)


def check(capsule: Capsule, foundation: Foundation) -> None:
    """CapsuleError if the capsule is of another contract, or of another version of this mock."""
    by = f"it was made by trackflow-mock {capsule['mock']}, and this is {__version__}"
    if capsule["mock"] == __version__:
        by = "overlays or schemas have changed since it was made"
    if capsule["contract"] != foundation.specification.fingerprint:
        raise CapsuleError(f"the capsule is of another contract than this mock's, so it cannot be replayed here: {by}")
    if capsule["mock"] != __version__:
        raise CapsuleError(f"the capsule is of another version, so it cannot be replayed exactly: {by}")


def enter(capsule: Capsule, worlds: Worlds) -> World:
    """The capsule's world as it began, among others; FormError where it cannot be."""
    record = capsule["world"]
    with told_at("/world"):
        worlds.foundation.vocabulary.forms.check(WORLD, record)
    guest = newcomer(worlds.foundation, record, "/world", worlds.scenario)
    worlds.admit(replace(guest, account=replace(guest.account, chance=capsule["chance"])))
    return worlds.of(record["key"])


def replay(capsule: Capsule, found: Callable[[Settings, Clock], Foundation] = Foundation) -> Replay:
    """The same session once more; CapsuleError if this mock has another contract, FormError if no world can be so.

    `found` makes what the world stands on; who replays many need not read the contract for each.
    """
    base = Past(capsule["clock"]["base"], capsule["clock"]["scale"])
    with settings_of(capsule, journal_size=JOURNAL) as settings:
        foundation = found(settings, base)
        check(capsule, foundation)
        return _Player(capsule, Worlds(foundation), base).play()


class Changes:
    """Does to a world what notes of a story tell."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tallies: list[object] = [rule.tally for rule, _ in world.faults.rules()]

    def make(self, item: Item) -> None:
        """What a note tells; CapsuleError, ApiError or ValueError where that cannot be."""
        world, foundation = self._world, self._world.foundation
        match item["note"]:
            case "clock":
                world.webhooks.notice()
                world.clock.change(lambda _, base: shifted(course_of(item["course"]), base - item["base"]))
                world.webhooks.moved()
            case "rules":
                world.faults.own.put([self._rule(*each) for each in item["rules"]])
            case "pin":
                world.pin(parts.pin(foundation, item["shipment"], "/shipment"), newest=item.get("newest"))
            case "unpin":
                instead = parts.pin(foundation, item["shipment"], "/shipment") if "shipment" in item else None
                world.unpin(parts.number(foundation, item), instead)
            case "event":
                world.happen(parts.number(foundation, item), item["event"], anew=item.get("anew", False))
            case "quota":
                world.leave(item["remaining"])
            case "subscribe":
                subscribe(world, item["webhook"])
            case "unsubscribe":
                world.webhooks.unsubscribe(item["id"])
            case "order":
                world.webhooks.order(item["tracking_number"], item["type"], item["status"], item["data"])
            case "send":
                world.webhooks.queue.postpone(item["id"], world.clock.now())
            case other:
                raise CapsuleError(f"{other!r} is nothing that happens to a world; was it made by a newer mock?")

    def _rule(self, tally: int, document: Mapping[str, Any]) -> Rule:
        while len(self._tallies) <= tally:
            self._tallies.append(object())
        rule = Rule.from_document(document, document["id"], self._world.foundation.vocabulary)
        return replace(rule, tally=self._tallies[tally])


class _Player:
    def __init__(self, capsule: Capsule, worlds: Worlds, base: Past) -> None:
        self._capsule = capsule
        self._base = base
        self._pipeline = Pipeline(worlds, HANDLERS)
        self._world = enter(capsule, worlds)
        self._world.clock.change(lambda *_: course_of(capsule["clock"]["course"]))
        self._mask = SecretMask(worlds.foundation.specification)
        self._changes = Changes(self._world)
        self._waiting: dict[int, Postponed] = {}
        self._within: list[int] = []
        self._world.webhooks.on_subscribed.append(self._subscribed)
        self._headers = HeaderSets()
        self._replay = Replay()

    def play(self) -> Replay:
        self._replay.replies = [None] * len(self._capsule["story"])
        self._replay.digests = [None] * len(self._capsule["story"])
        for place, item in enumerate(self._capsule["story"]):
            self._base.set(item["base"])
            try:
                if "note" in item:
                    self._note(place, item)
                elif not (item.get("stray") and item["operation"]):  # a key that had expired; it reached no world
                    self._replay.replies[place] = self._request(place, item)
            except (ApiError, ValueError, LookupError) as error:
                self._differ(place, told(item), "done", f"refused: {error}")
        self._compare_deliveries(len(self._capsule["story"]))
        return self._replay

    def _note(self, place: int, item: Item) -> None:
        webhooks = self._world.webhooks
        match item["note"]:
            case "begun":
                later = self._ask(item).later
                if isinstance(later, Postponed):
                    self._waiting[item["number"]] = later
                else:
                    self._differ(place, told(item), "made to wait", "answered at once")
            case "collect" if item.get("within"):
                self._within.append(item["steps"])
            case "collect":
                webhooks.collect(item["steps"])
            case "take":
                taken = webhooks.take()
                if taken is None or taken.id != item["id"]:
                    self._differ(place, told(item), "due", f"{taken.id} is due" if taken else "nothing is due")
            case "fail":
                webhooks.fail(item["id"], item["why"])
            case "attempt":
                self._attempt(place, item)
            case _:
                self._changes.make(item)

    def _request(self, place: int, item: Item) -> Reply:
        begun = item.get("begun")
        postponed = None if begun is None else self._waiting.pop(begun)
        reply = self._ask(item) if postponed is None else postponed.again()
        if reply.later is not None:
            self._differ(place, told(item), str(item["status"]), "made to wait")
            return reply
        self._replay.requests += 1
        digest = self._replay.digests[place] = digests.of_reply(reply, self._mask)
        spoilt = item.get("stray") and item.get("fault")  # by a rule for all, which is none of this world's
        if digest != item["digest"] and not spoilt:
            same = "another body, header or way" if reply.status == item["status"] else ""
            self._differ(place, told(item), str(item["status"]), f"{int(reply.status)}{same and ' with '}{same}")
        return reply

    def _ask(self, item: Item) -> Reply:
        broken = item.get("broken")
        error = broken and ApiError(broken[0], broken[1], status=broken[2] and HTTPStatus(broken[2]))
        return self._pipeline.answer(
            item["method"], item["target"], self._headers.read(item["headers"]), body_of(item), error or None
        )

    def _attempt(self, place: int, item: Item) -> None:
        webhooks = self._world.webhooks
        delivery = webhooks.queue.find(item["id"])
        if delivery is None:
            self._differ(place, told(item), "sent", "never made")
            return
        self._replay.attempts += 1
        sent = self._replay.digests[place] = digests.of_delivery(delivery, self._mask)
        if sent != item["sent"]:
            self._differ(place, told(item), item["sent"], "another event, body or signature")
        attempt = Attempt(
            item["at"],
            item["real"],
            item["seconds"],
            {},
            item["answered"],
            item.get("problem"),
            replay=item.get("replay", False),
        )
        webhooks.settle(item["id"], attempt, item.get("wait", 0.0), blocked=item.get("blocked", False))

    def _subscribed(self) -> None:
        """Where no event loop delivers, what is due is made ready within the subscription."""
        steps, self._within = self._within, []
        for each in steps:
            self._world.webhooks.collect(each)

    def _compare_deliveries(self, place: int) -> None:
        self._replay.outcomes = [digests.outcome(each, self._mask) for each in self._world.webhooks.queue.all()]
        now = {each["id"]: each for each in self._replay.outcomes}
        for then in self._capsule["deliveries"]:
            found = now.get(then["id"])
            if found != then:
                about = f"delivery {then['id']}"
                self._differ(place, about, _state(then), "never made" if found is None else _state(found))

    def _differ(self, place: int, about: str, then: str, now: str) -> None:
        self._replay.differences.append(Difference(place, about, then, now))


def shifted(course: Course, seconds: float) -> Course:
    """The course as it is where it begins so many seconds of the base later."""
    return replace(course, since=course.since + seconds, due=course.due + seconds)


def body_of(item: Item) -> bytes:
    """The body of a request of a story."""
    body = item.get("body", "")
    return b64decode(body["base64"]) if isinstance(body, Mapping) else body.encode()


def told(item: Item) -> str:
    """An item of a story in a few words."""
    if "method" in item:
        return f"{item['method']} {item['target']}"
    return f"{item['note']} {item.get('id', '')}".rstrip()


def _state(outcome: Item) -> str:
    return f"{outcome['state']} after {outcome['attempts']} attempts ({outcome['digest']})"
