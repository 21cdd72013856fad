"""The pictures that the docs show are of the console as it is."""

import os
from pathlib import Path

import pytest

from mock_server.tests.pages import DOCS
from mock_server.tests.web.console.conftest import KEY, NUMBER, ServedConsole

WHERE = "TRACKFLOW_PICTURES"  # a folder to take them into; `make pictures` names that of the docs


@pytest.mark.parametrize(("name", "path"), [("console-key", f"/keys/{KEY}"), ("console-faults", "/faults")])
def test_a_picture_of_the_docs_is_taken(lab: ServedConsole, tmp_path: Path, name: str, path: str) -> None:
    assert (DOCS / "images" / f"{name}.png").exists()
    lab.told("PUT", f"/shipments/{NUMBER}", {"status": "in_transit"}, key=KEY)
    lab.told("POST", "/faults", {"fault": {"type": "error", "code": "carrier_unavailable"}, "times": 2}, key=KEY)
    lab.told("POST", "/webhooks", {"tracking_number": NUMBER, "url": f"{lab.url}/__inbox/orders"}, key=KEY)
    for _ in range(4):
        lab.track()
    lab.page.set_viewport_size({"width": 1280, "height": 860})
    lab.open(path)
    taken = Path(os.environ.get(WHERE, tmp_path)) / f"{name}.png"
    lab.page.screenshot(path=taken)
    assert taken.read_bytes().startswith(b"\x89PNG")
