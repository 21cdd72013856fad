"""A quota that requests at once can get around."""

from collections.abc import Callable
from functools import partial
from threading import Event

from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.quota import Quota


class Racing(Quota):
    """What is read of the count may be old when it is written; `between` is what passes meanwhile."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.between: Callable[[], object] = partial(Event().wait, 0.02)
