"""What is pasted along with a number means nothing at any door."""

from typing import Any
from urllib.parse import quote

import pytest

from mock_server.domain.clock import ManualClock
from mock_server.settings import Settings
from mock_server.web.app import create_app

KEY = {"X-API-Key": "tf_test_enterprise_a"}
NUMBER = "1Z204E380338943508"


@pytest.mark.parametrize(
    "blank", ["\n", "\r\n", "\t", "\u00a0", "\u3000", "\u200b", "\u2028", "\ufeff", "\u00ad", "\u2011"]
)
@pytest.mark.parametrize("form", ["{0}{1}", "{1}{0}", "{0}1Z204{0}E38{0}0338943508"])
def test_the_path_a_batch_a_webhook_and_the_control_plane_read_the_same_number(
    blank: str, form: str, clock: ManualClock
) -> None:
    client: Any = create_app(Settings(), clock).test_client()
    text = form.format(blank, NUMBER)
    found: list[Any] = [client.get(f"/v2/track/{quote(text)}", headers=KEY)]
    batch: Any = client.post("/v2/track/batch", headers=KEY, json={"shipments": [{"tracking_number": text}]})
    hook = {"tracking_number": text, "url": "https://example.com/"}
    found.append(client.post("/v2/webhooks", headers=KEY, json=hook))
    assert [answer.json["tracking_number"] for answer in found] == [NUMBER] * 2
    assert batch.json["results"][0]["tracking_number"] == NUMBER
    assert client.put(f"/__admin/shipments/{quote(text)}", json={"status": "delivered"}).status_code < 300
    assert client.get(f"/v2/track/{NUMBER}", headers=KEY).json["status"] == "delivered"
