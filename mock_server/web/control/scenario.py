"""`/scenario`: how a sandbox starts, or all of them."""

from functools import partial
from http import HTTPStatus
from typing import Any

from contract_tests.contract.files import parse, text_of
from mock_server.contract.bodies import misread
from mock_server.domain.clock import still
from mock_server.domain.steps import Steps
from mock_server.faults import scenarios
from mock_server.faults.scenarios import FORM, Scenario
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.replies import answer
from mock_server.web.control.route import ControlRoute
from mock_server.web.control.spread import ordered
from mock_server.web.control.turns import SHORT, in_thread, in_turns
from mock_server.web.problems import Problem

SHORT_YAML = SHORT // 8  # bytes; of YAML one takes up to 3 us
YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})  # RFC 9512 and before it


def show_scenario(call: ControlCall) -> Reply:
    world = call.seen_world()
    scenario = world.scenario if world else call.worlds.scenario
    return answer({"name": scenario.name, "document": dict(scenario.document), "available": scenarios.shipped()})


def list_scenarios(_: ControlCall) -> Reply:
    """The shipped scenarios, each with what it is for and its text."""
    texts = {name: text_of(scenarios.SHIPPED / f"{name}{scenarios.SUFFIX}") for name in scenarios.shipped()}
    listed = [
        {"name": name, "description": parse(text, name).get("description"), "yaml": text}
        for name, text in texts.items()
    ]
    return answer({"scenarios": listed, "meta": {"total": len(listed)}})


def play_scenario(call: ControlCall) -> Reply:
    call.world()
    if len(call.content) <= (SHORT_YAML if call.media_type in YAML else SHORT):
        return _played(call, asked_for(call))
    return in_thread(partial(asked_for, call), partial(_played, call))


def _played(call: ControlCall, scenario: Scenario) -> Reply:
    return in_turns(_playing(call, scenario))


def _playing(call: ControlCall, scenario: Scenario) -> Steps[Reply]:
    with still(call.worlds.clock):
        steps = call.worlds.playing(scenario, call.key)
        next(steps, None)
    yield from steps
    return show_scenario(call)


def asked_for(call: ControlCall) -> Scenario:
    """The scenario that the call brings, by name or in full; DocumentError or FormError if it is none."""
    stage = call.worlds.foundation.stage
    if call.media_type in YAML:
        return scenarios.read(_text(call.content), "given", stage, source="the body")
    order: dict[str, Any] = call.read(f"{FORM}#/$defs/order")
    document, name = order.get("document"), order.get("name", "given")
    if document is None:
        return scenarios.load(name, stage)
    if isinstance(document, str):
        return scenarios.read(document, name, stage, source="document")
    return stage(name, document)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, f"the body is not UTF-8 text: {misread(error)}") from None


ROUTES = (
    ControlRoute("GET", "/scenario", show_scenario),
    ControlRoute("PUT", "/scenario", play_scenario, late=True, spread=ordered()),
    ControlRoute("GET", "/scenarios", list_scenarios),
)
