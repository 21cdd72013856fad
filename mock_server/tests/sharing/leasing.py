"""Instances whose leases are looked at, on clocks that stand until they are moved."""

from collections.abc import Callable
from dataclasses import dataclass, field

from mock_server.domain.webhooks.records import Counts, Records
from mock_server.persistence.shared.claims import Instance
from mock_server.persistence.shared.shared_store import SharedStore
from mock_server.sharing.leases import Leases
from mock_server.tests import valkeys
from mock_server.tests.domain.webhooks.webhook_sandbox import WebhookSandbox
from mock_server.tests.sharing.crew import LONG

KEY, OTHER = "tf_test_free_a", "tf_test_free_b"
PREFIX = "{trackflow-mock}:"


@dataclass
class LeasingInstance:
    """One instance, on a clock that stands until it is moved."""

    name: str
    url: str
    now: float = 1000.0
    heard: list[tuple[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store: SharedStore = valkeys.store_at(self.url)
        incarnation = self.store.claims.incarnation
        me = Instance(incarnation, self.name, f"http://{self.name}", self.store.number)
        self.leases = Leases(self.store, me, lambda: self.now, lambda key: key.startswith("tf_"), LONG)
        for name in ("claimed", "lost", "anew"):
            setattr(self.leases, f"on_{name}", self.hear(name))
        self.leases.on_forgotten = lambda: self.heard.append(("forgotten", None))

    def hear(self, name: str) -> Callable[[str], bool]:
        """What it is told of, as nothing that would take a while."""

        def heard(key: str) -> bool:
            self.heard.append((name, key))
            return False

        return heard

    def beat(self, seconds: float = 1.0) -> None:
        """Time passes, and then the instance says that it is alive."""
        self.now += seconds
        self.leases.renewed()()

    def works(self, seconds: float) -> Callable[[str], bool]:
        """Going on with a sandbox takes so long."""

        def claimed(key: str) -> bool:
            self.heard.append(("claimed", key))
            self.now += seconds
            return True

        return claimed

    def write(self, key: str = KEY) -> Records:
        """Write something of the key; what is wrong is in the records' `problem`."""
        records = self.store.of(key, lambda: WebhookSandbox().clock.course)
        records.moved()
        records.commit(0.0, Counts())
        return records

    def subscribe(self, key: str = KEY) -> None:
        """Let the key have something to do by itself."""
        sandbox = WebhookSandbox()
        records = self.store.of(key, lambda: sandbox.clock.course)
        sandbox.opened(records).subscribe("1Z999AA10123456784", "ups", "http://127.0.0.1:9/", ("all",))


def silence(site: LeasingInstance) -> None:
    """Let the store's time for an instance be over, as after some seconds without a word of it."""
    valkeys.asked(site.url, "DEL", f"{PREFIX}alive:{site.store.claims.incarnation}")
