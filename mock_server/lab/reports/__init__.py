"""What the lab found out, as people read it and as files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mock_server.lab.reports import junit, page

Report = Mapping[str, Any]


def write(folder: Path, report: Report, sheet: page.Sheet, cases: junit.Cases) -> None:
    """report.json, report.html and junit.xml in the folder, which is made; OSError where that cannot be."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "report.html").write_text(page.rendered(sheet), encoding="utf-8")
    (folder / "junit.xml").write_text(junit.document(cases), encoding="utf-8")
