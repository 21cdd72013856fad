"""junit.xml of a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from mock_server import junit
from mock_server.junit import Test


@dataclass(frozen=True, slots=True)
class Cases:
    """A suite of tests under one name."""

    name: str
    tests: Sequence[Test]


def document(cases: Cases) -> str:
    """The suite as JUnit's XML."""
    suite = Element(
        "testsuite",
        name=cases.name,
        tests=str(len(cases.tests)),
        failures=str(sum(each.failure is not None for each in cases.tests)),
        errors="0",
        skipped=str(sum(each.skipped is not None for each in cases.tests)),
    )
    return '<?xml version="1.0" encoding="utf-8"?>\n' + junit.document(suite, cases.tests)
