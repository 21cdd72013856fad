"""A capsule as one static page: nothing is loaded, so it can be attached to an issue."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from mock_server.capsules import showing
from mock_server.capsules.form import Capsule
from mock_server.capsules.replaying import Replay, body_of, specification_of
from mock_server.capsules.requests import requests
from mock_server.capsules.secrets import SecretMask
from mock_server.counting import counted
from mock_server.server.reply import Reply

STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
pre { overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0 .8rem }
li { list-style: none; border-top: 1px solid #8884; padding: .3rem 0 }
ol { padding: 0 }
time { opacity: .7; margin-right: 1rem; font-variant-numeric: tabular-nums }
.bad { color: #b3261e } @media (prefers-color-scheme: dark) { .bad { color: #ffb4ab } }
.note { opacity: .85 }
"""


def page(capsule: Capsule, again: Replay | None, why: str = "") -> str:
    """The page; without a replay, which says why there can be none, it tells no answers."""
    mask = SecretMask(specification_of(capsule))
    replies: list[Reply | None] = again.replies if again else [None] * len(capsule["story"])
    verdict = why or _verdict(again)
    rows = "\n".join(_rows(capsule, replies, mask))
    facts = escape("\n".join(showing.facts(capsule)))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Capsule</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>\n'
        f"<h1>Capsule</h1>\n<pre>{facts}</pre>\n<p>{escape(verdict)}</p>\n<ol>\n{rows}\n</ol>\n</body></html>\n"
    )


def _verdict(again: Replay | None) -> str:
    if again is None:
        return ""
    if again.differences:
        return f"Replayed here, {counted(len(again.differences), 'thing')} differ: {again.differences[0]}"
    return "Replayed here, every byte is as it was."


def _rows(capsule: Capsule, replies: list[Reply | None], mask: SecretMask) -> Iterator[str]:
    lines = iter(showing.lines(capsule))
    for item, headers, reply in requests(capsule, replies):
        if showing.line_of(item) is None:
            continue
        at, line = next(lines)
        time = f"<time>{escape(at)}</time>"
        if "note" in item:
            yield f'<li class="note">{time}{escape(line.strip())}</li>'
            continue
        bad = ' class="bad"' if item["status"] >= 400 else ""
        asked = _message(headers, body_of(item), mask)
        got = _message(reply.headers, reply.content, mask) if reply else ""
        answer = f"<p>Answer</p><pre>{int(reply.status)}\n{got}</pre>" if reply else ""
        question = f"<p>Request</p><pre>{escape(item['method'])} {escape(item['target'])}\n{asked}</pre>"
        summary = f"<summary>{time}<code{bad}>{escape(line)}</code></summary>"
        yield f"<li><details>{summary}{question}{answer}</details></li>"


def _message(headers: Mapping[str, Any], content: bytes, mask: SecretMask) -> str:
    head = "\n".join(f"{name}: {value}" for name, value in mask.headers(headers).items())
    body = mask.text(content.decode("utf-8", "backslashreplace"))
    return escape(f"{head}\n\n{body}".rstrip())
