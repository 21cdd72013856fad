"""`/metrics`: what a Prometheus server collects, in its text format (version 0.0.4)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from mock_server.domain.webhooks.delivery import DeliveryState
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall, Plane
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import MEASURED

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "trackflow_mock_"

Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured thing with its samples, each of its own labels."""

    name: str
    kind: str
    help: str
    samples: Iterable[Sample] = field(default_factory=tuple)

    def lines(self) -> Iterator[str]:
        yield f"# HELP {PREFIX}{self.name} {self.help}"
        yield f"# TYPE {PREFIX}{self.name} {self.kind}"
        for labels, value in self.samples:
            told = ",".join(f'{name}="{escaped(text)}"' for name, text in labels.items())
            yield f"{PREFIX}{self.name}{f'{{{told}}}' if told else ''} {value:.17g}"


def show_metrics(call: ControlCall) -> Reply:
    lines = (line for measure in MEASURES for metric in measure(call.plane) for line in metric.lines())
    return Reply(HTTPStatus.OK, "".join(f"{line}\n" for line in lines).encode(), {"Content-Type": CONTENT_TYPE})


def process(plane: Plane) -> Iterator[Metric]:
    yield Metric("info", "gauge", "The mock's version.", [({"version": plane.version}, 1)])
    yield Metric("sandboxes", "gauge", "Keys in use.", [({}, len(plane.worlds.all()))])


def requests(plane: Plane) -> Iterator[Metric]:
    archive = plane.worlds.archive
    answers = [
        ({"operation": operation or "unknown", "status": str(status)}, count)
        for (operation, status), count in sorted(archive.answers.copy().items(), key=str)
    ]
    faults = [({"fault": fault}, count) for fault, count in sorted(archive.faults.copy().items())]
    yield Metric("requests_total", "counter", "Requests answered, by operation and status.", answers)
    yield Metric("faults_total", "counter", "Requests that a fault struck, by the fault's name.", faults)
    yield Metric("journal_entries", "gauge", "Requests in all journals.", [({}, archive.entries)])
    yield Metric("journal_bytes", "gauge", "Memory that all journals take.", [({}, archive.bytes)])


def deliveries(plane: Plane) -> Iterator[Metric]:
    webhooks = [world.webhooks for world in plane.worlds.all()]
    states: Counter[DeliveryState] = Counter()
    for each in webhooks:
        states.update(each.queue.states)
    samples = [({"state": state}, states[state]) for state in DeliveryState]
    yield Metric("webhooks", "gauge", "Subscriptions.", [({}, sum(len(each.subscriptions.all()) for each in webhooks))])
    yield Metric("deliveries", "gauge", "Deliveries that are still known, by what became of them.", samples)


MEASURES: tuple[Callable[[Plane], Iterator[Metric]], ...] = (process, requests, deliveries)


def escaped(text: str) -> str:
    """The text as a label's value."""
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


ROUTES = (ControlRoute("GET", "/metrics", show_metrics, spread=MEASURED),)
