"""Overlays: what each action does, what is refused, and what is only worth a warning."""

import warnings
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contract_tests.contract.overlay import apply, merge
from contract_tests.contract.overlay_format import OverlayError, OverlayWarning

DOCUMENT: dict[str, Any] = {
    "info": {"title": "Parcels"},
    "paths": {
        "/parcels": {"get": {"tags": ["a", "b", "c"], "parameters": [{"name": "x"}, {"name": "y"}]}},
        "/places": {"get": {"tags": ["b"], "parameters": []}, "post": {}},
    },
}
JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=3),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from("abcd"), inner, max_size=3),
    max_leaves=8,
)


def overlay(*actions: Any, version: str = "1.1.0", **more: Any) -> dict[str, Any]:
    return {"overlay": version, "info": {"title": "t", "version": "1"}, "actions": list(actions), **more}


def applied(*actions: Any) -> Any:
    return apply(DOCUMENT, overlay(*actions))


def test_update_merges_objects_joins_arrays_and_replaces_primitives() -> None:
    update = {"title": "Post", "x-new": {"a": 1}}
    assert applied({"target": "$.info", "update": update})["info"] == update
    get = {"tags": ["d"], "parameters": [{"name": "z"}]}
    found = applied({"target": "$.paths['/parcels'].get", "update": get})["paths"]["/parcels"]["get"]
    assert found["tags"] == ["a", "b", "c", "d"]
    assert [each["name"] for each in found["parameters"]] == ["x", "y", "z"]


def test_update_of_an_array_appends_what_is_no_array() -> None:
    found = applied({"target": "$.paths['/parcels'].get.tags", "update": "d"})
    assert found["paths"]["/parcels"]["get"]["tags"] == ["a", "b", "c", "d"]


def test_update_of_the_root_reaches_everything() -> None:
    found = applied({"target": "$", "update": {"info": {"x": 1}, "x-new": True}})
    assert found["info"] == {"title": "Parcels", "x": 1}
    assert found["x-new"] is True


def test_update_of_a_primitive_replaces_it() -> None:
    assert applied({"target": "$.info.title", "update": "Post"})["info"]["title"] == "Post"


def test_update_changes_every_match_once() -> None:
    found = applied({"target": "$.paths['/parcels', '/parcels', '/places'].get.tags", "update": ["z"]})
    assert found["paths"]["/parcels"]["get"]["tags"] == ["a", "b", "c", "z"]
    assert found["paths"]["/places"]["get"]["tags"] == ["b", "z"]


def test_update_changes_matches_inside_of_matches() -> None:
    document = {"a": {"n": 1, "a": {"n": 2, "a": {"n": 3}}}}
    found = apply(document, overlay({"target": "$..a", "update": {"seen": True}}))
    assert found == {"a": {"n": 1, "seen": True, "a": {"n": 2, "seen": True, "a": {"n": 3, "seen": True}}}}


def test_a_filter_selects_by_value() -> None:
    found = applied({"target": "$.paths.*.get.parameters[?@.name == 'y']", "update": {"required": True}})
    assert found["paths"]["/parcels"]["get"]["parameters"] == [{"name": "x"}, {"name": "y", "required": True}]


@pytest.mark.parametrize(
    ("target", "left"),
    [
        ("[0, 2]", ["b"]),
        ("[2, 0]", ["b"]),
        ("[0, 0]", ["b", "c"]),
        ("[0:2]", ["c"]),
        ("[?@ == 'b']", ["a", "c"]),
        ("[*]", []),
    ],
)
def test_remove_takes_the_right_items_whatever_their_order(target: str, left: list[str]) -> None:
    found = applied({"target": f"$.paths['/parcels'].get.tags{target}", "remove": True})
    assert found["paths"]["/parcels"]["get"]["tags"] == left


def test_remove_wins_over_update() -> None:
    assert "/places" not in applied({"target": "$.paths['/places']", "remove": True, "update": {"x": 1}})["paths"]


def test_what_is_removed_can_be_made_anew() -> None:
    found = applied({"target": "$.info", "remove": True}, {"target": "$", "update": {"info": "none"}})
    assert found["info"] == "none"


def test_copy_and_remove_rename_a_path() -> None:
    found = applied(
        {"target": "$.paths", "update": {"/boxes": {}}},
        {"target": "$.paths['/boxes']", "copy": "$.paths['/parcels']"},
        {"target": "$.paths['/parcels']", "remove": True},
    )
    assert list(found["paths"]) == ["/places", "/boxes"]
    assert found["paths"]["/boxes"] == DOCUMENT["paths"]["/parcels"]


def test_a_copy_is_independent_of_its_source() -> None:
    found = applied(
        {"target": "$.paths['/places'].post", "copy": "$.paths['/parcels'].get"},
        {"target": "$.paths['/places'].post.tags", "update": "new"},
    )
    assert found["paths"]["/parcels"]["get"]["tags"] == ["a", "b", "c"]


def test_a_copy_is_taken_before_anything_changes() -> None:
    found = applied({"target": "$.paths", "copy": "$"})
    assert found["paths"]["paths"] == DOCUMENT["paths"]


def test_an_update_used_twice_is_not_shared() -> None:
    found = applied(
        {"target": "$.paths.*.get", "update": {"x-new": {}, "parameters": [{"name": "z"}]}},
        {"target": "$.paths['/places'].get['x-new']", "update": {"only": "here"}},
        {"target": "$.paths['/places'].get.parameters[-1]", "update": {"only": "here"}},
    )
    assert found["paths"]["/parcels"]["get"]["x-new"] == {}
    assert found["paths"]["/parcels"]["get"]["parameters"][-1] == {"name": "z"}


def test_what_an_overlay_says_twice_by_alias_is_two_things() -> None:
    alias = {"list": [1]}
    found = applied({"target": "$.info", "update": {"a": alias, "b": alias}}, {"target": "$.info.a.list", "update": 2})
    assert found["info"]["b"] == {"list": [1]}


def test_reusable_actions_lend_their_fields() -> None:
    reusable = {"actions": {"mark": {"fields": {"update": {"x-marked": True}}}}}
    action = {"$ref": "#/components/actions/mark", "target": "$.info"}
    assert apply(DOCUMENT, overlay(action, version="1.2.0", components=reusable))["info"]["x-marked"] is True


@given(document=some.dictionaries(some.sampled_from("abcd"), JSON), update=JSON)
def test_applying_never_changes_its_arguments(document: Any, update: Any) -> None:
    actions = overlay({"target": "$..a", "update": update}, {"target": "$..b", "remove": True})
    before = deepcopy((document, actions))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OverlayWarning)
        with suppress(OverlayError):
            apply(document, actions)
    assert (document, actions) == before


@given(value=some.dictionaries(some.sampled_from("abcd"), JSON))
def test_an_empty_update_changes_nothing(value: Any) -> None:
    assert apply(value, overlay({"target": "$", "update": {}})) == value


@pytest.mark.parametrize(("target", "update"), [({}, []), ([], {}), ({}, 1), (1, {}), ([], "a"), ("a", [])])
def test_kinds_that_differ_do_not_merge(target: Any, update: Any) -> None:
    with pytest.raises(OverlayError, match=r"/there/x: .* cannot replace .* at /here/x; remove that"):
        merge({"x": target}, {"x": update}, "/there", "/here")


@pytest.mark.parametrize(
    ("action", "place", "complaint"),
    [
        ({"update": {}}, "/actions/0", "target is missing"),
        ({"target": "$.info", "updat": {}}, "/actions/0", "updat is not known here; did you mean update?"),
        ({"target": "info", "update": {}}, "/actions/0/target", "does not match"),
        ({"target": "$.info[", "update": {}}, "/actions/0/target", r"'\$.info\[' is not a JSONPath"),
        ({"target": "$.info | $.paths", "update": {}}, "/actions/0/target", "is not a JSONPath"),
        ({"target": "$.info", "remove": "yes"}, "/actions/0/remove", '"yes" is not a boolean'),
        ({"target": "$", "remove": True}, "/actions/0/target", "cannot be removed"),
        ({"target": "$.info", "update": {}, "copy": "$.paths"}, "/actions/0", "both update and copy"),
        ({"target": "$.info", "copy": "$.paths.*"}, "/actions/0/copy", "selects 2 nodes"),
        ({"target": "$.info", "copy": "$.nowhere"}, "/actions/0/copy", "selects 0 nodes"),
        ({"target": "$..*", "update": {}}, "/actions/0/target", "an array and an object|a primitive"),
        ({"target": "$.info", "update": [1]}, "/actions/0/update", "an array .* cannot replace an object at /info"),
        ({"target": "$.info", "update": 1}, "/actions/0/update", "a primitive 1 cannot replace an object"),
        ({"target": "$.info", "$ref": "#/components/actions/a"}, "/actions/0/[$]ref", "names nothing: no 'components'"),
    ],
)
def test_an_action_that_cannot_be_done_says_where_and_why(action: Any, place: str, complaint: str) -> None:
    with pytest.raises(OverlayError, match=f"^{place}: .*(?:{complaint})"):
        applied(action)


@pytest.mark.parametrize("version", ["1.0.0", "1.0.1", "1.1.0", "1.2.0"])
def test_patch_versions_make_no_difference(version: str) -> None:
    assert apply(DOCUMENT, overlay({"target": "$.info", "update": {"x": 1}}, version=version))["info"]["x"] == 1


@pytest.mark.parametrize("version", ["2.0.0", "1.3.0", "1", "latest"])
def test_other_versions_are_refused(version: str) -> None:
    with pytest.raises(OverlayError, match=f"/overlay: version '{version}' is not known; this reads 1.0, 1.1, 1.2"):
        apply(DOCUMENT, overlay({"target": "$.info", "update": {}}, version=version))


@pytest.mark.parametrize("missing", ["overlay", "info", "actions"])
def test_what_an_overlay_must_have_is_named(missing: str) -> None:
    document = overlay({"target": "$.info", "update": {}})
    del document[missing]
    with pytest.raises(OverlayError, match=f"{missing} is missing"):
        apply(DOCUMENT, document)


@pytest.mark.parametrize("document", [None, [], "overlay: 1.0.0", 3])
def test_what_is_no_object_is_no_overlay(document: Any) -> None:
    with pytest.raises(OverlayError, match="is not an object"):
        apply(DOCUMENT, document)


@pytest.mark.parametrize(
    ("action", "complaint"),
    [
        (
            {"target": "$.paths['/parcel'].get", "update": {}},
            r"\$\['paths'\] has no \['/parcel'\]; did you mean '/parcels'",
        ),
        ({"target": "$.inf0", "remove": True}, r"\$ has no \['inf0'\]; did you mean 'info'"),
        ({"target": "$.paths.*.get.parameters[?@.name == 'q']", "update": {}}, "matches nothing"),
        ({"target": "$.info"}, "the action does nothing; give it update, copy, or remove: true"),
        ({"target": "$.info", "remove": False}, "the action does nothing"),
    ],
)
def test_an_action_without_effect_warns_and_passes(action: Any, complaint: str) -> None:
    with pytest.warns(OverlayWarning, match=f"mine.yaml: /actions/0: .*{complaint}"):
        assert apply(DOCUMENT, overlay(action), name="mine.yaml") == DOCUMENT


def test_extensions_are_welcome_everywhere() -> None:
    action = {"target": "$.info", "update": {"x": 1}, "x-why": "because"}
    assert apply(DOCUMENT, overlay(action, **{"x-owner": "me"}))["info"]["x"] == 1
