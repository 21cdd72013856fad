"""Generated sessions: a client, a tester, receivers and time, all drawn from one number."""

import asyncio
import json
from functools import cache
from random import Random
from typing import Any

from mock_server.capsules.past import Past
from mock_server.domain.clock import from_text
from mock_server.domain.webhooks.delivery import Attempt
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.settings import Settings
from mock_server.web.front import Front
from mock_server.web.mock import Mock

PLANS = ("free", "starter", "growth", "enterprise", "sk")
ORDINARY = ("1Z999AA10123456784", "1Z204E380338943508", "449044304137821", "9400111899223197428490", "RR123456785GB")
SCENARIOS = ("000", "003", "004", "005", "007", "011", "012", "014", "015", "016", "017", "404", "429", "503", "504")
FAULTS: tuple[dict[str, Any], ...] = (
    {"type": "error", "code": "carrier_unavailable"},
    {"type": "error", "code": "rate_limit_exceeded"},
    {"type": "error", "code": "internal_error"},
    {"type": "latency", "milliseconds": 40},
    {"type": "latency", "distribution": {"type": "lognormal", "median": 30, "sigma": 0.4}},
    {"type": "dribble", "numberOfChunks": 3, "totalDuration": 20},
    {"type": "CONNECTION_RESET_BY_PEER"},
    {"type": "EMPTY_RESPONSE"},
    {"type": "MALFORMED_RESPONSE_CHUNK"},
    {"type": "RANDOM_DATA_THEN_CLOSE"},
    {"type": "truncate_body", "bytes": 20},
    {"type": "malformed_json"},
    {"type": "missing_field", "pointer": "/status"},
    {"type": "wrong_value", "pointer": "/status", "value": "lost"},
    {"type": "drop_header", "name": "X-RateLimit-Limit"},
    {"type": "wrong_status", "status": 202},
    {"type": "wrong_content_type", "value": "text/plain"},
    {"type": "miscount_quota", "by": 3},
    {"type": "bad_signature"},
    {"type": "missing_signature"},
    {"type": "foreign_signature"},
    {"type": "duplicate"},
    {"type": "reorder"},
    {"type": "delay", "seconds": 90},
    {"type": "drop"},
)
OF_DELIVERIES = 7  # the last of them
STARTS = ("2026-06-15T12:00:00Z", "2026-11-27T23:59:40Z", "2026-02-28T08:30:59Z")
SECRET = "s3cr3t-of-a-receiver"
STEPS = 16  # of making deliveries in a turn, as on the event loop


@cache
def mock_of(seed: int, scenario: str | None) -> tuple[Past, Mock, Front]:
    """A mock with the clock that it stands on; sessions with the same settings have it one after the other."""
    base = Past(from_text(STARTS[0]))
    mock = Mock(Settings(seed=seed, scenario=scenario), base)
    return base, mock, Front(mock)


class GeneratedSession:
    """One generated session; `key` is whose it is, and others come and go beside it.

    It is to be saved before another one begins.
    """

    def __init__(self, number: int) -> None:
        self.draw = draw = Random(number)
        started = from_text(draw.choice(STARTS)) + draw.random()
        seed = draw.randrange(3)
        scenario = draw.choice((None, None, None, "flaky", "rate-limited", "black-friday"))
        self.base, self.mock, self.front = mock_of(seed, scenario)
        self.base.set(started)
        self.mock.worlds.reset()
        self.key = self._key("live" if draw.random() < 0.5 else "test", number)
        self.webhooks: list[str] = []
        self.waiting: list[Any] = []
        magic = self.mock.worlds.foundation.magic.magic_numbers(None)
        numbers = [*ORDINARY, *(row.number for row in magic if row.scenario in SCENARIOS)]
        self.numbers = draw.sample(numbers, 5)

    def _key(self, kind: str, number: object) -> str:
        return f"tf_{kind}_{self.draw.choice(PLANS)}_{number}-{self.draw.randbytes(6).hex()}"

    def play(self, steps: int = 60) -> "GeneratedSession":
        """Do so many things."""
        doings = (
            (self.track, 8),
            (self.batch, 4),
            (self.subscribe, 6),
            (self.unsubscribe, 1),
            (self.oddity, 2),
            (self.rule, 4),
            (self.end_rule, 1),
            (self.move_clock, 3),
            (self.ship, 3),
            (self.happen, 5),
            (self.state, 1),
            (self.order, 2),
            (self.resume, 2),
            (self.other, 2),
        )
        chosen = self.draw.choices([each for each, _ in doings], [weight for _, weight in doings], k=steps)
        for doing in chosen:
            self.base.sleep(self.draw.choice((0.0, 0.01, 0.4, 3.0, 40.0, 4000.0)))
            doing()
            self.deliver()
        return self

    def track(self) -> None:
        number = self.draw.choice(self.numbers)
        query = self.draw.choice(("", "", "", "?lang=de", "?carrier=ups", "?carrier=nobody", "?token=" + SECRET))
        prefer = self.draw.choice((None,) * 8 + ("code=503", "delay=1", "example=documented"))
        self.ask("GET", f"/v2/track/{number}{query}", headers={"prefer": prefer} if prefer else {})

    def batch(self) -> None:
        size = self.draw.choice((1, 2, 5, 40, 200))
        shipments = [{"tracking_number": self.draw.choice(self.numbers)} for _ in range(size)]
        self.ask("POST", "/v2/track/batch", {"shipments": shipments})

    def subscribe(self) -> None:
        number, port = self.draw.choice(self.numbers), self.draw.randrange(3000, 3004)
        wanted: dict[str, Any] = {"tracking_number": number, "url": f"http://127.0.0.1:{port}/hook?token={SECRET}"}
        if self.draw.random() < 0.5:
            wanted["events"] = self.draw.sample(["delivered", "exception", "all"], 1)
        if self.draw.random() < 0.3:
            self.steer("POST", "/webhooks", wanted)
            return
        reply = self.ask("POST", "/v2/webhooks", wanted)
        if reply and reply.status == 201 and isinstance(body := _json(reply), dict) and "webhook_id" in body:
            self.webhooks.append(body["webhook_id"])

    def unsubscribe(self) -> None:
        webhook = self.draw.choice([*self.webhooks, "wh_of_nobody"])
        if self.draw.random() < 0.7:
            self.ask("DELETE", f"/v2/webhooks/{webhook}")
        else:
            self.steer("DELETE", f"/webhooks/{webhook}")

    def oddity(self) -> None:
        method, target, body = self.draw.choice(
            (
                ("GET", "/v2/nothing/here", None),
                ("PUT", "/v2/carriers", None),
                ("HEAD", "/v2/carriers", None),
                ("GET", "/v2/carriers", None),
                ("POST", "/v2/track/batch", "no json"),
                ("POST", "/v2/webhooks", {"url": "http://user:" + SECRET + "@127.0.0.1:3000/"}),
                ("GET", "/v2/track/%20", None),
            )
        )
        self.ask(method, target, body, headers={"authorization": f"Bearer {SECRET}"})

    def rule(self) -> None:
        fault = dict(self.draw.choice(FAULTS))
        rule: dict[str, Any] = {"fault": fault}
        if self.draw.random() < 0.6:
            rule["times"] = self.draw.randrange(1, 4)
        if self.draw.random() < 0.2:
            rule["probability"] = 0.5
        if self.draw.random() < 0.2:
            rule["after"] = 1
        if self.draw.random() < 0.3 and fault not in FAULTS[-OF_DELIVERIES:]:
            rule["match"] = {"operation": self.draw.choice(("trackShipment", "trackBatch", "createWebhook"))}
        if self.draw.random() < 0.4:
            rule["phase"] = self.draw.choice(("before", "after"))
        self.steer("POST", "/faults", rule, of_all=self.draw.random() < 0.2)

    def end_rule(self) -> None:
        listed = json.loads(self.steer("GET", "/faults").content)["faults"]
        verb = self.draw.choice(("DELETE", "pause", "resume"))
        for each in listed[:1]:
            if verb == "DELETE":
                self.steer("DELETE", f"/faults/{each['id']}", of_all=each["key"] is None)
            else:
                self.steer("POST", f"/faults/{each['id']}/{verb}", of_all=each["key"] is None)

    def move_clock(self) -> None:
        now = self.mock.worlds.of(self.key).clock.now()
        order = self.draw.choice(
            (
                {"action": "advance", "seconds": self.draw.choice((1, 59, 3600, 90_000))},
                {"action": "advance", "seconds": -self.draw.choice((2, 3600))},
                {"action": "freeze", "auto_advance": self.draw.choice((0, 1, 60))},
                {"action": "scale", "factor": self.draw.choice((1, 10, 3600))},
                {"action": "set", "instant": _text(now + self.draw.randrange(-4000, 200_000))},
                {"action": "reset"},
            )
        )
        self.steer("PUT", "/clock", order, of_all=self.draw.random() < 0.2)

    def ship(self) -> None:
        number = self.draw.choice(self.numbers)
        if self.draw.random() < 0.2:
            self.steer("DELETE", f"/shipments/{number}")
        else:
            wish = {"status": self.draw.choice(("in_transit", "out_for_delivery", "delivered", "exception", "pending"))}
            self.steer("PUT", f"/shipments/{number}", wish, of_all=self.draw.random() < 0.2)

    def happen(self) -> None:
        event = {"type": self.draw.choice(("transit", "out_for_delivery", "delivered", "exception"))}
        self.steer("POST", f"/shipments/{self.draw.choice(self.numbers)}/events", event)

    def state(self) -> None:
        self.steer("POST", "/states", {"state": "quota used", "params": {"remaining": self.draw.randrange(3)}})

    def order(self) -> None:
        if self.draw.random() < 0.5:
            self.steer("POST", "/webhooks/trigger", {"number": self.draw.choice(self.numbers), "event": "delivered"})
            return
        queue = self.mock.worlds.of(self.key).webhooks.queue
        if known := [each.id for each in queue.all()]:
            self.steer("POST", f"/deliveries/{self.draw.choice(known)}/{self.draw.choice(('send', 'replay'))}")

    def resume(self) -> None:
        """A call that had to wait has its effect, or its client has gone meanwhile."""
        if self.waiting:
            later = self.waiting.pop(self.draw.randrange(len(self.waiting)))
            if self.draw.random() < 0.8:
                later.again()

    def other(self) -> None:
        """Somebody else, who must make no difference."""
        self.ask("GET", f"/v2/track/{self.draw.choice(self.numbers).lower()}", key=self._key("test", "other"))

    def deliver(self) -> None:
        """What the event loop would do: make deliveries that are due, and attempt them."""
        mail = self.mock.worlds.of(self.key).webhooks
        while mail.collect(STEPS):
            pass
        while delivery := mail.take():
            if self.draw.random() < 0.1:
                continue  # it is still under way when the session is saved
            replayed = self.draw.random() < 0.05
            status = self.draw.choice((200, 204, 204, 500, 503, 410, None))
            problem = None if status else f"no connection: token={SECRET}"
            at = self.mock.worlds.of(self.key).clock.now() if delivery.due is None else delivery.due
            attempt = Attempt(at, self.base.now(), 0.01, {}, status, problem, replay=replayed)
            mail.settle(delivery.id, attempt, self.draw.choice((0.0, 0.0, 300.0)), blocked=self.draw.random() < 0.03)

    def ask(
        self, method: str, target: str, body: Any = None, *, headers: Any = None, key: str | None = None
    ) -> Reply | None:
        """The answer, None if it is still to come."""
        sent = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
        told = {"host": "127.0.0.1:8080", "x-api-key": key or self.key, "content-type": "application/json"}
        reply = self.mock.answer(Request(method, target, {**told, **(headers or {})}, body=sent))
        if reply.later is None:
            return reply
        if key is None:
            self.waiting.append(reply.later)
        return None

    def steer(self, method: str, path: str, value: Any = None, *, of_all: bool = False) -> Reply:
        """A call of the control plane; also one that is refused."""
        sent = b"" if value is None else json.dumps(value).encode()
        query = "" if of_all else f"?key={self.key}"
        headers = {"host": "127.0.0.1:8080", "content-type": "application/json"}
        reply: Reply = self.front.flask.answer(Request(method, f"/__admin{path}{query}", headers, body=sent))
        return reply

    def capsule(self, query: str = "") -> Any:
        """The capsule of it, as the control plane has it."""
        headers = {"host": "127.0.0.1:8080"}
        asked = Request("GET", f"/__admin/capsule?key={self.key}{query}", headers)
        reply = self.front.flask.answer(asked)
        reply = asyncio.run(_known(reply))
        assert reply.status == 200, reply.content
        return json.loads(reply.content)


async def _known(reply: Reply) -> Reply:
    while reply.later is not None:
        reply = await reply.later()
    return reply


def _json(reply: Reply) -> Any:
    try:
        return json.loads(reply.content)
    except ValueError:  # a fault has spoilt it
        return None


def _text(instant: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(instant, UTC).isoformat()
