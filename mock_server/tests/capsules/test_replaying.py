"""A capsule has everything that answers and deliveries follow from, and no secret."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mock_server.capsules import form, replaying
from mock_server.capsules.form import CapsuleError
from mock_server.contract.forms import FormError, Forms
from mock_server.tests.capsules.sessions import SECRET, GeneratedSession

SESSIONS = 10  # of the thousand that `python -m benchmarks.capsules` replays in another process
NOTES = frozenset(("clock", "rules", "pin", "event", "quota", "subscribe", "collect", "attempt", "begun"))
ANSWERS = frozenset((200, 201, 400, 404, 429, 503))


@pytest.fixture(scope="module")
def capsule() -> Any:
    return GeneratedSession(3).play().capsule()


def test_a_session_once_more_is_the_same_to_the_byte_and_tells_no_secret() -> None:
    seen: set[object] = set()
    forms = Forms({"components": {"schemas": {}}})
    for number in range(SESSIONS):
        session = GeneratedSession(number).play()
        capsule = session.capsule()
        forms.check(form.FORM, capsule)
        again = replaying.replay(capsule)
        assert not again.differences, number
        assert again.requests == sum("digest" in item for item in capsule["story"])
        text = json.dumps(capsule)
        webhooks = session.mock.worlds.of(session.key).webhooks.subscriptions.all()
        assert not [secret for secret in (session.key, SECRET, *(each.secret for each in webhooks)) if secret in text]
        seen |= {item.get("note", item.get("status")) for item in capsule["story"]}
    assert not (NOTES | ANSWERS) - seen


def test_another_process_replays_it(capsule: Any, tmp_path: Path) -> None:
    file = tmp_path / "session.tfcap"
    form.save(file, capsule)
    done = subprocess.run(
        [sys.executable, "-m", "mock_server", "replay", str(file)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "every byte as it was" in done.stdout


def altered(capsule: Any, **changes: Any) -> Any:
    return {**json.loads(json.dumps(capsule)), **changes}


def test_whatever_is_altered_makes_a_difference(capsule: Any) -> None:
    other = altered(capsule)
    asked = next(item for item in other["story"] if item.get("operation") == "trackShipment" and "note" not in item)
    asked["digest"] = "0" * 24
    (difference,) = replaying.replay(other).differences
    assert str(difference).startswith(f"GET {asked['target']}: was {asked['status']}, is {asked['status']} with")
    assert replaying.replay(altered(capsule, chance="another")).differences


def test_a_capsule_of_another_contract_or_version_says_so(capsule: Any) -> None:
    with pytest.raises(CapsuleError, match="another contract"):
        replaying.replay(altered(capsule, contract="0" * 64))
    with pytest.raises(CapsuleError, match=r"another version.*by trackflow-mock 0\.0\.9"):
        replaying.replay(altered(capsule, mock="0.0.9"))


def test_a_world_that_cannot_be_is_refused(capsule: Any) -> None:
    with pytest.raises(FormError, match="seed"):
        replaying.replay(altered(capsule, world={**capsule["world"], "seed": "none"}))


def test_a_note_of_a_later_mock_is_told(capsule: Any) -> None:
    story = [{"base": capsule["clock"]["base"], "note": "eclipse"}]
    (difference, *_) = replaying.replay(altered(capsule, story=story, deliveries=[])).differences
    assert "'eclipse'" in str(difference)
