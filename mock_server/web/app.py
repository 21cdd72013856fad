"""The mock as a Flask application."""

import re
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import Rule

from mock_server.domain.clock import Clock
from mock_server.own_paths import CONTROL_PREFIX
from mock_server.server.reply import Reply
from mock_server.server.request import Refusal, Request
from mock_server.settings import Settings
from mock_server.version import __version__
from mock_server.web import console
from mock_server.web.bridge import ask, request_of, respond
from mock_server.web.control import control_plane
from mock_server.web.mock import Mock
from mock_server.web.near_paths import near_path
from mock_server.web.problems import Problem, problem_of, render


class _Rule(Rule):
    """A rule that learns to build a URL whenever it is asked for one: that takes longer than the rest of a mock."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        learnt = super()._compile_builder

        def build(rule: Rule, **values: str) -> tuple[str, str]:
            return learnt(append_unknown)(rule, **values)

        return build


class MockServer(Flask):
    """One rule for each operation of the contract, and the control plane."""

    url_rule_class = _Rule

    def __init__(self, mock: Mock) -> None:
        super().__init__(__name__, static_folder=None)
        self.mock = mock
        self.pipeline, self.worlds, self.scheduler = mock.pipeline, mock.worlds, mock.scheduler
        self.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
        self.register_error_handler(Problem, render)
        self.register_error_handler(HTTPException, self._unrouted)
        plane = control_plane(
            self.worlds,
            __version__,
            self.scheduler,
            mock.callers,
            answer=mock.answer,
            certificate=mock.certificate,
            ready=lambda: mock.ready,
            peer_group=lambda: mock.peer_group,
            pages=console.PAGES,
            more=console.ROUTES,
        )
        self.register_blueprint(plane, url_prefix=CONTROL_PREFIX)
        base = mock.pipeline.specification.base_path
        for operation in mock.pipeline.specification.operations.values():
            self.add_url_rule(
                base + _rule(operation.path),
                operation.id,
                self._operation,
                methods=[operation.method],
                provide_automatic_options=False,
                merge_slashes=False,
            )

    def answer(self, asked: Request) -> Reply:
        """What this application answers, before_request hooks, extensions and all."""
        return ask(self, asked)

    def meant(self, method: str, path: str) -> str | None:
        """The endpoint that a request for the path would come to; None for none."""
        try:
            endpoint, _ = self.url_map.bind("").match(path, method)
        except HTTPException:
            return None
        return str(endpoint)

    def refuse(self, refusal: Refusal) -> Reply:
        """What the server answers itself to a control call: a problem as all there, and none of the journal's."""
        return Problem(HTTPStatus(refusal.status), refusal.reason).reply()

    def _operation(self, **_parameters: str) -> Response:
        """The contract's answer; what the path means is read from the raw target, as by the fast door."""
        request.max_content_length = self.pipeline.specification.extension("x-max-bytes")
        try:
            return respond(self.mock.answer(request_of(request.environ, request.get_data())))
        except RequestEntityTooLarge:
            reason = f"The request body is longer than {request.max_content_length} bytes."
            return respond(self.mock.refuse(Refusal(413, reason, request_of(request.environ, b""))))

    def _unrouted(self, error: HTTPException) -> Response:
        """The contract's own answer to what no rule matches, and a problem to a control call."""
        if not request.path.startswith(CONTROL_PREFIX):
            return self._operation()
        rules = (rule.rule for rule in self.url_map.iter_rules())
        return render(problem_of(error, request.path, partial(near_path, rules)))


def _rule(path: str) -> str:
    """A path template of OpenAPI as Flask writes it."""
    names = iter(range(path.count("{")))
    return re.sub(r"{([^}]+)}", lambda found: f"<{_variable(found[1], next(names))}>", path)


def _variable(name: str, place: int) -> str:
    return name if name.isidentifier() and name.isascii() else f"parameter_{place}"


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> MockServer:
    """A mock with these settings; DocumentError or ValueError says which file or setting is wrong."""
    return MockServer(Mock(settings, clock))
