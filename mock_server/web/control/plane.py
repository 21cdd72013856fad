"""The control plane's common ground: which worlds a call is about, and what it brought."""

from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import islice
from typing import Any

from flask import Blueprint, request

from mock_server.contract.bodies import read_json
from mock_server.contract.errors import ApiError
from mock_server.contract.forms import Forms
from mock_server.domain.clock import Clock, SystemClock
from mock_server.sending.scheduler import Scheduler
from mock_server.web.problems import Problem
from mock_server.world import World, Worlds

MOST_FLAWS = 20  # that a problem lists


@dataclass(frozen=True)
class Plane:
    """What every noun of the control plane works with; each registers its routes on `blueprint`."""

    worlds: Worlds
    version: str
    blueprint: Blueprint
    scheduler: Scheduler
    wall: Clock = field(default_factory=SystemClock)

    @property
    def forms(self) -> Forms:
        return self.worlds.foundation.vocabulary.forms

    @property
    def key(self) -> str | None:
        """The sandbox that the call is limited to; None for all."""
        return request.args.get("key")

    def read(self, form: str) -> Any:
        """The call's body, which has that form; Problem with every flaw if it has not."""
        value = body()
        self.check(form, value)
        return value

    def check(self, form: str, value: Any) -> None:
        """Problem with the first flaws of the value under the form, if it has any."""
        flaws = list(islice(self.forms.flaws(form, value), MOST_FLAWS))
        if flaws:
            raise Problem(HTTPStatus.BAD_REQUEST, "; ".join(flaw.detail for flaw in flaws[:3]), flaws)

    def known(self) -> list[World]:
        """The worlds in use that the call is about."""
        if self.key is None:
            return list(self.worlds.all())
        world = self.worlds.known(self.key)
        return [world] if world else []

    def world(self) -> World | None:
        """The world of `?key=`, made if the key was never used; None if the call is about all. Problem for no key."""
        return None if self.key is None else self.world_of(self.key)

    def world_of(self, key: str) -> World:
        """The world of that key, made if the key was never used; Problem for one that opens none."""
        self.check_key(key)
        return self.worlds.of(key)

    def check_key(self, key: str) -> None:
        """Problem for a key that opens no sandbox."""
        try:
            self.worlds.foundation.accounts.authenticate(key)
        except ApiError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, f"key={key!r} opens no sandbox: {error.detail}") from None


def body() -> Any:
    """The call's JSON value, whatever its Content-Type; none sent is an empty object. Problem if it is no JSON."""
    data = request.get_data()
    if not data:
        return {}
    try:
        return read_json(data)
    except ApiError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, error.detail or "") from None


def number(name: str, default: int, most: int | None = None) -> int:
    """A whole number from the query."""
    text = request.args.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Problem(HTTPStatus.BAD_REQUEST, f"{name}={text[:40]!r} is not a whole number")
    return min(int(text), most) if most else int(text)
