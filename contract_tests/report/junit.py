"""junit.xml: one test case for each clause, as CI servers show them."""

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 section 2.2


def document(report: Mapping[str, Any]) -> str:
    """The report as JUnit's XML: broken is a failure, not verified is skipped, a warning is said beside a success."""
    summary = report["summary"]
    suite = ElementTree.Element(
        "testsuite",
        name="trackflow-contract",
        tests=str(summary["clauses"]),
        failures=str(summary["failed"]),
        errors="0",
        skipped=str(summary["not_verified"]),
        time=f"{summary['seconds']:.3f}",
        timestamp=summary["started"].removesuffix("Z"),  # UTC; JUnit's schema has no time zone
    )
    for clause in report["clauses"]:
        name = _clean(f"{clause['id']}: {clause['title']}")
        group, time = f"trackflow.{clause['level']}", f"{clause['seconds']:.6f}"
        case = ElementTree.SubElement(suite, "testcase", classname=group, name=name, time=time)
        if clause["file"] is not None:
            case.set("file", clause["file"])
        if clause["verdict"] == "failed":
            failure = ElementTree.SubElement(case, "failure", message=_clean(clause["reason"]))
            failure.text = _clean(_story(clause))
        elif clause["verdict"] == "not_verified":
            ElementTree.SubElement(case, "skipped", message=_clean(clause["reason"]))
        elif clause["verdict"] == "warned":
            ElementTree.SubElement(case, "system-out").text = _clean(f"warning: {clause['reason']}\n{_story(clause)}")
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _story(clause: Mapping[str, Any]) -> str:
    evidence, waiver = clause["evidence"] or {"curl": "", "status": "", "body": ""}, clause.get("waiver")
    waived = f"waiver until {waiver['until']}: {waiver['reason']}\n" if waiver else ""
    return f"{waived}{clause['source']}\n\n{evidence['curl']}\n-> {evidence['status']} {evidence['body']}"


def _clean(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
