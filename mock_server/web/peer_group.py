"""The other processes of the same mock, as far as one of them has to know."""

from collections.abc import Callable
from dataclasses import dataclass

from mock_server.server.shared import Application


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """`name` tells what the others call this process; `ask` has all of them answer a control call without a key."""

    name: Callable[[], str]
    ask: Application
