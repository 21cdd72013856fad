from threading import Event

import pytest
import requests

from contract_tests.clock import ManualClock
from contract_tests.facts import UnverifiableError
from contract_tests.receiver import HookReceiver, ReceiverReply


def test_raw_bytes_are_kept_as_they_came() -> None:
    body = '{"a":  "ü\\u00fc"}\n'.encode()
    with HookReceiver("http://127.0.0.1:0/", ManualClock()) as receiver:
        url = receiver.url("all")
        answer = requests.post(url, data=body, headers={"X-Some": "1"}, timeout=60)
        delivery = receiver.deliveries("all")[0]
    assert answer.status_code == 200
    assert delivery.message.body == body
    assert delivery.message.header("x-some") == "1"
    assert delivery.path == "/all?hook=all&kept=a%2Bb%26c%25d"


def test_chunked_bodies_are_joined() -> None:
    with HookReceiver("http://127.0.0.1:0/", ManualClock()) as receiver:
        requests.post(receiver.url("all"), data=iter([b"one", b"two"]), timeout=60)
        assert receiver.deliveries("all")[0].message.body == b"onetwo"


def test_replies_come_in_their_order_and_then_the_last_for_ever() -> None:
    with HookReceiver("http://127.0.0.1:0/", ManualClock()) as receiver:
        url = receiver.url("all")
        receiver.answer("all", [ReceiverReply(500), ReceiverReply(302, location="/x")], afterwards=ReceiverReply(204))
        answers = [requests.post(url, timeout=60, allow_redirects=False) for _ in range(4)]
    assert [each.status_code for each in answers] == [500, 302, 204, 204]
    assert answers[1].headers["Location"] == "/x"


def test_a_held_reply_is_let_go_at_the_end() -> None:
    with HookReceiver("http://127.0.0.1:0/", ManualClock(5.0)) as receiver:
        url = receiver.url("slow")
        receiver.answer("slow", [ReceiverReply(200, held=Event())])
        with pytest.raises(requests.ReadTimeout):
            requests.post(url, timeout=0.2)
        assert receiver.wait("slow", 1, 60)
        assert receiver.held_since("slow") == 5.0


def test_waiting_is_for_as_many_as_are_wanted() -> None:
    with HookReceiver("http://127.0.0.1:0/", ManualClock()) as receiver:
        requests.post(receiver.url("all"), timeout=60)
        assert receiver.wait("all", 1, 0)
        assert not receiver.wait("all", 2, 0.01)


def test_a_public_url_needs_a_port_here() -> None:
    with pytest.raises(UnverifiableError, match="listen"):
        HookReceiver("https://hooks.example.com/t", ManualClock())
    with HookReceiver("https://hooks.example.com/t", ManualClock(), "127.0.0.1:0") as receiver:
        assert receiver.url("all").partition("&")[0] == "https://hooks.example.com/t/all?hook=all"


def test_a_receiver_says_how_late_this_machine_is_and_files_nothing_for_it() -> None:
    with HookReceiver("http://127.0.0.1:0/hooks", ManualClock()) as receiver:
        receiver.url("first")
        assert receiver.lag() > 0
        assert receiver.deliveries("first") == []
    assert receiver.lag() == 0
