"""report.html: one file that needs nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

STYLE = """
:root { color-scheme: light dark; --line: #8884; --bad: #c62828; --good: #2e7d32; --dim: #888; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { margin-top: 2rem; font-size: 1.1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; } pre { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .25rem .5rem; vertical-align: top;
border-bottom: 1px solid var(--line); } .failed, .survived-lie { color: var(--bad); font-weight: 600; }
.survived, .noticed { color: var(--good); } .not_struck, .not_asked_for { color: var(--dim); }
.scroll { overflow-x: auto; } article { border-left: 3px solid var(--bad); padding-left: 1rem; margin: 1rem 0; }
"""


@dataclass(frozen=True, slots=True)
class ReportItem:
    """One thing that is wrong, with lines that explain it and the command that shows it again."""

    title: str
    lines: Sequence[str]
    again: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: findings first, then a table whose cells have the name of their style and their text."""

    title: str
    subtitle: str
    findings: Sequence[ReportItem]
    notes: Sequence[str]
    heads: Sequence[str]
    rows: Sequence[Sequence[tuple[str, str]]]


def rendered(sheet: Sheet) -> str:
    """The page as HTML."""
    heads = "".join(f"<th>{escape(each)}</th>" for each in sheet.heads)
    rows = "\n".join(
        "<tr>" + "".join(f'<td class="{escape(kind)}">{escape(text)}</td>' for kind, text in row) + "</tr>"
        for row in sheet.rows
    )
    notes = "".join(f"<li>{escape(each)}</li>" for each in sheet.notes)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(sheet.title)}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{escape(sheet.title)}</h1>
<p>{escape(sheet.subtitle)}</p>
{"".join(map(_article, sheet.findings))}
<ul>{notes}</ul>
<h2>Everything that was tried</h2>
<div class="scroll"><table><thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody></table></div>
</body>
</html>
"""


def _article(finding: ReportItem) -> str:
    lines = "".join(f"<p>{escape(each)}</p>" for each in finding.lines)
    again = f"<pre>{escape(finding.again)}</pre>" if finding.again else ""
    return f"<article><h3>{escape(finding.title)}</h3>{lines}{again}</article>\n"
