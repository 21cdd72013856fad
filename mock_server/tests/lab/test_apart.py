"""What a command asks is kept apart from what others ask, and nothing else of it is changed."""

import json

from mock_server.contract.specification import Specification
from mock_server.lab.apart import Apart
from mock_server.server.reply import Reply
from mock_server.server.request import Request

MINE, THEIRS = "tf_test_growth_mine", "tf_test_free_theirs"


def asked(body: dict[str, str]) -> dict[str, str]:
    """A body that is sent to the control plane, as the mock gets it."""
    got: list[Request] = []

    def answer(request: Request) -> Reply:
        got.append(request)
        return Reply(200)

    apart = Apart.of(Specification.load(), 7, MINE)
    apart.answering(answer)(Request("POST", "/__admin/webhooks", {}, body=json.dumps(body).encode()))
    found: dict[str, str] = json.loads(got[0].body)
    return found


def test_a_key_is_the_trial_s_own_wherever_it_is_one() -> None:
    assert asked({"key": THEIRS, "mine": MINE}) == {"key": f"{THEIRS}-7", "mine": MINE}


def test_a_receiver_s_path_stays_even_if_a_key_is_in_it() -> None:
    url = f"http://127.0.0.1:8000/{THEIRS}"
    assert asked({"url": url}) == {"url": url}
