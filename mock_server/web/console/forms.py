"""Every form of the console: what it was filled with, as an order to the control plane."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mock_server.web.console.clock import scale_clock, set_clock
from mock_server.web.console.orders import Filled, Order
from mock_server.web.control.call import ControlCall


def new_key(form: dict[str, str], _: ControlCall) -> Filled:
    plan = form.get("/plan", "")
    return Filled(Order("POST", "/keys", {}, {"plan": plan}), "The key works from now on")


FORMS: Mapping[str, Callable[[dict[str, str], ControlCall], Filled]] = MappingProxyType(
    {"key": new_key, "clock-set": set_clock, "clock-scale": scale_clock}
)
