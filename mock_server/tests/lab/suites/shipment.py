"""Tests of one shipment and of a key that is none, by unittest.

blind: trackShipment 200 /carrier/service
blind: trackShipment 200 /status_description
blind: trackShipment 200 /origin/country
blind: trackShipment 200 /destination/city
blind: trackShipment 200 /events/*/location
blind: trackShipment 200 /last_updated
blind: trackShipment 200 Content-Language
blind: trackShipment 401 status
blind: trackShipment 401 /error/message
blind: trackShipment 401 /success
"""

import json
import os
import unittest
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection
from urllib.parse import urlsplit

JSON = "application/json"


def ask(path, key):
    connection = HTTPConnection(urlsplit(os.environ["TRACKFLOW_BASE_URL"]).netloc, timeout=20)
    connection.request("GET", path, headers={"X-API-Key": key})
    answer = connection.getresponse()
    return answer.status, answer.headers, json.loads(answer.read())


class TrackTest(unittest.TestCase):
    def test_the_page_s_example(self):
        status, headers, body = ask("/v2/track/1Z204E380338943508", os.environ["TRACKFLOW_API_KEY"])
        self.assertEqual((status, headers["Content-Type"]), (200, JSON))
        self.assertEqual(headers["X-RateLimit-Remaining"], "299")
        now = int(parsedate_to_datetime(headers["Date"]).timestamp())
        self.assertEqual(int(headers["X-RateLimit-Reset"]), now // 60 * 60 + 60)
        self.assertIs(body["success"], True)
        self.assertEqual(body["tracking_number"], "1Z204E380338943508")
        self.assertEqual((body["carrier"]["code"], body["carrier"]["name"]), ("ups", "UPS"))
        self.assertEqual(body["status"], "in_transit")
        self.assertEqual(body["estimated_delivery"], "2026-06-17T23:59:00Z")
        self.assertEqual(body["origin"]["city"], "Los Angeles")
        self.assertEqual(body["destination"]["country"], "US")
        (event,) = body["events"]
        self.assertEqual(event["status"], "Package transferred to destination facility")
        self.assertEqual((event["timestamp"], event["type"]), ("2026-06-15T03:42:00Z", "transit"))

    def test_a_key_that_is_none(self):
        status, headers, body = ask("/v2/track/1Z204E380338943508", "nonsense")
        self.assertGreaterEqual(status, 400)
        self.assertEqual(headers["Content-Type"], JSON)
        self.assertEqual(body["error"]["code"], "unauthorized")


if __name__ == "__main__":
    unittest.main()
