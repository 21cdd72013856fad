from mock_server.domain.clients import asking
from mock_server.domain.clients.journal import Entry
from mock_server.tests.domain.clients.conversing import JournalledClient


def asked(target: str, body: bytes) -> Entry:
    client = JournalledClient()
    client.ask(target=target, body=body)
    return client.entries[0]


def test_segments_of_the_path_and_texts_of_the_body_are_as_they_were_typed() -> None:
    body = b'{"shipments": [{"tracking_number": "1z 999"}, "ups", 7, null], "name": "K\\u00f6ln"}'
    texts = asking.texts(asked("/v2/track/1z%20999?lang=fr", body))
    assert sorted(texts) == ["1z 999", "1z 999", "Köln", "track", "ups", "v2"]


def test_a_body_that_is_no_json_has_no_texts() -> None:
    for body in (b"", b'{"tracking_number": "1Z', b"[" * 100_000):
        assert list(asking.texts(asked("/v2/track/batch", body))) == ["v2", "track", "batch"]
