"""report.html: one file, no network, for a screen or a phone."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from contract_tests.masking import visible

_STYLE = Path(__file__).with_name("report.css")
_HEADINGS = {
    "failed": ("Broken", "These fail the run."),
    "warned": ("Warnings", "Assumptions that this implementation does not share. The page is silent about them."),
    "not_verified": ("Not verified", "Nothing was shown about these, and what it would take."),
    "passed": ("Passed", "Each was exercised, and could have failed."),
}
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)  # moves a terminal's cursor, or turns text round
_WORDS = {"passed": "passed", "failed": "failed", "warned": "warned", "not_verified": "not verified"}


def page(report: Mapping[str, Any]) -> str:
    """The whole report as HTML."""
    summary, clauses = report["summary"], report["clauses"]
    by_verdict = {kind: [each for each in clauses if each["verdict"] == kind] for kind in _HEADINGS}
    outcome = _outcome(summary)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(outcome)}: {escape(summary["base_url"])}</title>
<style>
{_STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<header class="{"bad" if summary["failed"] else "good" if summary["conforms"] else "open"}">
<p class="kicker">TrackFlow API v2, clause by clause</p>
<h1>{escape(outcome)}</h1>
<p class="target">{escape(summary["base_url"])}</p>
</header>
<main>
{_numbers(summary)}
{_cards("failed", by_verdict["failed"])}
{_cards("warned", by_verdict["warned"])}
{_unverified(by_verdict["not_verified"])}
{_passed(by_verdict["passed"])}
{_beyond(report["beyond_http"])}
</main>
<footer>{escape(_conditions(summary))}</footer>
</body>
</html>
"""


def escape(text: str) -> str:
    """The text as HTML shows it, with what nobody sees written out."""
    return html.escape(_UNSEEN.sub(lambda found: visible(found[0]), text))


def _outcome(summary: Mapping[str, Any]) -> str:
    if summary["failed"]:
        return f"{summary['failed']} clause{'s' if summary['failed'] > 1 else ''} broken"
    if not summary["passed"] + summary["warned"]:
        return "Nothing could be verified"
    early = "Stopped early: n" if summary["stopped"] else "N"
    return f"{early}othing broken in the {summary['verified']:g} % that could be shown"


def _conditions(summary: Mapping[str, Any]) -> str:
    plan = summary["plan"] or "unknown"
    return (
        f"{summary['requests']} requests and {summary['lookups']} lookups on plan {plan}; "
        f"level {summary['level']}, seed {summary['seed']}. "
        f"{summary['started']}, {summary['seconds']:g} s. Contract {summary['contract']['sha256'][:12]}"
        f"{''.join(f', overlay {each}' for each in summary['contract']['overlays'])}."
    )


def _numbers(summary: Mapping[str, Any]) -> str:
    """The four counts, and a bar of their shares."""
    total = max(1, summary["clauses"])
    kinds = [kind for kind in ("passed", "failed", "warned", "not_verified") if summary[kind]]
    bar = "".join(f'<span class="{kind}" style="width:{100 * summary[kind] / total:.2f}%"></span>' for kind in kinds)
    counts = "".join(
        f'<li class="{kind}"><a href="#{kind}"><b>{summary[kind]}</b> {_WORDS[kind]}</a></li>' for kind in _HEADINGS
    )
    return f'<div class="bar" aria-hidden="true">{bar}</div>\n<ul class="counts">{counts}</ul>'


def _section(kind: str, inner: str, count: int) -> str:
    heading, note = _HEADINGS[kind]
    return f'<section id="{kind}"><h2>{heading} <small>{count}</small></h2><p class="note">{note}</p>{inner}</section>'


def _cards(kind: str, clauses: Sequence[Mapping[str, Any]]) -> str:
    return _section(kind, "\n".join(_card(kind, each) for each in clauses), len(clauses)) if clauses else ""


def _card(kind: str, clause: Mapping[str, Any]) -> str:
    evidence = clause["evidence"] or {}
    waiver = clause.get("waiver")
    waived = [("Waiver", escape(f"{waiver['reason']} (until {waiver['until']})"))] if waiver else []
    rows = [*waived, ("Expected", escape(clause.get("expected", ""))), ("Found", escape(clause.get("found", "")))]
    table = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in rows)
    shown = ""
    if evidence:
        headers = "\n".join(f"{name}: {value}" for name, value in evidence["headers"].items())
        answer = f"{evidence['status']}\n{headers}\n\n{evidence['body']}"
        shown = (
            f"<h4>Repeat it</h4><pre>{escape(evidence['curl'])}</pre>"
            f"<details><summary>What came back: {evidence['status']}</summary><pre>{escape(answer)}</pre></details>"
        )
    return (
        f'<article class="{kind}" id="{escape(clause["id"])}"><h3>{escape(clause["title"])}</h3>'
        f"<p class='id'><code>{escape(clause['id'])}</code> <em>{clause['level']}</em></p>"
        f"{_source(clause)}<dl>{table}</dl>{shown}</article>"
    )


def _source(clause: Mapping[str, Any]) -> str:
    label = "The page" if clause["level"] == "documented" else "We assume, because"
    return f"<figure><figcaption>{label}</figcaption><blockquote>{escape(clause['source'])}</blockquote></figure>"


def _unverified(clauses: Sequence[Mapping[str, Any]]) -> str:
    if not clauses:
        return ""
    reasons: dict[str, list[Mapping[str, Any]]] = {}
    for each in clauses:
        reasons.setdefault(each["reason"], []).append(each)
    inner = "".join(
        f"<details open><summary>{escape(reason)} <small>{len(group)}</small></summary>{_rows(group)}</details>"
        for reason, group in reasons.items()
    )
    return _section("not_verified", inner, len(clauses))


def _passed(clauses: Sequence[Mapping[str, Any]]) -> str:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for each in clauses:
        groups.setdefault(each["id"].partition(".")[0], []).append(each)
    inner = "".join(
        f"<details><summary>{escape(name)} <small>{len(group)}</small></summary>{_rows(group)}</details>"
        for name, group in groups.items()
    )
    return _section("passed", inner, len(clauses)) if clauses else ""


def _rows(clauses: Iterable[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<li><span>{escape(each['title'])}</span> <code>{escape(each['id'])}</code> <em>{each['level']}</em></li>"
        for each in clauses
    )
    return f"<ul class='rows'>{rows}</ul>"


def _beyond(entries: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<li><span>{escape(each['title'])}</span> <code>{escape(each['id'])}</code> {escape(each['why'])}</li>"
        for each in entries
    )
    return (
        f"<section><h2>Beyond HTTP <small>{len(entries)}</small></h2><p class='note'>Said, and not to be seen in any "
        f"answer.</p><details><summary>Show them</summary><ul class='rows'>{rows}</ul></details></section>"
    )
