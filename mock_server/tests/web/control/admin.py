"""What tests of the control plane share: a client for both sides of a mock."""

from typing import Any

from werkzeug.test import Client, TestResponse

FREE = "tf_test_free_a"
OTHER = "tf_test_free_b"
ENTERPRISE = "tf_test_enterprise_a"
NUMBER = "1Z999AA10123456784"


class Admin:
    """Asks the mock as its user does, and steers it as its tester does."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str) -> dict[str, Any]:
        return done(self.client.get(f"/__admin{path}"))

    def put(self, path: str, value: Any = None) -> dict[str, Any]:
        return done(self.client.put(f"/__admin{path}", json=value))

    def post(self, path: str, value: Any = None) -> dict[str, Any]:
        return done(self.client.post(f"/__admin{path}", json=value))

    def delete(self, path: str) -> dict[str, Any]:
        return done(self.client.delete(f"/__admin{path}"))

    def problem(self, method: str, path: str, value: Any = None) -> dict[str, Any]:
        """The problem that the call is answered with."""
        answer = self.client.open(f"/__admin{path}", method=method, json=value)
        assert answer.content_type == "application/problem+json", answer.get_data(as_text=True)
        assert isinstance(answer.json, dict)
        assert answer.json["status"] == answer.status_code
        return answer.json

    def ask(self, key: str | None, path: str = "/v2/carriers", **options: Any) -> TestResponse:
        """What the API answers to this key."""
        method = options.pop("method", "GET")
        headers = {**({"X-API-Key": key} if key else {}), **options.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **options)

    def track(self, key: str, number: str = NUMBER) -> Any:
        return self.ask(key, f"/v2/track/{number}").json


def done(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code in {200, 201}, answer.get_data(as_text=True)
    assert isinstance(answer.json, dict)
    return answer.json
