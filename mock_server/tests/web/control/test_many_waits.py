"""Calls that wait cost every request something, so there are only so many."""

from contextlib import ExitStack
from http import HTTPStatus

from mock_server.domain.clients.journal import Archive
from mock_server.web.control.waiting import MOST_WAITS, Wait


def test_a_call_too_many_is_told_to_come_later_and_one_that_has_an_answer_is_not() -> None:
    archive = Archive()
    wait = Wait(archive, lambda _: True, 1, 600.0)
    with ExitStack() as waiting:
        for _ in range(MOST_WAITS):
            assert wait.reply(tuple).later is not None
            waiting.enter_context(archive.watchers.watched(lambda _: None))
        refused = wait.reply(tuple)
        assert (refused.status, refused.later) == (HTTPStatus.SERVICE_UNAVAILABLE, None)
        assert Wait(archive, lambda _: True, 0, 600.0).reply(tuple).status == HTTPStatus.OK
    assert wait.reply(tuple).later is not None
