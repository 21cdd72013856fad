"""Verdicts for machines: JSON, and JUnit's XML."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element

from mock_server.junit import Test, document
from mock_server.receivers.client import as_curl
from mock_server.receivers.examination import FAILED, NOT_RUN, PASSED, AttackResult
from mock_server.sending.address import ReceiverAnswer

MOST_OF_A_BODY = 4_096  # bytes that are worth repeating in a report


def as_json(url: str, verdicts: Sequence[AttackResult]) -> dict[str, Any]:
    """Every verdict with what was sent and answered."""
    return {"url": url, "summary": summary(verdicts), "attacks": [_attack(url, verdict) for verdict in verdicts]}


def as_junit(url: str, verdicts: Sequence[AttackResult]) -> bytes:
    """One test case for each attack."""
    count = summary(verdicts)
    suite = Element("testsuite", name=f"trackflow-mock certify {_printable(url)}", tests=str(len(verdicts)))
    suite.set("failures", str(count[FAILED]))
    suite.set("skipped", str(count[NOT_RUN]))
    suite.set("errors", "0")
    suite.set("time", f"{sum(verdict.seconds for verdict in verdicts):.3f}")
    text = document(suite, [_test(url, each) for each in verdicts])
    return f"<?xml version='1.0' encoding='utf-8'?>\n{text}".encode()


def _test(url: str, verdict: AttackResult) -> Test:
    return Test(
        "certify",
        verdict.attack.name,
        failure=_printable(f"{verdict.attack.sends}: {verdict.text}") if verdict.verdict == FAILED else None,
        skipped=verdict.text if verdict.verdict == NOT_RUN else None,
        story=_printable("\n".join(filter(None, (verdict.fix, _curl(url, verdict))))),
        seconds=verdict.seconds,
    )


def summary(verdicts: Sequence[AttackResult]) -> dict[str, int]:
    count = Counter(verdict.verdict for verdict in verdicts)
    return {name: count[name] for name in (PASSED, FAILED, NOT_RUN)}


def _attack(url: str, verdict: AttackResult) -> dict[str, Any]:
    return {
        "name": verdict.attack.name,
        "sends": verdict.attack.sends,
        "expects": verdict.attack.expects.text,
        "verdict": verdict.verdict,
        "says": verdict.text,
        "fix": verdict.fix,
        "unseen": verdict.attack.unseen,
        "seconds": round(verdict.seconds, 6),
        "statuses": [exchange.answer.status for exchange in verdict.exchanges],
        "evidence": _evidence(url, verdict),
    }


def _evidence(url: str, verdict: AttackResult) -> dict[str, Any] | None:
    if verdict.decisive is None:
        return None
    answer: ReceiverAnswer = verdict.decisive.answer
    return {
        "curl": _curl(url, verdict),
        "status": answer.status,
        "headers": dict(answer.headers),
        "body": answer.body[:MOST_OF_A_BODY].decode("utf-8", "replace"),
    }


def _curl(url: str, verdict: AttackResult) -> str | None:
    """The decisive delivery as a command, unless its body is too long to be of use."""
    if verdict.decisive is None or len(verdict.decisive.delivery.body) > MOST_OF_A_BODY:
        return None
    return as_curl(url, verdict.decisive.delivery)


def _printable(text: str) -> str:
    """The text without characters that nobody would see."""
    return "".join(each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}" for each in text)
