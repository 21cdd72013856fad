from mock_server.tests.web.control.admin import FREE, NUMBER, Admin


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


def test_a_subscription_can_be_ended(admin: Admin) -> None:
    made = admin.post(f"/webhooks?key={FREE}", {"tracking_number": NUMBER, "url": "http://127.0.0.1/__inbox/x"})
    admin.delete(f"/webhooks/{made['webhook_id']}")
    assert admin.get("/webhooks")["webhooks"] == []
    assert "GET /webhooks" in admin.problem("DELETE", f"/webhooks/{made['webhook_id']}")["detail"]
