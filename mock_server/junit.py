"""JUnit's XML, as CI servers show it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 section 2.2


@dataclass(frozen=True, slots=True)
class Test:
    """One test case: `failure` and `skipped` are why, or None."""

    group: str
    name: str
    failure: str | None = None
    skipped: str | None = None
    story: str = ""
    seconds: float | None = None


def document(suite: Element, tests: Iterable[Test]) -> str:
    """The text of a document that holds the suite with these tests; what declares it as XML goes before."""
    for each in tests:
        case = SubElement(suite, "testcase", classname=_clean(each.group), name=_clean(each.name))
        if each.seconds is not None:
            case.set("time", f"{each.seconds:.3f}")
        if each.failure is not None:
            SubElement(case, "failure", message=_clean(each.failure)).text = _clean(each.story)
        elif each.skipped is not None:
            SubElement(case, "skipped", message=_clean(each.skipped))
    root = Element("testsuites")
    root.append(suite)
    indent(root)
    return tostring(root, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    return ILLEGAL.sub("\ufffd", text)
