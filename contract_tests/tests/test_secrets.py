"""Nothing that a run writes tells a secret."""

import base64
import html
import json
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus
from xml.etree import ElementTree

import pytest

from contract_tests import masking
from contract_tests.contract.cutting import cut
from contract_tests.contract.document import Contract
from contract_tests.exchange import Response, SentRequest
from contract_tests.masking import Mask, visible
from contract_tests.report.files import write_reports
from contract_tests.secrecy import learn_answer, learn_header, learn_url
from contract_tests.tests.checking import check, check_server
from contract_tests.tests.fakes import a_run, reply
from contract_tests.tests.leaks import leaks
from contract_tests.tests.servers import VARIANTS, running, sample

SECRETS = ("tf_live_growth_1", 'whsec_a/b+c"d\\e\n.', "pässwörd 🎉&<x>'y")
SPELLINGS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "json": json.dumps,
    "json in json": lambda text: json.dumps(json.dumps(text)),
    "json without ascii": lambda text: json.dumps(text, ensure_ascii=False),
    "json with slashes": lambda text: json.dumps(text).replace("/", "\\/"),
    "every character escaped": lambda text: "".join(f"\\u{ord(each):04X}" for each in text if ord(each) < 0x10000),
    "url": lambda text: quote(text, safe=""),
    "url twice": lambda text: quote(quote(text, safe=""), safe=""),
    "url in lower case": lambda text: "".join(f"%{each:02x}" for each in text.encode()),
    "form": quote_plus,
    "html": html.escape,
    "html by number": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "python": repr,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of url": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "basic": lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
    "basic of one": lambda text: base64.b64encode(f"u:{text}!".encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
}


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_masked_however_it_is_spelt(secret: str, spelling: str) -> None:
    mask = Mask()
    mask.learn(secret, "KEY")
    spelt = SPELLINGS[spelling](secret)
    if spelling == "every character escaped" and not secret.isascii():
        pytest.skip("half of it is left out")
    shown = mask(f"before {spelt} after")
    assert "$KEY" in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert not leaks(shown, [secret])


def test_the_longest_secret_is_masked_first() -> None:
    mask = Mask()
    for text, word in (("tf_live_1", "SHORT"), ("tf_live_12", "LONG")):
        mask.learn(text, word)
    assert mask("tf_live_12 tf_live_1") == "$LONG $SHORT"


def test_words_of_the_contract_are_no_secrets_but_as_a_whole_header() -> None:
    mask = Mask("plans.free: ten a minute")
    mask.learn("free", "KEY")
    assert mask("plans.free passed") == "plans.free passed"
    assert 'X-API-Key: $KEY"' in SentRequest("GET", "http://t/", (("X-API-Key", "free"),)).curl(mask)


def test_a_header_hides_its_credentials_and_a_url_its_password() -> None:
    mask = Mask()
    learn_header(mask, "Authorization", "Basic " + base64.b64encode(b"someone:opensesame").decode())
    learn_header(mask, "Proxy-Authorization", "Bearer abcdefgh.ijkl")
    learn_url(mask, "https://someone:p%40ssword@hooks.example.com/in?token=0123456789")
    for text in ("opensesame", "abcdefgh.ijkl", "p@ssword", "p%40ssword", "0123456789", "c29tZW9uZTpvcGVuc2VzYW1l"):
        assert text not in mask(f"<{text}>")


def test_what_an_answer_calls_a_secret_is_one(contract: Contract) -> None:
    run, _ = a_run(
        contract, lambda _: reply(201, {"hook": {"signing_key": "abcdef0123456"}}, {"Set-Cookie": "s=12345678; Secure"})
    )
    exchange = run.api.carriers()
    learn_answer(run.mask, exchange)
    assert "abcdef0123456" not in run.mask("abcdef0123456 12345678")
    assert "12345678" not in run.mask("12345678")


def test_a_text_is_cut_after_it_is_masked(contract: Contract) -> None:
    run, _ = a_run(contract, lambda _: reply(200), api_key="tf_live_growth_secret")
    run.api.carriers()
    run.ledger.breach("carriers.200", run.session.exchanges[0], "x", "y" * 290 + "tf_live_growth_secret" + "z" * 50)
    assert "tf_live" not in run.ledger.breaches()[0].found
    assert cut("abcdef", 3) == "ab…"


def test_what_an_interrupted_run_is_at_work_with_is_not_written_out(contract: Contract) -> None:
    """Pytest shows to itself what every function of a traceback was given, which took ten seconds and had the key."""
    run, _ = a_run(contract, lambda _: reply(200), api_key="tf_live_growth_secret")
    run.api.carriers()
    for each in (run, run.api, run.session, run.ledger, contract, run.session.exchanges[0].operation):
        assert len(repr(each)) < 200


def test_controls_of_a_target_are_written_out() -> None:
    assert visible("a\x1b[31mb\x9bc\u202ed\r\ne\ud800") == r"a\x1b[31mb\x9bc\u202ed\r\ne\ud800"
    assert visible("包裹 é – “…”") == "包裹 é – “…”"


def test_a_command_with_controls_is_one_line_and_still_hides_its_key() -> None:
    mask = Mask()
    mask.learn("tf_live_growth_1", "KEY")
    request = SentRequest(
        "POST", "http://t/", (("X-API-Key", "tf_live_growth_1"),), b"it's\n\x1b[1m tf_live_growth_1's"
    )
    assert request.curl(mask) == (
        r"""curl -i -X POST http://t/ -H "X-API-Key: $KEY" --data-binary $'it\'s\n\x1b[1m '"$KEY"''"'"'s'"""
    )


def test_half_a_surrogate_pair_is_written_everywhere(contract: Contract, tmp_path: Path) -> None:
    body = b'{"count": "\\ud800", "carriers": "\\udfff \\u0000 \\u001b[31m"}'
    answer = Response(200, (("Content-Type", "application/json"),), body)
    run, _ = a_run(contract, lambda _: answer, report_dir=tmp_path)
    run.api.carriers()
    write_reports(run, run.ledger.verdicts())
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["clauses"]
    ElementTree.fromstring((tmp_path / "junit.xml").read_text(encoding="utf-8"))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert r"\ud800" in page
    assert "\x1b" not in page


def test_a_target_that_sends_controls_does_not_reach_the_terminal_with_them(tmp_path: Path) -> None:
    with running("count-is-one-more") as target:
        checked = check_server(target, tmp_path, "-k", "directory", "--color=no")
    assert "\x1b" not in checked.output


def _written(folder: Path) -> str:
    return "\n".join(each.read_text(encoding="utf-8") for each in sorted(folder.iterdir()))


def _told(exchanges: list[Any]) -> set[str]:
    """The webhook secrets that a server gave away when it made the webhooks."""
    return {found for each in exchanges for found in re.findall(r'"secret": ?"([^"]{8,})"', each.response.text)} | {
        "tf_live_growth_1",
        "tf_live_free_1",
        "tf_live_starter_1",
        "tf_live_enterprise_1",
        "tf_test_revoked_1",
    }


PROBES = "not slow_answer and not dead_receiver and not made_up"


@pytest.mark.parametrize(
    "name", ["key-is-echoed", "webhooks-can-be-listed", *(each.name for each in sample(1000)[::6])]
)
def test_a_run_against_a_broken_server_tells_no_secret(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    out = tmp_path / "out"
    with running(None if name in VARIANTS else name, name if name in VARIANTS else None) as target:
        checked = check_server(
            target, tmp_path, "-k", PROBES, "--report-dir", str(out), "--junitxml", str(out / "own.xml")
        )
    assert not leaks(checked.output + _written(out), _told(checked.exchanges))


@pytest.mark.parametrize("key", ["tf_live_growth_1\n", "tf_live_\x00growth", "tf_live_growth_ключ"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with running() as target:
        checked = check("--base-url", target.base_url, "--api-key", key)
    assert checked.status == 2
    assert "--api-key" in checked.output
    assert "growth" not in checked.output


def test_a_process_of_many_runs_forgets_how_old_secrets_are_spelt_and_masks_them_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert masking._spellings.cache_info().maxsize
    spellings = lru_cache(1)(masking._spellings.__wrapped__)
    monkeypatch.setattr(masking, "_spellings", spellings)
    for run in range(2):
        mask = Mask()
        for secret in SECRETS:
            mask.learn(secret, "KEY")
            spelt = "".join(f"%{each:02x}" for each in secret.encode())
            assert mask(f"{run} {secret} {spelt}") == f"{run} $KEY $KEY"
    assert spellings.cache_info().currsize == 1
