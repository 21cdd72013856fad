"""What a click does: an order is carried out, and the answer says what came of it and how curl does the same."""

import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from mock_server.server.reply import Reply
from mock_server.web.console.forms import FORMS
from mock_server.web.console.frame import html
from mock_server.web.console.orders import ConsoleCall, Filled
from mock_server.web.control.call import ControlCall
from mock_server.web.problems import Problem


def do(call: ControlCall) -> Reply:
    """Carry out the order that a button has written down."""
    form = fields(call)
    try:
        order = ConsoleCall.of_text(form.get("order", ""))
    except ValueError:
        raise Problem(HTTPStatus.BAD_REQUEST, "order is not one that a page has written; reload the page") from None
    then = form.get("then")
    return acted(call, order, form.get("done", "Done"), "", (lambda _: then) if then else None)


def fill(call: ControlCall, name: str) -> Reply:
    """Carry out what a form asks for."""
    maker = _maker(name)
    try:
        filled = maker(fields(call), call)
    except Problem as problem:
        return _told(call, None, problem, name)
    return acted(call, filled.order, filled.done, name, filled.then)


def preview(call: ControlCall, name: str) -> Reply:
    """The curl command for what a form says so far."""
    try:
        filled = _maker(name)(fields(call), call)
    except Problem as problem:
        return html(call, "preview.html", order=None, detail=problem.detail)
    return html(call, "preview.html", order=filled.order, detail="")


def acted(call: ControlCall, order: ConsoleCall, done: str, form: str, then: Callable[[Any], str] | None) -> Reply:
    """The order carried out, with what to tell of it, also where that is known only later."""
    try:
        reply = order.carried_out(call)
    except Problem as problem:
        return _told(call, order, problem, form)
    return reply.then(lambda known: _finished(call, order, known, done, form, then))


def _finished(  # noqa: PLR0917 - what `acted` knows, and the reply
    call: ControlCall, order: ConsoleCall, reply: Reply, done: str, form: str, then: Callable[[Any], str] | None
) -> Reply:
    value = reply.value()
    if reply.status >= HTTPStatus.BAD_REQUEST:
        return _told(call, order, Problem(HTTPStatus(reply.status), value.get("detail", "")), form)
    told = html(call, "told.html", order=order, done=done, problem=None, form=form, value=value)
    headers = {"HX-Trigger": json.dumps({"changed": {"form": form}})}
    if then:
        headers = {"HX-Redirect": then(value)}
    return told.with_headers(headers)


def _told(call: ControlCall, order: ConsoleCall | None, problem: Problem, form: str) -> Reply:
    """What went wrong, told at the form's fields."""
    flaws: Sequence[Any] = problem.flaws
    return html(call, "told.html", order=order, done="", problem=problem, flaws=flaws, form=form, value=None)


def fields(call: ControlCall) -> dict[str, str]:
    """What a form was filled with; a name that comes twice has its values on lines of their own."""
    found: dict[str, str] = {}
    text = call.content.decode("utf-8", "replace")
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=2000):
        found[name] = f"{found[name]}\n{value}" if name in found else value
    return found


def _maker(name: str) -> Callable[[dict[str, str], ControlCall], Filled]:
    if name not in FORMS:
        raise Problem(HTTPStatus.NOT_FOUND, f"there is no form {name!r}")
    return FORMS[name]
