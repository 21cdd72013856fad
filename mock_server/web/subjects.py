"""What a call is about, as fault rules see it."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Call
from mock_server.domain.tracking_numbers import normalise
from mock_server.faults.matching import Parcel, Subject
from mock_server.web.routes import Route
from mock_server.world import Foundation


def subject_of(foundation: Foundation, route: Route, call: Call) -> Subject:
    """The call's operation, method and headers, and the parcels that it names in its path, body or batch."""
    if route.operation is None:
        return Subject(None, call.method, call.headers)
    items = route.operation.items(call)
    parcels = tuple(_parcels(foundation, [_named(call)] if items is None else items))
    return Subject(route.operation.id, call.method, call.headers, parcels, several=items is not None)


def _named(call: Call) -> Mapping[str, Any]:
    """The number and carrier of a call about one parcel; an object without them if there is none."""
    if "trackingNumber" in call.path_params:
        return {**call.query, "tracking_number": call.path_params["trackingNumber"]}
    return call.value if isinstance(call.value, Mapping) else {}


def _parcels(foundation: Foundation, items: list[Any]) -> Iterator[Parcel]:
    for item in items:
        number = item.get("tracking_number")
        if isinstance(number, str):
            yield Parcel(normalise(number), partial(_carrier, foundation, number, item.get("carrier")))


def _carrier(foundation: Foundation, number: str, code: str | None) -> str | None:
    """The carrier that is named or recognised; none for a number that is not one of the carrier's."""
    try:
        return foundation.recognise(number, code).carrier.code
    except ApiError:
        return None
