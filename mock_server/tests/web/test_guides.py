import subprocess
import sys

from mock_server.web.guides import html


def test_the_title_is_left_to_the_page_around_it_and_headings_can_be_linked_to() -> None:
    assert html("# Title\n\n## What it *does*, and `why`\n") == (
        '<h2 id="what-it-does-and-why">What it <em>does</em>, and <code>why</code></h2>\n'
    )


def test_links_lead_from_guide_to_guide() -> None:
    assert html("see [the faults](faults.md#a-fault-rule) and [more](webhooks.md)") == (
        '<p>see <a href="faults#a-fault-rule">the faults</a> and <a href="webhooks">more</a></p>\n'
    )


def test_a_file_that_only_a_checkout_has_is_named_and_not_linked() -> None:
    assert html("[`plans.json`](../schemas/plans.json)") == "<p><code>plans.json</code></p>\n"


def test_nothing_but_markdown_comes_through() -> None:
    told = html("<script>alert(1)</script> <b onclick='x()'>b</b> [x](javascript:alert(1))\n\n<img src=x onerror=y>\n")
    assert "<script" not in told
    assert "<b " not in told
    assert "<img" not in told
    assert "href=" not in told


def test_a_table_is_a_table() -> None:
    assert "<td><code>x|y</code></td>" in html("| a |\n| --- |\n| `x\\|y` |\n")


def test_nothing_of_markdown_is_loaded_before_a_guide_is_asked_for() -> None:
    code = """
import sys
from mock_server.web.app import create_app
client = create_app().test_client()
assert client.get("/__admin/docs").status_code == 200
assert "markdown_it" not in sys.modules
assert client.get("/__admin/docs/guides/faults").status_code == 200
assert "markdown_it" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
