"""What a call is about, as fault rules see it."""

from collections.abc import Mapping, Sequence
from functools import partial

from mock_server.api.routes import Route
from mock_server.contract.messages import Call
from mock_server.contract.operations import Operation
from mock_server.faults.matching import Parcel, Subject
from mock_server.world import Foundation


def subject_of(foundation: Foundation, route: Route, call: Call) -> Subject:
    """The call's operation, method and headers, and the parcels that it names in its path, body or batch."""
    operation = route.operation
    if operation is None:
        return Subject(None, call.method, call.headers, tuple)
    find = partial(_parcels, foundation, operation, call)
    return Subject(operation.id, call.method, call.headers, find, several=operation.items(call) is not None)


def _parcels(foundation: Foundation, operation: Operation, call: Call) -> Sequence[Parcel]:
    number = call.path_params.get("trackingNumber")
    if number is not None:
        return (foundation.parcel(number, call.query.get("carrier")),)
    items = operation.items(call)
    found = []
    for item in [call.value] if items is None else items:
        number = item.get("tracking_number") if isinstance(item, Mapping) else None
        if isinstance(number, str):
            found.append(foundation.parcel(number, item.get("carrier")))
    return found
