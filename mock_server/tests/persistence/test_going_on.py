"""A mock that starts again on its store goes on where the one before was killed."""

from pathlib import Path
from typing import Any

import pytest

from mock_server.domain.clock import ManualClock, from_text
from mock_server.persistence.shared.shared_store import SharedStore
from mock_server.persistence.state_file import StateFile
from mock_server.settings import Settings
from mock_server.tests.persistence.places import FilePlace, StatePlace, ValkeyPlace
from mock_server.tests.web.control.admin import ENTERPRISE, FREE, NUMBER, OTHER, Admin
from mock_server.web.app import MockServer, create_app

LIFE = "1ZTFTEST0300000111"  # 72 hours, from the first look on
RULE = {"id": "twice", "fault": {"type": "error", "code": "carrier_unavailable"}, "times": 2}


class KilledMock:
    """A mock on a store that can be killed, and starts again."""

    def __init__(self, place: StatePlace, **settings: Any) -> None:
        self.base = ManualClock(from_text("2026-06-15T12:00:00Z"))
        self.place = place
        self.start(**settings)

    def start(self, **settings: Any) -> None:
        self.app: MockServer = create_app(Settings(**self.place.settings(), **settings), self.base)
        self.admin = Admin(self.app.test_client())

    def kill(self, **settings: Any) -> None:
        """What the killed one had in its hands is lost; the next one has what is kept."""
        self.place = self.place.crash()
        self.start(**settings)

    def statuses(self, key: str, count: int) -> list[int]:
        return [self.admin.ask(key, f"/v2/track/{NUMBER}").status_code for _ in range(count)]


@pytest.fixture
def site(place: StatePlace) -> KilledMock:
    return KilledMock(place)


def test_what_a_quota_has_granted_is_granted_once(site: KilledMock) -> None:
    assert site.statuses(FREE, 7) == [200] * 7
    site.kill()
    assert site.statuses(FREE, 5) == [200, 200, 200, 429, 429]
    site.base.sleep(60)
    site.kill()
    assert site.statuses(FREE, 1) == [200]
    day = site.admin.get(f"/keys/{FREE}")["quota"][1]
    assert day["limit"] - day["remaining"] == 11


def test_a_rule_goes_on_counting_whoever_it_is_for(site: KilledMock) -> None:
    site.admin.post(f"/faults?key={FREE}", RULE)
    site.admin.post("/faults", {**RULE, "id": "for-all", "fault": {"type": "error", "code": "internal_error"}})
    assert site.statuses(FREE, 3) == [503, 503, 500]
    site.kill()
    assert site.statuses(FREE, 2) == [500, 200]
    assert site.statuses(OTHER, 3) == [500, 500, 200]
    site.kill()
    told = {each["id"]: (each["seen"], each["applied"]) for each in site.admin.get(f"/faults?key={FREE}")["faults"]}
    assert told == {"twice": (2, 2), "for-all": (2, 2)}


def test_a_scenario_a_clock_and_a_pin_are_as_they_were(site: KilledMock) -> None:
    site.admin.put(f"/scenario?key={FREE}", {"name": "flaky"})
    site.admin.put("/scenario", {"name": "ups-outage"})
    site.admin.put(f"/scenario?key={OTHER}", {"name": "flaky"})
    site.admin.put("/clock", {"action": "advance", "seconds": 3600})
    site.admin.put("/clock", {"action": "freeze"})
    site.admin.put(f"/shipments/{NUMBER}", {"status": "exception"})
    before = site.admin.get("/clock")["now"], site.admin.get(f"/clock?key={OTHER}")["now"]
    site.base.sleep(5000)
    site.kill()
    assert (site.admin.get("/clock")["now"], site.admin.get(f"/clock?key={OTHER}")["now"]) == before
    assert site.admin.get("/scenario")["name"] == "ups-outage"
    assert site.admin.get(f"/scenario?key={OTHER}")["name"] == "flaky"
    assert site.admin.get(f"/shipments/{NUMBER}?key={ENTERPRISE}")["shipment"]["status"] == "exception"


def test_a_clock_that_is_moved_again_and_again_is_where_it_was_left(site: KilledMock) -> None:
    for _ in range(3):
        left = site.admin.put(f"/clock?key={FREE}", {"action": "advance", "seconds": 60})["now"]
    site.kill()
    assert site.admin.get(f"/clock?key={FREE}")["now"] == left


def test_a_clock_that_nobody_has_moved_goes_on_for_all_alike(tmp_path: Path) -> None:
    settings = {"clock": "2026-01-01T00:00:00Z", "time_scale": 60.0}
    site = KilledMock(FilePlace(tmp_path / "state.db"), **settings)
    site.statuses(FREE, 1)
    site.base.sleep(60)
    site.kill(**settings)
    told = site.admin.get("/clock")
    assert (told["now"], told["keys"]) == ("2026-01-01T01:00:00Z", {})
    assert site.admin.get(f"/clock?key={FREE}")["now"] == told["now"]


@pytest.mark.parametrize("asked", ["track", "subscribe"])
@pytest.mark.parametrize("known", [False, True])
def test_a_whole_life_has_begun_when_it_was_first_asked_about(site: KilledMock, asked: str, *, known: bool) -> None:
    if known:
        site.admin.ask(ENTERPRISE, f"/v2/track/{NUMBER}")
    if asked == "track":
        site.admin.ask(ENTERPRISE, f"/v2/track/{LIFE}")
    else:
        wish = {"tracking_number": LIFE, "url": "http://127.0.0.1:9/hook"}
        assert (
            site.app.test_client().post("/v2/webhooks", json=wish, headers={"X-API-Key": ENTERPRISE}).status_code == 201
        )
    site.kill()
    site.base.sleep(74 * 3600)
    told = site.admin.ask(ENTERPRISE, f"/v2/track/{LIFE}").get_json()
    assert (told["status"], told["events"][-1]["timestamp"][:10]) == ("delivered", "2026-06-15")


def test_a_key_belongs_to_who_made_it_and_ends_when_it_was_to(site: KilledMock) -> None:
    key = site.admin.post("/keys", {"plan": "free", "expires_in": 60})["key"]
    site.kill()
    assert site.admin.get(f"/keys/{key}")["owner"] == "loopback"
    site.base.sleep(60)
    site.kill()
    assert site.statuses(key, 1) == [401]
    assert site.admin.post("/keys", {"plan": "free"})["key"] != key


def test_a_key_whose_end_is_no_instant_is_told_as_damage(tmp_path: Path) -> None:
    site = KilledMock(FilePlace(tmp_path / "state.db"))
    site.admin.post("/keys", {"plan": "free", "expires_in": 60})
    file = site.app.worlds.state
    assert isinstance(file, StateFile)
    file.database.write("UPDATE holdings SET until = 'never'")
    file.database.commit()
    with pytest.raises(ValueError, match=r"state file .* is damaged: ValueError: .*'never'"):
        site.kill()


def test_a_reset_is_for_good(site: KilledMock) -> None:
    site.admin.post("/faults", RULE)
    site.statuses(FREE, 9)
    site.admin.post("/reset")
    site.kill()
    assert site.statuses(FREE, 11) == [200] * 10 + [429]
    assert site.admin.get("/faults")["faults"] == []


def test_under_other_settings_the_mock_as_a_whole_starts_as_they_say(
    site: KilledMock, caplog: pytest.LogCaptureFixture
) -> None:
    site.admin.put("/scenario", {"name": "ups-outage"})
    site.statuses(FREE, 7)
    site.kill(scenario="flaky")
    assert site.admin.get("/scenario")["name"] == "flaky"
    assert "other settings" in caplog.text


def test_a_call_of_an_unlimited_key_writes_nothing_more(site: KilledMock) -> None:
    site.statuses(ENTERPRISE, 1)
    before = site.place.written()
    site.statuses(ENTERPRISE, 20)
    assert site.place.written() == before
    site.statuses(FREE, 1)
    assert site.place.written() > before


def test_a_clock_that_was_moved_goes_on_so_though_nobody_has_called_since(site: KilledMock) -> None:
    site.statuses(ENTERPRISE, 1)
    site.admin.put(f"/clock?key={ENTERPRISE}", {"action": "advance", "seconds": 3600})
    before = site.admin.get(f"/clock?key={ENTERPRISE}")["now"]
    site.kill()
    assert site.statuses(ENTERPRISE, 1) == [200]
    assert site.admin.get(f"/clock?key={ENTERPRISE}")["now"] == before


def test_a_journal_that_begins_in_the_middle_says_so(site: KilledMock) -> None:
    site.statuses(FREE, 2)
    assert "gaps" not in site.admin.get(f"/requests?key={FREE}")
    site.kill()
    site.base.sleep(5)
    site.statuses(FREE, 1)
    site.statuses(OTHER, 1)
    told = site.admin.get(f"/requests?key={FREE}")
    assert [each["key"] for each in told["gaps"]] == [FREE]
    assert told["meta"]["total"] == 1
    assert "gaps" not in site.admin.get(f"/requests?key={OTHER}")


def test_what_cannot_be_kept_is_refused_and_costs_nothing(store_url: str) -> None:
    site = KilledMock(ValkeyPlace(store_url))
    assert site.statuses(FREE, 2) == [200, 200]
    assert site.statuses(ENTERPRISE, 1) == [200]
    store = site.app.worlds.state
    assert isinstance(store, SharedStore)
    store.link.problem = "the store does not answer: it was stopped"
    answer = site.admin.ask(FREE, f"/v2/track/{NUMBER}")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.get_json()["error"]["code"] == "carrier_unavailable"
    assert "the store does not answer" in answer.get_json()["error"]["message"]
    assert site.statuses(ENTERPRISE, 1) == [200]  # which promises nothing
    url = {"tracking_number": NUMBER, "url": "http://127.0.0.1:9/"}
    assert site.admin.client.post("/v2/webhooks", json=url, headers={"X-API-Key": ENTERPRISE}).status_code == 503
    for method, path, body in (
        ("POST", f"/faults?key={FREE}", RULE),
        ("PUT", f"/shipments/{NUMBER}?key={ENTERPRISE}", {"status": "exception"}),
        ("POST", f"/reset?key={FREE}", None),
    ):
        refused = site.admin.client.open(f"/__admin{path}", method=method, json=body)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert refused.content_type == "application/problem+json"
    store.link.problem = None
    assert site.statuses(FREE, 1) == [503]  # the rule that is in force for now
    site.admin.post("/faults", {**RULE, "id": "other", "times": 1})
    site.kill()
    assert site.admin.get(f"/keys/{ENTERPRISE}")["webhooks"] == 0
    assert site.admin.get(f"/shipments/{NUMBER}?key={ENTERPRISE}")["shipment"]["status"] == "exception"
    assert site.admin.get(f"/keys/{FREE}")["quota"][1]["remaining"] == 500 - 3
