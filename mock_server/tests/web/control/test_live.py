from mock_server.tests.served import served
from mock_server.tests.server.raw_client import RawClient
from mock_server.tests.web.control.admin import FREE
from mock_server.web.app import MockServer

STREAM = b"GET /__admin/requests/stream?since=0&key=%b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def test_requests_are_told_as_they_come_and_the_server_stops_at_once(app: MockServer) -> None:
    app.mock.pipeline.answer("GET", "/v2/carriers", {"x-api-key": FREE}, b"")
    with served(app) as server, RawClient(server.url) as client:
        client.send(STREAM % FREE.encode())
        seen = b""
        while b"id: 1\n" not in seen:
            seen += client.socket.recv(65536)
        assert b"text/event-stream" in seen
        server.call(lambda _: app.mock.pipeline.answer("GET", "/v2/carriers", {"x-api-key": "tf_test_free_b"}, b""))
        server.call(lambda _: app.mock.pipeline.answer("GET", "/v2/carriers", {"x-api-key": FREE}, b""))
        while b"id: 3\n" not in seen:
            seen += client.socket.recv(65536)
        assert b"id: 2\n" not in seen
