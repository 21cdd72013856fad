"""The short way of a call under an instance's own key, and what is left to the long one."""

from dataclasses import dataclass, field
from http import HTTPStatus

import pytest

from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.sharing.leases import MARGIN
from mock_server.sharing.own_keys import INSTANCE, OwnKeys
from mock_server.tests.sharing.crew import LONG
from mock_server.tests.sharing.leasing import KEY, OTHER, LeasingInstance

TRACK = "/v2/track/1Z999AA10123456784"
COOKIE = ("Set-Cookie", "a=b")


@dataclass
class OwnKeysDoors:
    """The doors around an instance's short way, and which of them a request came through."""

    site: LeasingInstance
    reply: Reply = field(default_factory=lambda: Reply(HTTPStatus.OK, b"here", {"A": "b"}, also=(COOKIE,)))
    takes: float = 0.0

    def here(self, _request: Request) -> Reply:
        self.site.now += self.takes
        return self.reply

    def ask(self, target: str = TRACK, key: str = KEY, scheme: str = "", *, labels: bool = True) -> Reply:
        way = OwnKeys(
            self.site.leases,
            self.here,
            lambda _request: Reply(HTTPStatus.OK, b"everything"),
            vouch=lambda _key, _request, reply: Reply(HTTPStatus.OK, b"vouched for " + reply.content),
            header="x-api-key",
            base="/v2/",
            labels=labels,
        )
        return way.answer(Request("GET", target, {"x-api-key": key} if key else {}, scheme=scheme))


@pytest.fixture
def doors(store_url: str) -> OwnKeysDoors:
    site = LeasingInstance("ana", store_url)
    site.leases.introduce("ana", "http://ana")
    site.beat()
    assert site.leases.mine(KEY)
    return OwnKeysDoors(site)


def test_an_answer_under_an_own_key_says_by_which_claim(doors: OwnKeysDoors) -> None:
    reply = doors.ask()
    fence = doors.site.store.claims.fences[KEY]
    assert (reply.content, reply.headers, reply.also) == (
        b"here",
        {"A": "b"},
        (COOKIE, (INSTANCE, f"ana; fence={fence}")),
    )
    assert doors.reply.also == (COOKIE,)  # which may be another's answer as well
    assert doors.ask(labels=False) is doors.reply


@pytest.mark.parametrize(
    ("target", "key", "scheme"),
    [
        (TRACK, OTHER, ""),  # nobody's yet
        (TRACK, "", ""),
        ("/__admin/clock", KEY, ""),
        ("/%5f_admin/clock", KEY, ""),
        ("/__inbox/here", KEY, ""),
        ("/", KEY, ""),
        (TRACK, KEY, "http"),  # perhaps for another host
        ("api.trackflow.io:443", KEY, ""),
    ],
)
def test_whatever_else_comes_is_answered_by_who_answers_everything(
    doors: OwnKeysDoors, target: str, key: str, scheme: str
) -> None:
    assert doors.ask(target, key, scheme).content == b"everything"


def test_an_instance_that_another_may_take_for_dead_looks_at_nothing(doors: OwnKeysDoors) -> None:
    doors.site.now += LONG - MARGIN
    assert doors.ask().content == b"everything"


def test_an_answer_that_was_made_too_late_has_to_be_vouched_for(doors: OwnKeysDoors) -> None:
    doors.takes = LONG - MARGIN
    assert doors.ask().content == b"vouched for here"


def test_an_answer_that_takes_its_time_has_to_be_vouched_for(doors: OwnKeysDoors) -> None:
    doors.reply = Reply(HTTPStatus.OK, b"late", pause=1.0)
    assert doors.ask().content == b"vouched for late"
