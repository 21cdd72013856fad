"""What the lab found out, as people read it and as files."""

import json
from pathlib import Path

from mock_server.lab.reports import junit, page
from mock_server.lab.reports.report import LabReport


def write(folder: Path, report: LabReport) -> None:
    """report.json, report.html and junit.xml in the folder, which is made; OSError where that cannot be."""
    folder.mkdir(parents=True, exist_ok=True)
    record = json.dumps(report.record, indent=2, ensure_ascii=False)
    (folder / "report.json").write_text(record + "\n", encoding="utf-8")
    (folder / "report.html").write_text(page.rendered(report.sheet), encoding="utf-8")
    (folder / "junit.xml").write_text(junit.document(report.cases), encoding="utf-8")
