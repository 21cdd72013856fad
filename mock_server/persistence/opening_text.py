"""How a mock as a whole stands, as the text that is kept of it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from operator import is_
from typing import Any

from mock_server.domain.shipments.pinned import Pin
from mock_server.domain.steps import Steps
from mock_server.faults.scenarios import Scenario
from mock_server.persistence import snapshots
from mock_server.persistence.snapshots import parts
from mock_server.persistence.starting import started
from mock_server.server.reply import in_parts
from mock_server.world import Foundation, Opening

SHIPMENT = 3  # how deep in a scenario one shipment is

Written = Steps[str]
"""A text that is written step by step."""


class OpeningText:
    """The text, of which only what has changed is written anew: ten thousand shipments may be in it, twice."""

    def __init__(self) -> None:
        self._scenario: Scenario | None = None
        self._scenario_text = ""
        self._pins: Sequence[Pin] = ()
        self._pin_texts: Mapping[int, str] = {}  # of those pins, by their identity
        self._pins_text = ""

    def writing(self, foundation: Foundation, opening: Opening) -> Written:
        """The text for how it stands now, step by step."""
        course, settings = asdict(opening.course), started(foundation)
        rest = json.dumps({**snapshots.standing_beside(opening), "course": course, "settings": settings})
        scenario, shipments = (yield from self._of_scenario(opening.scenario)), (yield from self._of_pins(opening.pins))
        return f'{rest[:-1]}, "scenario": {scenario}, "shipments": [{shipments}]}}'

    def latest(self, foundation: Foundation, opening: Callable[[], Opening]) -> Written:
        """The text for how it stands when that is ready: what others change meanwhile is in it."""
        while True:
            began = opening()
            text = yield from self.writing(foundation, began)
            if opening() == began:
                return text

    def _of_scenario(self, scenario: Scenario) -> Written:
        known = self._scenario
        if known is None or known.document is not scenario.document or known.name != scenario.name:
            self._scenario_text = yield from _joined(in_parts(parts.scenario(scenario), SHIPMENT, _dumped))
            self._scenario = scenario
        return self._scenario_text

    def _of_pins(self, pins: Sequence[Pin]) -> Written:
        if len(pins) != len(self._pins) or not all(map(is_, pins, self._pins)):
            known, texts = self._pin_texts, {}
            for pin in pins:
                text = known.get(id(pin))
                if text is None:
                    text = json.dumps(parts.shipment(pin))
                    yield
                texts[id(pin)] = text
            self._pins, self._pin_texts = pins, texts
            self._pins_text = ", ".join(texts.values())
        return self._pins_text


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


def _joined(pieces: Iterator[bytes]) -> Written:
    found = []
    for piece in pieces:
        found.append(piece)
        yield
    return b"".join(found).decode()
