from dataclasses import replace

from contract_tests.contract.document import Contract
from contract_tests.exchange import Exchange, SentRequest
from contract_tests.ledger import FAILED, NOT_VERIFIED, PASSED, WARNED, Ledger, Verdict
from contract_tests.tests.fakes import reply

DOCUMENTED, ASSUMED = "errors.404", "webhook.201"


def exchange(number: int, url: str = "http://target/v2/carriers") -> Exchange:
    return Exchange(number, SentRequest("GET", url), reply(200, {}), None, None, 1, "a probe")


def verdict(ledger: Ledger, clause: str) -> Verdict:
    return next(each for each in ledger.verdicts() if each.clause.id == clause)


def test_what_nothing_exercised_is_not_verified(contract: Contract) -> None:
    ledger = Ledger(contract.clauses, all_levels_fail=False)
    ledger.lives()
    ledger.obstacle(DOCUMENTED, "no number")
    assert (verdict(ledger, DOCUMENTED).verdict, verdict(ledger, DOCUMENTED).reason) == (NOT_VERIFIED, "no number")
    assert verdict(ledger, ASSUMED).verdict == NOT_VERIFIED


def test_what_held_has_passed_with_its_smallest_witness(contract: Contract) -> None:
    ledger = Ledger(contract.clauses, all_levels_fail=False)
    ledger.lives()
    small = exchange(2, "http://t")
    for each in (exchange(1), small, exchange(3)):
        ledger.hold(DOCUMENTED, each)
    found = verdict(ledger, DOCUMENTED)
    assert (found.verdict, found.requests, found.witness) == (PASSED, 3, small)


def test_a_documented_breach_counts_only_if_what_it_rests_on_holds_here(contract: Contract) -> None:
    ledger = Ledger(contract.clauses, all_levels_fail=False)
    ledger.lives()
    ledger.hold(DOCUMENTED, exchange(1))
    ledger.breach(DOCUMENTED, exchange(2), "a", "b", given=["track.check-digit"])
    found = verdict(ledger, DOCUMENTED)
    assert found.verdict == NOT_VERIFIED
    assert found.reason == "expected a; found b; but that rests on track.check-digit, not shown to hold here"
    ledger.hold("track.check-digit")
    assert verdict(ledger, DOCUMENTED).verdict == FAILED
    ledger.breach("track.check-digit", exchange(3), "c", "d")
    assert verdict(ledger, DOCUMENTED).verdict == NOT_VERIFIED
    ledger.breach(DOCUMENTED, exchange(4), "e", "f")
    assert (verdict(ledger, DOCUMENTED).verdict, verdict(ledger, DOCUMENTED).reason) == (FAILED, "expected e; found f")


def test_what_an_assumed_path_answers_rests_on_that_path(contract: Contract) -> None:
    ledger = Ledger(contract.clauses, all_levels_fail=False, places=contract.assumed_places)
    ledger.lives()
    seen = replace(exchange(1), operation=contract.operations["listCarriers"])
    ledger.breach("carriers.200", seen, "200", "404")
    assert "rests on carriers.path" in verdict(ledger, "carriers.200").reason
    ledger.hold("carriers.path", seen)
    assert verdict(ledger, "carriers.200").verdict == FAILED


def test_nothing_passes_while_the_target_answered_nothing_with_success(contract: Contract) -> None:
    ledger = Ledger(contract.clauses, all_levels_fail=False)
    ledger.hold(DOCUMENTED, exchange(1))
    assert verdict(ledger, DOCUMENTED).verdict == NOT_VERIFIED


def test_one_breach_outweighs_everything_that_held(contract: Contract) -> None:
    ledger = Ledger(contract.clauses, all_levels_fail=False)
    ledger.hold(DOCUMENTED, exchange(1))
    ledger.breach(DOCUMENTED, exchange(2), "404", 200)
    ledger.hold(DOCUMENTED, exchange(3))
    found = verdict(ledger, DOCUMENTED)
    assert (found.verdict, found.reason) == (FAILED, "expected 404; found 200")


def test_an_assumption_warns_unless_all_levels_fail(contract: Contract) -> None:
    for strict, expected in ((False, WARNED), (True, FAILED)):
        ledger = Ledger(contract.clauses, all_levels_fail=strict)
        ledger.breach(ASSUMED, exchange(1), "201", 200)
        assert verdict(ledger, ASSUMED).verdict == expected
        assert ledger.fails(ASSUMED) is strict


def test_the_breach_that_is_easiest_to_repeat_is_shown(contract: Contract) -> None:
    ledger = Ledger(contract.clauses, all_levels_fail=False)
    for number, url in ((1, "http://target/very/long"), (2, "http://t")):
        ledger.breach(DOCUMENTED, exchange(number, url), "404", 200)
    breach = verdict(ledger, DOCUMENTED).breach
    assert breach is not None
    assert breach.exchange is not None
    assert breach.exchange.number == 2


def test_clauses_that_no_request_can_tell_are_not_in_the_ledger(contract: Contract) -> None:
    told = {each.clause.id for each in Ledger(contract.clauses, all_levels_fail=False).verdicts()}
    assert "page.dashboard" in contract.clauses
    assert "page.dashboard" not in told
