"""JSON pointers, as RFC 6901 has them."""

import pytest

from contract_tests.contract.pointers import follow, pointer, steps


def test_a_pointer_escapes_what_would_split_it() -> None:
    assert pointer(["paths", "/track/{n}", "a~b", 0]) == "/paths/~1track~1{n}/a~0b/0"


def test_steps_undo_a_pointer() -> None:
    assert steps(pointer(["", "~1", "a/b"])) == ["", "~1", "a/b"]
    assert steps("") == []


def test_a_pointer_leads_through_objects_and_arrays() -> None:
    assert follow({"a/b": [{"c": 1}]}, "/a~1b/0/c") == 1


@pytest.mark.parametrize("text", ["/a/00", "/a/+0", "/a/-1", "/a/ 0", "/a/0_0"])
def test_an_index_has_neither_sign_nor_leading_zeros(text: str) -> None:
    with pytest.raises(LookupError, match="names nothing"):
        follow({"a": [1]}, text)


@pytest.mark.parametrize("text", ["/a/9", "/a/x", "/b", "/a/0/c"])
def test_a_pointer_to_nothing_says_which_step_failed(text: str) -> None:
    with pytest.raises(LookupError, match=f"{text} names nothing: no '{text[-1]}'"):
        follow({"a": [1]}, text)
