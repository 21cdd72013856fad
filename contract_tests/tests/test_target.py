from pathlib import Path

import pytest

from contract_tests.contract.document import Contract, placed
from contract_tests.contract.files import ContractError
from contract_tests.target import Number, read_target
from contract_tests.tests.checking import check, check_server
from contract_tests.tests.servers import running

WHOLE = """
base_url = "http://127.0.0.1:9000"
[keys]
free = "tf_live_free_1"
revoked = "tf_test_revoked_1"
[numbers]
known = "1Z999AA10123456784"
missing = { tracking_number = "1Z0000000000000000", carrier = "ups" }
[states]
url = "http://127.0.0.1:9000/_states"
[webhooks]
receiver_url = "http://127.0.0.1:0/"
"""


def test_every_fact_is_read(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(WHOLE, encoding="utf-8")
    target = read_target(file)
    assert target.base_url == "http://127.0.0.1:9000"
    assert target.keys == {"free": "tf_live_free_1", "revoked": "tf_test_revoked_1"}
    assert target.known == Number("1Z999AA10123456784")
    assert target.missing == Number("1Z0000000000000000", "ups")
    assert target.unavailable is None
    assert target.states_url == "http://127.0.0.1:9000/_states"
    assert target.receiver_url == "http://127.0.0.1:0/"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('base_ur = "x"', "base_ur: not known"),
        ("base_url = 3", "base_url: 3 is not a text"),
        ("[numbers]\nknwon = '1Z'", r"numbers\.knwon: not known; there are known, missing, unavailable"),
        ("[numbers]\nknown = 1", r"numbers\.known: a text, or a table"),
        ("[numbers]\nknown = { carrier = 'ups' }", r"numbers\.known: a text, or a table"),
        ("[keys]\nfree = 1", r"keys\.free: the value is not a text"),
        ("states = 'x'", "states: is a table"),
        ("[paths]\ncariers = '/x'", r"paths\.cariers: not known; there are carriers, webhooks"),
        ("[paths]\ncarriers = 3", r"paths\.carriers: 3 is not a text"),
        (
            "[paths]\ncarriers = 'couriers'",
            r"paths\.carriers: 'couriers' is no path below the base URL",
        ),
        ("[paths]\nwebhooks = '/'", r"paths\.webhooks: '/' is no path"),
        ("[keys", "not TOML"),
    ],
)
def test_a_slip_of_the_pen_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "target.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=complaint) as caught:
        read_target(file)
    assert str(file) in str(caught.value)


def test_an_implementation_may_have_paths_of_its_own(contract: Contract) -> None:
    found = placed(contract, {"carriers": "/couriers", "webhooks": "/notifications/hooks"})
    paths = {name: each.path for name, each in found.operations.items()}
    assert paths["listCarriers"] == "/couriers"
    assert paths["createWebhook"] == "/notifications/hooks"
    assert paths["deleteWebhook"] == "/notifications/hooks/{webhookId}"
    assert paths["trackShipment"] == contract.operations["trackShipment"].path
    assert contract.clauses.keys() - found.clauses.keys() == {"carriers.path", "webhook.path", "webhook.delete.path"}
    assert placed(contract, {}) is contract


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"none\.toml: cannot be read"):
        read_target(tmp_path / "none.toml")


def test_one_secret_may_serve_the_whole_account(tmp_path: Path) -> None:
    with running(variant="one-secret-for-the-account") as target:
        file = tmp_path / "target.toml"
        check_server(target, tmp_path, "-k", "known_shipment")
        text = file.read_text(encoding="utf-8").replace(
            "[webhooks]\n", '[webhooks]\nsecret = "whsec_account_0123456789"\n'
        )
        file.write_text(text, encoding="utf-8")
        checked = check("--target", str(file), "-k", "known_shipment or delivered_and_signed")
    assert "delivery.signature.hmac" in checked.of("passed"), checked.output
