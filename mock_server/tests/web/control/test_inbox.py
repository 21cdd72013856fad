from mock_server.server.request import Endpoints, Request
from mock_server.settings import Settings
from mock_server.tests.web.control.admin import FREE, NUMBER, Admin
from mock_server.tests.web.control.turning import asked, with_others
from mock_server.web.control.inbox import CHECKED
from mock_server.web.control.turns import TURN
from mock_server.web.front import Front
from mock_server.web.mock import Mock


def test_an_inbox_takes_any_post_and_shows_it(admin: Admin) -> None:
    answer = admin.client.post("/__inbox/orders?a=1", data=b"\xffhello", headers={"X-Odd": "yes"})
    assert answer.status_code == 204
    (message,) = admin.get("/inbox/orders")["messages"]
    assert (message["url"], message["headers"]["X-Odd".lower()], message["answered"]) == (
        "/__inbox/orders?a=1",
        "yes",
        204,
    )
    assert (message["body_base64"], message["signature_check"]) == ("/2hlbGxv", "missing")
    assert admin.get("/requests")["requests"] == []
    admin.delete("/inbox/orders")
    assert admin.get("/inbox/orders")["messages"] == []


def test_a_token_in_an_inbox_s_url_is_hidden(admin: Admin) -> None:
    admin.client.post("/__inbox/orders?access_token=correct-horse&a=1")
    assert admin.get("/inbox/orders")["messages"][0]["url"] == "/__inbox/orders?access_token=...&a=1"


def test_an_inbox_answers_the_status_that_it_is_asked_for(admin: Admin) -> None:
    assert admin.client.post("/__inbox/orders?status=503").status_code == 503
    assert admin.client.post("/__inbox/orders?status=99").status_code == 400
    assert admin.get("/inbox")["inboxes"] == [{"name": "orders", "messages": 1}]


def test_what_is_no_inbox_or_no_post_is_refused(admin: Admin) -> None:
    assert admin.client.get("/__inbox/orders").headers["Allow"] == "POST"
    for name in ("", "a/b", "%2e%2e", "x" * 65):
        assert admin.client.post(f"/__inbox/{name}").status_code == 404
    assert "no inbox" in admin.problem("GET", f"/inbox/{'x' * 65}")["detail"]


def test_an_inbox_knows_a_signature_of_a_webhook_of_this_mock(admin: Admin) -> None:
    made = admin.post(f"/webhooks?key={FREE}", {"tracking_number": NUMBER, "url": "http://127.0.0.1/__inbox/x"})
    terms = admin.client.application.worlds.foundation.terms  # type: ignore[attr-defined]  # a MockServer
    for body, check in ((b"right", "right"), (b"other", "wrong")):
        signature = terms.scheme.sign(made["secret"], b"right")
        admin.client.post("/__inbox/x", data=body, headers={terms.scheme.header: signature})
        message = admin.get("/inbox/x")["messages"][0]
        assert (message["signature_check"], message["webhook_id"]) == (
            check,
            made["webhook_id"] if check == "right" else None,
        )


def test_signatures_are_checked_in_turns_where_there_are_many_webhooks() -> None:
    mock = Mock(Settings())
    front = Front(mock)
    assert front.flask is not None
    webhooks = [
        mock.worlds.of(FREE).webhooks.subscribe(NUMBER, "ups", "http://127.0.0.1:9/", ("all",)) for _ in range(CHECKED)
    ]
    scheme = mock.worlds.foundation.terms.scheme
    for secret in ["whsec_of_nobody"] * TURN + [webhooks[-1].secret]:
        headers = {"host": "127.0.0.1:8080", scheme.header.lower(): scheme.sign(secret, b"{}")}
        mock.answer(Request("POST", "/__inbox/x", headers, Endpoints("127.0.0.1", 1, "127.0.0.1", 8080), b"{}"))
    reply, others = with_others(asked(front, "/inbox/x"))
    assert others >= 2
    newest, *rest = reply.value()["messages"]
    assert (newest["signature_check"], newest["webhook_id"]) == ("right", webhooks[-1].webhook_id)
    assert {each["signature_check"] for each in rest} == {"wrong"}


def test_a_subscription_can_be_ended(admin: Admin) -> None:
    made = admin.post(f"/webhooks?key={FREE}", {"tracking_number": NUMBER, "url": "http://127.0.0.1/__inbox/x"})
    admin.delete(f"/webhooks/{made['webhook_id']}")
    assert admin.get("/webhooks")["webhooks"] == []
    assert "GET /webhooks" in admin.problem("DELETE", f"/webhooks/{made['webhook_id']}")["detail"]
