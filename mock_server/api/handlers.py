"""Which function answers which operation."""

from collections.abc import Callable

from mock_server.contract.messages import Call
from mock_server.contract.operations import Answer
from mock_server.world import World

Handler = Callable[[World, Call], Answer]

HANDLERS: dict[str, Handler] = {}


def answers(operation_id: str) -> Callable[[Handler], Handler]:
    """Register a plain function as the one that answers the operation of that id."""

    def register(handler: Handler) -> Handler:
        HANDLERS[operation_id] = handler
        return handler

    return register
