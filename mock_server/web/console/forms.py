"""Every form of the console: what it was filled with, as an order to the control plane."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mock_server.web.console import clock, faults, scenarios, shipments, webhooks
from mock_server.web.console.orders import ConsoleCall, Filled
from mock_server.web.control.call import ControlCall


def new_key(form: dict[str, str], _: ControlCall) -> Filled:
    """The order for a key of the chosen plan."""
    return Filled(ConsoleCall("POST", "/keys", {}, {"plan": form.get("/plan", "")}), "The key works from now on")


FORMS: Mapping[str, Callable[[dict[str, str], ControlCall], Filled]] = MappingProxyType(
    {
        "key": new_key,
        "clock-set": clock.set_clock,
        "clock-scale": clock.scale_clock,
        "fault": faults.make_rule,
        "scenario": scenarios.play_text,
        "pin": shipments.pin,
        "event": shipments.event,
        "subscribe": webhooks.subscribe,
        "trigger": webhooks.trigger,
        "spoil": webhooks.spoil,
    }
)
