"""What goes wrong with an answer: it is refused, late, in pieces, cut off, or none at all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import exp
from random import Random
from types import MappingProxyType
from typing import Any, ClassVar

from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Reply
from mock_server.faults.bodies import is_json
from mock_server.faults.fault import ANSWERED_OR_NOT, CallFault, Occasion, Phase, ReplyFault, fault, spelt
from mock_server.server import playing
from mock_server.server.reply import Wire

LONGEST_LATENCY = 300.0  # seconds; a draw beyond is cut, as no client waits for it
GARBAGE_BYTES = 64


@fault("error")
@dataclass(frozen=True, slots=True)
class Error(CallFault):
    """One of the contract's errors, as it would really be answered."""

    code: str
    retry_after_seconds: float | None = None

    def refusal(self, rule: str) -> ApiError:
        detail = f"forced by the fault rule {rule}"
        return ApiError(self.code, detail, injected=rule, retry_after=self.retry_after_seconds)


def _lognormal(chance: Random, given: Mapping[str, Any]) -> float:
    drawn: float = given["median"] * exp(chance.gauss(0.0, given["sigma"]))
    longest: float = given.get("maxValue", drawn)
    return min(drawn, longest)


def _uniform(chance: Random, given: Mapping[str, Any]) -> float:
    return chance.uniform(given["lower"], given["upper"])


def _fixed(_: Random, given: Mapping[str, Any]) -> float:
    milliseconds: float = given["milliseconds"]
    return milliseconds


DISTRIBUTIONS: Mapping[str, Callable[[Random, Mapping[str, Any]], float]] = MappingProxyType(
    {"lognormal": _lognormal, "uniform": _uniform, "fixed": _fixed}
)


@fault("latency")
@dataclass(frozen=True, slots=True)
class Latency(ReplyFault):
    """A wait before the first byte, fixed or drawn from a distribution (in milliseconds, spelt as in WireMock)."""

    phases: ClassVar[tuple[Phase, ...]] = ANSWERED_OR_NOT
    delays: ClassVar[bool] = True
    milliseconds: float = 0.0
    distribution: Mapping[str, Any] | None = None

    def after(self, reply: Reply, occasion: Occasion) -> Reply:
        drawn = DISTRIBUTIONS[self.distribution["type"]](occasion.chance, self.distribution) if self.distribution else 0
        return replace(reply, pause=reply.pause + min((self.milliseconds + drawn) / 1000, LONGEST_LATENCY))


@fault("dribble")
@dataclass(frozen=True, slots=True)
class Dribble(ReplyFault):
    """A body that comes in pieces, for as long as it takes."""

    phases: ClassVar[tuple[Phase, ...]] = ANSWERED_OR_NOT
    in_transfer: ClassVar[bool] = True
    number_of_chunks: int = spelt("numberOfChunks")
    milliseconds: float = spelt("totalDuration")

    def after(self, reply: Reply, _: Occasion) -> Reply:
        pieces = min(self.number_of_chunks, len(reply.content))
        return _sent(reply, playing.InPieces(pieces, self.milliseconds / 1000)) if pieces else reply


@fault("CONNECTION_RESET_BY_PEER")
@dataclass(frozen=True, slots=True)
class ConnectionResetByPeer(ReplyFault):
    """A connection reset instead of a reply."""

    phases: ClassVar[tuple[Phase, ...]] = ANSWERED_OR_NOT
    loses: ClassVar[bool] = True

    def after(self, reply: Reply, _: Occasion) -> Reply:
        return _sent(reply, playing.Reset())


@fault("EMPTY_RESPONSE")
@dataclass(frozen=True, slots=True)
class EmptyResponse(ReplyFault):
    """A connection closed instead of a reply."""

    phases: ClassVar[tuple[Phase, ...]] = ANSWERED_OR_NOT
    loses: ClassVar[bool] = True

    def after(self, reply: Reply, _: Occasion) -> Reply:
        return _sent(reply, playing.Nothing())


@fault("MALFORMED_RESPONSE_CHUNK")
@dataclass(frozen=True, slots=True)
class MalformedResponseChunk(ReplyFault):
    """A good head, and garbage where a chunk should be; a reply without a body has no chunks to spoil."""

    phases: ClassVar[tuple[Phase, ...]] = ANSWERED_OR_NOT
    loses: ClassVar[bool] = True
    in_transfer: ClassVar[bool] = True

    def after(self, reply: Reply, occasion: Occasion) -> Reply:
        return _sent(reply, playing.BrokenChunk(_garbage(occasion.chance))) if reply.content else reply


@fault("RANDOM_DATA_THEN_CLOSE")
@dataclass(frozen=True, slots=True)
class RandomDataThenClose(ReplyFault):
    """Garbage instead of a reply."""

    phases: ClassVar[tuple[Phase, ...]] = ANSWERED_OR_NOT
    loses: ClassVar[bool] = True

    def after(self, reply: Reply, occasion: Occasion) -> Reply:
        return _sent(reply, playing.Noise(_garbage(occasion.chance)))


@fault("truncate_body")
@dataclass(frozen=True, slots=True)
class TruncateBody(ReplyFault):
    """A connection closed in the middle of the body."""

    phases: ClassVar[tuple[Phase, ...]] = ANSWERED_OR_NOT
    loses: ClassVar[bool] = True
    in_transfer: ClassVar[bool] = True
    bytes_sent: int = spelt("bytes")

    def after(self, reply: Reply, _: Occasion) -> Reply:
        return _sent(reply, playing.Cut(self.bytes_sent)) if self.bytes_sent < len(reply.content) else reply


@fault("malformed_json")
@dataclass(frozen=True, slots=True)
class MalformedJson(ReplyFault):
    """A body whose JSON lacks its last bracket, with a length that fits."""

    phases: ClassVar[tuple[Phase, ...]] = ANSWERED_OR_NOT
    loses: ClassVar[bool] = True

    def after(self, reply: Reply, _: Occasion) -> Reply:
        return replace(reply, content=reply.content.rstrip()[:-1]) if is_json(reply.content) else reply


def _sent(reply: Reply, happening: Wire) -> Reply:
    """The reply with something happening to it on the wire, where only one thing can."""
    return reply if reply.wire else replace(reply, wire=happening)


def _garbage(chance: Random) -> bytes:
    """Bytes that are neither HTTP nor the size of a chunk, whatever is drawn."""
    return b"\x80" + chance.randbytes(GARBAGE_BYTES)
