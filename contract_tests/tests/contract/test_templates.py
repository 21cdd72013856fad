"""Path templates."""

import pytest

from contract_tests.contract.templates import Template, templates


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("/track/{n}", "/track/1Z", {"n": "1Z"}),
        ("/track/{n}", "/track/1Z:refresh", {"n": "1Z:refresh"}),
        ("/track/{n}:refresh", "/track/1Z:refresh", {"n": "1Z"}),
        ("/track/{n}:refresh", "/track/1Z", None),
        ("/track/{n}.{form}", "/track/1Z.pdf", {"n": "1Z", "form": "pdf"}),
        ("/track/{a}-{b}/c", "/track/1-2/c", {"a": "1", "b": "2"}),
        ("/track/{n}", "/track/", None),
        ("/track/{n}", "/track/a/b", None),
        ("/a.b", "/axb", None),
    ],
)
def test_a_template_matches_whole_segments_and_parts_of_them(
    template: str, path: str, values: dict[str, str] | None
) -> None:
    assert Template(template).match(path) == values


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/track/batch", "/track/batch"),
        ("/track/batch:x", "/track/batch:{x}"),
        ("/track/1:refresh", "/track/{n}:refresh"),
        ("/track/1:re-refresh", "/track/{n}:re-refresh"),
        ("/track/1", "/track/{n}"),
        ("/track/1/proof", "/track/{n}/proof"),
        ("/track/batch/proof", "/track/batch/{kind}"),
    ],
)
def test_of_several_templates_the_one_that_says_most_is_meant(path: str, meant: str) -> None:
    paths = (
        "/track/{n}",
        "/track/{n}:refresh",
        "/track/{n}:re-refresh",
        "/track/batch",
        "/track/batch:{x}",
        "/track/{n}/{kind}",
        "/track/{n}/proof",
        "/track/batch/{kind}",
    )
    assert next(each.path for each in templates(paths) if each.match(path) is not None) == meant


def test_templates_that_differ_in_names_only_match_the_same_requests() -> None:
    assert Template("/a/{b}:c/{d}").form == Template("/a/{x}:c/{y}").form
    assert Template("/a/{b}:c").form != Template("/a/{b}").form
