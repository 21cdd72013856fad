"""What of the control plane is answered by what."""

from collections.abc import Callable
from dataclasses import dataclass

from mock_server.domain.steps import Steps
from mock_server.server.reply import Reply
from mock_server.web.control.spread import HERE, Spread

Handler = Callable[..., Reply | Steps[Reply]]
"""Answers a ControlCall and the variable parts of its path, by their names; step by step where there may be many."""


@dataclass(frozen=True, slots=True)
class ControlRoute:
    """What answers a method on a path below the control plane, written as Flask does."""

    method: str
    path: str
    handler: Handler
    form: str = ""
    """What the handler reads the body as, so that a long one can be looked at beside the event loop."""
    asks: bool = False
    """Whether it changes nothing by itself although it is a POST."""
    of_all: bool = False
    """Whether it may concern more than the key of `?key=`."""
    makes: bool = False
    """Whether it makes a key, which is its caller's then."""
    late: bool = False
    """Whether a reply that is not known yet has its effect only when it comes."""
    spread: Spread = HERE
    """What it means without a key where several processes are one mock."""
    told_to_all: bool = False
    """Whether it tells no secret, so that who checks whether the mock is up needs no token."""

    @property
    def reads(self) -> bool:
        return self.asks or self.method == "GET"
