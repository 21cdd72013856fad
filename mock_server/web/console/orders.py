"""An order to the control plane: what a button does, and the curl command that does the same."""

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import quote, urlencode

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from mock_server.own_paths import CONTROL_PREFIX
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.carrying import carried_out
from mock_server.web.control.route import ControlRoute
from mock_server.web.problems import Problem, of_error, problem_of

YAML = "application/yaml"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class ConsoleCall:
    """One call of the control plane; `body` is a JSON value, `text` a body that is none."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    text: str | None = None

    @classmethod
    def of_text(cls, text: str) -> Self:
        """The order that a page has written down; ValueError for what is none."""
        value = json.loads(text)
        if not isinstance(value, dict) or not isinstance(value.get("path"), str):
            raise ValueError("this is no order")
        query = {str(name): str(each) for name, each in value.get("query", {}).items()}
        return cls(str(value.get("method")), value["path"], query, value.get("body"), value.get("text"))

    def to_text(self) -> str:
        """The order as a page writes it down."""
        value = {"method": self.method, "path": self.path, "query": dict(self.query), "body": self.body}
        return json.dumps(value if self.text is None else {**value, "text": self.text}, ensure_ascii=False)

    @property
    def target(self) -> str:
        path = f"{CONTROL_PREFIX}{self.path}"
        return f"{path}?{urlencode(self.query)}" if self.query else path

    def curl(self, origin: str, *, token: bool = False) -> str:
        """The command that does the same; `token` says that the control plane asks for one."""
        words = ["curl"]
        if self.method not in {"GET", "POST"} or (self.method == "POST" and self.body is None and self.text is None):
            words += ["-X", self.method]
        words.append(shlex.quote(f"{origin}{self.target}"))
        lines = [" ".join(words)]
        if token:
            lines.append('-H "Authorization: Bearer $TRACKFLOW_MOCK_ADMIN_TOKEN"')
        if self.text is not None:
            lines += [f"-H 'Content-Type: {YAML}'", f"--data-binary {shlex.quote(self.text)}"]
        elif self.body is not None:
            lines.append(f"-d {shlex.quote(json.dumps(self.body, ensure_ascii=False))}")
        return " \\\n  ".join(lines)

    def carried_out(self, call: ControlCall) -> Reply:
        """What the control plane answers; Problem as it would be told to curl."""
        content = b"" if self.body is None else json.dumps(self.body).encode()
        if self.text is not None:
            content = self.text.encode("utf-8", "surrogatepass")
        try:
            route, places = routes(call.plane.routes).bind("").match(self.path, self.method)
        except HTTPException as error:
            raise problem_of(error, self.path) from None
        ordered = replace(
            call,
            query=self.query,
            content=content,
            media_type=JSON if self.text is None else YAML,
            path=f"{CONTROL_PREFIX}{self.path}",
        )
        try:
            return carried_out(ordered, route, route.handler, places)
        except Problem:
            raise
        except Exception as error:
            problem = of_error(error)
            if problem is None:
                raise
            raise problem from None


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form comes to: an order, what is said when it is done, and where to go then."""

    order: ConsoleCall
    done: str = "Done"
    then: Callable[[Any], str] | None = None


def keyed(call: ControlCall, **query: str) -> dict[str, str]:
    """The query of an order for the key that the page is about, or for all."""
    return {**({"key": call.key} if call.key else {}), **query}


@lru_cache(2)
def routes(of_plane: tuple[ControlRoute, ...]) -> Map:
    """The control plane's routes as a map from method and path to route."""
    return Map([Rule(route.path, methods=[route.method], endpoint=route) for route in of_plane])


def get(call: ControlCall, path: str, **query: str | int | None) -> Any:
    """What the control plane tells at the path, for the key that the page is about."""
    reply = _asked(call, path, query, wide=False)
    if reply.later is not None:
        raise NotImplementedError(f"what {path} tells may be known only later; ask with `shown`")
    return reply.value()


def shown(call: ControlCall, path: str, then: Callable[[Any], Reply], **query: str | int | None) -> Reply:
    """What `then` makes of what the control plane tells at the path, also where that is known only later.

    That is what all processes tell together, where there are several and the page is about no key.
    """
    reply = _asked(call, path, query, wide=True)
    return reply.then(lambda known: known if known.status >= HTTPStatus.BAD_REQUEST else then(known.value()))


def _asked(call: ControlCall, path: str, query: Mapping[str, str | int | None], *, wide: bool) -> Reply:
    asked = {name: str(value) for name, value in {"key": call.key, **query}.items() if value is not None}
    order = ConsoleCall("GET", path, asked)
    if wide and call.key is None and call.ask_all:
        return call.ask_all(order.target, None)
    return order.carried_out(call)


def place(text: str) -> str:
    """A name as one segment of a path."""
    return quote(text, safe="")
