import pytest

from mock_server.guides import FOLDER, guide, guides


def test_every_page_of_docs_is_a_guide_and_the_index_comes_first() -> None:
    names = [each.name for each in guides()]
    assert names[0] == "index"
    assert sorted(names) == sorted(path.stem for path in FOLDER.glob("*.md"))


def test_a_guide_is_its_page_without_the_marks_of_the_tests() -> None:
    for each in guides():
        assert each.text.startswith(f"# {each.title}\n"), each.name
        assert "<!--" not in each.text, each.name
    assert "| `latency` |" in guide("faults").text


@pytest.mark.parametrize("name", ["faults", "Faults", "faults.md"])
def test_a_guide_is_found_by_its_name_however_it_is_written(name: str) -> None:
    assert guide(name).title == "Make it fail"


@pytest.mark.parametrize(
    ("name", "near"),
    [("webhook", "webhooks"), ("fualts", "faults"), ("snapshot", "control-plane"), ("wiremock", "speed")],
)
def test_a_name_that_misses_is_told_the_nearest(name: str, near: str) -> None:
    with pytest.raises(LookupError, match=f"there is no page '{name}'; did you mean '{near}'"):
        guide(name)


@pytest.mark.parametrize("name", ["zzzz", "../README", "..%2fREADME", "", "x" * 10_000])
def test_a_name_that_is_like_none_is_told_all(name: str) -> None:
    with pytest.raises(LookupError, match="there are index, faults, ") as refused:
        guide(name)
    assert len(str(refused.value)) < 500
