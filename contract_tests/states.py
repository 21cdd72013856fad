"""Provider states, after Pact: asking a test server to be in a certain state."""

import json
from collections.abc import Mapping
from typing import Any

from contract_tests.exchange import SentRequest
from contract_tests.facts import UnverifiableError, lacking
from contract_tests.transport import NoAnswerError, Transport


class States:
    """The target's control plane; without a URL no state can be made."""

    def __init__(self, url: str | None, headers: Mapping[str, str], transport: Transport) -> None:
        self._url = url
        self._headers = tuple(headers.items())
        self._transport = transport
        self._unknown: set[str] = set()
        self._dead: str | None = None

    def ask(self, state: str, **params: Any) -> None:
        """The target is in that state now; UnverifiableError if it can't be."""
        obstacle = self.obstacle(state)
        if obstacle is not None or self._url is None:
            raise obstacle or lacking("states")
        body = json.dumps({"state": state, "params": params}).encode()
        headers = (("Content-Type", "application/json"), *self._headers)
        try:
            response = self._transport.send(SentRequest("POST", self._url, headers, body))
        except NoAnswerError as error:
            self._dead = f"[states] {self._url} does not answer: {error}"
            raise UnverifiableError(self._dead) from None
        if response.status == 404:
            self._unknown.add(state)
            raise UnverifiableError(f"the target's control plane does not know the state {state!r}")
        if not response.succeeded:
            raise UnverifiableError(f"[states] {self._url} answered {response.status} to {state!r}: {response.text}")

    def time_passes(self, seconds: float) -> None:
        """Moves the target's clock ahead; UnverifiableError if that can't be done."""
        if self._url is None:
            raise lacking("patience")
        self.ask("time passes", seconds=seconds)

    def available(self, state: str) -> bool:
        """Whether it is worth asking for the state."""
        return self.obstacle(state) is None

    def obstacle(self, state: str) -> UnverifiableError | None:
        """Why the state can't be made, as far as that is known."""
        if self._url is None:
            return lacking("states")
        if self._dead is not None:
            return UnverifiableError(self._dead)
        if state in self._unknown:
            return UnverifiableError(f"the target's control plane does not know the state {state!r}")
        return None
