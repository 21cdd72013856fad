"""junit.xml, as CI servers show it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 section 2.2


@dataclass(frozen=True, slots=True)
class Test:
    """One test case: `failure` and `skipped` are why, or None."""

    group: str
    name: str
    failure: str | None = None
    skipped: str | None = None
    story: str = ""


@dataclass(frozen=True, slots=True)
class Cases:
    """A suite of tests under one name."""

    name: str
    tests: Sequence[Test]


def document(cases: Cases) -> str:
    """The suite as JUnit's XML."""
    suite = ElementTree.Element(
        "testsuite",
        name=cases.name,
        tests=str(len(cases.tests)),
        failures=str(sum(each.failure is not None for each in cases.tests)),
        errors="0",
        skipped=str(sum(each.skipped is not None for each in cases.tests)),
    )
    for each in cases.tests:
        test = ElementTree.SubElement(suite, "testcase", classname=_clean(each.group), name=_clean(each.name))
        if each.failure is not None:
            ElementTree.SubElement(test, "failure", message=_clean(each.failure)).text = _clean(each.story)
        elif each.skipped is not None:
            ElementTree.SubElement(test, "skipped", message=_clean(each.skipped))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    return ILLEGAL.sub("\ufffd", text)
