"""YAML as JSON would mean it, and errors that say where."""

from pathlib import Path
from typing import Any

import pytest

from contract_tests.contract.files import DEEPEST, DocumentError, line_of, parse, place_of, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", True),
        ("2026-06-15", "2026-06-15"),
        ("2026-06-15T03:42:00Z", "2026-06-15T03:42:00Z"),
        ("12:30", "12:30"),
        ("0755", 755),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("-2", -2),
        ("1e3", 1000.0),
        (".5", 0.5),
        (".inf", ".inf"),
        ("1.0.0", "1.0.0"),
        ("~", None),
        ("", None),
        ("'no'", "no"),
    ],
)
def test_yaml_scalars_mean_what_yaml_1_2_says(text: str, value: Any, tmp_path: Path) -> None:
    file = tmp_path / "value.yaml"
    file.write_text(f"key: {text}\n")
    found = read(file)["key"]
    assert (found, type(found)) == (value, type(value))


def test_yaml_names_are_always_text(tmp_path: Path) -> None:
    file = tmp_path / "names.yaml"
    file.write_text("200: a\non: b\n2026-06-15: c\nnull: d\n")
    assert list(read(file)) == ["200", "on", "2026-06-15", "null"]


def test_yaml_merge_keys_still_merge(tmp_path: Path) -> None:
    file = tmp_path / "merge.yaml"
    file.write_text("base: &base {a: 1, b: 2}\nnext: {<<: *base, b: 3}\n")
    assert read(file)["next"] == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("x.yaml", "a: 1\nb: 2\na: 3\n", "line 3 column 1: not YAML: the name 'a' occurs twice"),
        ("x.yaml", "a: b: c\n", "line 1 column 5: not YAML"),
        ("x.yaml", "a:\n\tb: c\n", "line 2 column 1: not YAML: a tab cannot indent; write spaces"),
        ("x.yaml", "a: 1\nb: \x01\n", "line 2: not YAML: control characters are not allowed"),
        (
            "x.yaml",
            "a: !!set {b, c}\n",
            "line 1 column 4: not YAML: the tag 'tag:yaml.org,2002:set' means nothing here; leave it out",
        ),
        ("x.yaml", "a: !mine 1\n", "line 1 column 4: not YAML: the tag '!mine' means nothing here; leave it out"),
        ("x.yaml", "a: [1,\n", "line 2 column 1: not YAML"),
        ("x.yaml", "? [a]\n: b\n", "line 1 column 3: not YAML: a name must be text"),
        ("x.yaml", "a: !!python/name:os.system x\n", "line 1 column 4: not YAML"),
        ("x.yaml", "a: \x01\n", "line 1: not YAML: control characters"),
        ("x.json", '{"a": 1,\n  oops}', "line 2 column 3: not JSON"),
        ("x.yaml", "a:\n  b: 0x" + "f" * 5000, "line 2 column 6: not YAML: a number of 5002 digits is too long"),
        ("x.yaml", "a: 0o" + "7" * 5000, "line 1 column 4: not YAML: a number of 5002 digits is too long"),
        ("x.yaml", "a: -" + "9" * 5000, "line 1 column 4: not YAML: a number of 5001 digits is too long"),
        ("x.yaml", "- 1\n- " + "1" * 303, "line 2 column 3: not YAML: a number of 303 digits is too long"),
        ("x.yaml", "a: 7489E28764", "line 1 column 4: not YAML: the number 7489E28764 is too large; if it is a text"),
        ("x.yaml", "a: !!int x", "line 1 column 4: not YAML"),
        ("x.yaml", "a: !!float x", "line 1 column 4: not YAML"),
        ("x.yaml", "a: !!bool x", "not YAML: a value is not what its tag says"),
        ("x.yaml", "a: !!timestamp x", "not YAML: a value is not what its tag says"),
        ("x.json", "[1e999]", "not JSON: the number 1e999 is too large"),
        ("x.json", "[" + "1" * 5000 + "]", "not JSON: a number of 5000 digits is too long"),
        ("x.json", "[NaN]", "not JSON: NaN is not a JSON number"),
        ("x.json", "[" * 100_000, "is nested too deeply"),
    ],
)
def test_a_syntax_error_names_file_line_and_column(name: str, text: str, complaint: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(DocumentError, match=f"{name}: {complaint}"):
        read(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"gone\.yaml: cannot be read: No such file"):
        read(tmp_path / "gone.yaml")


def test_a_file_that_is_not_utf_8_says_at_which_byte(tmp_path: Path) -> None:
    file = tmp_path / "latin.yaml"
    file.write_bytes(b"city: M\xfcnchen")
    with pytest.raises(DocumentError, match="byte 7: is not UTF-8"):
        read(file)


@pytest.mark.parametrize(
    ("pointer", "line"), [("", 1), ("/a", 1), ("/b/1", 4), ("/b/1/c", 4), ("/b/7/c", 3), ("/nowhere", 1)]
)
def test_the_line_of_a_pointer_is_that_of_the_nearest_value(pointer: str, line: int, tmp_path: Path) -> None:
    file = tmp_path / "lines.yaml"
    file.write_text("a: 1\nb:\n  - x\n  - c: 2\n")
    assert line_of(file, pointer) == line


def test_json_has_lines_too(tmp_path: Path) -> None:
    file = tmp_path / "lines.json"
    file.write_text('{\n "a": [\n  1,\n  2]}')
    assert line_of(file, "/a/1") == 4


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("", "line 1 column 1"),
        ("/a", "line 1 column 1"),
        ("/b", "line 2 column 1"),
        ("/b/0", "line 3 column 5"),
        ("/b/1/c", "line 4 column 6"),
        ("/b/1/d/0", "line 4 column 16"),
        ("/b/1/nowhere", "line 4 column 5"),
    ],
)
def test_the_place_of_a_member_is_that_of_its_name(pointer: str, place: str) -> None:
    assert place_of("a: 1\nb:\n  - x\n  - {c: 2, d: [3]}\n", pointer) == place


def test_a_text_from_anybody_has_a_bounded_number_of_values_aliases_followed() -> None:
    assert parse("[1, 2, 3]", "given", most_values=4) == [1, 2, 3]
    for text in ("[1, 2, 3, 4]", "{a: &a [1], b: *a}", "&a [*a]"):
        with pytest.raises(DocumentError, match="given: holds more than 4 values"):
            parse(text, "given", most_values=4)


def test_a_text_from_anybody_is_nested_only_so_deep() -> None:
    assert parse("[" * DEEPEST + "]" * DEEPEST, "given", most_values=1000)
    for text in ("[" * 100_000, "- " * 1000 + "x", "{a: " * (DEEPEST + 1) + "1" + "}" * (DEEPEST + 1)):
        with pytest.raises(DocumentError, match=r"given: line 1 column \d+: is nested more than"):
            parse(text, "given", most_values=1e9)


def test_a_given_text_that_is_no_yaml_is_told_under_its_name() -> None:
    with pytest.raises(DocumentError, match="given: line 1 column 5: not YAML"):
        parse("a: b: c", "given", most_values=10)
