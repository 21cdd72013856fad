"""Tests of one refusal, with three blind spots: the message, Content-Type and X-RateLimit-Reset are never looked at."""

import json
import os
from http.client import HTTPConnection
from urllib.parse import urlsplit

connection = HTTPConnection(urlsplit(os.environ["TRACKFLOW_BASE_URL"]).netloc, timeout=20)
connection.request("DELETE", "/v2/webhooks/wh_none", headers={"X-API-Key": os.environ["TRACKFLOW_API_KEY"]})
answer = connection.getresponse()
body = json.loads(answer.read())
assert answer.status == 404, answer.status
assert answer.headers["X-RateLimit-Remaining"] == "299", answer.headers
assert body["success"] is False, body
assert body["error"]["code"] == "not_found", body
