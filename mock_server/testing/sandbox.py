"""A sandbox for one test: an API key whose world the test shapes, moves and looks into."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlsplit

from mock_server.control_client import ControlPlane, SteeringError
from mock_server.testing.receiver import Received, Receiver
from mock_server.testing.recorded import RecordedRequest

if TYPE_CHECKING:
    from mock_server.proxy.entrance import Entrance
    from mock_server.proxy.entrances import Outside

MOST_REQUESTS = 1000


class SandboxTime:
    """The sandbox's clock, which everything in it goes by."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self._plane.get("/clock")["unix"], UTC)

    def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Let so much time pass; deliveries that fall due have been attempted when this returns.

        It can stand in for a client's sleep: `monkeypatch.setattr("time.sleep", trackflow.clock.advance)`.
        """
        total = seconds + 60 * minutes + 3600 * hours + 86_400 * days
        self._plane.put("/clock", {"action": "advance", "seconds": total})

    def freeze(self, *, auto_advance: float = 0) -> None:
        """Let time stand still, or move on for clients that wait out Retry-After, so many seconds in one of theirs."""
        self._plane.put("/clock", {"action": "freeze", "auto_advance": auto_advance})

    def set(self, instant: datetime | str) -> None:
        """Let it be that instant, in any form of RFC 3339; one without a zone is UTC."""
        self._plane.put("/clock", {"action": "set", "instant": _zoned(instant)})

    def scale(self, factor: float) -> None:
        """Let so many seconds pass in each real one."""
        self._plane.put("/clock", {"action": "scale", "factor": factor})

    def reset(self) -> None:
        """Follow the server's clock again."""
        self._plane.put("/clock", {"action": "reset"})


def _zoned(instant: datetime | str) -> str:
    """The instant with its zone; a text that Python cannot read is left for the mock to read or refuse."""
    try:
        moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    except ValueError:
        return str(instant)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


class SandboxWebhooks:
    """The sandbox's webhooks, and a receiver of the test's own at `url`."""

    def __init__(self, plane: ControlPlane, receiver: Receiver, watched: set[str]) -> None:
        """`watched` are the shipments that the receiver hears of."""
        self._plane, self._receiver = plane, receiver
        self._path = f"/{plane.key}"
        self._watched = watched
        self.url = f"{receiver.url}{self._path}"

    def watch(self, number: str, events: Iterable[str] = ("all",)) -> None:
        """Let the receiver hear of the shipment, as if the client had subscribed to it; that costs no lookup."""
        if number not in self._watched:
            self._watched.add(number)
            self._plane.post("/webhooks", {"tracking_number": number, "url": self.url, "events": list(events)})

    @property
    def received(self) -> list[Received]:
        """What the receiver was sent so far, in order."""
        return self._receiver.received(self._path)

    @property
    def deliveries(self) -> list[dict[str, Any]]:
        """Every delivery of the sandbox, to whatever url, oldest first, as GET /__admin/deliveries tells of it."""
        found: list[dict[str, Any]] = self._plane.get("/deliveries", limit=MOST_REQUESTS)["deliveries"]
        return found[::-1]

    def wait(self, *, type: str | None = None, count: int = 1, timeout: float = 5.0) -> list[Received]:  # noqa: A002 - the event's own word
        """The first so many events of that type that the receiver is sent; TimeoutError says what came instead."""

        def fitting() -> list[Received]:
            return [each for each in self.received if type in {None, each.type}]

        if not self._receiver.wait(lambda: len(fitting()) >= count, timeout):
            came = ", ".join(each.type for each in self.received) or "nothing"
            watched = ", ".join(sorted(self._watched)) or "no shipment; ship() or watch() one first"
            raise TimeoutError(
                f"{len(fitting())} of {count} events {type or 'of any type'} came within {timeout:g} s; "
                f"received was {came}; watched is {watched}"
            )
        return fitting()[:count]

    def forget(self) -> None:
        """Let go of what the receiver was sent."""
        self._receiver.forget(self._path)


class Sandbox:
    """An API key of one's own on a running mock. Give `url` and `key` to the client under test."""

    def __init__(self, plane: ControlPlane, key: str, plan: str, receiver: Receiver, mock: "AnyMock") -> None:
        """`plane` is the control plane of that key alone."""
        self.plane = plane
        self._mock = mock
        self.url = plane.url
        self.key = key
        self.plan = plan
        self.clock = SandboxTime(plane)
        self._watched: set[str] = set()
        self.webhooks = SandboxWebhooks(plane, receiver, self._watched)

    @property
    def base_url(self) -> str:
        """Where the contract's paths begin."""
        server: str = self.plane.get("/contract.json")["servers"][0]["url"]
        return self.url + urlsplit(server).path

    def ship(self, number: str, status: str | None = None, **wish: Any) -> dict[str, Any]:
        """Let the number stand for a shipment in that status now, or with these `events`; the API's answer for it.

        Everything of schemas/shipment.schema.json can be wished for. `webhooks` hears of the shipment from now on.
        """
        if status is not None:
            wish["status"] = status
        self.webhooks.watch(number)
        shipment: dict[str, Any] = self.plane.put(f"/shipments/{quote(number, safe='')}", wish)["shipment"]
        return shipment

    def happen(self, number: str, type: str, **event: Any) -> dict[str, Any]:  # noqa: A002 - the event's own word
        """Let an event happen to the shipment now; the API's answer for it."""
        self.webhooks.watch(number)
        shipment: dict[str, Any] = self.plane.post(
            f"/shipments/{quote(number, safe='')}/events", {"type": type, **event}
        )["shipment"]
        return shipment

    def fail(self, code: str, *, times: int | None = None, retry_after_seconds: float = 0, **rule: Any) -> str:
        """Let calls be refused with that error code; the id of the rule.

        A client that waits out Retry-After waits as short as the contract can say, one second, unless
        `retry_after_seconds` says how long. `rule` is what schemas/fault.schema.json has beside the fault: `after`,
        `every`, `probability`, `match`, ... A `match` of a carrier or a number also strikes subscriptions to it.
        """
        fault = {"type": "error", "code": code, "retry_after_seconds": retry_after_seconds}
        return self.spoil(fault, times=times, **rule)

    def spoil(self, fault: Mapping[str, Any], *, times: int | None = None, **rule: Any) -> str:
        """Let a fault of any type strike, such as `{"type": "latency", "milliseconds": 500}`; the id of the rule."""
        limited = rule if times is None else {**rule, "times": times}
        identifier: str = self.plane.post("/faults", {"fault": dict(fault), **limited})["id"]
        return identifier

    def scenario(self, scenario: str | Path | Mapping[str, Any]) -> None:
        """Begin anew in a scenario: a shipped one by its name, the YAML file at a path, or a document."""
        order: dict[str, Any]
        if isinstance(scenario, Mapping):
            order = {"document": dict(scenario)}
        elif isinstance(scenario, Path) or Path(scenario).suffix in {".yaml", ".yml"}:
            path = Path(scenario)
            order = {"name": path.stem, "document": path.read_text(encoding="utf-8")}
        else:
            order = {"name": scenario}
        self.plane.put("/scenario", order)
        self._watched.clear()

    def recover(self, rule: str | None = None) -> None:
        """Let nothing go wrong any more, or not by that rule."""
        self.plane.delete("/faults" if rule is None else f"/faults/{rule}")

    @property
    def requests(self) -> list[RecordedRequest]:
        """What was asked under the key, oldest first; also what the contract does not know."""
        entries = self.plane.get("/requests", limit=MOST_REQUESTS)["requests"]
        return [RecordedRequest.from_entry(entry) for entry in reversed(entries)]

    def wait_for(self, count: int = 1, *, timeout: float = 5.0, **match: Any) -> list[RecordedRequest]:
        """The requests that match, once there are so many; TimeoutError says what came instead.

        `match` is as in schemas/control.schema.json: `operation`, `method`, `path`, `status`, `tracking_number`, ...
        """
        order = {"match": match, "atLeast": count, "timeoutMs": 1000 * timeout}
        try:
            self.plane.post("/requests/wait", order, patience=timeout)
        except SteeringError as error:
            if error.status != 408:  # any other problem is the caller's
                raise
            came = "; ".join(map(str, self.requests)) or "nothing was asked"
            raise TimeoutError(f"{error}; {came}") from None
        found = self.plane.post("/requests/find", {"match": match, "limit": MOST_REQUESTS})["requests"]
        return [RecordedRequest.from_entry(entry) for entry in reversed(found)]

    @property
    def report(self) -> dict[str, dict[str, Any]]:
        """How the client behaved: findings by their id, such as `report["retry_after"]["verdict"]`."""
        keys = self.plane.get("/report")["keys"]
        return {finding["id"]: finding for each in keys for finding in each["findings"]}

    def intercept(self) -> AbstractContextManager[None]:
        """Clients of this process reach the sandbox at the API's own https address while a `with` statement lasts.

        Whatever key they have wired in is the sandbox's, unless it names a plan. CertificateError where the extra
        `tls` is not installed.
        """
        from mock_server.testing.interception import intercepted  # noqa: PLC0415 - few tests need certificates

        return intercepted(partial(self._mock.entrance, self.key))

    def use_up(self, remaining: int = 0) -> None:
        """Leave so many lookups in the quota's windows."""
        self.plane.post("/states", {"state": "quota used", "params": {"remaining": remaining}})

    def save(self, path: str | Path) -> None:
        """Write all that was done here to a file that `trackflow-mock replay` reproduces, a capsule.

        SteeringError if the mock no longer knows how it began.
        """
        from mock_server.capsules import form  # noqa: PLC0415 - few tests need one

        form.save(Path(path), self.plane.get("/capsule"))

    def reset(self) -> None:
        """Let the sandbox be as at its start."""
        self.plane.post("/reset")
        self._watched.clear()
        self.webhooks.forget()

    def __str__(self) -> str:
        """What happened here, for a failing test's report."""
        return "\n".join([f"{self.url} {self.key}", *map(str, self.requests)])


class AnyMock(Protocol):
    """A mock that has sandboxes."""

    url: str

    def entrance(self, key: str, outside: "Outside") -> "AbstractContextManager[Entrance]": ...


@contextmanager
def sandbox_on(
    mock: AnyMock, receiver: Receiver, *, plan: str | None = None, token: str | None = None
) -> Iterator[Sandbox]:
    """A new sandbox on that mock, forgotten afterwards; SteeringError for an unknown plan."""
    made = ControlPlane(mock.url, token=token).post("/keys", {} if plan is None else {"plan": plan})
    sandbox = Sandbox(ControlPlane(mock.url, made["key"], token), made["key"], made["plan"], receiver, mock)
    try:
        yield sandbox
    finally:
        sandbox.reset()
