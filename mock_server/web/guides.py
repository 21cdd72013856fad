"""The guides as HTML: Markdown, of which nothing but Markdown comes through."""

import re
from itertools import pairwise

from markdown_it import MarkdownIt

ELSEWHERE = re.compile(r"\[(?P<text>[^\]]+)\]\(\.\./[^)\s]*\)")  # to a file that only a checkout has
PAGE = re.compile(r"^(?P<name>[\w-]+)\.md(?P<fragment>#.*)?$")


def html(markdown: str) -> str:
    """The page's content without its own title; links between pages lead from guide to guide."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = renderer.parse(ELSEWHERE.sub(r"\g<text>", re.sub(r"\A# .*\n", "", markdown)))
    for token, inside in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", re.sub(r"[^\w\- ]", "", inside.content.lower()).replace(" ", "-"))
        for each in inside.children or ():
            page = PAGE.match(str(each.attrGet("href") or ""))
            if page:
                each.attrSet("href", f"{page['name']}{page['fragment'] or ''}")
    rendered: str = renderer.renderer.render(tokens, renderer.options, {})
    return rendered
