"""The reports of a run as files."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from contract_tests.contract.cutting import cut
from contract_tests.contract.document import Contract
from contract_tests.exchange import Exchange
from contract_tests.ledger import FAILED, NOT_VERIFIED, PASSED, WARNED, Verdict
from contract_tests.masking import Mask
from contract_tests.report import html, junit
from contract_tests.report.console import verified
from contract_tests.run import Run

REPORT = "report.json"
_LONGEST_BODY = 4000


def write_reports(run: Run, verdicts: Sequence[Verdict]) -> None:
    """report.html, report.json and junit.xml in the directory that was asked for; nothing if none was."""
    folder = run.options.report_dir
    if folder is None:
        return
    found = report(run, verdicts)
    run.outlet.json(folder / REPORT, found)
    run.outlet.file(folder / "report.html", html.page(found))
    run.outlet.file(folder / "junit.xml", junit.document(found))


def report(run: Run, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The run as report.json has it: a summary, and each clause with verdict, reason and evidence."""
    counts = {kind: sum(each.verdict == kind for each in verdicts) for kind in (PASSED, FAILED, WARNED, NOT_VERIFIED)}
    beyond = [each for each in run.contract.clauses.values() if each.beyond_http is not None]
    found = {
        "summary": {
            "clauses": len(verdicts),
            **counts,
            "requests": run.session.budget.spent_requests,
            "lookups": run.session.budget.spent_lookups,
            "base_url": run.session.base_url,
            "plan": run.facts.key.plan,
            "level": run.options.level,
            "seed": run.options.seed,
            "verified": round(verified([each.verdict for each in verdicts]), 1),
            "started": _instant(run.began),
            "seconds": round(run.sleeper.clock.now() - run.began, 1),
            "contract": {"sha256": _fingerprint(run.contract), "overlays": [str(each) for each in run.options.overlay]},
            "stopped": run.cut_short(),
            "conforms": counts[FAILED] == 0 and counts[PASSED] + counts[WARNED] > 0 and run.cut_short() is None,
        },
        "clauses": [_entry(each, run) for each in verdicts],
        "beyond_http": [{"id": each.id, "title": each.title, "why": each.beyond_http} for each in beyond],
    }
    shown: dict[str, Any] = run.outlet.shown(found)
    return shown


def _entry(verdict: Verdict, run: Run) -> dict[str, Any]:
    breach = verdict.breach
    exchange = breach.exchange if breach else verdict.witness
    entry: dict[str, Any] = {
        "id": verdict.clause.id,
        "title": verdict.clause.title,
        "level": verdict.clause.level,
        "source": verdict.clause.source,
        "verdict": verdict.verdict,
        "reason": verdict.reason,
        "requests": verdict.requests,
        "seconds": round(verdict.seconds, 6),
        "file": run.modules.of(verdict.clause.id, exchange.probe if exchange else None),
        "evidence": _evidence(exchange, run.mask) if exchange else None,
    }
    if breach is not None:
        entry |= {"expected": breach.expected, "found": breach.found, "probe": breach.probe}
    if verdict.waiver is not None:
        entry["waiver"] = {"reason": verdict.waiver.reason, "until": verdict.waiver.until.isoformat()}
    return entry


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _fingerprint(contract: Contract) -> str:
    """What tells one contract from another, overlays included."""
    return hashlib.sha256(json.dumps(contract.document, sort_keys=True).encode()).hexdigest()


def _evidence(exchange: Exchange, mask: Mask) -> dict[str, Any]:
    return {
        "curl": exchange.request.curl(mask),
        "status": exchange.status,
        "headers": {name: mask(value) for name, value in exchange.response.headers},
        "body": cut(mask(exchange.response.text), _LONGEST_BODY),
    }
