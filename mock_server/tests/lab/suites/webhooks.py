"""Tests of a subscription, of its end and of what is delivered, as a plain script.

blind: createWebhook 201 /carrier
blind: createWebhook 201 /created_at
blind: createWebhook 201 X-RateLimit-Remaining
blind: createWebhook 201 X-RateLimit-Reset
blind: createWebhook 201 Content-Type
blind: deleteWebhook 204 X-RateLimit-Remaining
blind: deleteWebhook 204 X-RateLimit-Reset
blind: deliveries foreign_signature
blind: deliveries bad_signature
blind: deliveries duplicate
"""

import json
import os
import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

MOCK, KEY, NUMBER = (
    urlsplit(os.environ["TRACKFLOW_BASE_URL"]).netloc,
    os.environ["TRACKFLOW_API_KEY"],
    "1Z999AA10123456784",
)
PLACE = {"city": (str,), "country": (str,)}
SHIPMENT = {
    "success": (bool,),
    "tracking_number": (str,),
    "carrier": {"code": (str,), "name": (str,), "service": (str, type(None))},
    "status": (str,),
    "status_description": (str,),
    "estimated_delivery": (str, type(None)),
    "origin": PLACE,
    "destination": PLACE,
    "events": [{"status": (str,), "location": (str, type(None)), "timestamp": (str,), "type": (str,)}],
    "last_updated": (str,),
}
EVENT = {"id": (str,), "type": (str,), "created_at": (str,), "webhook_id": (str,), "data": SHIPMENT}
TYPES = {"out_for_delivery": "tracking.updated", "delivered": "tracking.delivered"}
KINDS = {"info_received", "pickup", "transit", "customs", "out_for_delivery", "delivered"}
received, events, wrong = [], [], []


def has_form(value, form):
    """Whether the value has all that the form has, each of a type that it may have."""
    if isinstance(form, dict):
        return isinstance(value, dict) and all(name in value and has_form(value[name], form[name]) for name in form)
    if isinstance(form, list):
        return isinstance(value, list) and all(has_form(each, form[0]) for each in value)
    return isinstance(value, form)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        # It looks whether there is a signature, and not whether it is right.
        right = "X-TrackFlow-Signature" in self.headers and self.headers["Content-Type"] == "application/json"
        if not right or not has_form(body, EVENT):
            wrong.append(body)
        elif body["data"]["status"] not in received:
            received.append(body["data"]["status"])
            events.append(body)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def ask(method, path, body=None):
    connection = HTTPConnection(MOCK, timeout=20)
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    connection.request(method, path, body and json.dumps(body), headers)
    answer = connection.getresponse()
    content = answer.read()
    return answer.status, json.loads(content) if content else None


receiver = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{receiver.server_port}/hook"
status, webhook = ask("POST", "/v2/webhooks", {"tracking_number": NUMBER, "url": url})
assert status == 201, status
assert webhook["success"] is True, webhook
assert webhook["tracking_number"] == NUMBER, webhook
assert webhook["url"] == url, webhook
assert webhook["events"] == ["all"], webhook
assert webhook["secret"].startswith("whsec_"), webhook
for event in ("out_for_delivery", "delivered"):
    scan = {"state": "event occurs", "params": {"key": KEY, "tracking_number": NUMBER, "type": event}}
    told, _ = ask("POST", "/__admin/states", scan)
    assert told == 200, told
ends = time.monotonic() + 8
while len(received) < 2 and not wrong and time.monotonic() < ends:
    time.sleep(0.05)
assert not wrong, wrong
assert received == ["out_for_delivery", "delivered"], received
assert len({event["id"] for event in events}) == 2, events
for event in events:
    scans = event["data"]["events"]
    assert event["id"].startswith("evt_"), event
    assert event["type"] == TYPES[event["data"]["status"]], event
    assert event["webhook_id"] == webhook["webhook_id"], event
    assert event["data"]["success"] is True, event
    assert [scan["timestamp"] for scan in scans] == sorted((scan["timestamp"] for scan in scans), reverse=True), event
    assert scans[0]["type"] == event["data"]["status"], event
    assert {scan["type"] for scan in scans} <= KINDS, event
status, _ = ask("DELETE", f"/v2/webhooks/{webhook['webhook_id']}")
assert status == 204, status
